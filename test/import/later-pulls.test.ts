import { beforeAll, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { explainRemoteAccount } from '../../src/flows/import/explain-remote-account.ts';
import {
  findStagedAccounts,
  findStagedOrgUnits,
  findUnchangedAccounts,
} from '../../src/flows/import/find-runs.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  commit,
  connectTo,
  createWorld,
  type ImportWorld,
  pull,
  startDingTalk,
} from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 80, seed: 21, orgUnits: 12 });
  connection = await connectTo(world, simulator);
  await commit(world, await pull(world, connection));
});

const staged = (run: ImportRunRow) => findStagedAccounts(world.context, { runId: run.id, first: 200 });
const person = (at: number) => {
  const found = simulator.company.people[at];
  if (found === undefined) throw new Error(`no person ${at}`);
  return found;
};
const account = (externalId: string) => accountOf(database, world, externalId);

test('the company becomes the root of the tenant, which takes its name', async () => {
  const roots = await database.look<{ id: string; name: string }>(
    'select id, name from muster.org_unit where tenant_id = $1 and parent_id is null',
    [world.tenantId],
  );
  expect(roots).toEqual([{ id: world.rootId, name: simulator.company.name }]);
});

test('people swap their numbers, move and are renamed; departments swap names and move', async () => {
  const [a, b, mover, renamed] = [person(0), person(1), person(2), person(3)];
  const departments = simulator.departments();
  const top = departments.filter((unit) => unit.parentId === 1);
  const [first, second, third] = top;
  if (first === undefined || second === undefined || third === undefined)
    throw new Error('too small a company');
  const places = new Map(simulator.people().map((each) => [each.userid, each.deptIds]));
  const target = places.get(mover.id)?.includes(third.id) ? second.id : third.id;

  simulator.mutate.changeUser(a.id, { mobile: `1${'3'.repeat(10)}` });
  simulator.mutate.changeUser(b.id, { mobile: a.mobile ?? '' });
  simulator.mutate.changeUser(a.id, { mobile: b.mobile ?? '' });
  simulator.mutate.moveUser(mover.id, [target]);
  simulator.mutate.renameUser(renamed.id, '欧阳若兰');
  simulator.mutate.renameDepartment(first.id, `${second.name}-`);
  simulator.mutate.renameDepartment(second.id, first.name);
  simulator.mutate.renameDepartment(first.id, second.name);
  simulator.mutate.moveDepartment(third.id, first.id);
  const newcomer = simulator.mutate.addUser({ name: '司徒新人', mobile: '13811112222', deptIds: [first.id] });

  const run = await pull(world, connection);
  const rows = new Map((await staged(run)).map((row) => [row.externalId, row]));
  expect(rows.get(a.id)).toMatchObject({ situation: 'LINKED', action: 'UPDATE', issues: [] });
  expect(rows.get(b.id)).toMatchObject({ situation: 'LINKED', action: 'UPDATE', issues: [] });
  expect(rows.get(mover.id)).toMatchObject({ action: 'MOVE', reasonCode: 'MEMBERSHIPS_CHANGED' });
  expect(rows.get(newcomer)).toMatchObject({ action: 'CREATE', situation: 'UNMATCHED' });
  const units = await findStagedOrgUnits(world.context, { runId: run.id, first: 200 });
  const actions = new Map(units.map((unit) => [unit.externalId, unit.action]));
  expect(actions.get(String(first.id))).toBe('UPDATE');
  expect(actions.get(String(second.id))).toBe('UPDATE');
  expect(actions.get(String(third.id))).toBe('MOVE');
  // Who only lost a membership to nothing else stays out: everybody else is unchanged.
  expect(run.counts?.unchangedAccounts).toBe(simulator.people().length - rows.size);
  const unchanged = await findUnchangedAccounts(world.context, { runId: run.id, first: 200 });
  expect(unchanged).toHaveLength(run.counts?.unchangedAccounts ?? -1);

  await commit(world, run);
  expect(await account(a.id)).toMatchObject({ mobile: b.mobile });
  expect(await account(b.id)).toMatchObject({ mobile: a.mobile });
  expect(await account(renamed.id)).toMatchObject({ display_name: '欧阳若兰' });
  const seats = await database.look<{ external_id: string }>(
    `select r.external_id from muster.membership m
     join muster.org_unit_link l on l.org_unit_id = m.org_unit_id
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     where m.tenant_id = $1 and m.account_id = $2`,
    [world.tenantId, (await account(mover.id)).id],
  );
  expect(seats).toEqual([{ external_id: String(target) }]);
  const tree = await database.look<{ external_id: string; name: string; parent: string | null }>(
    `select r.external_id, u.name, pr.external_id as parent from muster.org_unit u
     join muster.org_unit_link l on l.org_unit_id = u.id join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     left join muster.org_unit_link pl on pl.org_unit_id = u.parent_id
     left join muster.remote_org_unit pr on pr.id = pl.remote_org_unit_id
     where u.tenant_id = $1`,
    [world.tenantId],
  );
  const expected = simulator.departments();
  expect(new Map(tree.map((unit) => [unit.external_id, [unit.name, unit.parent]]))).toEqual(
    new Map(
      expected.map((unit) => [
        String(unit.id),
        [unit.name, unit.parentId === null ? null : String(unit.parentId)],
      ]),
    ),
  );
  const found = await database.look(
    `select from muster.account_search where tenant_id = $1 and account_id = $2 and search_text like '%ouyangruolan%'`,
    [world.tenantId, (await account(renamed.id)).id],
  );
  expect(found).toHaveLength(1);

  const third_ = await pull(world, connection);
  expect(third_.counts).toMatchObject({ accounts: { rows: 0 }, orgUnits: { rows: 0 } });
});

