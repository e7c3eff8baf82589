import { describe, expect, it } from 'vitest';
import {
  type AccountId,
  type CompletenessStatement,
  DEFAULT_PASSWORD_POLICY,
  ISSUE_CODES,
  OUTCOMES,
  type RemoteAccountValue,
  SITUATIONS,
  USER_NAME_SOURCES,
} from '../../src/domain/index.ts';
import { explainRow, issueText, type StoredFacts } from '../../src/planner/explain.ts';
import { guardLimit, judgeGuards } from '../../src/planner/guard.ts';
import { invertRow } from '../../src/planner/invert.ts';
import { concludeLeavers, concludeUnitLeavers } from '../../src/planner/leavers.ts';
import { buildMatchIndex, matchAccount, matchAccounts } from '../../src/planner/match.ts';
import { checkPassword } from '../../src/planner/password-policy.ts';
import { REASON_CODES } from '../../src/planner/reasons.ts';
import { proposeUserName } from '../../src/planner/user-name.ts';

describe('the guard', () => {
  it.each([
    [0, 3],
    [40, 3],
    [100, 5],
    [399, 19],
    [400, 20],
    [100_000, 20],
  ])('of %i linked accounts lets %i through by default', (linked, limit) => {
    const rule = { fraction: 0.05, count: 20 };
    expect(guardLimit(rule, linked)).toBe(limit);
    const tripped = (disables: number) => judgeGuards(rule, { linked, disables, moves: 0 }).disables.tripped;
    expect([tripped(limit), tripped(limit + 1)]).toEqual([false, true]);
  });

  it('cannot be switched off below its floor, and judges moves by themselves', () => {
    expect(guardLimit({ fraction: 0, count: 0 }, 1000)).toBe(3);
    const { disables, moves } = judgeGuards(
      { fraction: 1, count: 5 },
      { linked: 100, disables: 5, moves: 6 },
    );
    expect([disables.tripped, moves]).toEqual([false, { tripped: true, counted: 6, limit: 5 }]);
  });
});

describe('leavers', () => {
  const whole: CompletenessStatement = {
    complete: true,
    gaps: [],
    pages: 1,
    calls: 1,
    orgUnits: 2,
    accounts: 3,
    platformAccountCount: 3,
    visibleRange: { wholeCompany: true, orgUnitExternalIds: [], accountExternalIds: [], digest: '' },
  };
  const asked = { asked: true, stored: 3 };
  const gap = { code: 'ACCOUNT_PAGE_FAILED' as const, where: '1', detail: '' };

  it.each([
    ['a complete fetch', whole, asked, { conclusive: true }],
    ['a platform that cannot count', { ...whole, platformAccountCount: null }, asked, { conclusive: true }],
    ['units only', whole, { asked: false, stored: 3 }, { conclusive: false, because: 'NOT_ASKED' }],
    [
      'a gap',
      { ...whole, complete: false, gaps: [gap] },
      asked,
      { conclusive: false, because: 'INCOMPLETE' },
    ],
    ['a gap unnoticed', { ...whole, gaps: [gap] }, asked, { conclusive: false, because: 'INCOMPLETE' }],
    ['fewer stored', whole, { asked: true, stored: 2 }, { conclusive: false, because: 'COUNT_MISMATCH' }],
    [
      'fewer than the platform has',
      { ...whole, platformAccountCount: 4 },
      asked,
      { conclusive: false, because: 'COUNT_MISMATCH' },
    ],
    [
      'an empty success',
      { ...whole, accounts: 0, platformAccountCount: null },
      { asked: true, stored: 0 },
      { conclusive: false, because: 'EMPTY' },
    ],
  ])('are concluded from %s, or not', (_what, statement, fetched, verdict) => {
    expect(concludeLeavers(statement, fetched)).toEqual(verdict);
  });

  it('among units need a complete fetch of units', () => {
    expect(concludeUnitLeavers(whole, { asked: true, stored: 2 })).toEqual({ conclusive: true });
    expect(concludeUnitLeavers(whole, { asked: true, stored: 1 })).toMatchObject({
      because: 'COUNT_MISMATCH',
    });
    expect(concludeUnitLeavers({ ...whole, complete: false }, { asked: true, stored: 2 })).toMatchObject({
      because: 'INCOMPLETE',
    });
    expect(concludeUnitLeavers({ ...whole, orgUnits: 0 }, { asked: true, stored: 0 })).toMatchObject({
      because: 'EMPTY',
    });
  });
});

