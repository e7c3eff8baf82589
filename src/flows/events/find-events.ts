import {
  AppError,
  type ConnectionAppId,
  type ConnectionId,
  type HintKind,
  isId,
  type ReceivedEventId,
} from '../../domain/index.ts';
import { countHints } from '../../store/queries/change-hints.ts';
import { type StreamStateRow, selectStreamStates } from '../../store/queries/event-feeds.ts';
import {
  countEvents,
  type EventFilter,
  listEvents,
  type ReceivedEventRow,
} from '../../store/queries/received-events.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from '../import/run-context.ts';

/** Most rows of one answer: a page of 200, and the row that tells that there is another page. */
const PAGE_LIMIT = 201;

/** Received events, newest first; `after` is the last id of the page before. */
export const findEvents = (
  context: FlowContext,
  input: EventFilter & { readonly after?: ReceivedEventId | undefined; readonly first: number },
): Promise<ReceivedEventRow[]> => {
  const { after, first, ...filter } = input;
  if (!Number.isInteger(first) || first < 1 || first > PAGE_LIMIT) {
    throw new AppError('INPUT_INVALID', {
      details: { field: 'first', reason: `1 to ${PAGE_LIMIT}`, reasonZh: `应为 1 到 ${PAGE_LIMIT}` },
      path: ['first'],
    });
  }
  return listEvents(context.db, tenantOf(context), { ...filter, before: after, limit: first });
};

export const countReceivedEvents = (context: FlowContext, filter: EventFilter): Promise<number> =>
  countEvents(context.db, tenantOf(context), filter);

/** Objects that wait to be read, by kind. */
export type OpenHints = Readonly<Record<HintKind, number>>;

const NONE: OpenHints = { ORG_UNIT: 0, ACCOUNT: 0, COMPANY: 0 };

/** How many objects of each connection wait to be read, in the order of the ids asked for. */
export const readOpenHints = async (
  context: FlowContext,
  connectionIds: readonly string[],
): Promise<OpenHints[]> => {
  const ids = connectionIds.filter(isId) as ConnectionId[];
  const rows = await countHints(context.db, tenantOf(context), ids);
  return connectionIds.map((id) => {
    const own = rows.filter(({ connectionId }) => connectionId === id);
    return { ...NONE, ...Object.fromEntries(own.map(({ kind, count }) => [kind, count])) };
  });
};

/** How the long connections of apps stand, in the order of the ids asked for. */
export const readStreamStates = async (
  context: FlowContext,
  appIds: readonly string[],
): Promise<(StreamStateRow | null)[]> => {
  const ids = appIds.filter(isId) as ConnectionAppId[];
  const rows = await selectStreamStates(context.db, tenantOf(context), ids);
  const found = new Map(rows.map((row) => [row.appId as string, row]));
  return appIds.map((id) => found.get(id) ?? null);
};
