import type {
  Connection,
  ConnectionApp,
  ConnectionAppId,
  ConnectionId,
  ConnectionMode,
  EventSource,
  PullRules,
  PushRules,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { ConnectionAppRecord } from '../entities/connection-app.ts';
import { entities } from '../entities/load.ts';
import type { Tx } from '../transaction.ts';

/** Ciphertexts by name of the setting. */
export type SealedSecrets = Readonly<Record<string, string>>;

/** A connection as it is stored; of its secrets only the ciphertexts. */
export interface ConnectionRow extends Connection {
  readonly secrets: SealedSecrets;
  readonly defaultPassword: string | null;
  readonly lastRangeDigest: string | null;
  readonly nextPullAt: Date | null;
  readonly createdAt: Date;
  readonly changedAt: Date;
}

/** Pull rules; what was saved before there was a rule has its default. */
export const PULL_RULES = `'{"events":"HOLD","masters":{}}'::jsonb || pull_rules`;

/** What a connection does with events; rules that were saved before there were any say nothing of it. */
export const EVENT_POLICY = `coalesce(connection.pull_rules->>'events', 'HOLD')`;

/** Minutes of a day. */
const DAILY = 1_440;

// Events may get lost, and nobody would know: where they are followed, a whole pull comes once a day at least.
const EVERY_MINUTES = `
  case when (connection.pull_rules->>'everyMinutes')::integer > 0
      then (connection.pull_rules->>'everyMinutes')::integer
    when ${EVENT_POLICY} <> 'OFF' and exists (select from muster.connection_app app
      where app.tenant_id = connection.tenant_id and app.connection_id = connection.id and app.event_source <> 'OFF')
      then ${DAILY} end`;

/**
 * When the next timed pull of a `muster.connection` is due (row W-DD-29): so long after the last one of the whole
 * company, whoever started that; null without a timer. Computed, so that neither a pull nor a missed minute has to
 * write it.
 */
export const NEXT_PULL_AT = `
  case when connection.enabled then
    greatest(
      connection.created_at,
      (select max(run.created_at) from muster.import_run run
       where run.tenant_id = connection.tenant_id and run.connection_id = connection.id and run.kind = 'WHOLE')
    ) + (${EVERY_MINUTES}) * interval '1 minute'
  end`;

const COLUMNS = `
  id, tenant_id as "tenantId", platform, name, enabled, mode, settings, secrets,
  allow_private_network as "allowPrivateNetwork",
  ${PULL_RULES} as "pullRules", push_rules as "pushRules",
  default_password as "defaultPassword", last_range_digest as "lastRangeDigest", ${NEXT_PULL_AT} as "nextPullAt",
  version, created_at as "createdAt", changed_at as "changedAt"`;

type Found = ConnectionRow & Record<string, unknown>;

export const selectConnection = async (
  db: Database,
  tenantId: TenantId,
  id: ConnectionId,
): Promise<ConnectionRow | null> => {
  const rows = await db.read<Found>(
    tenantId,
    {
      name: 'connection',
      text: `select ${COLUMNS} from muster.connection where tenant_id = muster.current_tenant() and id = $1`,
    },
    [id],
  );
  return rows[0] ?? null;
};

/** All connections of the tenant, by name. */
export const selectConnections = (db: Database, tenantId: TenantId): Promise<ConnectionRow[]> =>
  db.read<Found>(
    tenantId,
    `select ${COLUMNS} from muster.connection where tenant_id = muster.current_tenant()
     order by name collate muster.pinyin, id`,
  );

/** `share` keeps the connection from being changed, `no key update` lets this transaction change it. */
export const lockConnection = async (
  tx: Tx,
  id: ConnectionId,
  strength: 'share' | 'no key update',
): Promise<ConnectionRow | null> => {
  const rows = await tx.query<Found>(
    `select ${COLUMNS} from muster.connection
     where tenant_id = muster.current_tenant() and id = $1 for ${strength}`,
    [id],
  );
  return rows[0] ?? null;
};

/** The constraint that keeps the names of a tenant's connections apart. */
export const CONNECTION_NAME_KEY = 'connection_tenant_id_name_key';

export interface ConnectionFields {
  readonly name: string;
  readonly enabled: boolean;
  readonly mode: ConnectionMode;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: SealedSecrets;
  readonly allowPrivateNetwork: boolean;
  readonly pullRules: PullRules;
  readonly pushRules: PushRules;
  readonly defaultPassword: string | null;
}

/** The row as everybody reads it: when its next pull is due is known to PostgreSQL alone. */
const reread = async (tx: Tx, id: ConnectionId): Promise<ConnectionRow> => {
  const row = await lockConnection(tx, id, 'no key update');
  if (row === null) throw new TypeError('a connection that was just written is there');
  return row;
};

/** Makes a connection; breaks `CONNECTION_NAME_KEY` when the name is taken. */
export const insertConnection = async (
  tx: Tx,
  connection: { readonly id: ConnectionId; readonly platform: string },
  fields: ConnectionFields,
): Promise<ConnectionRow> => {
  const { ConnectionEntity } = entities();
  tx.em.create(ConnectionEntity, { tenantId: tx.context.tenantId, ...connection, ...fields });
  await tx.em.flush();
  return reread(tx, connection.id);
};

/** Changes a connection that is locked; breaks `CONNECTION_NAME_KEY` when the name is taken. */
export const updateConnectionRow = async (
  tx: Tx,
  id: ConnectionId,
  fields: ConnectionFields,
): Promise<ConnectionRow> => {
  const { ConnectionEntity } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  Object.assign(await tx.em.findOneOrFail(ConnectionEntity, key), fields);
  await tx.em.flush();
  return reread(tx, id);
};

export const deleteConnectionRow = (tx: Tx, id: ConnectionId): Promise<number> =>
  tx.execute('delete from muster.connection where tenant_id = muster.current_tenant() and id = $1', [id]);

/** Remembers what the credentials could see when an import was last committed. */
export const rememberRange = (tx: Tx, id: ConnectionId, digest: string): Promise<number> =>
  tx.execute(
    `update muster.connection set last_range_digest = $2
     where tenant_id = muster.current_tenant() and id = $1 and last_range_digest is distinct from $2`,
    [id, digest],
  );

/** True when units were imported through the connection before (row ID-14). */
export const hasUnitLinks = async (tx: Tx, id: ConnectionId): Promise<boolean> => {
  const rows = await tx.query(
    'select from muster.org_unit_link where tenant_id = muster.current_tenant() and connection_id = $1 limit 1',
    [id],
  );
  return rows.length > 0;
};

/** An app of a connection as it is stored. */
export interface ConnectionAppRow extends ConnectionApp {
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: SealedSecrets;
  /** Opaque part of the address that platforms call. */
  readonly callbackKey: string;
  readonly eventSource: EventSource;
  readonly version: number;
}

const APP_COLUMNS = `id, connection_id as "connectionId", name, agent_id as "agentId", settings, secrets,
  home_address as "homeAddress", callback_key as "callbackKey", event_source as "eventSource", version`;

type FoundApp = ConnectionAppRow & Record<string, unknown>;

export const selectConnectionApps = (
  db: Database,
  tenantId: TenantId,
  connectionIds: readonly ConnectionId[],
): Promise<ConnectionAppRow[]> =>
  db.read<FoundApp>(
    tenantId,
    `select ${APP_COLUMNS} from muster.connection_app
     where tenant_id = muster.current_tenant() and connection_id = any ($1::uuid[])
     order by name collate muster.pinyin, id`,
    [connectionIds],
  );

/** The constraint that keeps the names of a connection's apps apart. */
export const CONNECTION_APP_NAME_KEY = 'connection_app_tenant_id_connection_id_name_key';

const appOf = (app: ConnectionAppRecord): ConnectionAppRow => {
  const {
    id,
    connectionId,
    name,
    agentId,
    settings,
    secrets,
    homeAddress,
    callbackKey,
    eventSource,
    version,
  } = app;
  const texts = { name, agentId, settings, secrets, homeAddress };
  return { id, connectionId, ...texts, callbackKey, eventSource, version };
};

const lockAppRecord = (tx: Tx, id: ConnectionAppId): Promise<ConnectionAppRecord | null> => {
  const { ConnectionAppEntity, LockMode } = entities();
  const key = { tenantId: tx.context.tenantId, id };
  return tx.em.findOne(ConnectionAppEntity, key, { lockMode: LockMode.PESSIMISTIC_WRITE });
};

export const lockConnectionApp = async (tx: Tx, id: ConnectionAppId): Promise<ConnectionAppRow | null> => {
  const app = await lockAppRecord(tx, id);
  return app === null ? null : appOf(app);
};

export type ConnectionAppFields = Pick<
  ConnectionAppRow,
  'name' | 'agentId' | 'settings' | 'secrets' | 'homeAddress' | 'eventSource'
>;

/** Makes an app; breaks `CONNECTION_APP_NAME_KEY` when its name is taken in the connection. */
export const insertConnectionApp = async (
  tx: Tx,
  app: { readonly id: ConnectionAppId; readonly connectionId: ConnectionId; readonly callbackKey: string },
  fields: ConnectionAppFields,
): Promise<ConnectionAppRow> => {
  const { ConnectionAppEntity } = entities();
  const made = tx.em.create(ConnectionAppEntity, { tenantId: tx.context.tenantId, ...app, ...fields });
  await tx.em.flush();
  return appOf(made);
};

/** Changes an app; `null` when it is gone. Breaks `CONNECTION_APP_NAME_KEY` when another one has the name. */
export const updateConnectionAppRow = async (
  tx: Tx,
  id: ConnectionAppId,
  fields: ConnectionAppFields,
): Promise<ConnectionAppRow | null> => {
  const app = await lockAppRecord(tx, id);
  if (app === null) return null;
  Object.assign(app, fields);
  await tx.em.flush();
  return appOf(app);
};

export const deleteConnectionAppRow = async (tx: Tx, id: ConnectionAppId): Promise<void> => {
  const app = await lockAppRecord(tx, id);
  if (app === null) return;
  tx.em.remove(app);
  await tx.em.flush();
};
