import { AppError, type SystemPrincipal, type TenantId } from '../../domain/index.ts';
import type { CallbackAnswer, CallbackRequest, ChangeFeed } from '../../ports/change-feed.ts';
import { type FeedRow, findFeedTenant, selectFeed } from '../../store/queries/event-feeds.ts';
import type { FlowContext, FlowDeps } from '../context.ts';
import type { EventIntake } from './event-intake.ts';
import { openFeed } from './open-feed.ts';
import type { RecentKeys } from './recent-keys.ts';

/** A request at a callback address. */
export interface ReceiveCallbackInput {
  /** The opaque part of the address. */
  readonly key: string;
  readonly request: CallbackRequest;
  readonly requestId: string;
  readonly address: string | null;
}

export interface CallbackDeps extends FlowDeps {
  readonly intake: EventIntake;
  readonly keys: RecentKeys;
}

const KEY = /^[0-9A-Za-z_-]{24,64}$/;

/** Whatever the reason: nobody learns from the answer which addresses there are, nor what of a request was wrong. */
const refused = (debug: string, cause?: unknown): AppError =>
  new AppError('CALLBACK_REFUSED', { debug, cause });

const principalOf = (tenantId: TenantId, input: ReceiveCallbackInput): SystemPrincipal => ({
  kind: 'SYSTEM',
  id: null,
  name: 'Muster',
  tenantId,
  requestId: input.requestId,
  address: input.address,
});

/** The app of the address, if it takes events this way. */
const requireFeed = async (context: FlowContext, key: string): Promise<FeedRow> => {
  const row = await selectFeed(context.db, context.principal.tenantId, key);
  if (row === null) throw refused('no such address');
  if (!row.connection.enabled) throw refused('the connection is disabled');
  if (row.app.eventSource !== 'CALLBACK') throw refused('the app takes no callbacks');
  return row;
};

const requireChangeFeed = (context: FlowContext, { connection }: FeedRow): ChangeFeed => {
  const feed = context.platforms.get(connection.platform)?.changeFeed;
  if (feed === undefined) throw refused('the platform has no callbacks');
  return feed;
};

const contextOf = async (deps: CallbackDeps, input: ReceiveCallbackInput): Promise<FlowContext> => {
  const { key } = input;
  if (!KEY.test(key)) throw refused('no key');
  const tenantId = await deps.keys.tenantOf(key, () => findFeedTenant(deps.db, key));
  if (tenantId === null) throw refused('no such address');
  return { ...deps, principal: principalOf(tenantId, input) };
};

/**
 * Takes a request at a callback address: finds the app, lets its platform verify and read the request, stores what it
 * says, and only then answers. What the events have named is read by a job.
 * @returns the answer that the platform wants, to be sent with status 200
 * @throws AppError CALLBACK_REFUSED, the same for every reason and without any effect; anything else means that nothing
 *   was stored, and that the platform should deliver again
 */
export const receiveCallback = async (
  deps: CallbackDeps,
  input: ReceiveCallbackInput,
): Promise<CallbackAnswer> => {
  const context = await contextOf(deps, input);
  const row = await requireFeed(context, input.key);
  const changeFeed = requireChangeFeed(context, row);
  const feed = await openFeed(context, row);
  if (feed === null) throw refused('the app has no keys');
  const { events, answer } = changeFeed.receive(feed, input.request, deps.now());
  await deps.intake.take(context, {
    connectionId: row.connection.id,
    appId: row.app.id,
    transport: 'CALLBACK',
    follow: row.connection.pullRules.events !== 'OFF',
    events,
  });
  return answer;
};
