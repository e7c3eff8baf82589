import { beforeAll, describe, expect, test } from 'vitest';
import type { PullRules, RemoteAccountValue, RemoteOrgUnitValue } from '../../src/domain/index.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { decideStaged, removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { createAttributeDefinition } from '../../src/flows/roster/create-attribute-definition.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { type FetchManner, memoryPlatform } from './oracle/memory-platform.ts';
import { RemoteCompany } from './oracle/remote-company.ts';
import { readStaged } from './oracle/roster-facts.ts';
import { pickFrom } from './random-changes.ts';
import { accountOf, commit, createWorld, type ImportWorld, pull } from './support.ts';

/* What the oracle has found, each told as a story of its own. */

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

const unit = (externalId: string, parentExternalId: string | null, name: string): RemoteOrgUnitValue => ({
  externalId,
  ids: [],
  parentExternalId,
  name,
  attributes: {},
});

const person = (externalId: string, more: Partial<RemoteAccountValue> = {}): RemoteAccountValue => ({
  externalId,
  ids: [{ kind: 'userid', value: externalId }],
  name: `员工${externalId}`,
  mobile: undefined,
  email: undefined,
  jobNumber: undefined,
  title: undefined,
  managerExternalId: undefined,
  active: true,
  memberships: [{ orgUnitExternalId: '1', leader: false }],
  attributes: {},
  ...more,
});

interface Story {
  readonly world: ImportWorld;
  readonly company: RemoteCompany;
  readonly manner: { now: FetchManner };
  readonly connection: ConnectionRow;
  says(...values: readonly (RemoteOrgUnitValue | RemoteAccountValue)[]): void;
}

const tell = async (rules: Partial<PullRules> = {}): Promise<Story> => {
  const company = new RemoteCompany(pickFrom(1), { units: 0, people: 0 });
  const manner: Story['manner'] = {
    now: { seed: 1, complete: true, wholeCompany: true, headCount: null },
  };
  const bare = await createWorld(database);
  const platforms = new Map([['memory', memoryPlatform(() => ({ company, manner: manner.now }))]]);
  const world = { ...bare, context: { ...bare.context, platforms } };
  const pullRules = { requireMobile: false, ...rules };
  const input = { platform: 'memory', name: '内存', enabled: true, pullRules };
  const connection = await createConnection(world.context, input);
  const says: Story['says'] = (...values) => {
    for (const value of values) {
      if ('memberships' in value) company.people.set(value.externalId, value);
      else company.units.set(value.externalId, value);
    }
  };
  says(person('p0'));
  return { world, company, manner, connection, says };
};

const skip = async (story: Story, run: ImportRunRow, ...externalIds: readonly string[]): Promise<void> => {
  const rows = [
    ...(await readStaged(database, run.id, 'org_unit')),
    ...(await readStaged(database, run.id, 'account')),
  ];
  const rowIds = rows.filter((row) => externalIds.includes(row.externalId)).map(({ id }) => id);
  expect(rowIds).toHaveLength(externalIds.length);
  await decideStaged(story.world.context, { runId: run.id, rowIds, decision: 'SKIPPED' });
};

const parents = async ({ world }: Story): Promise<Record<string, string | null>> => {
  const rows = await database.look<{ name: string; parent: string | null }>(
    `select u.name, p.name as parent from muster.org_unit u left join muster.org_unit p on p.id = u.parent_id
     where u.tenant_id = $1`,
    [world.tenantId],
  );
  return Object.fromEntries(rows.map(({ name, parent }) => [name, parent]));
};

