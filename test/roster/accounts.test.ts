import { describe, expect, test } from 'vitest';
import type { AccountId, Role } from '../../src/domain/index.ts';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import { deleteAccount } from '../../src/flows/roster/delete-account.ts';
import { disableAccount } from '../../src/flows/roster/disable-account.ts';
import { enableAccount } from '../../src/flows/roster/enable-account.ts';
import { purgeDeleted } from '../../src/flows/roster/purge-deleted.ts';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import { restoreAccount } from '../../src/flows/roster/restore-account.ts';
import { setManager } from '../../src/flows/roster/set-manager.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateTenant } from '../../src/flows/roster/tenant-settings.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Company, createCompany, machineOf, principalOf } from './company.ts';

const testDatabase = await createTestDatabase();
const fresh = () => createCompany(testDatabase);
const code = (expected: string) => expect.objectContaining({ code: expected });
const DAY = 24 * 60 * 60 * 1000;

const grant = (company: Company, accountId: AccountId, role: Role) =>
  testDatabase.look('insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, $3)', [
    company.tenantId,
    accountId,
    role,
  ]);
const openSession = (company: Company, accountId: AccountId) =>
  testDatabase.look(
    `insert into muster.session (tenant_id, id, account_id, expires_at)
     values ($1, gen_random_uuid(), $2, now() + interval '1 day')`,
    [company.tenantId, accountId],
  );
const liveSessions = async (accountId: AccountId) =>
  (
    await testDatabase.look('select 1 from muster.session where account_id = $1 and revoked_at is null', [
      accountId,
    ])
  ).length;

describe('fields', () => {
  test('are trimmed and normalised on the way in', async () => {
    const company = await fresh();
    const id = await createAccount(company.as(), {
      userName: ' Ｗang ',
      displayName: '  王　小明 ',
      orgUnitId: company.rootId,
      email: ' Wang@EXAMPLE.com ',
      mobile: '+86 138 0000 0001',
      jobNumber: ' 007 ',
      title: '  ',
    });
    expect(await company.row('account', id)).toMatchObject({
      display_name: '王 小明',
      email: 'Wang@example.com',
      mobile: '13800000001',
      job_number: '007',
      title: null,
    });
  });

  test.each([
    ['userName', 'two words'],
    ['userName', ''],
    ['userName', 'x'.repeat(65)],
    ['displayName', ' '],
    ['displayName', '长'.repeat(201)],
    ['email', 'nobody'],
    ['mobile', '12345'],
    ['jobNumber', '9'.repeat(65)],
    ['title', '长'.repeat(201)],
  ])('%s = %j is refused', async (field, value) => {
    const company = await fresh();
    const input = { userName: 'a', displayName: '甲', orgUnitId: company.rootId, [field]: value };
    await expect(createAccount(company.as(), input)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      path: ['input', field],
    });
  });

  test('a user name is unique without regard to case, and free again after deletion', async () => {
    const company = await fresh();
    const first = await company.account('Wang');
    await expect(company.account('wANG')).rejects.toEqual(code('USER_NAME_TAKEN'));
    await deleteAccount(company.as(), { id: first });
    const second = await company.account('wang');
    await expect(restoreAccount(company.as(), { id: first })).rejects.toEqual(code('USER_NAME_TAKEN'));
    await updateAccount(company.as(), { id: second, userName: 'other' });
    await restoreAccount(company.as(), { id: first });
    expect(await company.auditOf(first)).toEqual(['account.create', 'account.delete', 'account.restore']);
  });

  test('null empties, absent stays, and nothing new makes no version', async () => {
    const company = await fresh();
    const id = await company.account('a');
    await updateAccount(company.as(), { id, version: 1, email: 'a@example.com', mobile: '13800000001' });
    await updateAccount(company.as(), { id, version: 2, email: null });
    await updateAccount(company.as(), { id, version: 3, mobile: '138-0000-0001', title: null });
    expect(await company.row('account', id)).toMatchObject({
      email: null,
      mobile: '13800000001',
      version: 3,
    });
    await expect(updateAccount(company.as(), { id, version: 2, title: '工程师' })).rejects.toMatchObject({
      code: 'VERSION_CONFLICT',
      details: { current: 3, given: 2 },
    });
  });
});

