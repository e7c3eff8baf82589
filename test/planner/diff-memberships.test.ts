import { describe, expect, it } from 'vitest';
import type { OrgUnitId, RemoteMembershipValue } from '../../src/domain/index.ts';
import { normaliseOrder, seatAfter } from '../../src/planner/diff-memberships.ts';
import type { AccountState, MembershipState } from '../../src/planner/facts.ts';

const id = (text: string): OrgUnitId => text.toUpperCase() as OrgUnitId;
const units = {
  orgUnitOf: (externalId: string) => (externalId === 'unknown' ? undefined : id(externalId)),
  ownsOrgUnit: (unit: OrgUnitId) => unit !== id('local'),
};

const remote = (
  orgUnitExternalId: string,
  more: Partial<RemoteMembershipValue> = {},
): RemoteMembershipValue => ({
  orgUnitExternalId,
  leader: false,
  ...more,
});

const seat = (unit: string, more: Partial<MembershipState> = {}): MembershipState => ({
  orgUnitId: id(unit),
  leader: false,
  title: null,
  order: '0',
  ...more,
});

const sitting = (primary: string, ...memberships: readonly MembershipState[]): AccountState => ({
  userName: 'u',
  displayName: 'n',
  status: 'ACTIVE',
  email: null,
  mobile: null,
  jobNumber: null,
  title: null,
  managerId: null,
  primaryOrgUnitId: id(primary),
  attributes: {},
  memberships,
});

describe('where a person sits', () => {
  it('keeps who leads where the platform does not say it (rule 22)', () => {
    const current = sitting('a', seat('a', { leader: true }), seat('b'));
    const told = [{ orgUnitExternalId: 'a' }, { orgUnitExternalId: 'b' }];
    expect(seatAfter(units, told, current)).toBe(current);
    const moved = seatAfter(units, [...told, { orgUnitExternalId: 'c' }], current);
    expect(moved?.memberships.map(({ orgUnitId, leader }) => [orgUnitId, leader])).toEqual([
      ['A', true],
      ['B', false],
      ['C', false],
    ]);
    expect(seatAfter(units, [remote('a'), remote('b')], current)?.memberships[0]?.leader).toBe(false);
  });

  it('W-WX-16: is where the platform says that the main unit is', () => {
    const told = [remote('a', { order: '1' }), remote('b', { order: '2', primary: true })];
    expect(seatAfter(units, told, null)?.primaryOrgUnitId).toBe('B');
    const current = sitting('a', seat('a', { order: '1' }), seat('b', { order: '2' }));
    expect(seatAfter(units, told, current)?.primaryOrgUnitId).toBe('B');
    const agreed = sitting('b', seat('a', { order: '1' }), seat('b', { order: '2' }));
    expect(seatAfter(units, told, agreed)).toBe(agreed);
    // One that nobody knows tells nothing about the others.
    const elsewhere = [remote('a', { order: '1' }), remote('unknown', { primary: true })];
    expect(seatAfter(units, elsewhere, sitting('a', seat('a', { order: '1' })))?.primaryOrgUnitId).toBe('A');
  });

  it('is the very same value when nothing changed', () => {
    const current = sitting('a', seat('a', { title: '组长', order: '1' }), seat('b'));
    expect(seatAfter(units, [remote('b'), remote('a', { title: '组长', order: '1' })], current)).toBe(
      current,
    );
    expect(seatAfter(units, [remote('a'), remote('b', { title: '' })], current)).toBe(current);
  });

  it('follows title, leadership and position where the platform supplies them', () => {
    const current = sitting('a', seat('a', { title: '组长', order: '1' }));
    const seatedBy = (more: Partial<RemoteMembershipValue>) =>
      seatAfter(units, [remote('a', more)], current)?.memberships;
    expect(seatedBy({ title: '经理' })).toEqual([seat('a', { title: '经理', order: '1' })]);
    expect(seatedBy({ title: '' })).toEqual([seat('a', { order: '1' })]);
    expect(seatedBy({ order: '2' })).toEqual([seat('a', { title: '组长', order: '2' })]);
    expect(seatedBy({ leader: true })).toEqual([seat('a', { title: '组长', order: '1', leader: true })]);
    expect(seatedBy({ order: 'first' })).toEqual([seat('a', { title: '组长', order: '1' })]);
  });

  it('puts a new person first into the unit of the earliest position, then of the smallest id', () => {
    const primary = (...memberships: readonly RemoteMembershipValue[]) => [
      seatAfter(units, memberships, null)?.primaryOrgUnitId,
      seatAfter(units, memberships.toReversed(), null)?.primaryOrgUnitId,
    ];
    expect(primary(remote('a', { order: '2' }), remote('b', { order: '1' }))).toEqual(['B', 'B']);
    expect(primary(remote('a'), remote('b', { order: '9' }))).toEqual(['B', 'B']);
    expect(primary(remote('b'), remote('a'), remote('c'))).toEqual(['A', 'A']);
    expect(primary(remote('b', { order: '1' }), remote('a', { order: '1' }))).toEqual(['A', 'A']);
    // Apart by less than 2^53 can tell.
    const big = remote('b', { order: '-176275808490200513' });
    expect(primary(remote('a', { order: '-176275808490200512' }), big)).toEqual(['B', 'B']);
    expect(primary(remote('unknown', { order: '-9' }), remote('a'))).toEqual(['A', 'A']);
  });

  it('fills a new membership with what is known of it', () => {
    expect(seatAfter(units, [remote('a', { title: '组长' })], null)?.memberships).toEqual([
      seat('a', { title: '组长' }),
    ]);
  });

  it('leaves units alone that are not of this connection, and the primary unit while it is kept', () => {
    const current = sitting('local', seat('a'), seat('local', { leader: true }));
    expect(seatAfter(units, [remote('b')], current)).toEqual({
      primaryOrgUnitId: id('local'),
      memberships: [seat('b'), seat('local', { leader: true })],
    });
    const gone = sitting('a', seat('a'), seat('local'));
    expect(seatAfter(units, [remote('b')], gone)?.primaryOrgUnitId).toBe(id('b'));
  });

  it('takes a unit that is named twice once', () => {
    const twice = [remote('a', { order: '5', leader: true }), remote('a', { order: '3' }), remote('b')];
    const expected = [seat('a', { order: '3', leader: true }), seat('b')];
    expect(seatAfter(units, twice, null)?.memberships).toEqual(expected);
    expect(seatAfter(units, twice.toReversed(), null)?.memberships).toEqual(expected);
    const current = sitting('a', seat('a'), seat('b'));
    expect(seatAfter(units, [remote('a'), remote('a')], current)?.memberships).toEqual([seat('a')]);
    const three = sitting('a', seat('a'), seat('b'), seat('c'));
    expect(seatAfter(units, [remote('a'), remote('b'), remote('a')], three)?.memberships).toEqual([
      seat('a'),
      seat('b'),
    ]);
  });

  it('is unknown when no unit is known', () => {
    expect(seatAfter(units, [], sitting('a', seat('a')))).toBeNull();
    expect(seatAfter(units, [remote('unknown')], sitting('a', seat('a')))).toBeNull();
  });
});

describe('a position', () => {
  it.each([
    [undefined, undefined],
    ['', undefined],
    ['1.5', undefined],
    ['9'.repeat(31), undefined],
    ['+007', '7'],
    ['-0', '0'],
    ['-176275808490200512', '-176275808490200512'],
  ])('%j is kept as %j', (order, kept) => {
    expect(normaliseOrder(order)).toBe(kept);
  });
});
