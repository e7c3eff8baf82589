import type { FeedApp } from '../../ports/change-feed.ts';
import type { FeedRow } from '../../store/queries/event-feeds.ts';
import { openAppSecret } from '../connection/app-secrets.ts';
import { openRow } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';

/** An app with its secrets opened, without those of its callback address; for one use. */
export const openApp = async (
  context: FlowContext,
  { app, connection }: FeedRow,
): Promise<Omit<FeedApp, 'token' | 'aesKey'>> => {
  const { id, connectionId, name, agentId, homeAddress } = app;
  const [open, appSecret] = await Promise.all([
    openRow(context, connection),
    openAppSecret(context, app, 'appSecret'),
  ]);
  return {
    connection: open,
    app: { id, connectionId, name, agentId, homeAddress },
    appKey: app.settings['appKey'] ?? null,
    appSecret,
  };
};

/** An app with all of its secrets opened, for one request; `null` when its callback address has no keys. */
export const openFeed = async (context: FlowContext, row: FeedRow): Promise<FeedApp | null> => {
  const [open, token, aesKey] = await Promise.all([
    openApp(context, row),
    openAppSecret(context, row.app, 'callbackToken'),
    openAppSecret(context, row.app, 'callbackAesKey'),
  ]);
  return token === null || aesKey === null ? null : { ...open, token, aesKey };
};
