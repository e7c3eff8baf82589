import type { Connection, ConnectionAppId, ErrorDetails, StreamState, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { type ConnectionAppRow, PULL_RULES, type SealedSecrets } from './connections.ts';

/** Tenant of a callback address, before anything of a request is believed; `null` = no such address. */
export const findFeedTenant = (db: Database, callbackKey: string): Promise<TenantId | null> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ id: TenantId }>({
      name: 'feed_tenant',
      text: 'select tenant_id as id from muster.event_feed where callback_key = $1',
      values: [callbackKey],
    });
    return rows[0]?.id ?? null;
  });

/** An app and its connection as they are stored; of their secrets only the ciphertexts. */
export interface FeedRow {
  readonly connection: Connection & { readonly secrets: SealedSecrets };
  readonly app: ConnectionAppRow;
}

const FEED = {
  name: 'feed_by_key',
  text: `
    select jsonb_build_object('id', c.id, 'tenantId', c.tenant_id, 'platform', c.platform, 'name', c.name,
        'enabled', c.enabled, 'mode', c.mode, 'settings', c.settings, 'secrets', c.secrets,
        'allowPrivateNetwork', c.allow_private_network, 'pullRules', ${PULL_RULES},
        'pushRules', c.push_rules, 'version', c.version) as connection,
      jsonb_build_object('id', a.id, 'connectionId', a.connection_id, 'name', a.name, 'agentId', a.agent_id,
        'settings', a.settings, 'secrets', a.secrets, 'homeAddress', a.home_address, 'callbackKey', a.callback_key,
        'eventSource', a.event_source, 'version', a.version) as app
    from muster.connection_app a
    join muster.connection c on c.tenant_id = a.tenant_id and c.id = a.connection_id
    where a.tenant_id = muster.current_tenant() and a.callback_key = $1`,
};

/** The app of a callback address; `null` when the tenant has no such address any more. */
export const selectFeed = async (
  db: Database,
  tenantId: TenantId,
  callbackKey: string,
): Promise<FeedRow | null> =>
  (await db.read<FeedRow & Record<string, unknown>>(tenantId, FEED, [callbackKey]))[0] ?? null;

/** How an app's long connection stands, by the word of whoever holds it. */
export interface StreamStateRow {
  readonly appId: ConnectionAppId;
  /** `IDLE` as well when whoever held it has died. */
  readonly state: StreamState;
  readonly connectedAt: Date | null;
  readonly lastEventAt: Date | null;
  readonly errorCode: string | null;
  readonly errorDetails: ErrorDetails | null;
  readonly errorAt: Date | null;
}

export const selectStreamStates = (
  db: Database,
  tenantId: TenantId,
  appIds: readonly ConnectionAppId[],
): Promise<StreamStateRow[]> =>
  db.read<StreamStateRow & Record<string, unknown>>(
    tenantId,
    `select app_id as "appId",
       case when stream_state <> 'FAILED' and coalesce(lease_until, '-infinity') < clock_timestamp() then 'IDLE'
         else stream_state end as state,
       connected_at as "connectedAt", last_event_at as "lastEventAt", last_error_code as "errorCode",
       last_error as "errorDetails", last_error_at as "errorAt"
     from muster.event_feed where tenant_id = muster.current_tenant() and app_id = any ($1::uuid[])`,
    [appIds],
  );
