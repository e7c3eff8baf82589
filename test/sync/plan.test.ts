import { beforeAll, describe, expect, test } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { planSync } from '../../src/flows/sync/plan-sync.ts';
import { runPlan } from '../../src/flows/sync/run-plan.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  approveAndApply,
  change,
  createPushWorld,
  linksOf,
  plan,
  plansOf,
  pushAll,
  rename,
  rowsOf,
  saying,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

describe('a full plan', () => {
  test('begins with a pull that is discarded, and brings what the platform lacks (W-DD-24, 45)', async () => {
    const world = await createPushWorld(database);
    const [unit] = await addUnits(world, ['研发部']);
    await addAccounts(world, 2);
    const made = await plan(world);
    expect(made).toMatchObject({ phase: 'REVIEW', kind: 'FULL', remoteComplete: true, errorCode: null });
    expect(made.expiresAt?.getTime()).toBeGreaterThan(Date.now() + 71 * 3_600_000);
    const rows = await rowsOf(world, made.id);
    expect(saying(rows)).toEqual(
      expect.arrayContaining(['CREATE_ORG_UNIT 研发部', 'CREATE_ACCOUNT 员工1', 'CREATE_ACCOUNT 员工2']),
    );
    const [run] = await database.look('select phase, trigger from muster.import_run where id = $1', [
      made.importRunId,
    ]);
    expect(run).toEqual({ phase: 'DISCARDED', trigger: 'PUSH' });
    await approveAndApply(world, made);
    expect([...world.company.people.values()].map(({ values }) => values['name']).sort()).toEqual([
      '员工1',
      '员工2',
    ]);
    expect((await linksOf(world)).has(unit)).toBe(true);
  });

  test('converges: what was applied leaves nothing to plan', async () => {
    const world = await createPushWorld(database);
    await addUnits(world, ['研发部', '市场部']);
    await addAccounts(world, 5);
    await pushAll(world);
    const again = await plan(world);
    expect(await rowsOf(world, again.id)).toEqual([]);
    expect(again.phase).toBe('EMPTY');
  });

  test('of roots with different names writes nothing and says so (W-DD-47)', async () => {
    const world = await createPushWorld(database);
    await change(world, (tx) =>
      tx.execute(`update muster.org_unit set name = '另一家公司' where id = $1`, [world.rootId]),
    );
    const made = await plan(world);
    expect(made).toMatchObject({ phase: 'FAILED', errorCode: 'PUSH_ROOT_NAME_MISMATCH' });
    expect(made.errorDetails).toEqual({ roster: '另一家公司', platform: '总公司' });
    expect(world.company.written).toEqual([]);
  });

  test('fails with the error of its pull', async () => {
    const world = await createPushWorld(database);
    const { id } = await planSync(world.context, { connectionId: world.connection.id, kind: 'FULL' });
    const [platform] = [...world.context.platforms.values()];
    const broken = {
      ...platform,
      directorySource: {
        ...platform?.directorySource,
        // biome-ignore lint/correctness/useYield: it fails before its first page
        async *snapshot() {
          throw new AppError('PLATFORM_PERMISSION_MISSING', { details: { api: 'token' } });
        },
      },
    };
    const context = { ...world.context, platforms: new Map([['memory', broken as never]]) };
    await runPlan(context, { planId: id });
    const [made] = await plansOf(world);
    expect(made).toMatchObject({ phase: 'FAILED', errorCode: 'PLATFORM_PERMISSION_MISSING' });
  });

  test('waits for a pull that is at work, and goes on after it', async () => {
    const world = await createPushWorld(database);
    const { id: runId } = await startImport(world.context, {
      connectionId: world.connection.id,
      scope: 'ALL',
    });
    const { id } = await planSync(world.context, { connectionId: world.connection.id, kind: 'FULL' });
    await expect(runPlan(world.context, { planId: id })).rejects.toMatchObject({ code: 'SYNC_PLAN_WAITS' });
    expect((await plansOf(world))[0]).toMatchObject({ phase: 'PLANNING', errorCode: 'SYNC_PLAN_WAITS' });
    await runImport(world.context, { runId });
    await runPlan(world.context, { planId: id });
    expect((await plansOf(world))[0]).toMatchObject({ phase: 'REVIEW', errorCode: null });
  });

  test('asked for twice is made twice, one after the other', async () => {
    const world = await createPushWorld(database);
    await addAccounts(world, 3);
    const ask = () => planSync(world.context, { connectionId: world.connection.id, kind: 'FULL' });
    const [one, two] = await Promise.all([ask(), ask()]);
    const again = async (planId: typeof one.id): Promise<void> => {
      for (;;) {
        const waits = await runPlan(world.context, { planId }).then(
          () => false,
          (error: { code?: string }) => {
            if (error.code !== 'SYNC_PLAN_WAITS') throw error;
            return true;
          },
        );
        if (!waits) return;
      }
    };
    await Promise.all([again(one.id), again(two.id)]);
    const plans = await plansOf(world);
    expect(plans.map(({ phase }) => phase)).toEqual(['REVIEW', 'REVIEW']);
    expect(plans[0]?.contentDigest).toBe(plans[1]?.contentDigest);
    const keys = await database.look('select kid from muster.tenant_key where tenant_id = $1', [
      world.context.principal.tenantId,
    ]);
    expect(keys).toHaveLength(1);
  });
});