const remote = (more: Partial<RemoteAccountValue>): RemoteAccountValue => ({
  externalId: 'u1',
  ids: [],
  name: undefined,
  mobile: undefined,
  email: undefined,
  jobNumber: undefined,
  title: undefined,
  managerExternalId: undefined,
  active: undefined,
  memberships: [],
  attributes: {},
  ...more,
});

describe('matching', () => {
  const account = (n: number, more: object = {}) => ({
    id: `account-${n}` as AccountId,
    userName: `user${n}`,
    displayName: '王小明',
    email: null,
    mobile: null,
    jobNumber: null,
    linked: false,
    ...more,
  });
  const byMail = { remoteField: 'email', rosterField: 'email', foldCase: true } as const;
  const byName = { remoteField: 'name', rosterField: 'displayName', foldCase: false } as const;

  it('is off without keys', () => {
    const index = buildMatchIndex([account(1, { email: 'a@x.cn' })], []);
    expect(matchAccount(index, remote({ email: 'a@x.cn' })).match.situation).toBe('UNMATCHED');
  });

  it('folds case only where it was declared', () => {
    const accounts = [account(1, { email: 'Ann@x.cn' })];
    const situation = (foldCase: boolean) =>
      matchAccount(buildMatchIndex(accounts, [{ ...byMail, foldCase }]), remote({ email: 'ANN@x.cn' })).match
        .situation;
    expect([situation(true), situation(false)]).toEqual(['UNLINKED', 'UNMATCHED']);
  });

  it('compares mobiles and mails in the form that is kept', () => {
    const byMobile = { remoteField: 'mobile', rosterField: 'mobile', foldCase: false } as const;
    const index = buildMatchIndex(
      [account(1, { mobile: '13800000001', email: 'a@x.cn' })],
      [byMobile, { ...byMail, foldCase: false }],
    );
    const keyOf = (more: Partial<RemoteAccountValue>) => matchAccount(index, remote(more)).match.keyIndex;
    expect([keyOf({ mobile: '+86-13800000001' }), keyOf({ email: 'a@X.CN' }), keyOf({})]).toEqual([
      0,
      1,
      null,
    ]);
    const byUserName = { remoteField: 'mobile', rosterField: 'userName', foldCase: false } as const;
    const named = buildMatchIndex([account(1, { userName: '13800000001' })], [byUserName]);
    expect(matchAccount(named, remote({ mobile: '86-13800000001' })).match.situation).toBe('UNLINKED');
  });

  it('never matches empty with empty', () => {
    const index = buildMatchIndex([account(1), account(2, { email: ' ' })], [byMail]);
    for (const email of [null, undefined, '', '\u3000']) {
      expect(matchAccount(index, remote({ email })).match.situation).toBe('UNMATCHED');
    }
  });

  it('takes the first key that finds anybody, and never guesses', () => {
    const accounts = [...Array(12).keys()]
      .map((n) => account(n))
      .concat(account(99, { email: 'a@x.cn', displayName: 'B' }));
    const index = buildMatchIndex(accounts, [byMail, byName]);
    expect(matchAccount(index, remote({ email: 'a@x.cn', name: '王小明' })).match).toMatchObject({
      situation: 'UNLINKED',
      accountId: 'account-99',
      keyIndex: 0,
    });
    const disputed = matchAccount(index, remote({ name: '王小明' }));
    expect(disputed).toMatchObject({
      dispute: 'MATCH_DISPUTED',
      match: { situation: 'DISPUTED', keyIndex: 1 },
    });
    expect(disputed.match.candidates).toHaveLength(10);
    expect(disputed.match.candidates).toEqual(disputed.match.candidates.toSorted());
  });

  it('is unique on both sides, and a link always wins', () => {
    const index = buildMatchIndex(
      [account(1, { email: 'a@x.cn' }), account(2, { email: 'b@x.cn', linked: true })],
      [byMail],
    );
    const matched = matchAccounts(index, [
      { remote: remote({ externalId: '1', email: 'a@x.cn' }), linkedTo: null },
      { remote: remote({ externalId: '2', email: 'A@X.cn' }), linkedTo: null },
      { remote: remote({ externalId: '3', email: 'b@x.cn' }), linkedTo: null },
      { remote: remote({ externalId: '4', email: 'a@x.cn' }), linkedTo: 'account-2' as AccountId },
    ]);
    expect(matched.map(({ match, dispute }) => [match.situation, dispute])).toEqual([
      ['DISPUTED', 'MATCH_DISPUTED'],
      ['DISPUTED', 'MATCH_DISPUTED'],
      ['DISPUTED', 'MATCH_TAKEN'],
      ['LINKED', null],
    ]);
  });
});

