import { describe, expect, it } from 'vitest';
import { DEFAULT_PUSH_RULES, type PlannedOperation, type PushRules } from '../../../src/domain/index.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { accountId, unitId, World } from './support/world.ts';

const short = ({ kind, objectId, state }: PlannedOperation): string => `${kind} ${objectId} ${state}`;
const rows = (world: World): string[] => plan(world.input()).operations.map(short);
const only = (world: World): PlannedOperation => {
  const [row, ...others] = plan(world.input()).operations;
  expect(others).toEqual([]);
  if (row === undefined) throw new Error('no row');
  return row;
};

const pushed = (rules: Partial<PushRules> = {}): World => {
  const world = new World();
  world.rules = { ...world.rules, ...rules };
  for (const name of ['a', 'b', 'c']) world.addUnit(name);
  for (const n of [1, 2, 3]) world.addAccount(n, unitId('a'));
  return world.settle();
};

const seat = (orgUnitId: ReturnType<typeof unitId>, leader = false) => ({ orgUnitId, leader, order: '0' });
describe('references', () => {
  it('rule 23: managers and leaders come in a wave of their own, after the people they name', () => {
    const world = pushed();
    world.addAccount(9, unitId('a'), { managerId: accountId(1), memberships: [seat(unitId('a'), true)] });
    const { operations } = plan(world.input());
    expect(operations.map(short)).toEqual([
      'CREATE_ACCOUNT account-9 PLANNED',
      'SET_LEADERS unit-a PLANNED',
      'SET_MANAGER account-9 PLANNED',
    ]);
    expect(operations.slice(1).map(({ dependsOn }) => dependsOn)).toEqual([[0], [0]]);
  });

  it('rule 23: a manager who is not there yet is told of, and set when there is one', () => {
    const world = pushed();
    world.addAccount(9, unitId('a'), { mobile: null });
    world.account(accountId(1)).managerId = accountId(9);
    const told = plan(world.input()).operations.find(({ kind }) => kind === 'SET_MANAGER');
    expect(told).toMatchObject({ state: 'SKIPPED', issues: [{ code: 'REFERENCE_MISSING', value: '员工9' }] });
    world.account(accountId(9)).mobile = '13800000009';
    expect(rows(world)).toEqual(['CREATE_ACCOUNT account-9 PLANNED', 'SET_MANAGER account-1 PLANNED']);
  });

  it('rule 23: a manager who left before ever having been there is told of, however often, and nothing waits', () => {
    const world = pushed();
    world.addAccount(9, unitId('a'), { status: 'DISABLED' });
    world.addAccount(10, unitId('a'), { managerId: accountId(9) });
    const told = { state: 'SKIPPED', issues: [{ code: 'REFERENCE_MISSING', value: '员工9' }] };
    const { operations } = plan(world.input());
    expect(operations).toMatchObject([{ kind: 'CREATE_ACCOUNT' }, { kind: 'SET_MANAGER', ...told }]);
    applyPlan(world, operations, { pick: () => 0 });
    expect(only(world)).toMatchObject({ kind: 'SET_MANAGER', ...told });
  });

  it('a stranger who leads a unit goes on doing so', () => {
    const world = pushed();
    world.platform.createPerson('stranger', { name: '陌生人', mobile: '13600000000' }, ['u:unit-a']);
    world.platform.setLeaders('u:unit-a', ['stranger']);
    expect(rows(world)).toEqual([]);
    world.account(accountId(1)).memberships = [seat(unitId('a'), true)];
    expect(only(world).content.leaders).toEqual([{ accountId: 'account-1' }, { externalId: 'stranger' }]);
  });
});

