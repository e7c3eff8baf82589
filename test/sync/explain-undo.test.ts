import { beforeAll, describe, expect, test } from 'vitest';
import type { AccountId, OrgUnitId, SyncRunId } from '../../src/domain/index.ts';
import { explainPush } from '../../src/flows/sync/explain-push.ts';
import { planUndo } from '../../src/flows/sync/plan-undo.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  addUnits,
  approveAndApply,
  change,
  createPushWorld,
  disable,
  type PushWorld,
  plan,
  pushAll,
  rename,
  rowsOf,
  saying,
  setPushRules,
} from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const explain = (world: PushWorld, accountId: AccountId) =>
  explainPush(world.context, { accountId, connectionId: world.connection.id });

describe('why somebody is or is not on the platform', () => {
  test('not yet, there, changed, excluded, not active', async () => {
    const world = await createPushWorld(database);
    const [anna, bert, carl] = await addAccounts(world, 3);
    const before = await explain(world, anna);
    // Nobody has pulled yet: the platform's root is not known.
    expect(before).toMatchObject({ standing: 'NO_PLAN', obstacles: ['REMOTE_INCOMPLETE'] });
    await setPushRules(world, { scope: { excludeAccountIds: [bert] } });
    await disable(world, [carl]);
    await pushAll(world);
    const there = await explain(world, anna);
    expect(there).toMatchObject({ standing: 'IN_SYNC', code: 'IN_SYNC', obstacles: [], operations: [] });
    expect(there.facts.externalId).not.toBeNull();
    expect(there.lastOperation).toMatchObject({ kind: 'CREATE_ACCOUNT', state: 'APPLIED' });
    expect((await explain(world, bert)).standing).toBe('EXCLUDED');
    expect((await explain(world, carl)).standing).toBe('NOT_ACTIVE');
    await rename(world, anna, '安娜');
    const changed = await explain(world, anna);
    expect(changed).toMatchObject({ standing: 'CHANGES_PENDING', code: 'CHANGES_PENDING+ROSTER_CHANGED' });
    expect(saying(changed.operations)).toEqual(['UPDATE_ACCOUNT 安娜']);
    expect(changed.operations[0]?.rule).toBe('fields.name');
    expect(changed.sentences.every(({ text }) => text.zh !== '' && text.en !== '')).toBe(true);
  });

  test('there although not pushed: whom the rules leave where they are', async () => {
    const world = await createPushWorld(database);
    const [anna, bert, carl] = await addAccounts(world, 3);
    const [unit] = await addUnits(world, ['研发部']);
    await pushAll(world);
    await setPushRules(world, { leaver: { action: 'NONE' }, scope: { excludeAccountIds: [bert] } });
    await disable(world, [anna]);
    expect(await explain(world, anna)).toMatchObject({ standing: 'LEAVER_KEPT', operations: [] });
    expect((await explain(world, bert)).standing).toBe('LEAVER_KEPT');
    expect((await explain(world, carl)).standing).toBe('IN_SYNC');
    await setPushRules(world, { scope: { orgUnitIds: [unit], excludeAccountIds: [] } });
    const outside = await explain(world, carl);
    expect(outside).toMatchObject({ standing: 'OUT_OF_SCOPE_KEPT', operations: [] });
    expect(outside.sentences[0]?.text.en).toContain('outOfScope');
    // Who is disabled there as in the roster is as the roster says.
    await setPushRules(world, { leaver: { action: 'DISABLE' }, scope: { orgUnitIds: [] } });
    await pushAll(world);
    expect((await explain(world, anna)).standing).toBe('IN_SYNC');
  });

  test('nobody of that id, and no plan possible', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 1);
    await pushAll(world);
    await expect(explain(world, world.rootId as never)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await world.context.db.transaction(
      {
        tenantId: world.context.principal.tenantId,
        actor: { kind: 'SYSTEM', id: null, name: 't' },
        source: 'API',
      },
      (tx) => tx.execute(`update muster.org_unit set name = '别的' where id = $1`, [world.rootId]),
    );
    const said = await explain(world, anna);
    expect(said.standing).toBe('NO_PLAN');
    expect(said.sentences[0]?.text.en).toContain('differ in name');
  });
});

describe('taking a run back', () => {
  const lastRun = async (world: PushWorld): Promise<SyncRunId> => {
    const [run] = await database.look<{ id: SyncRunId }>(
      'select id from muster.sync_run where connection_id = $1 order by id desc limit 1',
      [world.connection.id],
    );
    if (run === undefined) throw new Error('no run');
    return run.id;
  };

  test('is a plan that is reviewed and applied like any other', async () => {
    const world = await createPushWorld(database);
    const [anna] = await addAccounts(world, 3);
    await pushAll(world);
    const before = world.company.snapshot();
    await rename(world, anna, '安娜');
    await approveAndApply(world, await plan(world));
    expect(world.company.snapshot()).not.toEqual(before);
    const undo = await planUndo(world.context, { runId: await lastRun(world) });
    expect(undo).toMatchObject({ kind: 'UNDO', trigger: 'UNDO', phase: 'REVIEW' });
    expect(saying(await rowsOf(world, undo.id))).toEqual(['UPDATE_ACCOUNT 安娜']);
    await approveAndApply(world, undo);
    expect(world.company.snapshot()).toEqual(before);
  });

  /** Puts somebody into one unit and nowhere else. */
  const put = (world: PushWorld, id: AccountId, unit: OrgUnitId, leader: boolean): Promise<void> =>
    change(world, async (tx) => {
      await tx.execute('update muster.membership set org_unit_id = $2, leader = $3 where account_id = $1', [
        id,
        unit,
        leader,
      ]);
      await tx.execute('update muster.account set primary_org_unit_id = $2 where id = $1', [id, unit]);
    });

  test('gives the lead of a unit back to who had moved away, once they are in it again', async () => {
    const world = await createPushWorld(database);
    const [anna, bert] = await addAccounts(world, 3);
    const [unit] = await addUnits(world, ['研发部']);
    await put(world, anna, unit, true);
    await put(world, bert, unit, false);
    await pushAll(world);
    const before = world.company.snapshot();
    await put(world, anna, world.rootId, false);
    await put(world, bert, unit, true);
    await approveAndApply(world, await plan(world));
    expect(world.company.snapshot()).not.toEqual(before);
    await approveAndApply(world, await planUndo(world.context, { runId: await lastRun(world) }));
    expect(world.company.snapshot()).toEqual(before);
  });

  test('of a run that has done nothing is refused', async () => {
    const world = await createPushWorld(database);
    await addAccounts(world, 1);
    await pushAll(world);
    await database.look(`update muster.plan_operation set state = 'FAILED' where connection_id = $1`, [
      world.connection.id,
    ]);
    const runId = await lastRun(world);
    await expect(planUndo(world.context, { runId })).rejects.toMatchObject({ code: 'SYNC_NOT_UNDOABLE' });
  });
});
