import type { Rule } from '../authorisation.ts';

const READS: Rule = {
  roles: ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'],
  scopes: ['connections:read'],
  wholeTenant: true,
};
const EDITS: Rule = { roles: ['OWNER', 'DIRECTORY_ADMIN'], scopes: ['connections:write'], wholeTenant: true };

export const EVENT_ROOT_RULES: Readonly<Record<string, Rule>> = {
  'Query.receivedEvents': READS,
  'Query.domainFiles': READS,
  // It calls the platform with the connection's credentials.
  'Query.connectionNetwork': EDITS,
  'Mutation.generateCallbackKeys': EDITS,
  'Mutation.registerCallback': EDITS,
  'Mutation.unregisterCallback': EDITS,
  'Mutation.pullChangesNow': EDITS,
  'Mutation.uploadDomainFile': EDITS,
  'Mutation.deleteDomainFile': EDITS,
};

export const EVENT_OBJECT_RULES = {
  AppStream: {},
  CallbackKeysPayload: {},
  ChangeHint: {},
  ConnectionNetwork: {},
  DeleteDomainFilePayload: {},
  DomainFile: {},
  DomainFilePayload: {},
  OpenHints: {},
  PullChangesPayload: {},
  ReceivedEvent: {},
  ReceivedEventConnection: {},
  ReceivedEventEdge: {},
} as const;
