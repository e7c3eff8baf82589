import { expect, test } from 'vitest';
import type { RemoteAccountValue } from '../../src/domain/index.ts';
import { canonicalAccountText, sha256Hex } from '../../src/planner/canonical-hash.ts';
import { backOffMs } from '../../src/planner/push/back-off.ts';
import { accountCopyAfter, leaderCopyAfter, orgUnitCopyAfter } from '../../src/planner/push/copy-after.ts';

const MADE = { externalId: 'p1', ids: [{ kind: 'id', value: 'p1' }] };

const seen: RemoteAccountValue = {
  ...MADE,
  name: '安娜',
  mobile: '13900000001',
  email: undefined,
  jobNumber: null,
  title: undefined,
  managerExternalId: undefined,
  active: true,
  memberships: [
    { orgUnitExternalId: '1', leader: true, order: '3' },
    { orgUnitExternalId: '2', leader: false },
  ],
  attributes: { telephone: '8100' },
};

test('what a listing shows is written into the value, the rest is only believed', () => {
  const after = accountCopyAfter(
    { value: seen, believed: {} },
    {
      kind: 'UPDATE_ACCOUNT',
      externalId: 'p1',
      values: { name: '安', jobNumber: '7', email: 'a@b.c', telephone: '8200', workPlace: '上海' },
    },
    MADE,
  );
  expect(after.value).toMatchObject({ name: '安', attributes: { telephone: '8200' } });
  expect(after.value.email).toBeUndefined();
  // Known to be empty is seen; it was filled.
  expect(after.value.jobNumber).toBe('7');
  expect(after.value.attributes).not.toHaveProperty('workPlace');
  expect(after.believed).toEqual({
    name: '安',
    jobNumber: '7',
    email: 'a@b.c',
    attributes: { telephone: '8200', workPlace: '上海' },
  });
  expect(after.hash).toBe(sha256Hex(canonicalAccountText(after.value)));
});

test('whoever stays in a unit keeps the place and leads it as before', () => {
  const after = accountCopyAfter(
    { value: seen, believed: {} },
    {
      kind: 'MOVE_ACCOUNT',
      externalId: 'p1',
      values: {},
      memberships: [
        { orgUnitExternalId: '1', primary: true },
        { orgUnitExternalId: '3', primary: false, order: '9' },
      ],
    },
    MADE,
  );
  expect(after.value.memberships).toEqual([
    { orgUnitExternalId: '1', leader: true, order: '3' },
    { orgUnitExternalId: '3', leader: false, order: '9' },
  ]);
});

test('a manager that no listing shows is believed, and changes no content hash', () => {
  const before = sha256Hex(canonicalAccountText(seen));
  const after = accountCopyAfter(
    { value: seen, believed: { email: 'a@b.c' } },
    { kind: 'SET_MANAGER', externalId: 'p1', managerExternalId: null },
    MADE,
  );
  expect(after.believed).toEqual({ email: 'a@b.c', managerExternalId: null, attributes: {} });
  expect(after.hash).toBe(before);
});

test('a field that the platform may have passed over is neither believed nor seen any more', () => {
  const after = accountCopyAfter(
    { value: seen, believed: { mobile: '13900000001', attributes: { telephone: '8100' } } },
    {
      kind: 'UPDATE_ACCOUNT',
      externalId: 'p1',
      values: { mobile: '13900000002', name: '安', telephone: '8200' },
    },
    { ...MADE, unconfirmed: ['mobile', 'telephone'] },
  );
  expect(after.value).not.toHaveProperty('mobile');
  expect(after.value.attributes).toEqual({});
  expect(after.value.name).toBe('安');
  expect(after.believed).toEqual({ name: '安', attributes: {} });
});

test('places are believed where the platform keeps leads with them', () => {
  const bare = { ...seen, memberships: [{ orgUnitExternalId: '1' }, { orgUnitExternalId: '2' }] };
  const moved = accountCopyAfter(
    { value: bare, believed: {} },
    {
      kind: 'MOVE_ACCOUNT',
      externalId: 'p1',
      values: {},
      memberships: [{ orgUnitExternalId: '2', primary: true }],
    },
    { ...MADE, leadsWithPlaces: true },
  );
  expect(moved.believed.memberships).toEqual([{ orgUnitExternalId: '2', leader: false }]);
  const unit = { externalId: '2', leaderExternalIds: ['p1'], leadsWithPlaces: true };
  const led = leaderCopyAfter(moved, unit);
  expect(led?.believed.memberships).toEqual([{ orgUnitExternalId: '2', leader: true }]);
});

test('the main unit is kept where the copy tells it, and nowhere else', () => {
  const wanted = [
    { orgUnitExternalId: '2', primary: true },
    { orgUnitExternalId: '1', primary: false },
  ];
  const move = { kind: 'MOVE_ACCOUNT', externalId: 'p1', values: {}, memberships: wanted } as const;
  const told = { ...seen, memberships: seen.memberships.map((one, at) => ({ ...one, primary: at === 0 })) };
  const primaries = (value: RemoteAccountValue) =>
    accountCopyAfter({ value, believed: {} }, move, MADE).value.memberships.map(({ primary }) => primary);
  expect(primaries(told)).toEqual([true, undefined]);
  expect(primaries(seen)).toEqual([undefined, undefined]);
});

test('a unit whose name is not shown has the name that was written', () => {
  const { name: _, ...bare } = { externalId: '7', ids: [], parentExternalId: '1', name: '', attributes: {} };
  const operation = { kind: 'UPDATE_ORG_UNIT', externalId: '7', name: '研发部' } as const;
  const after = orgUnitCopyAfter({ value: bare, believed: {} }, operation, { externalId: '7', ids: [] });
  expect(after.value.name).toBeUndefined();
  expect(after.believed.name).toBe('研发部');
});

test('leaders of a unit are written at its people, and only where something changes', () => {
  const unit = { externalId: '1', leaderExternalIds: ['p2'] };
  expect(leaderCopyAfter({ value: seen, believed: {} }, unit)?.value.memberships[0]?.leader).toBe(false);
  expect(leaderCopyAfter({ value: seen, believed: {} }, { ...unit, leaderExternalIds: ['p1'] })).toBeNull();
});

test('a new unit shows what was written; a moved one keeps its name', () => {
  const made = orgUnitCopyAfter(
    null,
    { kind: 'CREATE_ORG_UNIT', orgUnitId: 'u', parentExternalId: '1', name: '研发部', order: '2' },
    { externalId: '7', ids: [] },
  );
  expect(made.value).toMatchObject({ externalId: '7', parentExternalId: '1', name: '研发部', order: '2' });
  const moved = orgUnitCopyAfter(
    made,
    { kind: 'MOVE_ORG_UNIT', externalId: '7', parentExternalId: '5' },
    { externalId: '7', ids: [] },
  );
  expect(moved.value).toMatchObject({ parentExternalId: '5', name: '研发部' });
});

test('field-notes rule 11: full jitter from a minute up to six hours', () => {
  const at = (failed: number, draw: number) => backOffMs(failed, { draw, unknown: false });
  expect(at(1, 0.999)).toBeLessThanOrEqual(60_000);
  expect(at(1, 0)).toBe(0);
  expect(at(4, 0.5)).toBe(240_000);
  expect(at(30, 0.999)).toBeLessThanOrEqual(6 * 3_600_000);
  expect(at(30, 0.999)).toBeGreaterThan(5.9 * 3_600_000);
});
