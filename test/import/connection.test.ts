import { beforeAll, describe, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import {
  createConnectionApp,
  deleteConnectionApp,
  findConnectionApps,
  updateConnectionApp,
} from '../../src/flows/connection/connection-app.ts';
import { deleteConnection, getConnection } from '../../src/flows/connection/manage-connection.ts';
import { openConnection } from '../../src/flows/connection/open-connection.ts';
import { createConnection, updateConnection } from '../../src/flows/connection/save-connection.ts';
import { testConnection } from '../../src/flows/connection/test-connection.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { commit, connectTo, createWorld, type ImportWorld, pull, runOf, startDingTalk } from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 50, seed: 2 });
});

const base = (name: string) => ({
  platform: 'dingtalk',
  name,
  settings: { corpId: 'ding123', clientId: 'key', clientSecret: 'secret' },
});

describe('saving', () => {
  test('pasted blanks are trimmed, also inside a secret; secrets are sealed; off by default', async () => {
    const made = await createConnection(world.context, {
      platform: 'dingtalk',
      name: '  海川\u3000科技 ',
      settings: { corpId: ' ding123\n', clientId: '\tkey ', clientSecret: ' se cr\net ' },
    });
    expect(made).toMatchObject({
      name: '海川 科技',
      enabled: false,
      mode: 'READ_ONLY',
      settings: { corpId: 'ding123', clientId: 'key' },
    });
    const stored = await database.look<{ text: string }>(
      'select to_jsonb(c)::text as text from muster.connection c where id = $1',
      [made.id],
    );
    expect(stored[0]?.text).not.toContain('se cr');
    expect(stored[0]?.text).not.toContain('"secret"');
    expect((await openConnection(world.context, made.id)).secrets).toEqual({ clientSecret: 'secret' });
  });

  test('a secret opens only where it was sealed', async () => {
    const one = await createConnection(world.context, base('one'));
    const two = await createConnection(world.context, base('two'));
    await database.look('update muster.connection set secrets = $2 where id = $1', [
      two.id,
      JSON.stringify(one.secrets),
    ]);
    await expect(openConnection(world.context, two.id)).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  test.each([
    ['a missing setting', { settings: { corpId: 'a', clientId: 'b' } }, 'INPUT_INVALID'],
    ['an unknown setting', { settings: { ...base('x').settings, nonsense: '1' } }, 'INPUT_INVALID'],
    ['an address that is none', { settings: { ...base('x').settings, apiBase: 'oapi' } }, 'INPUT_INVALID'],
    ['a blank inside an id', { settings: { ...base('x').settings, corpId: 'ding 1' } }, 'INPUT_INVALID'],
    ['an empty name', { name: '   ' }, 'INPUT_INVALID'],
    ['a name that is taken', { name: 'one' }, 'CONNECTION_NAME_TAKEN'],
    ['a platform that nobody knows', { platform: 'lotus' }, 'CONNECTION_PLATFORM_UNKNOWN'],
    ['a weak default password', { defaultPassword: '123456' }, 'DEFAULT_PASSWORD_WEAK'],
    ['a guard that is off', { pullRules: { guard: { fraction: 0, count: 0 } } }, 'INPUT_INVALID'],
    [
      'a target that is not there',
      { pullRules: { targetOrgUnitId: '0190a000-0000-7000-8000-000000000000' as never } },
      'NOT_FOUND',
    ],
  ])('%s is refused', async (_what, more, code) => {
    await expect(createConnection(world.context, { ...base('refused'), ...more })).rejects.toMatchObject({
      code,
    });
  });

  test('what an update leaves out stays; typing replaces; an old version is refused', async () => {
    const made = await createConnection(world.context, base('update'));
    const renamed = await updateConnection(world.context, {
      id: made.id,
      name: 'renamed',
      version: made.version,
    });
    expect(renamed).toMatchObject({ name: 'renamed', settings: made.settings, secrets: made.secrets });
    const typed = await updateConnection(world.context, { id: made.id, settings: { clientSecret: 'new' } });
    expect(typed.settings).toEqual(made.settings);
    expect((await openConnection(world.context, made.id)).secrets).toEqual({ clientSecret: 'new' });
    await expect(
      updateConnection(world.context, { id: made.id, name: 'late', version: made.version }),
    ).rejects.toMatchObject({ code: 'VERSION_CONFLICT' });
  });

  test('every change is in the audit trail, without a secret', async () => {
    const events = await database.look<{ action: string; details: object }>(
      "select action, details from muster.audit_event where tenant_id = $1 and object_type = 'Connection' order by id",
      [world.tenantId],
    );
    expect(new Set(events.map(({ action }) => action))).toEqual(
      new Set(['connection.create', 'connection.update']),
    );
    expect(JSON.stringify(events)).not.toMatch(/"(?:secret|new|123456)"/);
  });
});

describe('using', () => {
  test('a disabled connection does not import, and accounts do not come before units', async () => {
    const made = await connectTo(world, simulator, { name: 'order' });
    await updateConnection(world.context, { id: made.id, enabled: false });
    const start = (scope: 'ACCOUNTS' | 'ORG_UNITS') =>
      startImport(world.context, { connectionId: made.id, scope });
    await expect(start('ORG_UNITS')).rejects.toMatchObject({ code: 'CONNECTION_DISABLED' });
    await updateConnection(world.context, { id: made.id, enabled: true });
    await expect(start('ACCOUNTS')).rejects.toMatchObject({ code: 'IMPORT_UNITS_FIRST' });
    const units = await pull(world, made, 'ORG_UNITS');
    expect(units.counts).toMatchObject({ accounts: { rows: 0 } });
    await commit(world, units);
    const accounts = await pull(world, made, 'ACCOUNTS');
    expect(accounts.counts).toMatchObject({
      orgUnits: { rows: 0 },
      accounts: { rows: 50, actions: { CREATE: 50 }, blocking: 0 },
    });
    await commit(world, accounts);
  });

  test('a second company is placed below the root; a target unit takes whatever top units there are', async () => {
    const other = await startDingTalk({ people: 50, seed: 3, name: '第二公司' });
    const made = await connectTo(world, other, { name: 'second', pullRules: { userNameSource: 'mobile' } });
    const run = await pull(world, made, 'ORG_UNITS');
    await commit(world, run);
    const [top] = await database.look<{ parent_id: string }>(
      "select parent_id from muster.org_unit where tenant_id = $1 and name = '第二公司'",
      [world.tenantId],
    );
    expect(top?.parent_id).toBe(world.rootId);
  });

  test('a wrong secret fails the run with what to do, and frees the connection', async () => {
    const made = await connectTo(world, simulator, { name: 'wrong' });
    await updateConnection(world.context, { id: made.id, settings: { clientSecret: 'wrong' } });
    const run = await pull(world, made);
    expect(run.phase).toBe('FAILED');
    expect(run.errorCode).toMatch(/^PLATFORM_/);
    const next = await startImport(world.context, { connectionId: made.id, scope: 'ALL' });
    expect(next.id).not.toBe(run.id);
  });

  test('a quota is shown and enforced', async () => {
    const small = await createWorld(database, { quota: 30 });
    const made = await connectTo(small, simulator);
    const run = await pull(small, made);
    expect(run.guard).toMatchObject({ quota: 30, used: 0, wanted: 50 });
    expect(run.counts?.accounts.issues).toEqual({ QUOTA_EXCEEDED: 20 });
    await expect(commit(small, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
    expect((await runOf(small, run.id)).phase).toBe('REVIEW');
  });

  test('the test of a connection walks its steps', async () => {
    const made = await connectTo(world, simulator, { name: 'tested' });
    const good = await testConnection(world.context, { id: made.id });
    expect(good.passed).toBe(true);
    expect(good.steps.length).toBeGreaterThan(4);
    await updateConnection(world.context, { id: made.id, settings: { clientSecret: 'wrong' } });
    const bad = await testConnection(world.context, { id: made.id });
    expect(bad.passed).toBe(false);
    expect(bad.steps.find(({ status }) => status === 'FAIL')?.remedy?.zh).toBeTruthy();
  });

  test('apps are kept with their sealed secrets', async () => {
    const made = await connectTo(world, simulator, { name: 'apps' });
    const app = await createConnectionApp(world.context, {
      connectionId: made.id,
      name: ' 考勤 ',
      agentId: ' 123 ',
      appSecret: ' a b ',
      homeAddress: 'https://example.com/home',
    });
    expect(app).toMatchObject({ name: '考勤', agentId: '123' });
    expect(Object.keys(app.secrets)).toEqual(['appSecret']);
    const changed = await updateConnectionApp(world.context, {
      id: app.id,
      name: '审批',
      version: app.version,
    });
    expect(changed).toMatchObject({ name: '审批', secrets: app.secrets });
    await deleteConnectionApp(world.context, { id: app.id });
    expect(await findConnectionApps(world.context, { connectionIds: [made.id] })).toEqual([]);
  });

  test('a connection that imports is not removed; afterwards it is, and the accounts stay', async () => {
    const mine = await createWorld(database);
    const made = await connectTo(mine, simulator);
    await commit(mine, await pull(mine, made));
    await startImport(mine.context, { connectionId: made.id, scope: 'ALL' });
    await expect(deleteConnection(mine.context, { id: made.id })).rejects.toMatchObject({
      code: 'CONNECTION_BUSY',
    });
    await database.look(
      "update muster.import_run set phase = 'CANCELLED' where tenant_id = $1 and phase = 'QUEUED'",
      [mine.tenantId],
    );
    await deleteConnection(mine.context, { id: made.id });
    await expect(getConnection(mine.context, { id: made.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const left = await database.look('select from muster.account where tenant_id = $1', [mine.tenantId]);
    expect(left).toHaveLength(50);
  });
});
