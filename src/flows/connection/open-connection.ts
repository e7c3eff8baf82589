import {
  AppError,
  type Connection,
  type ConnectionId,
  type OpenConnection,
  type TenantId,
} from '../../domain/index.ts';
import type { Platform } from '../../ports/platform.ts';
import { type ConnectionRow, selectConnection } from '../../store/queries/connections.ts';
import type { SecretPlace } from '../../store/secrets.ts';
import type { FlowContext } from '../context.ts';

/** Where a secret of a connection or of an app of it is kept. */
export const secretPlace = (
  tenantId: TenantId,
  row: { readonly table: 'connection' | 'connection_app'; readonly id: string },
  name: string,
): SecretPlace => ({ tenantId, table: row.table, rowId: row.id, column: `secrets.${name}` });

export const defaultPasswordPlace = (tenantId: TenantId, id: ConnectionId): SecretPlace => ({
  tenantId,
  table: 'connection',
  rowId: id,
  column: 'default_password',
});

export const connectionNotFound = (id: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'Connection', id } });

/** @throws AppError CONNECTION_PLATFORM_UNKNOWN */
export const requirePlatform = (context: FlowContext, name: string): Platform => {
  const platform = context.platforms.get(name);
  if (platform === undefined) {
    throw new AppError('CONNECTION_PLATFORM_UNKNOWN', { details: { platform: name } });
  }
  return platform;
};

/** The stored connection without its ciphertexts. */
export const plainConnection = (row: Connection): Connection => ({
  id: row.id,
  tenantId: row.tenantId,
  platform: row.platform,
  name: row.name,
  enabled: row.enabled,
  mode: row.mode,
  settings: row.settings,
  allowPrivateNetwork: row.allowPrivateNetwork,
  pullRules: row.pullRules,
  pushRules: row.pushRules,
  version: row.version,
});

/** A stored connection with its secrets opened; it must not be kept. @throws AppError SECRET_UNREADABLE */
export const openRow = async (
  context: Pick<FlowContext, 'principal' | 'secrets'>,
  row: Connection & Pick<ConnectionRow, 'secrets'>,
): Promise<OpenConnection> => {
  const place = { table: 'connection', id: row.id } as const;
  const opened = await Promise.all(
    Object.entries(row.secrets).map(async ([name, sealed]) => {
      const text = await context.secrets.open(sealed, secretPlace(context.principal.tenantId, place, name));
      return [name, text] as const;
    }),
  );
  return { ...plainConnection(row), secrets: Object.fromEntries(opened) };
};

/**
 * A connection with its secrets opened, for one call of an adapter; it must not be kept.
 * @throws AppError NOT_FOUND, SECRET_UNREADABLE
 */
export const openConnection = async (
  context: FlowContext,
  id: ConnectionId,
): Promise<OpenConnection & Pick<ConnectionRow, 'lastRangeDigest'>> => {
  const { tenantId } = context.principal;
  const row = await selectConnection(context.db, tenantId, id);
  if (row === null) throw connectionNotFound(id);
  return { ...(await openRow(context, row)), lastRangeDigest: row.lastRangeDigest };
};