describe('a proposed user name', () => {
  const person = remote({
    externalId: ' manager01 ',
    name: '单小明 Bob',
    mobile: '+852-51234567',
    email: 'Ann.Lee@Example.com',
    jobNumber: 'A 7',
  });

  it.each([
    ['externalId', 'manager01'],
    ['mobile', '85251234567'],
    ['email', 'Ann.Lee@example.com'],
    ['emailLocalPart', 'Ann.Lee'],
    ['jobNumber', 'A 7'],
    ['pinyin', 'shanxiaomingbob'],
  ] as const)('from %s is %s', (source, userName) => {
    expect(proposeUserName(source, person)).toBe(userName);
  });

  it('is missing when its source is', () => {
    for (const source of USER_NAME_SOURCES.filter((one) => one !== 'externalId')) {
      expect(proposeUserName(source, remote({}))).toBeNull();
      expect(
        proposeUserName(source, remote({ name: ' ', mobile: null, email: '', jobNumber: '\u3000' })),
      ).toBeNull();
    }
    expect(proposeUserName('pinyin', remote({ name: '𠮷' }))).toBeNull();
  });
});

describe('the inverse of a committed row', () => {
  const now = { status: 'ACTIVE', title: '经理', email: null, attributes: { badge: 7 }, memberships: [] };
  const title = { field: 'title', before: '工程师', after: '经理' };
  const badge = { field: 'attributes.badge', before: null, after: 7 };

  it('puts back what the row wrote', () => {
    expect(invertRow({ action: 'UPDATE', changes: [badge, title] }, now)).toEqual({
      kind: 'RESTORE',
      unlink: false,
      changes: [
        { field: 'attributes.badge', before: 7, after: null },
        { field: 'title', before: '经理', after: '工程师' },
      ],
    });
  });

  it('leaves what is as before, and the whole row when somebody wrote since', () => {
    expect(invertRow({ action: 'UPDATE', changes: [title] }, { ...now, title: '工程师' })).toEqual({
      kind: 'NOTHING',
    });
    expect(invertRow({ action: 'UPDATE', changes: [badge, title] }, { ...now, title: '总监' })).toEqual({
      kind: 'CONFLICT',
      conflicts: [{ field: 'title', written: '经理', found: '总监' }],
    });
  });

  it('drops a link that the row made, and deletes what it created unless edited since', () => {
    expect(invertRow({ action: 'LINK', changes: [] }, now)).toEqual({
      kind: 'RESTORE',
      unlink: true,
      changes: [],
    });
    const created = { action: 'CREATE' as const, changes: [{ field: 'title', before: null, after: '经理' }] };
    expect(invertRow(created, now)).toEqual({ kind: 'DELETE', unlink: true });
    expect(invertRow(created, { ...now, title: null })).toMatchObject({ kind: 'CONFLICT' });
    expect(invertRow(created, { ...now, status: 'DELETED' })).toEqual({ kind: 'NOTHING' });
    expect(invertRow(created, null)).toEqual({ kind: 'NOTHING' });
  });

  it('is a conflict when the object is gone, and nothing when nothing was done', () => {
    expect(invertRow({ action: 'UPDATE', changes: [title] }, null)).toMatchObject({ kind: 'CONFLICT' });
    expect(invertRow({ action: 'UPDATE', changes: [title] }, { ...now, status: 'DELETED' })).toMatchObject({
      kind: 'CONFLICT',
    });
    expect(invertRow({ action: 'NONE', changes: [] }, null)).toEqual({ kind: 'NOTHING' });
  });

  it('does not mind the order of memberships', () => {
    const a = { orgUnitId: 'a', leader: false, title: null, order: '0' };
    const b = { orgUnitId: 'b', leader: true, title: null, order: '0' };
    const row = { action: 'MOVE' as const, changes: [{ field: 'memberships', before: [a], after: [a, b] }] };
    expect(invertRow(row, { ...now, memberships: [b, a] })).toMatchObject({ kind: 'RESTORE' });
  });
});

