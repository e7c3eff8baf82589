import { describe, expect, it } from 'vitest';
import type { AccountId, OrgUnitId, RemoteAccountValue } from '../../src/domain/index.ts';
import type { AccountPlanContext, AccountRow, RosterAccount } from '../../src/planner/facts.ts';
import { issue } from '../../src/planner/issues.ts';
import { addIssues, planAccount } from '../../src/planner/propose.ts';
import { DEFINITIONS } from './support/company.ts';

const UNIT = 'unit-1' as OrgUnitId;
const BOSS = 'account-boss' as AccountId;

const context: AccountPlanContext = {
  rules: { userNameSource: 'externalId', requireMobile: true, leaverAction: 'DISABLE' },
  definitions: [],
  orgUnitOf: (externalId) => (externalId === '1' ? UNIT : undefined),
  ownsOrgUnit: () => true,
  accountOf: (externalId) => (externalId === 'boss' ? BOSS : undefined),
};

const person: RemoteAccountValue = {
  externalId: 'u1',
  ids: [],
  name: '王小明',
  mobile: '13800000001',
  email: 'a@x.cn',
  jobNumber: 'J1',
  title: '工程师',
  managerExternalId: 'boss',
  active: true,
  memberships: [{ orgUnitExternalId: '1', leader: false, order: '5' }],
  attributes: {},
};

/** The account that agrees with the person in everything. */
const account: RosterAccount = {
  id: 'account-1' as AccountId,
  version: 4,
  disabledByImport: false,
  protected: false,
  userName: 'u1',
  displayName: '王小明',
  status: 'ACTIVE',
  email: 'a@x.cn',
  mobile: '13800000001',
  jobNumber: 'J1',
  title: '工程师',
  managerId: BOSS,
  primaryOrgUnitId: UNIT,
  attributes: {},
  memberships: [{ orgUnitId: UNIT, leader: false, title: null, order: '5' }],
};

const fresh = (remote: Partial<RemoteAccountValue>, more: Partial<AccountRow> = {}): AccountRow => ({
  externalId: 'u1',
  remote: { ...person, ...remote },
  current: null,
  match: { situation: 'UNMATCHED', candidates: [], keyIndex: null },
  ...more,
});

const linked = (
  remote: Partial<RemoteAccountValue> | null,
  current: Partial<RosterAccount> = {},
): AccountRow => ({
  externalId: 'u1',
  remote: remote === null ? null : { ...person, ...remote },
  current: { ...account, ...current },
  match: {
    situation: remote === null ? 'DELETED' : 'LINKED',
    accountId: account.id,
    candidates: [],
    keyIndex: null,
  },
});

const matched = (current: Partial<RosterAccount>): AccountRow => ({
  ...linked({}, current),
  match: { situation: 'UNLINKED', accountId: account.id, candidates: [], keyIndex: 0 },
});

const codes = (row: AccountRow, by: Partial<AccountPlanContext> = {}) =>
  planAccount({ ...context, ...by }, row).issues.map(({ code, field, value, blocking }) => [
    code,
    field,
    value,
    blocking,
  ]);

