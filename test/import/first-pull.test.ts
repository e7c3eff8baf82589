import { beforeAll, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { commit, connectTo, createWorld, type ImportWorld, pull, runOf, startDingTalk } from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 50, seed: 7 });
  connection = await connectTo(world, simulator, { defaultPassword: 'Initial-Passw0rd' });
});

test('a tidy company is staged whole and nothing is written before the commit', async () => {
  const { company } = simulator;
  const run = await pull(world, connection);
  expect(run.errorCode).toBeNull();
  expect(run.phase).toBe('REVIEW');
  expect(run.statement).toMatchObject({ complete: true, gaps: [] });
  expect(run.counts).toMatchObject({
    accounts: { rows: company.people.length, blocking: 0, actions: { CREATE: company.people.length } },
    orgUnits: { rows: company.units.length },
  });
  const before = await database.look('select from muster.account where tenant_id = $1', [world.tenantId]);
  expect(before).toHaveLength(0);

  const report = await commit(world, run);
  expect(report.accountsCreated).toBe(company.people.length);
  const after = await runOf(world, run.id);
  expect(after.phase).toBe('COMMITTED');
  const accounts = await database.look<{ n: number; m: number; c: number; l: number; s: number }>(
    `select (select count(*)::int from muster.account where tenant_id = $1) as n,
       (select count(*)::int from muster.membership where tenant_id = $1) as m,
       (select count(*)::int from muster.account_credential where tenant_id = $1 and must_change) as c,
       (select count(*)::int from muster.account_link where tenant_id = $1) as l,
       (select count(*)::int from muster.account_search where tenant_id = $1) as s`,
    [world.tenantId],
  );
  expect(accounts[0]).toEqual({
    n: company.people.length,
    m: company.truth.memberships,
    c: company.people.length,
    l: company.people.length,
    s: company.people.length,
  });
});

test('a second pull finds everything unchanged', async () => {
  const run = await pull(world, connection);
  expect(run.counts).toMatchObject({
    accounts: { rows: 0 },
    orgUnits: { rows: 0 },
    unchangedAccounts: simulator.company.people.length,
    unchangedOrgUnits: simulator.company.units.length,
  });
});