describe('life cycle', () => {
  test('disabling ends sessions; every step asks for the right status', async () => {
    const company = await fresh();
    const id = await company.account('a');
    await openSession(company, id);
    await disableAccount(company.as(), { id, reason: ' 离职 ' });
    expect(await company.row('account', id)).toMatchObject({ status: 'DISABLED', status_reason: '离职' });
    expect(await liveSessions(id)).toBe(0);
    await expect(disableAccount(company.as(), { id })).rejects.toEqual(code('STATUS_CONFLICT'));
    await deleteAccount(company.as(), { id });
    for (const act of [deleteAccount, enableAccount, disableAccount, updateAccount]) {
      await expect(act(company.as(), { id })).rejects.toEqual(code('STATUS_CONFLICT'));
    }
    await restoreAccount(company.as(), { id });
    expect(await company.row('account', id)).toMatchObject({ status: 'DISABLED' });
    await enableAccount(company.as(), { id });
    await expect(restoreAccount(company.as(), { id })).rejects.toEqual(code('STATUS_CONFLICT'));
  });

  test('after 30 days a deleted account cannot come back and is purged, history stays', async () => {
    const company = await fresh();
    const boss = await company.account('boss');
    const id = await company.account('a');
    await setManager(company.as(), { accountId: id, managerId: boss });
    await deleteAccount(company.as(), { id: boss });
    const system = {
      kind: 'SYSTEM',
      id: null,
      tenantId: company.tenantId,
      name: 'job',
      requestId: 'job',
      address: null,
    } as const;
    expect(await purgeDeleted(company.as(system))).toEqual({ accounts: 0, orgUnits: 0 });
    const later = () => new Date(Date.now() + 31 * DAY);
    await expect(restoreAccount(company.as(undefined, later), { id: boss })).rejects.toEqual(
      code('RESTORE_WINDOW_OVER'),
    );
    expect(await purgeDeleted(company.as(system, later))).toEqual({ accounts: 1, orgUnits: 0 });
    await expect(company.row('account', boss)).rejects.toThrow();
    expect(await company.row('account', id)).toMatchObject({ manager_id: null });
    const history = await testDatabase.look('select 1 from muster.account_history where account_id = $1', [
      boss,
    ]);
    expect(history.length).toBeGreaterThan(0);
  });

  test('an account whose unit is gone comes back elsewhere', async () => {
    const company = await fresh();
    const unit = await company.unit('甲');
    const id = await company.account('a', unit);
    await deleteAccount(company.as(), { id });
    await testDatabase.look(
      "update muster.org_unit set status = 'DELETED', deleted_at = now() where id = $1",
      [unit],
    );
    await expect(restoreAccount(company.as(), { id })).rejects.toEqual(code('ORG_UNIT_DELETED'));
    await restoreAccount(company.as(), { id, orgUnitId: company.rootId });
    expect(await company.row('account', id)).toMatchObject({ primary_org_unit_id: company.rootId });
  });
});

describe('quota', () => {
  test('stops creating, enabling when over, and restoring', async () => {
    const company = await fresh();
    const a = await company.account('a');
    const b = await company.account('b');
    await updateTenant(company.as(), { accountQuota: 2 });
    await expect(company.account('c')).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
      details: { count: 2, quota: 2 },
    });
    await deleteAccount(company.as(), { id: a });
    await company.account('c');
    await expect(restoreAccount(company.as(), { id: a })).rejects.toEqual(code('QUOTA_EXCEEDED'));
    await disableAccount(company.as(), { id: b });
    await enableAccount(company.as(), { id: b });
    await disableAccount(company.as(), { id: b });
    await updateTenant(company.as(), { accountQuota: 1 });
    await expect(enableAccount(company.as(), { id: b })).rejects.toEqual(code('QUOTA_EXCEEDED'));
  });

  test('ten creations at once never take more than there are places', async () => {
    const company = await fresh();
    await updateTenant(company.as(), { accountQuota: 3 });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, (_, i) => company.account(`a${i}`)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });
});

describe('memberships', () => {
  test('are added, changed, removed, and one is the primary one', async () => {
    const company = await fresh();
    const [a, b, c] = [await company.unit('甲'), await company.unit('乙'), await company.unit('丙')];
    const id = await company.account('x', a);
    await setMemberships(company.as(), {
      accountId: id,
      version: 1,
      put: [
        { orgUnitId: b, leader: true, title: '组长', order: '5' },
        { orgUnitId: c, order: '2' },
      ],
      primaryOrgUnitId: b,
      remove: [a],
    });
    const projection = {
      fields: ['id', 'version'],
      orgUnit: ['name'],
      memberships: { orgUnit: ['name'] },
    } as const;
    const [account] = await readAccounts(company.as(), [id], projection);
    expect(account).toMatchObject({
      version: 2,
      orgUnit: { name: '乙' },
      memberships: [
        { primary: true, leader: true, title: '组长', order: '5', orgUnit: { name: '乙' } },
        { primary: false, leader: false, title: null, order: '2', orgUnit: { name: '丙' } },
      ],
    });
    await setMemberships(company.as(), { accountId: id, put: [{ orgUnitId: b, leader: false }] });
    const [changed] = await readAccounts(company.as(), [id], projection);
    expect(changed).toMatchObject({ memberships: [{ leader: false, title: '组长' }, {}] });
  });

  test('the primary one cannot be left without another', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const id = await company.account('x', a);
    const attempts = [{ remove: [a] }, { primaryOrgUnitId: company.rootId }];
    for (const attempt of attempts) {
      await expect(setMemberships(company.as(), { accountId: id, ...attempt })).rejects.toEqual(
        code('PRIMARY_MEMBERSHIP_REQUIRED'),
      );
    }
  });
});

