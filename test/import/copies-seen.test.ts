import { beforeAll, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { discardImport } from '../../src/flows/import/end-import.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { selectRemoteAccountsById } from '../../src/store/queries/remote-accounts.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { commit, connectTo, createWorld, type ImportWorld, pull, startDingTalk } from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 30, seed: 4, orgUnits: 5 });
  connection = await connectTo(world, simulator);
  await commit(world, await pull(world, connection));
});

/** Copies of people by the platform's id, each with the transaction that wrote it. */
const copies = async () => {
  const rows = await database.look<{ id: string; external_id: string; written: string; gone: boolean }>(
    `select id, external_id, xmin::text as written, gone_at is not null as gone
     from muster.remote_account where tenant_id = $1`,
    [world.tenantId],
  );
  const views = await selectRemoteAccountsById(
    world.context.db,
    world.tenantId,
    rows.map(({ id }) => id as never),
  );
  const seen = new Map(views.map(({ id, seenRunId, seenAt }) => [id as string, { seenRunId, seenAt }]));
  return new Map(rows.map((row) => [row.external_id, { ...row, ...seen.get(row.id) }]));
};

test('a pull touches the copies that have changed and no other, and all count as seen by it', async () => {
  const before = await copies();
  const [renamed] = simulator.company.people;
  simulator.mutate.renameUser(renamed?.id ?? '', '东方既白');
  const started = new Date();
  const run = await pull(world, connection);
  const after = await copies();
  const written = [...after].filter(([id, copy]) => copy.written !== before.get(id)?.written);
  expect(written.map(([id]) => id)).toEqual([renamed?.id]);
  for (const copy of after.values()) {
    expect(copy.seenRunId).toBe(run.id);
    expect(copy.seenAt?.getTime()).toBeGreaterThanOrEqual(started.getTime());
  }
  await commit(world, run);
});

test('whom a pull misses was seen by the one before, until one brings him again', async () => {
  const [, missing] = simulator.company.people;
  const id = missing?.id ?? '';
  const last = await pull(world, connection);
  await commit(world, last);
  simulator.mutate.removeUser(id);
  // An incomplete fetch proves nothing: he is not gone, but he was not seen either.
  simulator.set({ countOffset: 3 });
  const blind = await pull(world, connection);
  simulator.set({ countOffset: 0 });
  expect((await copies()).get(id)).toMatchObject({ seenRunId: last.id, gone: false });
  await discardImport(world.context, { runId: blind.id });
  const sure = await pull(world, connection);
  expect((await copies()).get(id)).toMatchObject({ seenRunId: last.id, gone: true });
  await discardImport(world.context, { runId: sure.id });
  simulator.mutate.addUser({ userid: id, name: missing?.name ?? '', deptIds: [1] });
  const back = await pull(world, connection);
  expect((await copies()).get(id)).toMatchObject({ seenRunId: back.id, gone: false });
});
