import type {
  Connection,
  ConnectionApp,
  ConnectionAppId,
  ConnectionId,
  ConnectionMode,
  PullRules,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
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

/**
 * When the next timed pull of a `muster.connection` is due (row W-DD-29): so long after the last one, whoever started
 * that; null without a timer. Computed, so that neither a pull nor a missed minute has to write it.
 */
export const NEXT_PULL_AT = `
  case when connection.enabled and (connection.pull_rules->>'everyMinutes')::integer > 0 then
    greatest(
      connection.created_at,
      (select max(run.created_at) from muster.import_run run
       where run.tenant_id = connection.tenant_id and run.connection_id = connection.id)
    ) + (connection.pull_rules->>'everyMinutes')::integer * interval '1 minute'
  end`;

const COLUMNS = `
  id, tenant_id as "tenantId", platform, name, enabled, mode, settings, secrets,
  allow_private_network as "allowPrivateNetwork", pull_rules as "pullRules",
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

export interface ConnectionFields {
  readonly name: string;
  readonly enabled: boolean;
  readonly mode: ConnectionMode;
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: SealedSecrets;
  readonly allowPrivateNetwork: boolean;
  readonly pullRules: PullRules;
  readonly defaultPassword: string | null;
}

const values = (fields: ConnectionFields): unknown[] => [
  fields.name,
  fields.enabled,
  fields.mode,
  JSON.stringify(fields.settings),
  JSON.stringify(fields.secrets),
  fields.allowPrivateNetwork,
  JSON.stringify(fields.pullRules),
  fields.defaultPassword,
];

/** Makes a connection unless the name is taken; `null` then. */
export const insertConnection = async (
  tx: Tx,
  connection: { readonly id: ConnectionId; readonly platform: string },
  fields: ConnectionFields,
): Promise<ConnectionRow | null> => {
  const rows = await tx.query<Found>(
    `insert into muster.connection (tenant_id, id, platform, name, enabled, mode, settings, secrets,
       allow_private_network, pull_rules, default_password)
     values (muster.current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (tenant_id, name) do nothing returning ${COLUMNS}`,
    [connection.id, connection.platform, ...values(fields)],
  );
  return rows[0] ?? null;
};

export const updateConnectionRow = async (
  tx: Tx,
  id: ConnectionId,
  fields: ConnectionFields,
): Promise<ConnectionRow | null> => {
  const rows = await tx.query<Found>(
    `update muster.connection set name = $2, enabled = $3, mode = $4, settings = $5, secrets = $6,
       allow_private_network = $7, pull_rules = $8, default_password = $9, changed_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 returning ${COLUMNS}`,
    [id, ...values(fields)],
  );
  return rows[0] ?? null;
};

export const isConnectionNameTaken = async (tx: Tx, name: string, except: ConnectionId): Promise<boolean> => {
  const rows = await tx.query(
    'select from muster.connection where tenant_id = muster.current_tenant() and name = $1 and id <> $2',
    [name, except],
  );
  return rows.length > 0;
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
  readonly version: number;
}

const APP_COLUMNS = `id, connection_id as "connectionId", name, agent_id as "agentId", settings, secrets,
  home_address as "homeAddress", version`;

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

export const lockConnectionApp = async (tx: Tx, id: ConnectionAppId): Promise<ConnectionAppRow | null> => {
  const rows = await tx.query<FoundApp>(
    `select ${APP_COLUMNS} from muster.connection_app
     where tenant_id = muster.current_tenant() and id = $1 for no key update`,
    [id],
  );
  return rows[0] ?? null;
};

export type ConnectionAppFields = Pick<
  ConnectionAppRow,
  'name' | 'agentId' | 'settings' | 'secrets' | 'homeAddress'
>;

const appValues = (fields: ConnectionAppFields): unknown[] => [
  fields.name,
  fields.agentId,
  JSON.stringify(fields.settings),
  JSON.stringify(fields.secrets),
  fields.homeAddress,
];

/** Makes an app unless its name is taken in the connection; `null` then. */
export const insertConnectionApp = async (
  tx: Tx,
  app: { readonly id: ConnectionAppId; readonly connectionId: ConnectionId },
  fields: ConnectionAppFields,
): Promise<ConnectionAppRow | null> => {
  const rows = await tx.query<FoundApp>(
    `insert into muster.connection_app
       (tenant_id, id, connection_id, name, agent_id, settings, secrets, home_address)
     values (muster.current_tenant(), $1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant_id, connection_id, name) do nothing returning ${APP_COLUMNS}`,
    [app.id, app.connectionId, ...appValues(fields)],
  );
  return rows[0] ?? null;
};

/** Changes an app; `null` when another app of the connection has the name. */
export const updateConnectionAppRow = async (
  tx: Tx,
  app: Pick<ConnectionAppRow, 'id' | 'connectionId'>,
  fields: ConnectionAppFields,
): Promise<ConnectionAppRow | null> => {
  const rows = await tx.query<FoundApp>(
    `update muster.connection_app set name = $3, agent_id = $4, settings = $5, secrets = $6,
       home_address = $7, changed_at = clock_timestamp()
     where tenant_id = muster.current_tenant() and id = $1 and connection_id = $2 and not exists (
       select from muster.connection_app o where o.connection_id = $2 and o.name = $3 and o.id <> $1)
     returning ${APP_COLUMNS}`,
    [app.id, app.connectionId, ...appValues(fields)],
  );
  return rows[0] ?? null;
};

export const deleteConnectionAppRow = (tx: Tx, id: ConnectionAppId): Promise<number> =>
  tx.execute('delete from muster.connection_app where tenant_id = muster.current_tenant() and id = $1', [id]);
