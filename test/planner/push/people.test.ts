import { describe, expect, it } from 'vitest';
import { DEFAULT_PUSH_RULES, type PlannedOperation, type PushRules } from '../../../src/domain/index.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { accountId, FIELDS, ROOT_ID, unitId, World } from './support/world.ts';

const pick = (): number => 0;
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
const seatsOf = (world: World, n: number): string[] =>
  (world.platform.people.get(`a:account-${n}`)?.seats ?? []).map(({ unit }) => unit).sort();

describe('who is created and linked', () => {
  it('W-DD-31: creating people can be switched off, updating goes on', () => {
    const world = pushed();
    world.rules = { ...world.rules, operations: { ...world.rules.operations, createAccounts: false } };
    world.addAccount(9, unitId('a'));
    world.account(accountId(1)).title = '经理';
    expect(rows(world)).toEqual(['CREATE_ACCOUNT account-9 SKIPPED', 'UPDATE_ACCOUNT account-1 PLANNED']);
  });

  it('ID-29: nobody is created without a mobile', () => {
    const world = pushed();
    world.addAccount(9, unitId('a'), { mobile: null });
    expect(only(world)).toMatchObject({
      state: 'SKIPPED',
      issues: [{ code: 'FIELD_REQUIRED', field: 'mobile' }],
    });
  });

  it('W-DD-34, rule 21: one match on both sides is linked; several are disputed; a link is never changed', () => {
    const world = pushed();
    world.matchKeys = [{ remoteField: 'name', rosterField: 'displayName', foldCase: false }];
    world.accountLinks.delete(accountId(1));
    expect(only(world)).toMatchObject({
      kind: 'LINK_ACCOUNT',
      externalId: 'a:account-1',
      reason: 'MATCHED',
      rule: 'matchKeys.0',
    });
    world.platform.people.set('twin', {
      values: { name: '员工1', mobile: '1' },
      seats: [],
      manager: null,
      active: true,
    });
    expect(only(world)).toMatchObject({ state: 'SKIPPED', issues: [{ code: 'MATCH_DISPUTED' }] });
    world.accountLinks.set(accountId(1), 'a:account-1');
    expect(rows(world)).toEqual([]);
    world.addAccount(9, unitId('a'), { displayName: '员工2' });
    expect(only(world)).toMatchObject({
      kind: 'LINK_ACCOUNT',
      state: 'SKIPPED',
      issues: [{ code: 'MATCH_TAKEN' }],
    });
  });

  it('W-DD-45, 46: the platform id comes from a template, legal and not taken, without regard to case', () => {
    const world = pushed();
    world.rules = { ...world.rules, externalIdTemplate: '{jobNumber|upper}' };
    world.capabilities = {
      ...world.capabilities,
      accountIds: { mode: 'CHOSEN', rule: { maxLength: 4 }, foldCase: true },
    };
    world.platform.createPerson('TAKEN', { name: '陌生人', mobile: '13600000000' }, ['1']);
    const wanted = ['k1', 'toolong', 'taken', null, 'same', 'SAME'];
    wanted.forEach((jobNumber, i) => {
      world.addAccount(i + 10, unitId('a'), { jobNumber });
    });
    world.capabilities = {
      ...world.capabilities,
      accountIds: { ...world.capabilities.accountIds, rule: { maxLength: 5 } },
    };
    const { operations } = plan(world.input());
    expect(operations.map((row) => row.content.wantedExternalId ?? row.issues[0]?.code)).toEqual([
      'K1',
      'EXTERNAL_ID_ILLEGAL',
      'EXTERNAL_ID_TAKEN',
      'EXTERNAL_ID_ILLEGAL',
      'EXTERNAL_ID_TAKEN',
      'EXTERNAL_ID_TAKEN',
    ]);
  });

  it('an invited person who has not come is waited for, and linked on arrival', () => {
    const world = pushed();
    world.addAccount(9, unitId('a'));
    const invitations = new Map([[accountId(9), { externalId: null, mobile: '13800000009', email: null }]]);
    expect(plan(world.input({ invitations })).operations).toMatchObject([
      { state: 'SKIPPED', reason: 'INVITATION_PENDING' },
    ]);
    world.platform.createPerson('came', { name: '员工9', mobile: '13800000009', email: 'p9@example.com' }, [
      'u:unit-a',
    ]);
    expect(plan(world.input({ invitations })).operations).toMatchObject([
      { kind: 'LINK_ACCOUNT', externalId: 'came', reason: 'INVITATION_ACCEPTED' },
    ]);
  });

  it.each(['DISABLED', 'DELETED'] as const)(
    'an invited person who comes although the account is %s by then goes again like any leaver',
    (status) => {
      const world = pushed({
        leaver: { action: 'DELETE', deleteAfterDays: null, parkOrgUnitExternalId: null },
      });
      world.addAccount(9, unitId('a'));
      world.account(accountId(9)).status = status;
      const invitations = new Map([[accountId(9), { externalId: null, mobile: '13800000009', email: null }]]);
      expect(plan(world.input({ invitations })).operations).toEqual([]);
      world.platform.createPerson('came', { name: '员工9', mobile: '13800000009' }, ['u:unit-a']);
      expect(plan(world.input({ invitations })).operations).toMatchObject([
        { kind: 'LINK_ACCOUNT', externalId: 'came', reason: 'INVITATION_ACCEPTED' },
        { kind: status === 'DELETED' ? 'DELETE_ACCOUNT' : 'DISABLE_ACCOUNT', externalId: 'came' },
      ]);
      expect(plan(world.input()).operations).toEqual([]);
    },
  );

  it('W-DD-36: exclude beats include beats the range of units', () => {
    const world = pushed({
      leaver: { action: 'DELETE', deleteAfterDays: null, parkOrgUnitExternalId: null },
    });
    world.addAccount(8, unitId('b'));
    world.addAccount(9, unitId('b'));
    world.rules = {
      ...world.rules,
      scope: {
        orgUnitIds: [unitId('a')],
        includeAccountIds: [accountId(8), accountId(1)],
        excludeAccountIds: [accountId(1)],
      },
    };
    expect(plan(world.input()).operations).toMatchObject([
      { kind: 'CREATE_ACCOUNT', objectId: 'account-8' },
      { kind: 'DELETE_ACCOUNT', objectId: 'account-1', reason: 'EXCLUDED', rule: 'scope.excludeAccountIds' },
    ]);
  });

  it('W-DD-35: people out of scope are left alone, or leave when the rule says so; strangers stay', () => {
    const world = pushed();
    world.platform.createPerson('stranger', { name: '陌生人', mobile: '13600000000' }, ['u:unit-a']);
    world.rules = { ...world.rules, scope: { ...world.rules.scope, orgUnitIds: [unitId('b')] } };
    expect(rows(world)).toEqual([]);
    world.rules = {
      ...world.rules,
      outOfScope: 'REMOVE',
      operations: { ...world.rules.operations, deleteOrgUnits: false },
    };
    const people = plan(world.input()).operations.filter(({ objectType }) => objectType === 'ACCOUNT');
    expect(people.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual(
      Array(3).fill('DISABLE_ACCOUNT OUT_OF_SCOPE'),
    );
  });
});

describe('where people are', () => {
  it('W-DD-32: other memberships than the primary one are pushed only when the rule says so', () => {
    const world = pushed();
    world.account(accountId(1)).memberships = [seat(unitId('a')), seat(unitId('b'))];
    expect(rows(world)).toEqual([]);
    world.rules = { ...world.rules, secondaryMemberships: true };
    applyPlan(world, [only(world)], { pick });
    expect(seatsOf(world, 1)).toEqual(['u:unit-a', 'u:unit-b']);
  });

  it.each([
    ['REPLACE' as const, ['u:unit-c']],
    ['UNION' as const, ['u:unit-a', 'u:unit-b', 'u:unit-c']],
  ])('W-DD-33: of somebody in several units %s leaves %s', (membershipOwnership, left) => {
    const world = pushed({ membershipOwnership });
    world.platform.updatePerson('a:account-1', {}, ['u:unit-a', 'u:unit-b']);
    Object.assign(world.account(accountId(1)), {
      primaryOrgUnitId: unitId('c'),
      memberships: [seat(unitId('c'))],
    });
    applyPlan(world, plan(world.input()).operations, { pick });
    expect(seatsOf(world, 1)).toEqual(left);
    expect(rows(world)).toEqual([]);
  });

  it('W-DD-33: of somebody in exactly one unit the roster always wins', () => {
    const world = pushed({ membershipOwnership: 'UNION' });
    Object.assign(world.account(accountId(1)), {
      primaryOrgUnitId: unitId('c'),
      memberships: [seat(unitId('c'))],
    });
    expect(only(world)).toMatchObject({
      kind: 'MOVE_ACCOUNT',
      effects: [
        { kind: 'ACCOUNT_MOVE', count: 1 },
        { kind: 'MEMBERSHIP_REMOVE', count: 1 },
      ],
      content: { membershipsBefore: [{ orgUnitExternalId: 'u:unit-a', primary: true }] },
    });
  });

  it('nobody is moved while the unit is missing, and the row says which', () => {
    const world = pushed();
    world.addUnit('bad', ROOT_ID, 'a-b');
    Object.assign(world.account(accountId(1)), {
      primaryOrgUnitId: unitId('bad'),
      memberships: [seat(unitId('bad'))],
    });
    const row = plan(world.input()).operations.find(({ objectId }) => objectId === 'account-1');
    expect(row).toMatchObject({ state: 'SKIPPED', issues: [{ code: 'ORG_UNIT_MISSING', value: 'a-b' }] });
  });
});

describe('fields', () => {
  const withRule = (world: World, rule: PushRules['fields'][number]): void => {
    world.rules = { ...world.rules, fields: [rule] };
  };

  it('rule 22: empty in the roster empties it there; what is not shown is never compared', () => {
    const world = pushed();
    world.account(accountId(1)).email = null;
    expect(only(world)).toMatchObject({ content: { values: { email: null } } });
    const input = world.input();
    const remoteAccounts = input.remoteAccounts.map((one) => ({
      ...one,
      value: { ...one.value, email: undefined },
    }));
    expect(plan({ ...input, remoteAccounts }).operations).toEqual([]);
  });

  it('each field has its moment: on create, always, never, cleared', () => {
    const world = pushed();
    world.account(accountId(1)).title = '经理';
    const source = { kind: 'ATTRIBUTE', name: 'title' } as const;
    withRule(world, { field: 'title', source, when: 'ON_CREATE' });
    expect(rows(world)).toEqual([]);
    withRule(world, { field: 'title', source, when: 'NEVER' });
    expect(rows(world)).toEqual([]);
    withRule(world, {
      field: 'title',
      source: { kind: 'TEMPLATE', template: '{title}/{userName|upper}' },
      when: 'ALWAYS',
    });
    expect(plan(world.input()).operations[0]).toMatchObject({
      rule: 'fields.title',
      content: { values: { title: '经理/USER1' } },
    });
    world.platform.updatePerson('a:account-1', { title: '旧' }, null);
    withRule(world, { field: 'title', source: null, when: 'CLEAR' });
    expect(only(world)).toMatchObject({ content: { values: { title: null } } });
  });

  it('a field that cannot be changed, emptied or is illegal is left out, and the rest of the row goes', () => {
    const world = pushed();
    world.capabilities = {
      ...world.capabilities,
      fields: FIELDS.map((one) => (one.name === 'jobNumber' ? { ...one, updatable: false } : one)),
    };
    Object.assign(world.account(accountId(1)), {
      mobile: null,
      jobNumber: 'J1',
      title: '长'.repeat(65),
      email: 'new@example.com',
    });
    expect(only(world)).toMatchObject({
      state: 'PLANNED',
      content: { values: { email: 'new@example.com' } },
      issues: [
        { code: 'FIELD_NOT_UPDATABLE', field: 'jobNumber' },
        { code: 'FIELD_REQUIRED', field: 'mobile' },
        { code: 'FIELD_TOO_LONG', field: 'title' },
      ],
    });
  });

  it('swapped values are emptied first where they may be, and refused where not', () => {
    const world = pushed();
    const [one, two] = [world.account(accountId(1)), world.account(accountId(2))];
    [one.email, two.email] = [two.email, one.email];
    const { operations } = plan(world.input());
    expect(operations.filter(({ reason }) => reason === 'VACATE_VALUE')).toHaveLength(2);
    applyPlan(world, operations, { pick });
    expect(world.platform.people.get('a:account-1')?.values['email']).toBe('p2@example.com');
    [one.mobile, two.mobile] = [two.mobile, one.mobile];
    expect(plan(world.input()).operations.map((row) => [row.state, row.issues[0]?.code])).toEqual(
      Array(2).fill(['SKIPPED', 'VALUE_TAKEN']),
    );
  });
});

describe('leavers', () => {
  const leaver = (more: Partial<PushRules['leaver']>): Partial<PushRules> => ({
    leaver: { ...DEFAULT_PUSH_RULES.leaver, ...more },
  });

  it('rule 10, W-WX-23, 24: disabled now, parked, and deleted when it is due', () => {
    const world = pushed(leaver({ deleteAfterDays: 7, parkOrgUnitExternalId: 'u:unit-c' }));
    Object.assign(world.account(accountId(1)), {
      status: 'DISABLED',
      statusSince: new Date('2026-11-20T00:00:00Z'),
    });
    const { operations } = plan(world.input());
    expect(operations).toMatchObject([
      { kind: 'DISABLE_ACCOUNT', reason: 'DISABLED_IN_ROSTER', rule: 'leaver.action' },
      { kind: 'MOVE_ACCOUNT', reason: 'PARKED', dependsOn: [0] },
    ]);
    applyPlan(world, operations, { pick });
    expect(only(world)).toMatchObject({ kind: 'DELETE_ACCOUNT', reason: 'DELETE_DUE' });
    expect(plan(world.input({ now: new Date('2026-11-26T00:00:00Z') })).operations).toEqual([]);
  });

  it('deleting is for those who are deleted; who is only disabled is disabled', () => {
    const world = pushed(leaver({ action: 'DELETE' }));
    world.account(accountId(1)).status = 'DELETED';
    world.account(accountId(2)).status = 'DISABLED';
    expect(rows(world)).toEqual(
      ['DELETE_ACCOUNT account-1 PLANNED', 'DISABLE_ACCOUNT account-2 PLANNED'].sort().reverse(),
    );
  });

  it('protected people stay, and so does whoever the platform cannot disable', () => {
    const world = pushed();
    world.account(accountId(1)).status = 'DELETED';
    world.rules = { ...world.rules, protectedAccountIds: [accountId(1)] };
    expect(only(world)).toMatchObject({ state: 'SKIPPED', issues: [{ code: 'PROTECTED' }] });
    world.rules = { ...world.rules, protectedAccountIds: [] };
    world.capabilities = { ...world.capabilities, operations: new Set(['UPDATE_ACCOUNT']) };
    expect(only(world)).toMatchObject({ state: 'SKIPPED', issues: [{ code: 'UNSUPPORTED' }] });
  });
});

describe('a platform that wants one of several fields', () => {
  it('gets nobody who has neither, and the row says so before any call (row ID-29)', () => {
    const world = pushed();
    const fields = world.capabilities.fields.map((one) => ({ ...one, required: false }));
    world.capabilities = { ...world.capabilities, fields, oneOf: [['mobile', 'email']] };
    world.addAccount(9, unitId('a'), { mobile: null, email: null });
    expect(only(world)).toMatchObject({
      kind: 'CREATE_ACCOUNT',
      state: 'SKIPPED',
      issues: [{ code: 'FIELD_REQUIRED', field: 'mobile/email' }],
    });
    world.account(accountId(9)).email = 'nine@example.org';
    expect(only(world)).toMatchObject({ kind: 'CREATE_ACCOUNT', state: 'PLANNED' });
  });
});
