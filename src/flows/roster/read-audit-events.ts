import { isId } from '../../domain/index.ts';
import { type AuditQuery, countAuditEvents, selectAuditEvents } from '../../store/queries/audit.ts';
import type { Row } from '../../store/queries/roster-projection.ts';
import type { FlowContext } from '../context.ts';
import { invalid } from './access.ts';
import { type Page, pageOf, readCursor, readFirst } from './page.ts';

export interface ReadAuditInput {
  readonly actorId?: string | undefined;
  readonly objectType?: string | undefined;
  readonly objectId?: string | undefined;
  readonly action?: string | undefined;
  readonly result?: string | undefined;
  readonly from?: string | undefined;
  readonly until?: string | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

const TEXTS = ['action', 'objectType', 'objectId'] as const;

/** A page of the audit trail, newest first. @throws AppError INPUT_INVALID */
export const readAuditEvents = async (
  context: FlowContext,
  input: ReadAuditInput,
  options: { readonly page: boolean; readonly totalCount: boolean },
): Promise<Page<Row>> => {
  const { db, principal } = context;
  const first = readFirst(input.first);
  const after = readCursor(input.after);
  if (input.actorId !== undefined && !isId(input.actorId)) {
    throw invalid('actorId', { zh: '不是有效的 ID', en: 'it is not an id' }, ['filter', 'actorId']);
  }
  for (const field of TEXTS) {
    if (input[field]?.includes('\u0000')) {
      throw invalid(field, { zh: '含有 NUL 字符', en: 'it holds a NUL character' }, ['filter', field]);
    }
  }
  const { first: _first, after: _after, ...given } = input;
  const filter = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
  const query: AuditQuery = { ...filter, after: after?.id ?? null, limit: first + 1 };
  const [rows, totalCount] = await Promise.all([
    options.page ? selectAuditEvents(db, principal.tenantId, query) : [],
    options.totalCount ? countAuditEvents(db, principal.tenantId, query) : null,
  ]);
  return pageOf(rows, { first, after, totalCount });
};
