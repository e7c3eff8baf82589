import { isId, type RemoteAccountId } from '../../domain/index.ts';
import type { RemoteAccountRow } from '../../store/queries/import-explain.ts';
import { selectRemoteAccountsById } from '../../store/queries/remote-accounts.ts';
import type { FlowContext } from '../context.ts';

/** Copies of people by their ids, in the order asked for; `null` where there is none. */
export const readRemoteAccounts = async (
  context: FlowContext,
  ids: readonly string[],
): Promise<(RemoteAccountRow | null)[]> => {
  const wanted = ids.filter(isId) as RemoteAccountId[];
  const rows = await selectRemoteAccountsById(context.db, context.principal.tenantId, wanted);
  const found = new Map(rows.map((row) => [row.id as string, row]));
  return ids.map((id) => found.get(id.toLowerCase()) ?? null);
};