describe('managers', () => {
  test('nobody reports to himself, in a circle, or to somebody deleted', async () => {
    const company = await fresh();
    const [a, b, c] = [await company.account('a'), await company.account('b'), await company.account('c')];
    await setManager(company.as(), { accountId: b, managerId: a });
    await setManager(company.as(), { accountId: c, managerId: b });
    for (const managerId of [a, b, c]) {
      await expect(setManager(company.as(), { accountId: a, managerId })).rejects.toEqual(
        code('MANAGER_CYCLE'),
      );
    }
    await deleteAccount(company.as(), { id: c });
    await expect(setManager(company.as(), { accountId: a, managerId: c })).rejects.toEqual(
      code('INPUT_INVALID'),
    );
    await setManager(company.as(), { accountId: b, managerId: null });
    expect(await company.row('account', b)).toMatchObject({ manager_id: null });
  });
});

describe('who may', () => {
  test('a limited administrator edits those whose primary unit is his, and enters people nowhere else', async () => {
    const company = await fresh();
    const mine = await company.unit('我的');
    const inside = await company.account('inside', mine);
    const outside = await company.account('outside');
    const guest = await company.account('guest');
    await setMemberships(company.as(), { accountId: guest, put: [{ orgUnitId: mine }] });
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree: mine }));
    await updateAccount(admin, { id: inside, title: '工程师' });
    const refusals: [() => Promise<unknown>, string][] = [
      [() => updateAccount(admin, { id: outside, title: '工程师' }), 'NOT_FOUND'],
      [() => updateAccount(admin, { id: guest, title: '工程师' }), 'OUTSIDE_SUBTREE'],
      [() => deleteAccount(admin, { id: outside }), 'NOT_FOUND'],
      [() => disableAccount(admin, { id: guest }), 'OUTSIDE_SUBTREE'],
      [
        () => setMemberships(admin, { accountId: inside, put: [{ orgUnitId: company.rootId }] }),
        'OUTSIDE_SUBTREE',
      ],
      [
        () => createAccount(admin, { userName: 'n', displayName: 'n', orgUnitId: company.rootId }),
        'OUTSIDE_SUBTREE',
      ],
    ];
    for (const [attempt, expected] of refusals) await expect(attempt()).rejects.toEqual(code(expected));
    const projection = { fields: ['id'], orgUnit: null, memberships: null } as const;
    const seen = await readAccounts(admin, [inside, guest, outside], projection);
    expect(seen.map((row) => row !== null)).toEqual([true, true, false]);
  });

  test('nobody edits an account that stands above him, and the last owner stays', async () => {
    const company = await fresh();
    const owner = await company.account('owner');
    const auditor = await company.account('auditor');
    await grant(company, owner, 'OWNER');
    await grant(company, auditor, 'AUDITOR');
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN']));
    const limited = company.as(
      principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree: company.rootId }),
    );
    await expect(updateAccount(admin, { id: owner, email: 'evil@example.com' })).rejects.toEqual(
      code('PROTECTED_ACCOUNT'),
    );
    await updateAccount(admin, { id: auditor, title: '审计' });
    for (const who of [limited, company.as(machineOf(company.tenantId))]) {
      await expect(disableAccount(who, { id: auditor })).rejects.toEqual(code('PROTECTED_ACCOUNT'));
    }
    await expect(disableAccount(company.as(), { id: owner })).rejects.toEqual(code('LAST_OWNER'));
    await expect(deleteAccount(company.as(), { id: owner })).rejects.toEqual(code('LAST_OWNER'));
    const second = await company.account('second');
    await grant(company, second, 'OWNER');
    const outcomes = await Promise.allSettled([
      disableAccount(company.as(), { id: owner }),
      disableAccount(company.as(), { id: second }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('ids of another tenant are not found', async () => {
    const company = await fresh();
    const other = await fresh();
    const foreign = await other.account('foreign');
    const mine = await company.account('mine');
    const attempts = [
      updateAccount(company.as(), { id: foreign, title: 'x' }),
      disableAccount(company.as(), { id: foreign }),
      enableAccount(company.as(), { id: foreign }),
      deleteAccount(company.as(), { id: foreign }),
      restoreAccount(company.as(), { id: foreign }),
      setManager(company.as(), { accountId: mine, managerId: foreign }),
      setMemberships(company.as(), { accountId: mine, put: [{ orgUnitId: other.rootId }] }),
      createAccount(company.as(), { userName: 'n', displayName: 'n', orgUnitId: other.rootId }),
      updateAccount(company.as(), { id: 'nonsense' as AccountId, title: 'x' }),
      setManager(company.as(), { accountId: mine, managerId: 'nonsense' as AccountId }),
    ];
    for (const outcome of await Promise.allSettled(attempts)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
    }
  });
});
