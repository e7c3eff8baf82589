import type {
  Connection,
  ConnectionAppId,
  ConnectionId,
  ErrorDetails,
  StreamState,
  TenantId,
} from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
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

/** An app whose events come through a long connection. */
export interface StreamFeed {
  readonly tenantId: TenantId;
  readonly appId: ConnectionAppId;
  readonly callbackKey: string;
}

/** Apps of all tenants whose long connections are to be held. */
export const listStreams = (db: Database): Promise<StreamFeed[]> =>
  db.system(async (client) => {
    const { rows } = await client.query<StreamFeed>({
      name: 'stream_feeds',
      text: `select tenant_id as "tenantId", app_id as "appId", callback_key as "callbackKey" from muster.event_feed
        where event_source = 'STREAM' order by tenant_id, app_id`,
    });
    return rows;
  });

interface Lease {
  readonly appId: ConnectionAppId;
  readonly holder: string;
  /** Milliseconds. */
  readonly leaseMs: number;
}

/** Takes the lease of a long connection that nobody holds, or whose holder has let it run out. */
export const claimStream = async (db: Database, actor: ActorContext, lease: Lease): Promise<boolean> => {
  const rows = await db.write(
    actor,
    {
      name: 'claim_stream',
      text: `update muster.event_feed set holder = $2,
          lease_until = clock_timestamp() + $3 * interval '1 millisecond', stream_state = 'WAITING'
        where tenant_id = muster.current_tenant() and app_id = $1 and event_source = 'STREAM'
          and (holder is null or lease_until < clock_timestamp())
        returning app_id`,
    },
    [lease.appId, lease.holder, lease.leaseMs],
  );
  return rows.length > 0;
};

/** Renews a lease. False = somebody else has taken it, or the app's events come another way now. */
export const renewStream = async (db: Database, actor: ActorContext, lease: Lease): Promise<boolean> => {
  const rows = await db.write(
    actor,
    {
      name: 'renew_stream',
      text: `update muster.event_feed set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
        where tenant_id = muster.current_tenant() and app_id = $1 and holder = $2 and event_source = 'STREAM'
        returning app_id`,
    },
    [lease.appId, lease.holder, lease.leaseMs],
  );
  return rows.length > 0;
};

/** Gives a lease back, so that another process need not wait until it runs out. */
export const releaseStream = async (
  db: Database,
  actor: ActorContext,
  lease: Pick<Lease, 'appId' | 'holder'>,
): Promise<void> => {
  await db.write(
    actor,
    `update muster.event_feed set holder = null, lease_until = null,
       stream_state = case when stream_state = 'FAILED' then stream_state else 'IDLE' end
     where tenant_id = muster.current_tenant() and app_id = $1 and holder = $2`,
    [lease.appId, lease.holder],
  );
};

/** Notes how a long connection stands; only its holder may. */
export const noteStream = async (
  db: Database,
  actor: ActorContext,
  note: Pick<Lease, 'appId' | 'holder'> & {
    readonly state: StreamState;
    readonly error?: { readonly code: string; readonly details: ErrorDetails };
  },
): Promise<void> => {
  const { appId, holder, state, error } = note;
  await db.write(
    actor,
    `update muster.event_feed set stream_state = $3,
       connected_at = case when $3 = 'CONNECTED' then clock_timestamp() else connected_at end,
       last_error_code = coalesce($4, last_error_code), last_error = case when $4 is null then last_error else $5::jsonb end,
       last_error_at = case when $4 is null then last_error_at else clock_timestamp() end
     where tenant_id = muster.current_tenant() and app_id = $1 and holder = $2`,
    [appId, holder, state, error?.code ?? null, error === undefined ? null : JSON.stringify(error.details)],
  );
};

/** Notes that an event has come through a long connection. */
export const noteStreamEvent = async (
  db: Database,
  actor: ActorContext,
  lease: Pick<Lease, 'appId' | 'holder'>,
): Promise<void> => {
  await db.write(
    actor,
    {
      name: 'note_stream_event',
      text: `update muster.event_feed set last_event_at = clock_timestamp()
        where tenant_id = muster.current_tenant() and app_id = $1 and holder = $2`,
    },
    [lease.appId, lease.holder],
  );
};

/** Enabled connections of a tenant whose platform calls us: what it could not deliver may be on its list. */
export const connectionsWithCallbacks = async (db: Database, tenantId: TenantId): Promise<ConnectionId[]> =>
  (
    await db.read<{ id: ConnectionId }>(
      tenantId,
      `select c.id from muster.connection c
       where c.tenant_id = muster.current_tenant() and c.enabled and exists (
         select from muster.connection_app a where a.tenant_id = c.tenant_id and a.connection_id = c.id
           and a.event_source = 'CALLBACK')
       order by c.id`,
    )
  ).map(({ id }) => id);