describe('guards', () => {
  const many = (people: number): World => {
    const world = new World();
    world.addUnit('a');
    for (let n = 0; n < people; n++) world.addAccount(n, unitId('a'));
    return world.settle();
  };
  const disable = (world: World, count: number): void => {
    for (let n = 0; n < count; n++) world.account(accountId(n)).status = 'DISABLED';
    world.rules = { ...world.rules, guards: DEFAULT_PUSH_RULES.guards };
  };
  const verdict = (world: World) => plan(world.input()).guards.find(({ kind }) => kind === 'ACCOUNT_DISABLE');

  it.each([
    [10, 3],
    [100, 5],
    [500, 20],
  ])(
    'rules 1, 2: of %i people %i may be disabled, the smaller of a share and a number, never below 3',
    (people, limit) => {
      const world = many(people);
      disable(world, limit);
      expect(verdict(world)).toMatchObject({ tripped: false, counted: limit, limit, base: people });
      expect(rows(world).every((row) => row.endsWith('PLANNED'))).toBe(true);
      disable(world, limit + 1);
      expect(verdict(world)).toMatchObject({ tripped: true, counted: limit + 1 });
      expect(rows(world)).toHaveLength(limit + 1);
      expect(rows(world).every((row) => row.endsWith('HELD'))).toBe(true);
    },
  );

  it('rules 3, 5: kinds are judged by themselves, and what is not dangerous goes on', () => {
    const world = many(20);
    disable(world, 4);
    world.account(accountId(10)).title = '经理';
    expect(rows(world).filter((row) => row.endsWith('PLANNED'))).toEqual([
      'UPDATE_ACCOUNT account-10 PLANNED',
    ]);
  });

  it('what waits for a held row is held with it', () => {
    const world = many(3);
    world.platform.deletePerson('a:account-0');
    world.account(accountId(1)).managerId = accountId(0);
    expect(plan(world.input()).operations.map(({ holds }) => holds)).toEqual([
      ['GONE_ON_PLATFORM'],
      ['DEPENDS_ON_HELD'],
    ]);
  });

  it('W-DD-37: with far fewer people in the roster than last time, changes of people wait', () => {
    const world = many(10);
    world.account(accountId(0)).title = '经理';
    const at = (previousAccountsInScope: number) => plan(world.input({ previousAccountsInScope }));
    expect(at(13).operations.map(({ state }) => state)).toEqual(['PLANNED']);
    expect(at(14).operations.map(({ holds }) => holds)).toEqual([['SHRINK_GUARD']]);
    expect(at(14).guards.at(-1)).toEqual({ kind: 'SHRINK', tripped: true, counted: 4, limit: 3, base: 14 });
  });

  it('rule 25: every person is counted exactly once', () => {
    const world = many(10);
    world.account(accountId(0)).title = '经理';
    world.addAccount(99, unitId('a'));
    const { totals } = plan(world.input());
    expect(totals).toMatchObject({
      accounts: 11,
      accountsInScope: 11,
      unchangedAccounts: 9,
      unchangedOrgUnits: 2,
      orgUnits: 2,
    });
    expect(totals.byKind).toEqual({ CREATE_ACCOUNT: 1, UPDATE_ACCOUNT: 1 });
  });
});

describe('what the platform does not show', () => {
  const hiding = (
    world: World,
    then: { title?: string | null; managerId?: ReturnType<typeof accountId> | null },
  ) => {
    const input = world.input();
    const self = world.account(accountId(1));
    return {
      ...input,
      remoteAccounts: input.remoteAccounts.map((one) => {
        const { title: _title, managerExternalId: _manager, ...value } = one.value;
        return { ...one, value: { ...value, title: undefined, managerExternalId: undefined } };
      }),
      agreedFields: new Map([[self.id, { ...self, ...then }]]),
    };
  };

  it('rule 22: is written when the roster has changed it since both agreed, and left alone otherwise', () => {
    const world = pushed();
    world.account(accountId(1)).title = '经理';
    const [row, ...others] = plan(hiding(world, { title: '员工' })).operations;
    expect(others).toEqual([]);
    expect(row).toMatchObject({ kind: 'UPDATE_ACCOUNT', content: { values: { title: '经理' } } });
    expect(row?.changes).toEqual([{ field: 'title', before: '员工', after: '经理' }]);
    expect(plan(hiding(world, { title: '经理' })).operations).toEqual([]);
  });

  it('a manager whom a listing does not show is set and taken away when the roster says so', () => {
    const world = pushed();
    world.account(accountId(1)).managerId = accountId(2);
    const [set] = plan(hiding(world, { managerId: null })).operations;
    expect(set).toMatchObject({ kind: 'SET_MANAGER', content: { manager: { accountId: accountId(2) } } });
    world.account(accountId(1)).managerId = null;
    const [cleared] = plan(hiding(world, { managerId: accountId(2) })).operations;
    expect(cleared).toMatchObject({ kind: 'SET_MANAGER', content: { manager: null } });
    expect(plan(hiding(world, { managerId: null })).operations).toEqual([]);
  });
});
