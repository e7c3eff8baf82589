import { describe, expect, it } from 'vitest';
import type { PlannedOperation, PushRules } from '../../../src/domain/index.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { accountId, unitId, World } from './support/world.ts';

const pick = (): number => 0;
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

const seat = (orgUnitId: ReturnType<typeof unitId>) => ({ orgUnitId, leader: false, order: '0' });

describe('ids that the platform does not make', () => {
  it('W-WX-28: are made of its own template, unless a rule says otherwise', () => {
    const world = pushed();
    world.capabilities = {
      ...world.capabilities,
      accountIds: { mode: 'CHOSEN', rule: { maxLength: 64 }, foldCase: true, template: '{userName}' },
    };
    world.addAccount(9, unitId('a'));
    expect(only(world).content.wantedExternalId).toBe('user9');
    world.rules = { ...world.rules, externalIdTemplate: 'x-{userName}' };
    expect(only(world).content.wantedExternalId).toBe('x-user9');
  });
});

describe('what platforms can hold', () => {
  it('W-WX-20: somebody whose main unit is another one there is moved into the roster’s', () => {
    const world = pushed({ secondaryMemberships: true });
    world.account(accountId(1)).memberships = [seat(unitId('a')), seat(unitId('b'))];
    applyPlan(world, plan(world.input()).operations, { pick });
    const input = world.input();
    const told = (main: string) => ({
      ...input,
      remoteAccounts: input.remoteAccounts.map((one) => ({
        ...one,
        value: {
          ...one.value,
          memberships: one.value.memberships.map((place) =>
            place.orgUnitExternalId === main ? { ...place, primary: true } : place,
          ),
        },
      })),
    });
    const of = (main: string) =>
      plan(told(main)).operations.filter(({ objectId }) => objectId === 'account-1');
    expect(of('u:unit-a')).toEqual([]);
    expect(of('u:unit-b')).toMatchObject([
      {
        kind: 'MOVE_ACCOUNT',
        content: {
          memberships: [{ primary: true, orgUnit: { orgUnitId: 'unit-a' } }, { primary: false }],
          membershipsBefore: [{ orgUnitExternalId: 'u:unit-b', primary: true }, { primary: false }],
        },
      },
    ]);
  });

  it('positions beyond what the platform can hold are written as the nearest one, and only once', () => {
    const world = pushed({ pushOrder: true });
    world.capabilities = { ...world.capabilities, orders: true, orderRange: ['-5', '5'] };
    world.unit(unitId('a')).order = '-176275808490201001';
    world.addAccount(9, unitId('a'));
    world.account(accountId(9)).memberships = [{ ...seat(unitId('a')), order: '99999999999999999999' }];
    const operations = plan(world.input()).operations;
    expect(
      operations.map(({ kind, content }) => [kind, content.order ?? content.memberships?.[0]?.order]),
    ).toEqual([
      ['UPDATE_ORG_UNIT', '-5'],
      ['CREATE_ACCOUNT', '5'],
    ]);
    const input = world.input();
    const remoteUnits = input.remoteUnits.map((unit) => ({ ...unit, order: '-5' }));
    const again = plan({ ...input, remoteUnits }).operations.filter(({ objectId }) => objectId === 'unit-a');
    expect(again).toEqual([]);
  });

  it('field-notes “success was shown”: what has become somebody’s own is not written, and the row says so', () => {
    const world = pushed();
    const fields = world.capabilities.fields.map((field) =>
      field.name === 'mobile' ? { ...field, updatable: true, lockedBy: 'activated' } : field,
    );
    world.capabilities = { ...world.capabilities, fields };
    Object.assign(world.account(accountId(1)), { mobile: '13700000009', title: '经理' });
    const input = world.input();
    const told = (activated: boolean) => ({
      ...input,
      remoteAccounts: input.remoteAccounts.map((one) => ({
        ...one,
        value: { ...one.value, attributes: { ...one.value.attributes, activated } },
      })),
    });
    expect(plan(told(true)).operations).toMatchObject([
      { content: { values: { title: '经理' } }, issues: [{ code: 'FIELD_NOT_UPDATABLE', field: 'mobile' }] },
    ]);
    expect(plan(told(false)).operations).toMatchObject([
      { content: { values: { mobile: '13700000009', title: '经理' } }, issues: [] },
    ]);
  });
});
