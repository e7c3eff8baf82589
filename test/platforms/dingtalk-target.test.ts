import { afterAll, describe, expect, it } from 'vitest';
import {
  type DingTalkSimulator,
  type Settings,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import { AppError, newId, type OpenConnection, type TargetOperation } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { ApplyOptions, DirectoryTarget } from '../../src/ports/directory-target.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';
import { impatientFetch } from './support/impatient-fetch.ts';

const services = createPlatformServices({ clock: hastyClock(), fetch: impatientFetch });
afterAll(() => services.http.close());
const target = createPlatforms(services).get('dingtalk')?.directoryTarget as DirectoryTarget;

const start = (settings: Partial<Settings> = {}): Promise<DingTalkSimulator> =>
  startDingTalkSimulator({
    company: { seed: 4, people: 40, orgUnits: 6 },
    settings: { qpsPerApp: null, ...settings },
  });

const apply = (
  to: DingTalkSimulator | OpenConnection,
  operation: TargetOperation,
  options: Partial<ApplyOptions> = {},
) => {
  const connection = 'secrets' in to ? to : connectionTo(to);
  const plain = { signal: new AbortController().signal, afterUnknownOutcome: false, urgent: false };
  return target.apply(connection, operation, { ...plain, ...options });
};

const failure = async (applying: Promise<unknown>): Promise<AppError> => {
  const error = await applying.catch((reason: unknown) => reason);
  if (error instanceof AppError) return error;
  throw error;
};

const AGAIN = { afterUnknownOutcome: true };
const person = (more: Partial<Extract<TargetOperation, { kind: 'CREATE_ACCOUNT' }>> = {}) =>
  ({
    kind: 'CREATE_ACCOUNT',
    accountId: newId<'Account'>(),
    externalId: 'zs001',
    values: { name: '张三', mobile: '15912345678' },
    memberships: [{ orgUnitExternalId: '1', primary: true }],
    ...more,
  }) satisfies TargetOperation;
const unit = (more: Partial<Extract<TargetOperation, { kind: 'CREATE_ORG_UNIT' }>> = {}) =>
  ({
    kind: 'CREATE_ORG_UNIT',
    orgUnitId: newId<'OrgUnit'>(),
    parentExternalId: '1',
    name: '新部门',
    ...more,
  }) satisfies TargetOperation;

const sent = (simulator: DingTalkSimulator, api: string) =>
  simulator.ledger.entries({ api: `/topapi/v2/${api}` }).map((entry) => entry.params);

const unitIn = (simulator: DingTalkSimulator, name: string, parentId = 1): string =>
  String(simulator.mutate.addDepartment({ name, parentId }));

describe('people', () => {
  it('are created with the main department first, orders turned round and kept to the digit', async () => {
    await using simulator = await start();
    const main = unitIn(simulator, '主');
    const memberships = [
      { orgUnitExternalId: '1', primary: false },
      { orgUnitExternalId: main, primary: true, order: '-176275808490200513' },
    ];
    const result = await apply(simulator, person({ memberships }));
    expect(result).toMatchObject({
      outcome: 'DONE',
      externalId: 'zs001',
      ids: [
        { kind: 'userid', value: 'zs001' },
        { kind: 'unionid', value: simulator.corp.users.get('zs001')?.unionid },
      ],
    });
    expect(simulator.corp.users.get('zs001')?.memberships).toMatchObject([
      { deptId: Number(main), order: 176_275_808_490_200_513n },
      { deptId: 1 },
    ]);
  });

  it('are not told of what is empty when they are created', async () => {
    await using simulator = await start();
    await apply(simulator, person({ values: { name: '张三', mobile: '15912345678', email: null } }));
    expect(sent(simulator, 'user/create')[0]).not.toHaveProperty('email');
  });

  it.each([
    ['+85261234567', {}, '+852-61234567'],
    ['+86 139 1234 5678', {}, '13912345678'],
    ['13912345678', { registeredAbroad: true }, '+86-13912345678'],
  ])('with the number %s are taken (%o)', async (mobile, settings, wire) => {
    await using simulator = await start(settings);
    const abroad = 'registeredAbroad' in settings;
    const connection = connectionTo(simulator, {
      settings: { mainlandNumbers: abroad ? 'prefixed' : 'plain' },
    });
    await apply(connection, person({ values: { name: '张三', mobile } }));
    expect(sent(simulator, 'user/create')[0]).toMatchObject({ mobile: wire });
    // The same number is known again, however it is written.
    expect(await apply(connection, person({ values: { name: '张三', mobile } }), AGAIN)).toMatchObject({
      outcome: 'ALREADY',
    });
  });

  it.each([
    ['personal', 'email', 'companyEmail'],
    ['company', 'org_email', 'personalEmail'],
  ] as const)('have the %s mailbox as their mail (row ID-08)', async (emailField, wire, other) => {
    await using simulator = await start();
    const connection = connectionTo(simulator, { pullRules: { emailField } });
    const { fields } = target.capabilities(connection);
    expect(fields.map(({ name }) => name)).toContain(other);
    expect(fields.find(({ name }) => name === 'email')).toMatchObject({
      rule: { maxLength: wire === 'email' ? 50 : 100 },
      unique: wire === 'email',
      source: { kind: 'ATTRIBUTE', name: 'email' },
    });
    const values = { name: '张三', mobile: '15912345678', email: 'a@b.cn', [other]: 'o@b.cn' };
    await apply(connection, person({ values }));
    expect(sent(simulator, 'user/create')[0]).toMatchObject({
      email: wire === 'email' ? 'a@b.cn' : 'o@b.cn',
      org_email: wire === 'email' ? 'o@b.cn' : 'a@b.cn',
    });
  });

  it('whom others look after keep their custom fields', async () => {
    await using simulator = await start();
    const [{ userid } = { userid: '' }] = simulator.people();
    simulator.mutate.changeUser(userid, { extension: { 车牌: 'A1' } });
    await apply(simulator, { kind: 'UPDATE_ACCOUNT', externalId: userid, values: { title: '经理' } });
    await apply(simulator, { kind: 'SET_MANAGER', externalId: userid, managerExternalId: null });
    expect(simulator.corp.users.get(userid)).toMatchObject({ title: '经理', extension: { 车牌: 'A1' } });
  });

  it('who must agree are INVITED, also when asked again, and join when they accept', async () => {
    await using simulator = await start();
    simulator.mutate.protectMobile('15912345678');
    expect(await apply(simulator, person())).toMatchObject({ outcome: 'INVITED', externalId: null });
    expect(simulator.ledger.entries({ api: '/topapi/v2/user/create' })).toHaveLength(1);
    expect(await apply(simulator, person(), AGAIN)).toMatchObject({ outcome: 'INVITED' });
    expect(simulator.corp.users.has('zs001')).toBe(false);
    expect(simulator.mutate.acceptInvitation('15912345678')).toBe('zs001');
    expect(await apply(simulator, person(), AGAIN)).toMatchObject({ outcome: 'ALREADY' });
  });

  it('of others are never taken for ours after an unknown outcome', async () => {
    await using simulator = await start();
    simulator.mutate.addUser({ userid: 'zs001', name: '别人', mobile: '15900000000' });
    expect((await failure(apply(simulator, person(), AGAIN))).code).toBe('PLATFORM_ACCOUNT_ID_TAKEN');
    const values = { name: '张三', mobile: '15900000000' };
    const unnamed = person({ externalId: null, values });
    const error = await failure(apply(simulator, unnamed, AGAIN));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_MOBILE_TAKEN', 'zs001']);
    expect(sent(simulator, 'user/create').length).toBe(0);
  });

  it.each([
    [{ takenMobileCode: 60104 }, 'PLATFORM_MOBILE_TAKEN'],
    [{ takenMobileCode: 60107 }, 'PLATFORM_ALREADY_MEMBER'],
    [{ headCap: { people: 1, code: -1 } }, 'PLATFORM_BUSY'],
    [{ headCap: { people: 1, code: 40020 } }, 'PLATFORM_HEAD_COUNT_LIMIT'],
    [{ forbiddenWords: ['张'] }, 'PLATFORM_CONTENT_FORBIDDEN'],
    [{ departmentMemberCap: 1 }, 'PLATFORM_ORG_UNIT_FULL'],
  ] as const)('are refused under %o with %s, and named', async (settings, code) => {
    await using simulator = await start(settings as Partial<Settings>);
    if ('takenMobileCode' in settings)
      simulator.mutate.addUser({ userid: 'other', name: '别人', mobile: '15912345678' });
    for (let more = 0; more < 2; more += 1) simulator.mutate.addUser({ name: `人${more}` });
    const before = simulator.corp.users.size;
    const error = await failure(apply(simulator, person()));
    expect([error.code, error.details['object']]).toEqual([code, 'zs001']);
    expect(simulator.corp.users.size).toBe(before);
  });

  it('cannot be given another number, and the fields say so', async () => {
    await using simulator = await start({ mobileUpdate: 'refused', mobileLockedCode: 41054 });
    const { fields } = target.capabilities(connectionTo(simulator));
    expect(fields.find(({ name }) => name === 'mobile')).toMatchObject({
      updatable: false,
      required: true,
      unique: true,
      clearable: false,
      loginId: true,
    });
    const [{ userid } = { userid: '' }] = simulator.people();
    const values = { mobile: '15911111111' };
    const error = await failure(apply(simulator, { kind: 'UPDATE_ACCOUNT', externalId: userid, values }));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_MOBILE_LOCKED', userid]);
  });

  it('are disabled only where they are enterprise accounts', async () => {
    await using simulator = await start();
    const kinds = (disableAccounts: string) =>
      target.capabilities(connectionTo(simulator, { settings: { disableAccounts } })).operations;
    expect(kinds('none').has('DISABLE_ACCOUNT')).toBe(false);
    expect(kinds('none').has('DELETE_ACCOUNT')).toBe(true);
    expect(kinds('exclusive').has('DISABLE_ACCOUNT')).toBe(true);
    const [{ userid } = { userid: '' }] = simulator.people();
    const error = await failure(apply(simulator, { kind: 'DISABLE_ACCOUNT', externalId: userid }));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_ACCOUNT_NOT_OURS', userid]);
  });
});

describe('what does not show yet (open point 16)', () => {
  it.each([
    ['a department', unit()],
    ['a person under a chosen id', person()],
    ['a person', person({ externalId: null })],
  ])('%s is made once, and found as soon as it shows', async (_, operation) => {
    await using simulator = await start({ visibilityDelayMs: [3_000, 3_000] });
    simulator.clock.freeze();
    const size = () => [simulator.corp.departments.size, simulator.corp.users.size];
    const [departments = 0, users = 0] = size();
    simulator.faults.add({ writes: true, fault: { kind: 'resetAfter' } });
    expect((await failure(apply(simulator, operation))).code).toBe('PLATFORM_UNREACHABLE');
    expect((await failure(apply(simulator, operation, AGAIN))).code).toBe('PLATFORM_BUSY');
    simulator.clock.advance(3_001);
    expect(await apply(simulator, operation, AGAIN)).toMatchObject({ outcome: 'ALREADY' });
    const isUnit = operation.kind === 'CREATE_ORG_UNIT';
    expect(size()).toEqual([departments + (isUnit ? 1 : 0), users + (isUnit ? 0 : 1)]);
  });
});

describe('departments', () => {
  it('bear our id, and are known by it after an unknown outcome although they were renamed', async () => {
    await using simulator = await start();
    const operation = unit();
    const { externalId } = await apply(simulator, operation);
    const id = Number(externalId);
    expect(simulator.corp.departments.get(id)?.sourceIdentifier).toBe(operation.orgUnitId);
    simulator.mutate.renameDepartment(id, '已改名');
    expect(await apply(simulator, operation, AGAIN)).toMatchObject({ outcome: 'ALREADY', externalId });
    expect(sent(simulator, 'department/create').length).toBe(1);
  });

  it('of the same name are ours unless they bear another id (row W-DD-47)', async () => {
    await using simulator = await start();
    const bare = unitIn(simulator, '新部门');
    expect(await apply(simulator, unit(), AGAIN)).toMatchObject({ outcome: 'ALREADY', externalId: bare });
    await apply(simulator, unit({ name: '另一个' }));
    const error = await failure(apply(simulator, unit({ name: '另一个' }), AGAIN));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_ORG_UNIT_NAME_TAKEN', '另一个']);
  });

  it.each([60021, 60008] as const)('that exist are refused with %s', async (duplicateDepartmentCode) => {
    await using simulator = await start({ duplicateDepartmentCode });
    unitIn(simulator, '新部门');
    expect((await failure(apply(simulator, unit()))).code).toBe('PLATFORM_ORG_UNIT_NAME_TAKEN');
  });

  it.each([true, false])('with others below are not deleted (cascading: %s)', async (deleteCascades) => {
    await using simulator = await start({ deleteCascades });
    const above = unitIn(simulator, '上');
    const below = unitIn(simulator, '下', Number(above));
    const removal = { kind: 'DELETE_ORG_UNIT', externalId: above } as const;
    const error = await failure(apply(simulator, removal));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_ORG_UNIT_HAS_CHILDREN', above]);
    expect(sent(simulator, 'department/delete')).toEqual([]);
    await apply(simulator, { kind: 'DELETE_ORG_UNIT', externalId: below });
    expect(await apply(simulator, removal)).toMatchObject({ outcome: 'DONE', calls: 2 });
  });

  it('are led by their members alone; the refusal names who is none', async () => {
    await using simulator = await start();
    const externalId = unitIn(simulator, '部');
    const [{ userid } = { userid: '' }] = simulator.people();
    const operation = { kind: 'SET_LEADERS', externalId, leaderExternalIds: [userid] } as const;
    const error = await failure(apply(simulator, operation));
    expect([error.code, error.details['object']]).toEqual(['PLATFORM_GROUP_OWNER_INVALID', userid]);
    simulator.mutate.moveUser(userid, [Number(externalId)]);
    await apply(simulator, operation);
    expect(simulator.corp.departments.get(Number(externalId))?.managers).toEqual([userid]);
    await apply(simulator, { ...operation, leaderExternalIds: [] });
    expect(sent(simulator, 'department/update').at(-1)).toEqual({
      dept_id: Number(externalId),
      force_update_fields: 'dept_manager_userid_list',
    });
  });

  it('are not called by what is no number, and the root is left alone', async () => {
    await using simulator = await start();
    const strange = { kind: 'UPDATE_ORG_UNIT', externalId: 'abc', name: '无' } as const;
    expect((await failure(apply(simulator, strange))).code).toBe('PLATFORM_ORG_UNIT_INVALID');
    expect((await failure(apply(simulator, { ...strange, externalId: '1' }))).code).toBe(
      'PLATFORM_ROOT_PROTECTED',
    );
    expect(
      (await failure(apply(simulator, { kind: 'DELETE_ORG_UNIT', externalId: '1' }))).row.retry.kind,
    ).toBe('never');
  });

  it('do not become cycles', async () => {
    await using simulator = await start();
    const above = unitIn(simulator, '上');
    const below = unitIn(simulator, '下', Number(above));
    const move = { kind: 'MOVE_ORG_UNIT', externalId: above, parentExternalId: below } as const;
    expect((await failure(apply(simulator, move))).code).toBe('PLATFORM_TREE_CYCLE');
  });
});

describe('a writing call', () => {
  it.each([
    { kind: 'timeout' },
    { kind: 'timeoutAfter' },
    { kind: 'resetBefore' },
    { kind: 'resetAfter' },
    { kind: 'truncate' },
    { kind: 'html' },
    { kind: 'http', status: 502 },
    { kind: 'error', code: -1 },
    { kind: 'platformTimeout' },
  ] as const)('is never repeated by itself after $kind', async (fault) => {
    await using simulator = await start();
    simulator.faults.add({ writes: true, fault, times: null });
    await failure(apply(simulator, unit()));
    expect(sent(simulator, 'department/create').length).toBe(1);
  });

  it('waits out ten refusals by a limit without giving up (field-notes rule 12)', async () => {
    await using simulator = await start();
    simulator.faults.add({ writes: true, fault: { kind: 'throttle', dimension: 'app' }, times: 10 });
    expect(await apply(simulator, unit())).toMatchObject({ outcome: 'DONE' });
    expect(sent(simulator, 'department/create').length).toBe(11);
  });

  it('shows neither secret nor token when it fails', async () => {
    await using simulator = await start();
    const secret = simulator.app.clientSecret;
    simulator.faults.add({ writes: true, fault: { kind: 'error', code: 60022, message: `x ${secret}` } });
    const error = await failure(apply(simulator, unit()));
    expect(JSON.stringify([error.details, error.text, error.message])).not.toContain(secret);
  });

  it('goes before those that wait without being urgent (goal P13)', async () => {
    const paced = createPlatformServices();
    const urgently = createPlatforms(paced).get('dingtalk')?.directoryTarget as DirectoryTarget;
    await using simulator = await start();
    const connection = connectionTo(simulator, { settings: { callsPerSecond: '20' } });
    const { signal } = new AbortController();
    await urgently.probe(connection, signal);
    const people = simulator.people().map(({ userid }) => userid);
    const title = (externalId: string, urgent: boolean) => {
      const operation = { kind: 'UPDATE_ACCOUNT', externalId, values: { title: '急' } } as const;
      return urgently.apply(connection, operation, { signal, afterUnknownOutcome: false, urgent });
    };
    const queued = people.slice(0, 30).map((userid) => title(userid, false));
    const leaver = people[35] ?? '';
    await title(leaver, true);
    const before = sent(simulator, 'user/update').map((params) => params['userid']);
    await Promise.all(queued);
    await paced.http.close();
    expect(before.indexOf(leaver)).toBeLessThanOrEqual(10);
    expect(sent(simulator, 'user/update').length).toBe(31);
  });

  it('stops at a name that does not resolve, and at a handshake that fails', async () => {
    await using simulator = await start();
    const ending = async (apiBase: string) =>
      (await failure(apply(connectionTo(simulator, { settings: { apiBase } }), unit()))).code;
    expect(await ending('https://nosuch.invalid')).toBe('PLATFORM_NAME_UNRESOLVED');
    expect(await ending(simulator.url.replace('http:', 'https:'))).toBe('PLATFORM_TLS_FAILED');
  });

  it('is refused for a setting that is none', async () => {
    await using simulator = await start();
    const connection = connectionTo(simulator, { settings: { disableAccounts: 'perhaps' } });
    expect(() => target.capabilities(connection)).toThrow(/disableAccounts/);
    expect((await failure(apply(connection, unit()))).code).toBe('INPUT_INVALID');
  });
});
