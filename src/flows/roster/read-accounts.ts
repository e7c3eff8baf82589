import { type AccountId, isId } from '../../domain/index.ts';
import { selectAccountsById } from '../../store/queries/accounts.ts';
import type { AccountProjection, Row } from '../../store/queries/roster-projection.ts';
import type { FlowContext } from '../context.ts';
import { scopeOf, seesOnlyHimself, viewOf } from './read-access.ts';

/**
 * Accounts by id, in the order asked for; `null` where there is none or the caller may not see it. Everybody may
 * see himself.
 */
export const readAccounts = async (
  context: FlowContext,
  ids: readonly string[],
  projection: AccountProjection,
): Promise<(Row | null)[]> => {
  const { principal } = context;
  const wanted = ids.filter(isId).map((id) => id.toLowerCase() as AccountId);
  const mine = wanted.every((id) => id === (principal.id as string));
  if (seesOnlyHimself(principal) && !mine) {
    const own = await readAccounts(context, principal.id === null ? [] : [principal.id], projection);
    return ids.map((id) => (id.toLowerCase() === (principal.id as string) ? (own[0] ?? null) : null));
  }
  const rows = await selectAccountsById(context.db, principal.tenantId, {
    ids: wanted,
    projection,
    scope: mine ? { kind: 'ALL' } : scopeOf(principal),
    view: viewOf(principal),
  });
  const found = new Map(rows.map((row) => [row['id'], row]));
  return ids.map((id) => found.get(id.toLowerCase()) ?? null);
};
