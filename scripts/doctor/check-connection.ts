import {
  AppError,
  type ConnectionId,
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
  type SystemPrincipal,
  type TenantId,
} from '../../src/domain/index.ts';
import { openConnection } from '../../src/flows/connection/open-connection.ts';
import { readTypedSettings } from '../../src/flows/connection/settings.ts';
import { createLogger } from '../../src/logging/index.ts';
import { openPlatforms } from '../../src/open-platforms.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { Platform } from '../../src/ports/platform.ts';
import type { Store } from '../../src/store/open-store.ts';
import { selectConnections } from '../../src/store/queries/connections.ts';
import { tenantIds } from '../../src/store/tenants.ts';
import { type Finding, findingOf } from './report.ts';

/** Longest that one walk may take, in milliseconds. */
const LONGEST_MS = 120_000;

const notFound = (type: string, id: string): AppError => new AppError('NOT_FOUND', { details: { type, id } });

async function* walk(platform: Platform, connection: OpenConnection): AsyncGenerator<Finding> {
  const { directorySource } = platform;
  if (directorySource === undefined) throw notFound('directory source of', platform.name);
  yield* directorySource.check(connection, AbortSignal.timeout(LONGEST_MS));
}

/** Settings that were typed on the command line, as a connection that is stored nowhere. */
const unsavedConnection = (
  platform: Platform,
  typed: Readonly<Record<string, string>>,
  allowPrivateNetwork: boolean,
): OpenConnection => {
  const { settings, typedSecrets } = readTypedSettings(platform, typed, { settings: {}, secretNames: [] });
  return {
    id: newId(),
    tenantId: newId(),
    platform: platform.name,
    name: 'doctor',
    enabled: true,
    mode: 'READ_ONLY',
    settings,
    secrets: typedSecrets,
    allowPrivateNetwork,
    pullRules: DEFAULT_PULL_RULES,
    pushRules: DEFAULT_PUSH_RULES,
    version: 1,
  };
};

export interface TypedConnection {
  readonly platform: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly allowPrivateNetwork: boolean;
}

/** Walks a connection whose settings were typed; needs no database. */
export async function* checkTyped(typed: TypedConnection): AsyncGenerator<Finding> {
  const services = createPlatformServices();
  try {
    const platform = createPlatforms(services).get(typed.platform);
    if (platform === undefined) throw notFound('platform', typed.platform);
    yield* walk(platform, unsavedConnection(platform, typed.settings, typed.allowPrivateNetwork));
  } catch (error) {
    yield findingOf({ code: 'SETTINGS', subject: typed.platform }, error);
  } finally {
    await services.http.close();
  }
}

const principalOf = (tenantId: TenantId): SystemPrincipal => ({
  kind: 'SYSTEM',
  id: null,
  name: 'doctor',
  tenantId,
  requestId: 'doctor',
  address: null,
});

const findConnections = async (
  store: Store,
  idOrName: string,
): Promise<{ tenantId: TenantId; id: ConnectionId }[]> => {
  const found: { tenantId: TenantId; id: ConnectionId }[] = [];
  for (const tenantId of await tenantIds(store.database)) {
    for (const { id, name } of await selectConnections(store.database, tenantId)) {
      if (id === idOrName || name === idOrName) found.push({ tenantId, id });
    }
  }
  return found;
};

/** Walks a stored connection, with its secrets; every one of that name when several tenants have it. */
export async function* checkStored(store: Store, idOrName: string): AsyncGenerator<Finding> {
  const { platforms, close } = openPlatforms(store.database, {
    onCall: () => undefined,
    onWait: () => undefined,
  });
  const deps = { platforms, secrets: store.secrets, db: store.database, now: () => new Date() };
  try {
    const found = await findConnections(store, idOrName);
    if (found.length === 0) throw notFound('Connection', idOrName);
    for (const { tenantId, id } of found) {
      const logger = createLogger({ level: 'silent' });
      const connection = await openConnection({ ...deps, logger, principal: principalOf(tenantId) }, id);
      const platform = platforms.get(connection.platform);
      if (platform === undefined) throw notFound('platform', connection.platform);
      yield* walk(platform, connection);
    }
  } catch (error) {
    yield findingOf({ code: 'CONNECTION', subject: idOrName }, error);
  } finally {
    await close();
  }
}
