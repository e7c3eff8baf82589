import { describe, expect, it } from 'vitest';
import type { OrgUnitId, PlannedOperation } from '../../../src/domain/index.ts';
import { invertPlan } from '../../../src/planner/push/invert-plan.ts';
import { applyPlan, type Done, plan } from './support/apply-plan.ts';
import { pictureNow } from './support/oracle.ts';
import { accountId, unitId, World } from './support/world.ts';

const pick = (): number => 0;
const push = (world: World): Done[] => applyPlan(world, plan(world.input()).operations, { pick });

const undoOf = (
  world: World,
  applied: readonly Done[],
  led: Readonly<Record<string, readonly string[]>>,
): readonly PlannedOperation[] => {
  const input = world.input();
  return invertPlan({
    applied: applied.map((one) => ({ ...one, led: led[one.externalId] ?? [] })),
    remoteUnits: new Map(input.remoteUnits.map((unit) => [unit.externalId, unit])),
    remoteAccounts: new Map(input.remoteAccounts.map((person) => [person.value.externalId, person])),
    links: input.links,
    capabilities: world.capabilities,
    guards: world.rules.guards,
    linked: { accounts: 1, orgUnits: 1, memberships: 1 },
  }).operations;
};

const seat = (orgUnitId: OrgUnitId, leader = false) => ({ orgUnitId, leader, order: '0' });
const moveTo = (world: World, n: number, orgUnitId: OrgUnitId): void => {
  Object.assign(world.account(accountId(n)), { primaryOrgUnitId: orgUnitId, memberships: [seat(orgUnitId)] });
};

/** Two units; 1 leads the first, 2 is in it, 3 is in the second. */
const company = (): World => {
  const world = new World();
  world.addUnit('a');
  world.addUnit('b');
  world.addAccount(1, unitId('a'), { memberships: [seat(unitId('a'), true)] });
  world.addAccount(2, unitId('a'));
  world.addAccount(3, unitId('b'));
  return world.settle();
};

const leadersOf = (operations: readonly PlannedOperation[]) =>
  operations.filter(({ kind }) => kind === 'SET_LEADERS').map(({ content }) => content.leaders);

describe('who leads a unit once a push has been taken back', () => {
  it('nobody who led one that is gone, though everything else of theirs comes back', () => {
    const world = new World();
    world.rules = { ...world.rules, leaver: { ...world.rules.leaver, action: 'DISABLE' } };
    world.addUnit('a');
    world.addUnit('b');
    world.addAccount(1, unitId('a'), { memberships: [seat(unitId('a')), seat(unitId('b'), true)] });
    world.settle();
    const account = world.account(accountId(1));
    account.memberships = account.memberships.filter(({ orgUnitId }) => orgUnitId === unitId('a'));
    world.unit(unitId('b')).deleted = true;
    const moved = push(world);
    account.status = 'DISABLED';
    const disabled = push(world);
    expect(disabled.map(({ operation }) => operation.kind)).toEqual(['DISABLE_ACCOUNT']);
    const applied = [...moved, ...disabled].map((one, ordinal) => ({
      operation: { ...one.operation, ordinal, dependsOn: ordinal === 0 ? [] : [ordinal - 1] },
      externalId: one.externalId,
    }));
    const operations = undoOf(world, applied, { 'a:account-1': ['u:unit-b'] });
    const goes = operations.filter(({ state }) => state === 'PLANNED').map(({ kind }) => kind);
    expect(goes).toContain('ENABLE_ACCOUNT');
    expect(goes).not.toContain('SET_LEADERS');
  });

  it('who led it and moved away, while another had taken the lead: named only once they are back', () => {
    const world = company();
    const before = pictureNow(world);
    moveTo(world, 1, unitId('b'));
    world.account(accountId(2)).memberships = [seat(unitId('a'), true)];
    const operations = undoOf(world, push(world), { 'a:account-1': ['u:unit-a'] });
    expect(leadersOf(operations)).toEqual([[], [{ externalId: 'a:account-1' }]]);
    applyPlan(world, operations, { pick });
    expect(pictureNow(world)).toEqual(before);
  });

  it('nobody who has been made a leader since, and is not in it any more', () => {
    const world = company();
    moveTo(world, 1, unitId('b'));
    moveTo(world, 3, unitId('a'));
    const done = push(world);
    world.platform.setLeaders('u:unit-a', ['a:account-2', 'a:account-3']);
    const operations = undoOf(world, done, { 'a:account-1': ['u:unit-a'] });
    expect(leadersOf(operations)).toEqual([[{ externalId: 'a:account-1' }, { externalId: 'a:account-2' }]]);
    applyPlan(world, operations, { pick });
    expect(world.platform.people.get('a:account-3')?.seats).toEqual([{ unit: 'u:unit-b', leader: false }]);
  });

  it('is not written of people who lead it as before', () => {
    const world = company();
    world.account(accountId(1)).title = '经理';
    const operations = undoOf(world, push(world), { 'a:account-1': ['u:unit-a'] });
    expect(operations.map(({ kind }) => kind)).toEqual(['UPDATE_ACCOUNT']);
  });
});
