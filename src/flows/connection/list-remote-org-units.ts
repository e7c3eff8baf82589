import { type ConnectionId, isId } from '../../domain/index.ts';
import { searchQuery } from '../../planner/search-text.ts';
import {
  countRemoteOrgUnits,
  type RemoteOrgUnitRow,
  selectRemoteOrgUnits,
} from '../../store/queries/remote-org-units.ts';
import type { FlowContext } from '../context.ts';
import { type Page, pageOf, readCursor, readFirst } from '../roster/page.ts';
import { connectionNotFound } from './open-connection.ts';

export interface ListRemoteOrgUnitsInput {
  readonly connectionId: ConnectionId;
  readonly linked?: boolean | null | undefined;
  readonly gone?: boolean | null | undefined;
  /** Only units directly below this one. */
  readonly parentExternalId?: string | null | undefined;
  /** Part of the name or of the platform's id. */
  readonly search?: string | null | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

/**
 * A page of the last-seen copies of a connection's units, by the platform's id; no call to the platform is made.
 * @throws AppError NOT_FOUND, INPUT_INVALID
 */
export const listRemoteOrgUnits = async (
  context: FlowContext,
  input: ListRemoteOrgUnitsInput,
  options: { readonly page: boolean; readonly totalCount: boolean },
): Promise<Page<RemoteOrgUnitRow>> => {
  const { db, principal } = context;
  if (!isId(input.connectionId)) throw connectionNotFound(input.connectionId);
  const first = readFirst(input.first);
  const after = readCursor(input.after);
  const search = searchQuery((input.search ?? '').slice(0, 100));
  const query = {
    connectionId: input.connectionId,
    linked: input.linked ?? null,
    gone: input.gone ?? null,
    parentExternalId: input.parentExternalId ?? null,
    pattern: search.contains === '' ? null : search.pattern,
  };
  const paged = { ...query, after: after?.text ?? null, limit: first + 1 };
  const [rows, totalCount] = await Promise.all([
    options.page ? selectRemoteOrgUnits(db, principal.tenantId, paged) : [],
    options.totalCount ? countRemoteOrgUnits(db, principal.tenantId, query) : null,
  ]);
  return pageOf(rows, { first, after, totalCount });
};