test('a leaver is held, disabled when released, and held again when he returns', async () => {
  const leaver = person(5);
  simulator.mutate.removeUser(leaver.id);
  const run = await pull(world, connection);
  const [row, ...others] = await staged(run);
  expect(others).toEqual([]);
  expect(row).toMatchObject({
    externalId: leaver.id,
    situation: 'DELETED',
    action: 'DISABLE',
    decision: 'PENDING',
    blocking: false,
  });
  await commit(world, run);
  expect(await account(leaver.id)).toMatchObject({ status: 'ACTIVE' });
  const [held] = await staged(run);
  expect(held?.outcome).toBe('HELD');

  const again = await pull(world, connection);
  await decideStaged(world.context, {
    runId: again.id,
    kind: 'ACCOUNT',
    filter: { situations: ['DELETED'] },
    decision: 'ACCEPTED',
  });
  await commit(world, again);
  expect(await account(leaver.id)).toMatchObject({ status: 'DISABLED', status_reason: 'LEFT_PLATFORM' });

  const places = leaver.memberships.map(({ unitId }) => unitId);
  simulator.mutate.addUser({
    userid: leaver.id,
    name: leaver.name,
    mobile: leaver.mobile ?? '',
    deptIds: places,
  });
  const back = await pull(world, connection);
  const [returned] = await staged(back);
  expect(returned).toMatchObject({ externalId: leaver.id, reasonCode: 'RETURNED', decision: 'PENDING' });
  const explained = await explainRemoteAccount(world.context, {
    remoteAccountId: returned?.remoteAccountId ?? ('' as never),
  });
  expect(explained.code).toContain('RETURNED');
  await decideStaged(world.context, {
    runId: back.id,
    rowIds: [returned?.id ?? ''],
    decision: 'ACCEPTED',
  });
  await commit(world, back);
  expect(await account(leaver.id)).toMatchObject({ status: 'ACTIVE', status_reason: null });
});

test('whatever is missing from an incomplete fetch is never a leaver', async () => {
  const gone = person(7);
  simulator.mutate.removeUser(gone.id);
  simulator.set({ countOffset: 3 });
  const run = await pull(world, connection);
  simulator.set({ countOffset: 0 });
  expect(run.statement?.complete).toBe(false);
  expect(run.guard?.leaversRefused).toBe('INCOMPLETE');
  const rows = await staged(run);
  expect(rows.filter((row) => row.situation === 'DELETED')).toEqual([]);
  const missing = await database.look<{ gone_at: Date | null; id: string }>(
    'select id, gone_at from muster.remote_account where tenant_id = $1 and external_id = $2',
    [world.tenantId, gone.id],
  );
  expect(missing[0]?.gone_at).toBeNull();
  const explained = await explainRemoteAccount(world.context, { remoteAccountId: missing[0]?.id as never });
  expect(explained.row).toBeNull();
  expect(explained.action.en.length).toBeGreaterThan(20);
});

test('many leavers at once trip the guard, which marks them and lets the rest through', async () => {
  for (let at = 10; at < 16; at += 1) simulator.mutate.removeUser(person(at).id);
  simulator.mutate.renameUser(person(30).id, '上官文静');
  const run = await pull(world, connection);
  const rows = await staged(run);
  const leavers = rows.filter((row) => row.situation === 'DELETED');
  expect(leavers).toHaveLength(7);
  for (const row of leavers) {
    expect(row.issues.map(({ code }) => code)).toEqual(['LEAVER', 'GUARD_TRIPPED']);
    expect(row.decision).toBe('PENDING');
  }
  expect(run.guard?.disables).toEqual({ counted: 7, limit: 4, tripped: true });
  await commit(world, run);
  expect(await account(person(30).id)).toMatchObject({ display_name: '上官文静' });
  expect(await account(person(10).id)).toMatchObject({ status: 'ACTIVE' });
});
