import { expect, it } from 'vitest';
import { invertPlan } from '../../../src/planner/push/invert-plan.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { accountId, unitId, World } from './support/world.ts';

it('who led a unit that is gone leads it no more, though everything else of theirs comes back', () => {
  const world = new World();
  world.rules = { ...world.rules, leaver: { ...world.rules.leaver, action: 'DISABLE' } };
  world.addUnit('a');
  world.addUnit('b');
  world.addAccount(1, unitId('a'), {
    memberships: [
      { orgUnitId: unitId('a'), leader: false, order: '0' },
      { orgUnitId: unitId('b'), leader: true, order: '0' },
    ],
  });
  world.settle();
  const account = world.account(accountId(1));
  account.memberships = account.memberships.filter(({ orgUnitId }) => orgUnitId === unitId('a'));
  world.unit(unitId('b')).deleted = true;
  const moved = applyPlan(world, plan(world.input()).operations, { pick: () => 0 });
  account.status = 'DISABLED';
  const disabled = applyPlan(world, plan(world.input()).operations, { pick: () => 0 });
  expect(disabled.map(({ operation }) => operation.kind)).toEqual(['DISABLE_ACCOUNT']);
  const input = world.input();
  const { operations } = invertPlan({
    applied: [...moved, ...disabled].map((one, ordinal) => ({
      operation: { ...one.operation, ordinal, dependsOn: ordinal === 0 ? [] : [ordinal - 1] },
      externalId: one.externalId,
      led: ['u:unit-b'],
    })),
    remoteUnits: new Map(input.remoteUnits.map((unit) => [unit.externalId, unit])),
    remoteAccounts: new Map(input.remoteAccounts.map((person) => [person.value.externalId, person])),
    links: input.links,
    capabilities: world.capabilities,
    guards: world.rules.guards,
    linked: { accounts: 1, orgUnits: 1, memberships: 1 },
  });
  const goes = operations.filter(({ state }) => state === 'PLANNED').map(({ kind }) => kind);
  expect(goes).toContain('ENABLE_ACCOUNT');
  expect(goes).not.toContain('SET_LEADERS');
});
