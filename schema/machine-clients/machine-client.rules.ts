import type { Rule } from '../authorisation.ts';

const OWNERS: Rule = { roles: ['OWNER'], scopes: [] };

export const MACHINE_CLIENT_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.machineClients': { roles: ['OWNER', 'AUDITOR'], scopes: [] },
  'Mutation.createMachineClient': OWNERS,
  'Mutation.updateMachineClient': OWNERS,
  'Mutation.rotateMachineClientSecret': OWNERS,
  'Mutation.deleteMachineClient': OWNERS,
};

export const MACHINE_CLIENT_OBJECT_RULES = {
  MachineClient: {},
  MachineClientPayload: {},
  MachineClientSecretPayload: {},
  DeleteMachineClientPayload: {},
} as const;
