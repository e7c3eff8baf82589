import { beforeAll, describe, expect, test } from 'vitest';
import { DEFAULT_PUSH_RULES, GUARD_KINDS, newId } from '../../src/domain/index.ts';
import { openGateway } from './gateway.ts';
import { knowPaper } from './paper-platform.ts';

const gateway = await openGateway();
const company = await gateway.company();
knowPaper(gateway);

const KEYS = 'matchKeys { remoteField rosterField foldCase }';
const RULES = `${KEYS} rootOrgUnitId topOrgUnitExternalId scope { orgUnitIds includeAccountIds excludeAccountIds }
  outOfScope secondaryMemberships membershipOwnership fields { field when attribute constant template }
  externalIdTemplate leaver { action deleteAfterDays parkOrgUnitExternalId }
  operations { createOrgUnits updateOrgUnits moveOrgUnits deleteOrgUnits createAccounts updateAccounts moveAccounts
    removeAccounts setReferences link }
  protectedAccountIds protectedOrgUnitIds pushOrder guards { kind fraction count } shrink { fraction count }
  approval { secondApprover validHours } incremental everyMinutes`;
const SHOWN = `connection { id version ${KEYS} pullRules { ${KEYS} } pushRules { ${RULES} } }`;

const ask = (mutation: string, input: object) =>
  gateway.ask(
    company.owner,
    `mutation ($input: ${mutation[0]?.toUpperCase()}${mutation.slice(1)}Input!) { ${mutation}(input: $input) { ${SHOWN} } }`,
    { input },
  );
let id: string;
const update = async (more: object) => {
  const answer = await ask('updateConnection', { id, ...more });
  return { ...answer, connection: answer.data?.updateConnection.connection };
};

beforeAll(async () => {
  const made = await ask('createConnection', { platform: 'paper', name: '推送' });
  expect(made.errors).toEqual([]);
  id = made.data.createConnection.connection.id;
});

describe('push rules', () => {
  test('begin with the defaults', async () => {
    const { data } = await gateway.ask(
      company.owner,
      `query ($id: ID!) { connection(id: $id) { pushRules { ${RULES} } } }`,
      { id },
    );
    const { guards, ...rest } = DEFAULT_PUSH_RULES;
    expect(data.connection.pushRules).toEqual({
      ...rest,
      matchKeys: [],
      guards: GUARD_KINDS.map((kind) => ({ kind, ...guards[kind] })),
    });
  });

  test('each is changed by itself; what is absent stays, inside of groups as well (W-DD-30…38, ID-22)', async () => {
    const made = await gateway.ask(
      company.owner,
      'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }',
      { input: { userName: 'left-out', displayName: 'x', orgUnitId: company.rootId } },
    );
    const account = made.data.createAccount.account.id;
    const first = await update({
      pushRules: {
        topOrgUnitExternalId: ' 42 ',
        scope: { excludeAccountIds: [account] },
        outOfScope: 'REMOVE',
        secondaryMemberships: true,
        membershipOwnership: 'REPLACE',
        fields: [
          { field: 'mobile', when: 'ON_CREATE', attribute: 'mobile' },
          { field: 'title', when: 'ALWAYS', template: '{title|upper}' },
          { field: 'remark', when: 'CLEAR' },
          { field: 'country', when: 'ALWAYS', constant: '中国' },
        ],
        leaver: { deleteAfterDays: 30 },
        operations: { createAccounts: false },
        guards: [{ kind: 'ACCOUNT_DELETE', fraction: 0.5, count: 100 }],
        approval: { secondApprover: true },
        incremental: 'HOLD',
        everyMinutes: 60,
      },
    });
    expect(first.errors).toEqual([]);
    const second = await update({
      pushRules: { leaver: { action: 'DELETE' }, scope: { orgUnitIds: [company.rootId] } },
    });
    expect(second.connection.pushRules).toMatchObject({
      topOrgUnitExternalId: '42',
      scope: { orgUnitIds: [company.rootId], includeAccountIds: [], excludeAccountIds: [account] },
      outOfScope: 'REMOVE',
      secondaryMemberships: true,
      membershipOwnership: 'REPLACE',
      fields: [
        { field: 'mobile', when: 'ON_CREATE', attribute: 'mobile', constant: null, template: null },
        { field: 'title', when: 'ALWAYS', attribute: null, constant: null, template: '{title|upper}' },
        { field: 'remark', when: 'CLEAR', attribute: null, constant: null, template: null },
        { field: 'country', when: 'ALWAYS', attribute: null, constant: '中国', template: null },
      ],
      leaver: { action: 'DELETE', deleteAfterDays: 30, parkOrgUnitExternalId: null },
      operations: { createAccounts: false, updateAccounts: true },
      approval: { secondApprover: true, validHours: 72 },
      incremental: 'HOLD',
      everyMinutes: 60,
    });
    const guards: readonly { kind: string; count: number }[] = second.connection.pushRules.guards;
    expect(guards.find(({ kind }) => kind === 'ACCOUNT_DELETE')).toMatchObject({ fraction: 0.5, count: 100 });
    expect(guards.find(({ kind }) => kind === 'ACCOUNT_MOVE')).toMatchObject({ fraction: 0.05, count: 20 });
  });

  test('a raised guard is written into the audit trail (field-notes rule 4)', async () => {
    await update({ pushRules: { guards: [{ kind: 'ORG_UNIT_DELETE', fraction: 0.4, count: 77 }] } });
    const rows = await gateway.testDatabase.look(
      "select details from muster.audit_event where action = 'connection.update' and object_id = $1 order by id desc limit 1",
      [id],
    );
    expect(rows).toMatchObject([
      { details: { pushGuards: { ORG_UNIT_DELETE: { fraction: 0.4, count: 77 } } } },
    ]);
  });

  test.each([
    [
      'a guard that lets everything pass',
      { guards: [{ kind: 'ACCOUNT_DELETE', fraction: 1, count: 5 }] },
      'guards',
    ],
    [
      'a guard twice',
      { guards: [1, 2].map((count) => ({ kind: 'ACCOUNT_MOVE', fraction: 0.1, count })) },
      'guards',
    ],
    [
      'a field from two things',
      { fields: [{ field: 'a', when: 'ALWAYS', constant: 'x', attribute: 'y' }] },
      'fields',
    ],
    ['a field from nothing', { fields: [{ field: 'a', when: 'ALWAYS' }] }, 'fields'],
    ['a field twice', { fields: [1, 2].map(() => ({ field: 'a', when: 'NEVER' })) }, 'fields'],
    ['an id that is none', { rootOrgUnitId: 'root' }, 'rootOrgUnitId'],
    ['months of approval', { approval: { validHours: 10_000 } }, 'approval'],
    ['a null where there is none', { outOfScope: null }, 'outOfScope'],
  ])('%s is refused', async (_what, pushRules, field) => {
    const answer = await update({ pushRules });
    const [error] = answer.errors;
    expect(error?.extensions.code).toBe('PUSH_RULES_INVALID');
    expect(error?.extensions['field']).toEqual(expect.arrayContaining(['input', 'pushRules', field]));
  });
});

