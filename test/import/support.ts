import { randomUUID } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import pino from 'pino';
import { afterAll } from 'vitest';
import { type Company, type CompanyOptions, generateCompany } from '../../simulators/company/index.ts';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  type SimulatorOptions,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import {
  DEFAULT_PASSWORD_POLICY,
  type ImportScope,
  newId,
  type OrgUnitId,
  type PullRules,
  type TenantId,
} from '../../src/domain/index.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { type ImportRunRow, readRun } from '../../src/store/queries/import-runs.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import { systemContext, type TestDatabase } from '../support/index.ts';

/** A cheap hash of the right kind: what it costs is tested elsewhere. */
const passwords = { hash: (password: string) => hash(password, { memoryCost: 64, timeCost: 1 }) };

export type ImportContext = FlowContext & { readonly passwords: typeof passwords };

/** A tenant with its root unit, and a context in which its administrator imports. */
export interface ImportWorld {
  readonly tenantId: TenantId;
  readonly rootId: OrgUnitId;
  readonly context: ImportContext;
}

const services = createPlatformServices();
afterAll(() => services.http.close());
const platforms = createPlatforms(services);
/** Of this test file; a process of its own needs it to open the connection's secret. */
export const MASTER_KEY = newMasterKey();
const secrets = createSecrets(parseMasterKeys(MASTER_KEY));

/** Makes a tenant with a root unit of the given name. */
export const createWorld = async (
  database: TestDatabase,
  options: { readonly quota?: number; readonly rootName?: string } = {},
): Promise<ImportWorld> => {
  const tenantId = newId<'Tenant'>();
  const rootId = newId<'OrgUnit'>();
  await database.database.transaction(systemContext(tenantId), async (tx) => {
    await tx.execute(
      'insert into muster.tenant (id, code, name, password_policy, account_quota) values ($1, $2, $3, $4, $5)',
      [
        tenantId,
        `t-${tenantId.slice(-12)}`,
        '测试公司',
        JSON.stringify(DEFAULT_PASSWORD_POLICY),
        options.quota ?? null,
      ],
    );
    await tx.execute('insert into muster.org_unit (tenant_id, id, name) values ($1, $2, $3)', [
      tenantId,
      rootId,
      options.rootName ?? '总公司',
    ]);
  });
  return { tenantId, rootId, context: contextOf(database, tenantId) };
};

export const contextOf = (
  database: TestDatabase,
  tenantId: TenantId,
  more: Partial<ImportContext> = {},
): ImportContext => ({
  db: database.database,
  secrets,
  platforms,
  logger: pino({ level: 'silent' }),
  now: () => new Date(),
  passwords,
  principal: {
    kind: 'SYSTEM',
    id: null,
    tenantId,
    name: '管理员',
    requestId: randomUUID(),
    address: null,
  },
  ...more,
});

/** A DingTalk with a made-up company and no limits; closed when the file is done. */
export const startDingTalk = async (
  company: Partial<CompanyOptions> | Company,
  options: SimulatorOptions = {},
): Promise<DingTalkSimulator> => {
  const simulator = await startDingTalkSimulator({
    ...options,
    company,
    settings: { ...NO_LIMITS, ...options.settings },
  });
  afterAll(() => simulator.close());
  return simulator;
};

export const companyOf = (options: Partial<CompanyOptions>): Company =>
  generateCompany({ seed: 1, people: 50, ...options });

/** An enabled connection to a simulator. */
export const connectTo = (
  world: ImportWorld,
  simulator: DingTalkSimulator,
  more: {
    readonly pullRules?: Partial<PullRules>;
    readonly defaultPassword?: string;
    readonly name?: string;
  } = {},
): Promise<ConnectionRow> =>
  createConnection(world.context, {
    platform: 'dingtalk',
    name: more.name ?? '海川科技',
    enabled: true,
    allowPrivateNetwork: true,
    settings: {
      corpId: simulator.describe().corpId,
      clientId: simulator.app.clientId,
      clientSecret: simulator.app.clientSecret,
      apiBase: simulator.url,
      newApiBase: simulator.url,
      callsPerSecond: '1000',
    },
    ...(more.pullRules === undefined ? {} : { pullRules: more.pullRules }),
    ...(more.defaultPassword === undefined ? {} : { defaultPassword: more.defaultPassword }),
  });

/** Pulls as the job would, up to the review. */
export const pull = async (
  world: ImportWorld,
  connection: ConnectionRow,
  scope: ImportScope = 'ALL',
): Promise<ImportRunRow> => {
  const { id } = await startImport(world.context, { connectionId: connection.id, scope });
  await runImport(world.context, { runId: id });
  return runOf(world, id);
};

export const runOf = async (world: ImportWorld, id: ImportRunRow['id']): Promise<ImportRunRow> => {
  const run = await readRun(world.context.db, world.tenantId, id);
  if (run === null) throw new Error(`no run ${id}`);
  return run;
};

/** Commits what is staged, as it is. */
export const commit = async (world: ImportWorld, run: ImportRunRow) => {
  const { digest } = await runOf(world, run.id);
  return commitImport(world.context, { runId: run.id, digest: digest ?? '' });
};

/** The account that a platform's person is linked to, as it is stored. */
export const accountOf = async (
  database: TestDatabase,
  world: ImportWorld,
  externalId: string,
): Promise<Record<string, unknown>> => {
  const rows = await database.look<Record<string, unknown>>(
    `select a.* from muster.account a
     join muster.account_link l on l.account_id = a.id
     join muster.remote_account r on r.id = l.remote_account_id
     where a.tenant_id = $1 and r.external_id = $2`,
    [world.tenantId, externalId],
  );
  const [row] = rows;
  if (row === undefined) throw new Error(`nobody is linked to ${externalId}`);
  return row;
};
