import { describe, expect, test } from 'vitest';
import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../../src/domain/remote.ts';
import { accountAsKnown, type Known, orgUnitAsKnown } from '../../../src/planner/events/as-known.ts';

const person: RemoteAccountValue = {
  externalId: 'a',
  ids: [{ kind: 'userid', value: 'a' }],
  name: '甲',
  mobile: '13900000001',
  email: null,
  jobNumber: undefined,
  title: '工程师',
  managerExternalId: undefined,
  active: true,
  memberships: [{ orgUnitExternalId: '2', leader: false, order: '7' }],
  attributes: { place: 'A1' },
};
const unit: RemoteOrgUnitValue = {
  externalId: '2',
  ids: [],
  parentExternalId: '1',
  name: '研发部',
  order: '3',
  attributes: {},
};

const known = <Value>(value: Value, believed: Partial<Value> = {}): Known<Value> => ({ value, believed });
const look = (
  change: Partial<RemoteAccountValue>,
  before: Partial<RemoteAccountValue> = {},
  believed: Partial<RemoteAccountValue> = {},
) => accountAsKnown(known({ ...person, ...before }, believed), { ...person, ...before, ...change });

describe('a person who was read singly', () => {
  test.each<[string, Partial<RemoteAccountValue>]>([
    ['says what is known', {}],
    ['does not show a field', { mobile: undefined, active: undefined }],
    ['does not show an attribute', { attributes: {} }],
    ['says that nothing is where nothing was told', { jobNumber: null, managerExternalId: null }],
    ['does not show a place in the unit', { memberships: [{ orgUnitExternalId: '2', leader: false }] }],
    ['does not tell an id', { ids: [] }],
  ])('is the same where he %s, and nothing of the copy is lost', (_what, change) => {
    const { same, value } = look(change);
    expect(same).toBe(true);
    expect(value).toMatchObject({ mobile: '13900000001', active: true, memberships: person.memberships });
    expect(value.attributes).toEqual({ place: 'A1' });
  });

  test.each<[string, Partial<RemoteAccountValue>]>([
    ['another name', { name: '乙' }],
    ['nothing where something was', { title: null }],
    ['something where nothing was told', { jobNumber: '007' }],
    ['another attribute', { attributes: { place: 'B2' } }],
    ['an attribute more', { attributes: { place: 'A1', floor: 2 } }],
    ['another unit', { memberships: [{ orgUnitExternalId: '3' }] }],
    ['no unit', { memberships: [] }],
    ['a unit more', { memberships: [...person.memberships, { orgUnitExternalId: '3' }] }],
    ['the same unit otherwise', { memberships: [{ orgUnitExternalId: '2', leader: true, order: '7' }] }],
    ['another place in the unit', { memberships: [{ orgUnitExternalId: '2', leader: false, order: '8' }] }],
    ['an id more', { ids: [...person.ids, { kind: 'unionid', value: 'x' }] }],
  ])('is news where there is %s', (_what, change) => {
    expect(look(change)).toMatchObject({ same: false, value: change });
  });

  test('is not news where the platform has thought of a place that Muster had left to it', () => {
    const memberships = [{ orgUnitExternalId: '2', leader: false }];
    const { same, value } = look({ memberships: person.memberships }, { memberships });
    expect(same).toBe(true);
    expect(value.memberships).toEqual(memberships);
    // What Muster has written and a listing does not show is known.
    expect(
      look({ memberships: person.memberships }, { memberships }, { memberships: person.memberships }).same,
    ).toBe(true);
    const other = [{ orgUnitExternalId: '2', leader: false, order: '8' }];
    expect(look({ memberships: other }, { memberships }, { memberships: person.memberships }).same).toBe(
      false,
    );
  });

  test('is the same where he shows what Muster has written and a listing hides', () => {
    expect(look({ email: 'a@x.cn' }, { email: undefined }, { email: 'a@x.cn' }).same).toBe(true);
    expect(look({ email: 'b@x.cn' }, { email: undefined }, { email: 'a@x.cn' }).same).toBe(false);
    expect(look({ email: null }, { email: undefined }, { email: 'a@x.cn' }).same).toBe(false);
  });
});

describe('a unit that was read singly', () => {
  const ask = (
    change: Partial<RemoteOrgUnitValue>,
    before: Partial<RemoteOrgUnitValue> = {},
    isKnown = true,
  ) => orgUnitAsKnown(known({ ...unit, ...before }), { ...unit, ...before, ...change }, () => isKnown);

  test('is the same where it says what is known, or less', () => {
    const { name: _name, order: _order, ...less } = unit;
    expect(ask({}).same).toBe(true);
    expect(orgUnitAsKnown(known(unit), less, () => true)).toMatchObject({ same: true, value: unit });
  });

  test.each([{ name: '产品部' }, { parentExternalId: '9' }, { order: '4' }])('is news with %j', (change) => {
    expect(ask(change)).toMatchObject({ same: false, value: change });
  });

  test('stays a top unit where the walk had begun at it, though it has a parent that we do not have', () => {
    const top = { parentExternalId: null };
    expect(ask({ parentExternalId: '1' }, top, false)).toMatchObject({ same: true, value: top });
    expect(ask({ parentExternalId: '1' }, top, true)).toMatchObject({ same: false, value: unit });
  });

  test('has leaders who are told only where the listing tells them', () => {
    expect(ask({ leaderExternalIds: ['a'] }).same).toBe(true);
    expect(ask({ leaderExternalIds: ['a'] }, { leaderExternalIds: ['b'] }).same).toBe(false);
  });
});