describe('units of which some are skipped', () => {
  test('whoever counted on a skipped unit is marked, and goes when all invalid rows are removed', async () => {
    const story = await tell();
    story.says(unit('a', '1', '甲'), unit('b', 'a', '乙'), unit('c', '1', '丙'));
    story.says(person('p1', { memberships: [{ orgUnitExternalId: 'b', leader: false }] }), person('p2'));
    const run = await pull(story.world, story.connection);
    await skip(story, run, 'a');
    const units = await readStaged(database, run.id, 'org_unit');
    expect(units.find(({ externalId }) => externalId === 'b')).toMatchObject({
      blocking: true,
      decision: 'PENDING',
      issues: [{ code: 'PARENT_UNKNOWN', blocking: true }],
    });
    await expect(commit(story.world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
    await removeInvalid(story.world.context, { runId: run.id });
    await commit(story.world, run);
    expect(await parents(story)).toEqual({ 海川科技: null, 丙: '海川科技' });
    await expect(accountOf(database, story.world, 'p1')).rejects.toThrow();
    await accountOf(database, story.world, 'p2');
  });

  test('a move that would make a cycle without the skipped one is refused as invalid', async () => {
    const story = await tell();
    story.says(unit('a', '1', '甲'), unit('b', 'a', '乙'));
    await commit(story.world, await pull(story.world, story.connection));
    story.says(unit('b', '1', '乙'), unit('a', 'b', '甲'));
    const run = await pull(story.world, story.connection);
    await skip(story, run, 'b');
    await expect(commit(story.world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
    await removeInvalid(story.world.context, { runId: run.id });
    await commit(story.world, run);
    expect(await parents(story)).toMatchObject({ 甲: '海川科技', 乙: '甲' });
  });

  test('moves that are left make no cycle on the way, whatever order all of them would have had', async () => {
    const story = await tell({ guard: { fraction: 1, count: 100 } });
    // x over w over y; then w goes to the top, x below y, and y (skipped) below z.
    story.says(unit('z', '1', '丁'), unit('x', '1', '甲'), unit('w', 'x', '乙'), unit('y', 'w', '丙'));
    await commit(story.world, await pull(story.world, story.connection));
    story.says(unit('w', '1', '乙'), unit('x', 'y', '甲'), unit('y', 'z', '丙'));
    const run = await pull(story.world, story.connection);
    await skip(story, run, 'y');
    await commit(story.world, run);
    expect(await parents(story)).toMatchObject({ 乙: '海川科技', 丙: '乙', 甲: '丙' });
  });

  test('a namesake of a skipped rename is marked', async () => {
    const story = await tell();
    story.says(unit('a', '1', '甲'), unit('b', '1', '乙'));
    await commit(story.world, await pull(story.world, story.connection));
    story.says(unit('a', '1', '乙'), unit('b', '1', '甲'));
    const run = await pull(story.world, story.connection);
    await skip(story, run, 'b');
    const [row] = (await readStaged(database, run.id, 'org_unit')).filter(
      ({ externalId }) => externalId === 'a',
    );
    expect(row?.issues).toEqual([
      { code: 'SIBLING_NAME_DUPLICATE', field: 'name', value: '乙', blocking: true },
    ]);
    await expect(commit(story.world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
    const rowIds = (await readStaged(database, run.id, 'org_unit')).map(({ id }) => id);
    const back = rowIds.filter((id) => id !== row?.id);
    await decideStaged(story.world.context, { runId: run.id, rowIds: back, decision: 'ACCEPTED' });
    await commit(story.world, run);
  });
});

test('a company that was placed below the root stays there when its whole range is seen', async () => {
  const story = await tell();
  story.manner.now = { ...story.manner.now, wholeCompany: false };
  await commit(story.world, await pull(story.world, story.connection));
  expect(await parents(story)).toEqual({ 总公司: null, 海川科技: '总公司' });
  story.manner.now = { ...story.manner.now, wholeCompany: true };
  story.says(unit('a', '1', '甲'));
  await commit(story.world, await pull(story.world, story.connection));
  expect(await parents(story)).toEqual({ 总公司: null, 海川科技: '总公司', 甲: '海川科技' });
});

test('nobody is seated in the root when the company was not allowed to become it', async () => {
  const story = await tell();
  story.says(unit('a', '1', '甲'), person('p1', { memberships: [{ orgUnitExternalId: 'a', leader: true }] }));
  const run = await pull(story.world, story.connection);
  await skip(story, run, '1');
  const people = await readStaged(database, run.id, 'account');
  expect(people.map(({ externalId, blocking }) => [externalId, blocking])).toEqual([
    ['p0', true],
    ['p1', false],
  ]);
  await removeInvalid(story.world.context, { runId: run.id });
  await commit(story.world, run);
  await expect(accountOf(database, story.world, 'p0')).rejects.toThrow();
});

describe('attributes', () => {
  const define = (story: Story, unique: boolean) =>
    createAttributeDefinition(story.world.context, {
      target: 'ACCOUNT',
      name: 'badge',
      label: '工牌',
      type: 'TEXT',
      unique,
    });

  test('unique values that differ in case only clash in review, not in the commit', async () => {
    const story = await tell();
    await define(story, true);
    story.says(person('p1', { attributes: { badge: 'B1' } }), person('p2', { attributes: { badge: 'b1' } }));
    const run = await pull(story.world, story.connection);
    expect(run.counts?.accounts.issues).toEqual({ ATTRIBUTE_DUPLICATE: 2 });
    await skip(story, run, 'p2');
    await commit(story.world, run);
    const again = await pull(story.world, story.connection);
    expect(again.counts?.accounts.issues).toEqual({ ATTRIBUTE_DUPLICATE: 1 });
  });

  test('one that was defined after the import is filled by the next, although nobody has changed', async () => {
    const story = await tell();
    story.says(person('p1', { attributes: { badge: 'B1' } }), person('p2'));
    await commit(story.world, await pull(story.world, story.connection));
    await define(story, false);
    const run = await pull(story.world, story.connection);
    expect(run.counts).toMatchObject({ unchangedAccounts: 2, accounts: { actions: { UPDATE: 1 } } });
    await commit(story.world, run);
    expect((await accountOf(database, story.world, 'p1'))['attributes']).toEqual({ badge: 'B1' });
    const last = await pull(story.world, story.connection);
    expect(last.counts).toMatchObject({ unchangedAccounts: 3, accounts: { rows: 0 } });
  });
});

test('who gets a manager that was skipped keeps the one that he has', async () => {
  const story = await tell();
  story.says(person('old'), person('p1', { managerExternalId: 'old' }));
  await commit(story.world, await pull(story.world, story.connection));
  const { id: oldId } = await accountOf(database, story.world, 'old');
  story.says(person('new'), person('p1', { managerExternalId: 'new', title: '经理' }));
  const run = await pull(story.world, story.connection);
  await skip(story, run, 'new');
  await commit(story.world, run);
  expect(await accountOf(database, story.world, 'p1')).toMatchObject({ title: '经理', manager_id: oldId });
  const last = await pull(story.world, story.connection);
  await commit(story.world, last);
  const { id: newId } = await accountOf(database, story.world, 'new');
  expect(await accountOf(database, story.world, 'p1')).toMatchObject({ manager_id: newId });
});