describe('the password policy', () => {
  const strict = { ...DEFAULT_PASSWORD_POLICY, requireSymbol: true };

  it.each([
    ['Abcdefgh1!', []],
    ['Abcdefgh1', ['TOO_SHORT', 'NEEDS_SYMBOL']],
    ['abcdefgh1!', ['NEEDS_UPPER']],
    ['ABCDEFGH1!', ['NEEDS_LOWER']],
    ['Abcdefghi!', ['NEEDS_DIGIT']],
    ['Abcdefgh1 ', ['NEEDS_SYMBOL']],
    ['', ['TOO_SHORT', 'NEEDS_UPPER', 'NEEDS_LOWER', 'NEEDS_DIGIT', 'NEEDS_SYMBOL']],
    [`Aa1!${'x'.repeat(253)}`, ['TOO_LONG']],
    ['Aa1!𠮷𠮷𠮷𠮷𠮷', ['TOO_SHORT']],
  ])('says of %j: %j', (password, rules) => {
    const faults = checkPassword(strict, password);
    expect(faults.map(({ rule }) => rule)).toEqual(rules);
    for (const { text } of faults) expect(text.zh === '' || text.en === '').toBe(false);
  });

  it('asks only for what it requires', () => {
    const lax = { ...strict, minLength: 1, requireUpper: false, requireLower: false, requireDigit: false };
    expect(checkPassword({ ...lax, requireSymbol: false }, 'x')).toEqual([]);
  });
});

describe('an explanation', () => {
  const facts: StoredFacts = {
    situation: 'UNLINKED',
    action: 'LINK',
    reason: 'MATCHED',
    matchKey: { remoteField: 'mobile', rosterField: 'mobile', foldCase: false },
    candidates: 0,
    issues: [],
    decision: 'ACCEPTED',
    outcome: null,
    leaverRefusal: null,
  };

  it('names rule, field and value, and has a stable code', () => {
    const duplicate = {
      code: 'MOBILE_DUPLICATE' as const,
      field: 'mobile',
      value: '13800000001',
      blocking: true,
    };
    const explained = explainRow({ ...facts, issues: [duplicate, duplicate], leaverRefusal: 'INCOMPLETE' });
    expect(explained.code).toBe('MATCHED+MOBILE_DUPLICATE');
    expect(explained.situation.en).toContain('mobile');
    expect(explained.issues[0]?.zh).toContain('13800000001');
    expect(explained.action.en).toContain('not complete');
    expect(explained.outcome.en).toContain('Cannot be accepted');
    expect(explainRow({ ...facts, outcome: 'APPLIED' }).outcome.en).toContain('Written');
  });

  it('has a sentence in both languages for every code, with no placeholder left', () => {
    const texts = [
      ...SITUATIONS.map((situation) => explainRow({ ...facts, situation }).situation),
      ...REASON_CODES.map((reason) => explainRow({ ...facts, reason }).action),
      ...OUTCOMES.map((outcome) => explainRow({ ...facts, outcome }).outcome),
      ...ISSUE_CODES.map((code) => issueText({ code, field: 'x', value: 'y', blocking: true })),
    ];
    for (const { zh, en } of texts) {
      expect(zh).toMatch(/[\u4e00-\u9fff].*。$/);
      expect(en).toMatch(/\.$/);
      expect(`${zh}${en}`).not.toMatch(/\{\w+\}/);
    }
  });
});
