import { type ConnectionId, isId } from '../../domain/index.ts';
import { type PushStateRow, selectPushStates } from '../../store/queries/push-states.ts';
import type { FlowContext } from '../context.ts';

/** Where pushing of connections stands, in the order of the ids asked for; `null` where there is no connection. */
export const readPushStates = async (
  context: FlowContext,
  connectionIds: readonly string[],
): Promise<(PushStateRow | null)[]> => {
  const ids = connectionIds.filter(isId) as ConnectionId[];
  const rows = await selectPushStates(context.db, context.principal.tenantId, ids);
  const found = new Map(rows.map((row) => [row.connectionId as string, row]));
  return connectionIds.map((id) => found.get(id.toLowerCase()) ?? null);
};