interface Places {
  readonly matchKeys?: readonly object[];
  readonly pullRules?: { readonly matchKeys: readonly object[] };
  readonly pushRules?: { readonly matchKeys: readonly object[] };
}

test.each([
  [{ field: 'title', when: 'ALWAYS', template: '{title' }, 'template'],
  [{ field: 'title', when: 'ALWAYS', attribute: 'nothing' }, 'attribute'],
])('a refusal names the field of the input: %j', async (rule, field) => {
  const answer = await update({ pushRules: { fields: [rule] } });
  expect(answer.errors[0]?.extensions).toMatchObject({
    code: 'PUSH_RULES_INVALID',
    field: ['input', 'pushRules', 'fields', 0, field],
    details: { field: `fields.0.${field}` },
  });
});

describe('matching keys: one setting in three places (W-DD-40)', () => {
  const mobile = { remoteField: 'mobile', rosterField: 'mobile', foldCase: true };
  const email = { remoteField: 'email', rosterField: 'email', foldCase: true };

  test.each([
    ['on the connection', { matchKeys: [mobile] }],
    ['in the pull rules', { pullRules: { matchKeys: [email] } }],
    ['in the push rules', { pushRules: { matchKeys: [email, mobile] } }],
    [
      'in all three alike',
      { matchKeys: [mobile], pullRules: { matchKeys: [mobile] }, pushRules: { matchKeys: [mobile] } },
    ],
    ['and taken away', { pushRules: { matchKeys: [] } }],
  ] as readonly (readonly [string, Places])[])('set %s, it shows in all', async (_where, input) => {
    const { connection, errors } = await update(input);
    expect(errors).toEqual([]);
    const [given] = [input.matchKeys, input.pullRules?.matchKeys, input.pushRules?.matchKeys].filter(Boolean);
    expect([connection.matchKeys, connection.pullRules.matchKeys, connection.pushRules.matchKeys]).toEqual([
      given,
      given,
      given,
    ]);
  });

  test('two different ones at once are refused, and nothing changes', async () => {
    await update({ matchKeys: [mobile] });
    const answer = await update({ matchKeys: [email], pushRules: { matchKeys: [mobile], pushOrder: true } });
    expect(answer.errors[0]?.extensions).toMatchObject({
      code: 'INPUT_INVALID',
      field: ['input', 'pushRules', 'matchKeys'],
      text: { zh: expect.stringContaining('同一设置') },
    });
    const { connection } = await update({});
    expect(connection).toMatchObject({ matchKeys: [mobile], pushRules: { pushOrder: false } });
  });
});

