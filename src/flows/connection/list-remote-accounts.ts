import { type ConnectionId, isId } from '../../domain/index.ts';
import { searchQuery } from '../../planner/search-text.ts';
import type { RemoteAccountRow } from '../../store/queries/import-explain.ts';
import { countRemoteAccounts, selectRemoteAccounts } from '../../store/queries/remote-accounts.ts';
import type { FlowContext } from '../context.ts';
import { type Page, pageOf, readCursor, readFirst } from '../roster/page.ts';
import { connectionNotFound } from './open-connection.ts';

export interface ListRemoteAccountsInput {
  readonly connectionId: ConnectionId;
  readonly linked?: boolean | undefined;
  readonly gone?: boolean | undefined;
  /** Part of the name or of the platform's id. */
  readonly search?: string | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

/**
 * A page of the last-seen copies of a connection's people, by the platform's id; no call to the platform is made.
 * @throws AppError NOT_FOUND, INPUT_INVALID
 */
export const listRemoteAccounts = async (
  context: FlowContext,
  input: ListRemoteAccountsInput,
  options: { readonly page: boolean; readonly totalCount: boolean },
): Promise<Page<RemoteAccountRow>> => {
  const { db, principal } = context;
  if (!isId(input.connectionId)) throw connectionNotFound(input.connectionId);
  const first = readFirst(input.first);
  const after = readCursor(input.after);
  const search = searchQuery((input.search ?? '').slice(0, 100));
  const query = {
    connectionId: input.connectionId,
    linked: input.linked ?? null,
    gone: input.gone ?? null,
    pattern: search.contains === '' ? null : search.pattern,
  };
  const paged = { ...query, after: after?.text ?? null, limit: first + 1 };
  const [rows, totalCount] = await Promise.all([
    options.page ? selectRemoteAccounts(db, principal.tenantId, paged) : [],
    options.totalCount ? countRemoteAccounts(db, principal.tenantId, query) : null,
  ]);
  return pageOf(rows, { first, after, totalCount });
};
