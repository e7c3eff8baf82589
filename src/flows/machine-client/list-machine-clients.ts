import { AppError } from '../../domain/index.ts';
import {
  type MachineClientRow,
  listMachineClients as selectClients,
} from '../../store/queries/machine-clients.ts';
import type { FlowContext } from '../context.ts';

/**
 * Machine clients of the tenant by name, 1,000 at most; for owners and auditors.
 * @throws AppError FORBIDDEN
 */
export const listMachineClients = (context: FlowContext): Promise<MachineClientRow[]> => {
  const { principal, db } = context;
  const may =
    principal.kind === 'SYSTEM' ||
    (principal.kind === 'ACCOUNT' && principal.roles.some((role) => role === 'OWNER' || role === 'AUDITOR'));
  if (!may) throw new AppError('FORBIDDEN', { details: { action: 'machineClients' } });
  return selectClients(db, principal.tenantId);
};