test('a form is told what the platform can take', async () => {
  const TARGET = `pushTarget { operations rootExternalId maxDepth accountIdMode accountId { maxLength unit }
    orgUnitName { maxLength unit pattern patternText { zh en } }
    fields { name label { zh } required unique updatable clearable loginId attribute constant template when rule { maxLength } } }`;
  const { data, errors } = await gateway.ask(
    company.owner,
    `query ($id: ID!) { platforms { name canPull canPush ${TARGET} } connection(id: $id) { ${TARGET} } }`,
    { id },
  );
  expect(errors).toEqual([]);
  const target = {
    operations: ['CREATE_ACCOUNT', 'UPDATE_ACCOUNT', 'DELETE_ACCOUNT'],
    rootExternalId: '1',
    maxDepth: 10,
    accountIdMode: 'CHOSEN',
    accountId: { maxLength: 64, unit: 'bytes' },
    orgUnitName: {
      maxLength: 64,
      unit: 'codePoints',
      pattern: '^[^/]+$',
      patternText: { zh: '不含斜杠', en: 'no slash' },
    },
    fields: expect.arrayContaining([
      expect.objectContaining({
        name: 'mobile',
        required: true,
        updatable: false,
        loginId: true,
        attribute: 'mobile',
        constant: null,
      }),
    ]),
  };
  expect(data.platforms).toMatchObject([
    { name: 'paper', canPull: false, canPush: true, pushTarget: target },
  ]);
  expect(data.connection.pushTarget).toMatchObject(target);
});

test('and where pushing stands: quarantine with reason and remedy, next probe, objects that are left out', async () => {
  const [account] = [newId<'Account'>()];
  await gateway.testDatabase.look(
    `insert into muster.push_state (tenant_id, connection_id, quarantined_at, quarantine_code, quarantine_details,
       next_probe_at, last_full_at, accounts_in_scope)
     values ($1, $2, '2026-11-28T08:00:00Z', 'PLATFORM_CREDENTIALS_INVALID', '{}', '2026-11-28T09:00:00Z', '2026-11-27T08:00:00Z', 12)
     on conflict (tenant_id, connection_id) do update set quarantined_at = excluded.quarantined_at,
       quarantine_code = excluded.quarantine_code, quarantine_details = excluded.quarantine_details,
       next_probe_at = excluded.next_probe_at, last_full_at = excluded.last_full_at,
       accounts_in_scope = excluded.accounts_in_scope`,
    [company.tenantId, id],
  );
  await gateway.testDatabase.look(
    `insert into muster.sync_failure (tenant_id, connection_id, object_type, object_id, code, failures, quarantined_at)
     values ($1, $2, 'ACCOUNT', $3, 'PLATFORM_TIMEOUT', 5, now())`,
    [company.tenantId, id, account],
  );
  const STATE = `connection { pushState { quarantinedAt nextProbeAt lastFullAt accountsInScope
    reason { code text { zh en } remedy { zh en } }
    quarantinedObjects { objectType objectId failures error { code text { zh } } } } }`;
  const shown = await gateway.ask(
    company.owner,
    `query ($id: ID!) { ${STATE.replace('connection', 'connection(id: $id)')} }`,
    { id },
  );
  expect(shown.data.connection.pushState).toMatchObject({
    quarantinedAt: '2026-11-28T08:00:00.000Z',
    nextProbeAt: '2026-11-28T09:00:00.000Z',
    lastFullAt: '2026-11-27T08:00:00.000Z',
    accountsInScope: 12,
    reason: {
      code: 'PLATFORM_CREDENTIALS_INVALID',
      text: { zh: expect.any(String) },
      remedy: { en: expect.any(String) },
    },
    quarantinedObjects: [
      { objectType: 'ACCOUNT', objectId: account, failures: 5, error: { code: 'PLATFORM_TIMEOUT' } },
    ],
  });
  const release = (input: object) =>
    gateway.ask(
      company.owner,
      `mutation ($input: ReleaseQuarantineInput!) { releaseQuarantine(input: $input) { released
         connection { pushState { quarantinedAt nextProbeAt reason { code } quarantinedObjects { objectId } } } } }`,
      { input: { connectionId: id, ...input } },
    );
  const one = await release({ objectId: account });
  expect(one.data.releaseQuarantine).toMatchObject({
    released: true,
    connection: { pushState: { quarantinedObjects: [], quarantinedAt: expect.any(String) } },
  });
  const all = await release({});
  expect(all.data.releaseQuarantine).toMatchObject({
    released: true,
    connection: { pushState: { quarantinedAt: null, reason: null, nextProbeAt: null } },
  });
  expect((await release({})).data.releaseQuarantine.released).toBe(false);
});
