import { beforeAll, describe, expect, test } from 'vitest';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { previewRevert, revertImport } from '../../src/flows/import/revert-import.ts';
import { createTestDatabase, systemContext, type TestDatabase } from '../support/index.ts';
import { changeAtRandom, pickFrom } from './random-changes.ts';
import { rosterState } from './roster-state.ts';
import { accountOf, commit, connectTo, createWorld, pull, runOf, startDingTalk } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

test('the first import is taken back to an empty roster, and can be imported again', async () => {
  const world = await createWorld(database);
  const simulator = await startDingTalk({ people: 60, seed: 3 });
  const connection = await connectTo(world, simulator, { defaultPassword: 'Initial-Passw0rd' });
  const empty = await rosterState(database, world);
  const run = await pull(world, connection);
  await commit(world, run);
  const full = await rosterState(database, world);
  const preview = await previewRevert(world.context, { runId: run.id });
  expect(preview).toMatchObject({
    accountsDeleted: 60,
    accountsRestored: 0,
    orgUnitsRestored: 1,
    conflictCount: 0,
  });
  expect(await rosterState(database, world)).toEqual(full);
  await revertImport(world.context, { runId: run.id, expectedDigest: preview.digest });
  expect(await rosterState(database, world)).toEqual(empty);
  expect((await runOf(world, run.id)).phase).toBe('REVERTED');
  const links = await database.look('select from muster.account_link where tenant_id = $1', [world.tenantId]);
  expect(links).toEqual([]);
  await expect(revertImport(world.context, { runId: run.id })).rejects.toMatchObject({
    code: 'IMPORT_PHASE_WRONG',
  });
  const again = await pull(world, connection);
  expect(again.counts?.accounts.actions['CREATE']).toBe(60);
});

describe('random changes are taken back byte for byte', () => {
  test.each([1, 2, 3, 4, 5, 6])('seed %i', async (seed) => {
    const world = await createWorld(database);
    const simulator = await startDingTalk({ people: 50, seed: 100 + seed, orgUnits: 10 });
    const connection = await connectTo(world, simulator);
    await commit(world, await pull(world, connection));
    const pick = pickFrom(seed);
    changeAtRandom(simulator, pick, 40);
    const people = simulator.people();
    for (const at of [3, 9]) simulator.mutate.removeUser(people[at]?.userid ?? '');
    const run = await pull(world, connection);
    await decideStaged(world.context, { runId: run.id, kind: 'ACCOUNT', filter: {}, decision: 'ACCEPTED' });
    await decideStaged(world.context, { runId: run.id, kind: 'ORG_UNIT', filter: {}, decision: 'ACCEPTED' });
    for (const kind of ['ACCOUNT', 'ORG_UNIT'] as const) {
      await decideStaged(world.context, {
        runId: run.id,
        kind,
        filter: { blocking: true },
        decision: 'SKIPPED',
      });
    }
    const before = await rosterState(database, world);
    const report = await commit(world, run);
    expect(report.accountsChanged).toBeGreaterThan(0);
    expect(await rosterState(database, world)).not.toEqual(before);
    const { conflictCount } = await revertImport(world.context, { runId: run.id });
    expect(conflictCount).toBe(0);
    expect(await rosterState(database, world)).toEqual(before);
  });
});

test('what was changed since is a conflict: listed, and left as it is', async () => {
  const world = await createWorld(database);
  const simulator = await startDingTalk({ people: 50, seed: 9, orgUnits: 6 });
  const connection = await connectTo(world, simulator);
  const run = await pull(world, connection);
  await commit(world, run);
  const [edited, promoted, plain] = simulator.company.people;
  const editedId = (await accountOf(database, world, edited?.id ?? ''))['id'];
  const promotedId = (await accountOf(database, world, promoted?.id ?? ''))['id'];
  const plainId = (await accountOf(database, world, plain?.id ?? ''))['id'];
  await database.database.transaction(systemContext(world.tenantId, { source: 'API' }), async (tx) => {
    await tx.execute("update muster.account set title = '顾问' where id = $1", [editedId]);
    await tx.execute(
      "insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, 'AUDITOR')",
      [world.tenantId, promotedId],
    );
  });
  const preview = await previewRevert(world.context, { runId: run.id });
  const codes = new Map(preview.conflicts.map((conflict) => [conflict.id, conflict.code]));
  expect(codes.get(String(editedId))).toBe('CHANGED_SINCE');
  expect(codes.get(String(promotedId))).toBe('HAS_ROLE');
  // Their units stay as well, and so does everything above them.
  expect([...codes.values()]).toContain('HAS_MEMBERS');
  await expect(
    revertImport(world.context, { runId: run.id, expectedDigest: 'something else' }),
  ).rejects.toMatchObject({ code: 'IMPORT_REVERT_STALE' });
  await revertImport(world.context, { runId: run.id, expectedDigest: preview.digest });
  const left = await database.look<{ id: string }>('select id from muster.account where tenant_id = $1', [
    world.tenantId,
  ]);
  const ids = left.map(({ id }) => id);
  expect(ids).toContain(editedId);
  expect(ids).toContain(promotedId);
  expect(ids).not.toContain(plainId);
});