describe('what cannot be planned', () => {
  test('a disabled connection, and a platform that takes nothing', async () => {
    const world = await createPushWorld(database);
    await updateConnection(world.context, { id: world.connection.id, enabled: false });
    const ask = planSync(world.context, { connectionId: world.connection.id, kind: 'FULL' });
    await expect(ask).rejects.toMatchObject({ code: 'CONNECTION_DISABLED' });
    await updateConnection(world.context, { id: world.connection.id, enabled: true });
    const [platform] = [...world.context.platforms.values()];
    const { directoryTarget: _target, ...readable } = platform ?? ({} as never);
    const context = { ...world.context, platforms: new Map([['memory', readable as never]]) };
    await expect(
      planSync(context, { connectionId: world.connection.id, kind: 'FULL' }),
    ).rejects.toMatchObject({ code: 'CONNECTION_CANNOT_PUSH' });
  });

  test('ids that do not exist, an empty filter, too many ids', async () => {
    const world = await createPushWorld(database);
    const connectionId = world.connection.id;
    const nobody = '018f0000-0000-7000-8000-000000000001' as never;
    const ask = (input: object) => planSync(world.context, { connectionId, kind: 'FILTER', ...input });
    await expect(ask({ accountIds: [nobody] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(ask({})).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    const many = Array.from(
      { length: 1001 },
      (_, i) => `018f0000-0000-7000-8000-${String(i).padStart(12, '0')}`,
    );
    await expect(ask({ accountIds: many })).rejects.toMatchObject({ code: 'SYNC_ROWS_TOO_MANY' });
  });
});

describe('a plan of a part', () => {
  test('units alone, people alone, one unit with and without what is below it', async () => {
    const world = await createPushWorld(database);
    const [unit] = await addUnits(world, ['研发部']);
    const [below] = await addUnits(world, ['平台组'], unit);
    const [anna, bert] = await addAccounts(world, 2);
    await pushAll(world);
    await change(world, async (tx) => {
      await tx.execute(`update muster.org_unit set name = name || '新' where id = any ($1::uuid[])`, [
        [unit, below],
      ]);
      await tx.execute(
        `update muster.account set display_name = '新' || display_name where id = any ($1::uuid[])`,
        [[anna, bert]],
      );
    });
    const said = async (input: Parameters<typeof plan>[1]) => {
      const made = await plan(world, input);
      return saying(await rowsOf(world, made.id)).sort();
    };
    expect(await said({ kind: 'UNITS' })).toEqual(['UPDATE_ORG_UNIT 平台组新', 'UPDATE_ORG_UNIT 研发部新']);
    expect(await said({ kind: 'UNITS', orgUnitIds: [unit] })).toEqual(['UPDATE_ORG_UNIT 研发部新']);
    expect(await said({ kind: 'UNITS', orgUnitIds: [unit], withDescendants: true })).toHaveLength(2);
    expect(await said({ kind: 'ACCOUNTS' })).toEqual(['UPDATE_ACCOUNT 新员工1', 'UPDATE_ACCOUNT 新员工2']);
    expect(await said({ kind: 'ACCOUNTS', accountIds: [anna] })).toEqual(['UPDATE_ACCOUNT 新员工1']);
    expect(await said({ kind: 'FILTER', accountIds: [bert] })).toEqual(['UPDATE_ACCOUNT 新员工2']);
    expect(await said({ kind: 'FILTER', orgUnitIds: [world.rootId] })).toEqual([
      'UPDATE_ACCOUNT 新员工1',
      'UPDATE_ACCOUNT 新员工2',
    ]);
    expect(await said({ kind: 'FILTER', orgUnitIds: [world.rootId], withDescendants: true })).toHaveLength(4);
  });

  test('knows who else holds a value that somebody is to get', async () => {
    const world = await createPushWorld(database);
    const [anna, bert] = await addAccounts(world, 2);
    await pushAll(world);
    await rename(world, anna, '安娜');
    const made = await plan(world, { kind: 'FILTER', accountIds: [anna, bert] });
    expect(saying(await rowsOf(world, made.id))).toEqual(['UPDATE_ACCOUNT 安娜']);
  });
});