describe('issues of a new person', () => {
  it('are none when all is well', () => {
    expect(planAccount(context, fresh({}))).toMatchObject({
      action: 'CREATE',
      issues: [],
      blocking: false,
      decision: 'ACCEPTED',
      settled: true,
      targetId: null,
      baseVersion: null,
    });
  });

  it.each<[string, Partial<RemoteAccountValue>, readonly unknown[]]>([
    ['no name', { name: null }, ['NAME_MISSING', 'displayName', null, true]],
    ['a name not supplied', { name: undefined }, ['NAME_MISSING', 'displayName', null, true]],
    ['a blank name', { name: '\u3000' }, ['NAME_MISSING', 'displayName', null, true]],
    ['a long name', { name: 'x'.repeat(201) }, ['NAME_TOO_LONG', 'displayName', 'x'.repeat(201), true]],
    ['a long title', { title: 'x'.repeat(201) }, ['NAME_TOO_LONG', 'title', 'x'.repeat(201), true]],
    [
      'a long job number',
      { jobNumber: 'x'.repeat(65) },
      ['NAME_TOO_LONG', 'jobNumber', 'x'.repeat(65), true],
    ],
    ['no mobile', { mobile: null }, ['MOBILE_MISSING', 'mobile', null, true]],
    ['a hidden mobile', { mobile: undefined }, ['MOBILE_MISSING', 'mobile', null, true]],
    ['a wrong mobile', { mobile: '12345' }, ['MOBILE_ILLEGAL', 'mobile', '12345', true]],
    ['a wrong mail', { email: 'nobody' }, ['EMAIL_ILLEGAL', 'email', 'nobody', true]],
    ['no unit', { memberships: [] }, ['ORG_UNIT_MISSING', 'memberships', null, true]],
    [
      'an unknown unit',
      { memberships: [{ orgUnitExternalId: '9', leader: false }] },
      ['ORG_UNIT_UNKNOWN', 'memberships', '9', true],
    ],
    [
      'an unknown unit beside a known one',
      { memberships: [...person.memberships, { orgUnitExternalId: '9', leader: false }] },
      ['ORG_UNIT_UNKNOWN', 'memberships', '9', false],
    ],
    ['an unknown manager', { managerExternalId: 'x' }, ['MANAGER_UNKNOWN', 'managerId', 'x', false]],
    ['the own manager', { managerExternalId: 'u1' }, ['MANAGER_UNKNOWN', 'managerId', 'u1', false]],
  ])('tell %s', (_what, remote, expected) => {
    expect(codes(fresh(remote))).toEqual([expected]);
  });

  it('tell a user name that is missing or illegal, until the reviewer types one', () => {
    const byMail = { rules: { ...context.rules, userNameSource: 'email' as const } };
    expect(codes(fresh({ email: null }), byMail)).toEqual([['USER_NAME_MISSING', 'userName', null, true]]);
    const byJob = { rules: { ...context.rules, userNameSource: 'jobNumber' as const } };
    expect(codes(fresh({ jobNumber: 'A 7' }), byJob)).toEqual([
      ['USER_NAME_ILLEGAL', 'userName', 'A 7', true],
    ]);
    expect(codes(fresh({ jobNumber: 'A 7' }, { userName: 'a7' }), byJob)).toEqual([]);
  });

  it('tell custom attributes that are required or not legal', () => {
    const by = { definitions: DEFINITIONS };
    expect(codes(fresh({}), by)).toEqual([['ATTRIBUTE_REQUIRED', 'attributes.shirt', null, true]]);
    expect(codes(fresh({ attributes: { shirt: 'XXL', badge: '7' } }), by)).toEqual([
      ['ATTRIBUTE_ILLEGAL', 'attributes.badge', '7', true],
      ['ATTRIBUTE_ILLEGAL', 'attributes.shirt', 'XXL', true],
    ]);
    expect(codes(fresh({ attributes: { shirt: 'S', unknown: { deep: 1 } } }), by)).toEqual([]);
  });

  it('leave a missing mobile alone where none is required', () => {
    expect(codes(fresh({ mobile: null }), { rules: { ...context.rules, requireMobile: false } })).toEqual([]);
  });
});

describe('a linked person', () => {
  it('without change is NONE, and blocks nothing whatever the copy looks like', () => {
    expect(planAccount(context, linked({}))).toMatchObject({
      action: 'NONE',
      reason: 'UNCHANGED',
      settled: true,
    });
    const row = planAccount(context, linked({ name: null, managerExternalId: 'x' }));
    expect(row).toMatchObject({ action: 'NONE', blocking: false, decision: 'ACCEPTED', settled: false });
    expect(row.issues.map(({ code, blocking }) => [code, blocking])).toEqual([
      ['NAME_MISSING', false],
      ['MANAGER_UNKNOWN', false],
    ]);
  });

  it('that loses a required mobile is held; one that only changes the title is not', () => {
    expect(planAccount(context, linked({ mobile: null }))).toMatchObject({
      action: 'UPDATE',
      blocking: true,
    });
    expect(planAccount(context, linked({ title: 'x', mobile: null }, { mobile: null }))).toMatchObject({
      action: 'UPDATE',
      blocking: false,
    });
  });

  it('empties a field for null and never for absent', () => {
    const { changes } = planAccount(context, linked({ title: null, email: undefined }));
    expect(changes).toEqual([{ field: 'title', before: '工程师', after: null }]);
  });

  it('that becomes a leader is an UPDATE, in another unit a MOVE', () => {
    const leader = { orgUnitExternalId: '1', leader: true, order: '5' };
    expect(planAccount(context, linked({ memberships: [leader] })).action).toBe('UPDATE');
    const two = { orgUnitOf: (externalId: string) => `unit-${externalId}` as OrgUnitId };
    const elsewhere = [{ orgUnitExternalId: '2', leader: false, order: '5' }];
    const moved = planAccount({ ...context, ...two }, linked({ memberships: elsewhere, title: 'x' }));
    expect(moved).toMatchObject({ action: 'MOVE', reason: 'MEMBERSHIPS_CHANGED', baseVersion: 4 });
    expect(moved.changes.map(({ field }) => field)).toEqual(['memberships', 'primaryOrgUnitId', 'title']);
  });

  it('keeps the primary unit while still in it', () => {
    const two = { ...context, orgUnitOf: (externalId: string) => `unit-${externalId}` as OrgUnitId };
    const memberships = [{ orgUnitExternalId: '0', leader: false, order: '-9' }, ...person.memberships];
    const { changes } = planAccount(two, linked({ memberships }));
    expect(changes.map(({ field }) => field)).toEqual(['memberships']);
  });

  it('of a deleted account stays deleted', () => {
    expect(planAccount(context, linked({ title: 'x' }, { status: 'DELETED' }))).toMatchObject({
      action: 'NONE',
      reason: 'DELETED_IN_ROSTER',
      changes: [],
    });
  });
});

