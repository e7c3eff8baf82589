import type pg from 'pg';
import {
  type Connection,
  type ConnectionId,
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  type ImportRunId,
  newId,
  type OpenConnection,
  type PullRules,
  type TenantId,
} from '../../src/domain/index.ts';
import { openConnection, secretPlace } from '../../src/flows/connection/open-connection.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { fetchImport } from '../../src/flows/import/fetch-import.ts';
import { importActor } from '../../src/flows/import/run-context.ts';
import { stageImport } from '../../src/flows/import/stage-import.ts';
import { bootstrap } from '../../src/flows/sign-in/bootstrap.ts';
import { createPasswords } from '../../src/flows/sign-in/passwords.ts';
import { createLogger } from '../../src/logging/index.ts';
import type { HttpClient } from '../../src/platforms/kit/http-client.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { RateBudget } from '../../src/ports/rate-budget.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { parseMasterKeys } from '../../src/store/master-keys.ts';
import { insertConnection } from '../../src/store/queries/connections.ts';
import { claimRun, type ImportRunRow, insertRun, readRun } from '../../src/store/queries/import-runs.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import type { ConnectionForm } from './stand-ins.ts';

/** Everything that tells another process which company of which tenant is meant. */
export interface Place {
  readonly tenantId: TenantId;
  readonly connectionId: ConnectionId;
  readonly masterKey: string;
  readonly owner: Owner;
}

/** Who may sign in and see everything. */
export interface Owner {
  readonly tenant: string;
  readonly userName: string;
  readonly password: string;
}

/** No pacing: what is measured is the import, not the platform's limit. */
export const UNLIMITED: RateBudget = {
  acquire: async () => () => undefined,
  penalise: () => undefined,
  eta: () => 0,
};

const contextOf = (db: Database, place: Place, platforms: FlowContext['platforms']): FlowContext => ({
  db,
  secrets: createSecrets(parseMasterKeys(place.masterKey)),
  platforms,
  logger: createLogger({ level: 'warn' }),
  now: () => new Date(),
  principal: {
    kind: 'SYSTEM',
    id: null,
    tenantId: place.tenantId,
    name: 'bench',
    requestId: 'bench',
    address: null,
  },
});

/** The first tenant of a database, with its root unit and its owner, as a gateway makes it at its first start. */
const bootstrapTenant = async (
  app: pg.ClientConfig,
): Promise<{ readonly tenantId: TenantId; readonly owner: Owner }> => {
  const db = openDatabase({ connection: app });
  const logger = createLogger({ level: 'warn' });
  try {
    const made = await bootstrap(
      { db, logger, passwords: createPasswords() },
      { name: '海川科技有限公司', mustChangePassword: false },
    );
    if (made === null) throw new Error('the database has a tenant already');
    const { tenantId, tenantCode: tenant, userName, password } = made;
    return { tenantId, owner: { tenant, userName, password } };
  } finally {
    await db.close();
  }
};

const NO_PLATFORMS: FlowContext['platforms'] = new Map();

/** One connection of one tenant, and the steps of its imports, each by the production's own flow. */
export class ImportWorld {
  readonly place: Place;
  readonly context: FlowContext;
  readonly #close: () => Promise<void>;

  private constructor(place: Place, context: FlowContext, close: () => Promise<void>) {
    this.place = place;
    this.context = context;
    this.#close = close;
  }

  /** Enters an existing place. Without `http` it can do everything but fetch. */
  static enter(app: pg.ClientConfig, place: Place, http?: HttpClient): ImportWorld {
    const db = openDatabase({ connection: app, pool: { statementTimeout: 600_000 } });
    const platforms =
      http === undefined
        ? NO_PLATFORMS
        : createPlatforms({ ...createPlatformServices(), http, budget: UNLIMITED });
    return new ImportWorld(place, contextOf(db, place, platforms), () => db.close());
  }

  /** Makes a tenant with a root unit and a connection. */
  static async create(app: pg.ClientConfig, form: ConnectionForm, masterKey: string): Promise<Place> {
    const { tenantId, owner } = await bootstrapTenant(app);
    const place: Place = { tenantId, connectionId: newId(), masterKey, owner };
    await ImportWorld.#connect(app, place, { form, name: '海川' });
    return place;
  }

  /** Makes one more connection of the same tenant. */
  static async connect(
    app: pg.ClientConfig,
    place: Place,
    what: { readonly form: ConnectionForm; readonly name: string; readonly pullRules?: Partial<PullRules> },
  ): Promise<Place> {
    const other = { ...place, connectionId: newId<'Connection'>() };
    await ImportWorld.#connect(app, other, what);
    return other;
  }

  static async #connect(
    app: pg.ClientConfig,
    { connectionId, ...place }: Place,
    what: Parameters<typeof ImportWorld.connect>[2],
  ): Promise<void> {
    const world = ImportWorld.enter(app, { connectionId, ...place });
    const { platform, settings, secrets } = what.form;
    const sealed: Record<string, string> = {};
    for (const [name, secret] of Object.entries(secrets)) {
      const at = secretPlace(place.tenantId, { table: 'connection', id: connectionId }, name);
      sealed[name] = await world.context.secrets.seal(secret, at);
    }
    await world.context.db.transaction(importActor(world.context, newId()), async (tx) => {
      await insertConnection(
        tx,
        { id: connectionId, platform },
        {
          name: what.name,
          enabled: true,
          mode: 'READ_ONLY',
          settings,
          secrets: sealed,
          allowPrivateNetwork: true,
          pullRules: { ...DEFAULT_PULL_RULES, ...what.pullRules },
          pushRules: DEFAULT_PUSH_RULES,
          defaultPassword: null,
        },
      );
    });
    await world.close();
  }

  connection(): Promise<OpenConnection> {
    return openConnection(this.context, this.place.connectionId);
  }

  /** A run that is ready to fetch. */
  async begin(): Promise<ImportRunRow> {
    const id = newId<'ImportRun'>();
    const run = await this.context.db.transaction(importActor(this.context, id), async (tx) => {
      await insertRun(tx, {
        id,
        connectionId: this.place.connectionId,
        scope: 'ALL',
        trigger: 'MANUAL',
      });
      return claimRun(tx, id);
    });
    if (run === null) throw new Error('another run is working');
    return run;
  }

  async fetch(run: ImportRunRow, connection: OpenConnection): Promise<void> {
    const source = this.context.platforms.get(connection.platform)?.directorySource;
    if (source === undefined) throw new TypeError('this world cannot fetch');
    const { signal } = new AbortController();
    await fetchImport(this.context, run, { source, connection, signal });
  }

  stage(run: Pick<ImportRunRow, 'id' | 'attempt'>, pullRules: PullRules = DEFAULT_PULL_RULES): Promise<void> {
    const connection: Pick<Connection, 'pullRules'> = { pullRules };
    return stageImport(this.context, run, connection);
  }

  async commit(runId: ImportRunId): Promise<void> {
    const run = await this.run(runId);
    if (run.digest === null) throw new Error('the run has not been staged');
    const passwords = { hash: (): never => unreachable() };
    await commitImport({ ...this.context, passwords }, { runId, digest: run.digest });
  }

  async run(id: ImportRunId): Promise<ImportRunRow> {
    const run = await readRun(this.context.db, this.place.tenantId, id);
    if (run === null) throw new Error('no such run');
    return run;
  }

  close(): Promise<void> {
    return this.#close();
  }
}

const unreachable = (): never => {
  throw new TypeError('the connection has no default password');
};