describe('the life cycle', () => {
  it('proposes to disable a leaver, always held', () => {
    expect(planAccount(context, linked(null))).toMatchObject({
      situation: 'DELETED',
      action: 'DISABLE',
      reason: 'LEFT_PLATFORM',
      decision: 'PENDING',
      blocking: false,
      changes: [{ field: 'status', before: 'ACTIVE', after: 'DISABLED' }],
    });
  });

  it('leaves a leaver alone by rule, when disabled already, and with an administrative role', () => {
    const none = { ...context, rules: { ...context.rules, leaverAction: 'NONE' as const } };
    expect(planAccount(none, linked(null))).toMatchObject({ action: 'NONE', reason: 'LEAVER_RULE_NONE' });
    expect(planAccount(context, linked(null, { status: 'DISABLED' }))).toMatchObject({
      action: 'NONE',
      reason: 'LEAVER_ALREADY_DISABLED',
      issues: [],
    });
    expect(planAccount(context, linked(null, { protected: true }))).toMatchObject({
      action: 'NONE',
      reason: 'LEAVER_PROTECTED',
      decision: 'PENDING',
      changes: [],
    });
  });

  it('asks before a returner is enabled, and never enables whom an administrator disabled', () => {
    const back = planAccount(context, linked({}, { status: 'DISABLED', disabledByImport: true }));
    expect(back).toMatchObject({ action: 'UPDATE', reason: 'RETURNED', decision: 'PENDING' });
    expect(back.changes).toEqual([{ field: 'status', before: 'DISABLED', after: 'ACTIVE' }]);
    expect(planAccount(context, linked({}, { status: 'DISABLED' })).action).toBe('NONE');
  });

  it('asks before somebody whom the platform calls inactive is disabled', () => {
    const row = planAccount(context, linked({ active: false, title: 'x' }));
    expect(row).toMatchObject({ action: 'DISABLE', reason: 'REMOTE_INACTIVE', decision: 'PENDING' });
    expect(row.changes.map(({ field }) => field)).toEqual(['status', 'title']);
    const status = planAccount(context, fresh({ active: false })).changes.find(
      ({ field }) => field === 'status',
    );
    expect(status?.after).toBe('DISABLED');
  });
});

describe('an account with an administrative role (S15)', () => {
  it('keeps how it signs in; the rest is updated after a look', () => {
    const row = planAccount(
      context,
      linked({ mobile: '13900000000', email: 'evil@x.cn', title: 'x', active: false }, { protected: true }),
    );
    expect(row.changes.map(({ field }) => field)).toEqual(['title']);
    expect(row).toMatchObject({ action: 'UPDATE', decision: 'PENDING', blocking: false, settled: false });
    expect(row.issues.map(({ code, field }) => [code, field])).toEqual([
      ['PROTECTED_ACCOUNT', 'email'],
      ['PROTECTED_ACCOUNT', 'mobile'],
      ['PROTECTED_ACCOUNT', 'status'],
    ]);
  });

  it('is never linked by a matching rule', () => {
    expect(planAccount(context, matched({}))).toMatchObject({ action: 'LINK', decision: 'ACCEPTED' });
    expect(planAccount(context, matched({ protected: true }))).toMatchObject({
      action: 'LINK',
      blocking: true,
      decision: 'PENDING',
      issues: [{ code: 'PROTECTED_ACCOUNT', value: 'u1' }],
    });
  });
});

describe('a disputed match', () => {
  it('does nothing until somebody chooses', () => {
    const match = { situation: 'DISPUTED' as const, candidates: ['a', 'b'], keyIndex: 0 };
    expect(planAccount(context, fresh({}, { match, dispute: 'MATCH_TAKEN' }))).toMatchObject({
      action: 'NONE',
      reason: 'MATCH_TAKEN',
      blocking: true,
      candidates: ['a', 'b'],
      issues: [{ code: 'MATCH_TAKEN', value: 'a b', blocking: true }],
    });
    expect(planAccount(context, fresh({}, { match })).reason).toBe('SEVERAL_MATCHES');
  });
});

describe('issues that other rows cause', () => {
  const clean = planAccount(context, fresh({}));

  it('block or hold by their code', () => {
    expect(addIssues(clean, [])).toBe(clean);
    expect(addIssues(clean, [issue('MOBILE_DUPLICATE', 'mobile', '1')])).toMatchObject({
      blocking: true,
      decision: 'PENDING',
      settled: false,
    });
    expect(addIssues(clean, [issue('GUARD_TRIPPED', null, null, false)])).toMatchObject({
      blocking: false,
      decision: 'PENDING',
    });
  });
});

describe('contradictory rows', () => {
  it('are programming mistakes', () => {
    expect(() => planAccount(context, fresh({}, { remote: null }))).toThrow(TypeError);
    expect(() => planAccount(context, { ...matched({}), current: null })).toThrow(TypeError);
  });
});
