import { afterAll, describe, expect, test } from 'vitest';
import {
  type AccountId,
  type AccountPrincipal,
  newId,
  type OrgUnitId,
  type Role,
} from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { grantRole } from '../../src/flows/roles/grant-role.ts';
import { listRoleGrants } from '../../src/flows/roles/list-role-grants.ts';
import { revokeRole } from '../../src/flows/roles/revoke-role.ts';
import { resetPassword } from '../../src/flows/sign-in/reset-password.ts';
import { otherActiveOwners } from '../../src/store/queries/accounts-write.ts';
import { insertOrgUnit, pathOfOrgUnit, rootOrgUnitId } from '../../src/store/queries/org-units-write.ts';
import { systemContext } from '../support/index.ts';
import { createPerson, setStatus } from './people.ts';
import { createHouse, flowContext } from './support.ts';

const house = await createHouse();
afterAll(() => house.close());
const { owner } = house;
const db = house.test.database;

const principal = (
  id: AccountId,
  roles: readonly Role[],
  subtree: OrgUnitId | null = null,
): AccountPrincipal => ({
  kind: 'ACCOUNT',
  id,
  tenantId: owner.tenantId,
  sessionId: newId(),
  name: 'x',
  roles: [...roles, 'MEMBER'],
  subtree,
  requestId: 'r',
  address: null,
});
const as = (id: AccountId, roles: readonly Role[], subtree: OrgUnitId | null = null): FlowContext =>
  flowContext(house, principal(id, roles, subtree));
const ownerContext = as(owner.accountId, ['OWNER']);
const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );
const unit = await db.transaction(systemContext(owner.tenantId), async (tx) => {
  const root = (await rootOrgUnitId(tx)) as OrgUnitId;
  const id = newId<'OrgUnit'>();
  const path = (await pathOfOrgUnit(tx, root)) ?? '';
  await insertOrgUnit(tx, { id, parent: { id: root, path }, name: '研发', order: null, attributes: {} });
  return id;
});

describe('granting', () => {
  test('gives a directory administrator the whole tenant, then one subtree, then none', async () => {
    const accountId = await createPerson(house, 'admin1');
    const whole = await grantRole(ownerContext, { accountId, role: 'DIRECTORY_ADMIN' });
    expect(whole).toMatchObject({
      accountId,
      role: 'DIRECTORY_ADMIN',
      orgUnitId: null,
      grantedById: owner.accountId,
    });
    await grantRole(ownerContext, { accountId, role: 'DIRECTORY_ADMIN', orgUnitId: unit });
    expect(await listRoleGrants(ownerContext, { accountId })).toMatchObject([{ orgUnitId: unit }]);
    await revokeRole(ownerContext, { accountId, role: 'DIRECTORY_ADMIN' });
    expect(await listRoleGrants(ownerContext, { accountId })).toEqual([]);
    const events = await house.test.look(
      "select action from muster.audit_event where object_id = $1 and action like 'role.%' order by id",
      [accountId],
    );
    expect(events.map(({ action }) => action)).toEqual(['role.grant', 'role.grant', 'role.revoke']);
  });

  test('refuses what makes no sense', async () => {
    const accountId = await createPerson(house, 'nobody1');
    const grant = (input: Parameters<typeof grantRole>[1]) => codeOf(grantRole(ownerContext, input));
    expect(await grant({ accountId, role: 'MEMBER' })).toBe('INPUT_INVALID');
    expect(await grant({ accountId, role: 'OWNER', orgUnitId: unit })).toBe('INPUT_INVALID');
    expect(await grant({ accountId, role: 'DIRECTORY_ADMIN', orgUnitId: newId() })).toBe('NOT_FOUND');
    expect(await grant({ accountId: newId(), role: 'AUDITOR' })).toBe('NOT_FOUND');
    expect(await grant({ accountId: 'x', role: 'AUDITOR' })).toBe('NOT_FOUND');
    await setStatus(house, accountId, 'DISABLED');
    expect(await grant({ accountId, role: 'AUDITOR' })).toBe('ACCOUNT_NOT_ACTIVE');
    expect(await codeOf(revokeRole(ownerContext, { accountId, role: 'AUDITOR' }))).toBe('NOT_FOUND');
  });

  test.each([
    ['a directory administrator', ['DIRECTORY_ADMIN']],
    ['an auditor', ['AUDITOR']],
    ['a member', []],
  ] as const)('is refused to %s, for others and for himself', async (_name, roles) => {
    const accountId = await createPerson(house, `climber-${roles.join()}`);
    const context = as(accountId, roles);
    expect(await codeOf(grantRole(context, { accountId, role: 'OWNER' }))).toBe('FORBIDDEN');
    expect(await codeOf(revokeRole(context, { accountId: owner.accountId, role: 'OWNER' }))).toBe(
      'FORBIDDEN',
    );
  });

  test('is refused to a machine client', async () => {
    const context = flowContext(house, {
      kind: 'MACHINE',
      id: newId(),
      tenantId: owner.tenantId,
      name: 'x',
      scopes: ['directory:write'],
      requestId: 'r',
      address: null,
    });
    expect(await codeOf(grantRole(context, { accountId: owner.accountId, role: 'AUDITOR' }))).toBe(
      'FORBIDDEN',
    );
    expect(await codeOf(listRoleGrants(context))).toBe('FORBIDDEN');
  });

  test('shows a member his own roles and no others', async () => {
    const accountId = await createPerson(house, 'curious');
    const context = as(accountId, []);
    expect(await listRoleGrants(context, { accountId })).toEqual([]);
    expect(await codeOf(listRoleGrants(context))).toBe('FORBIDDEN');
    expect(await codeOf(listRoleGrants(context, { accountId: owner.accountId }))).toBe('FORBIDDEN');
    expect((await listRoleGrants(as(accountId, ['AUDITOR']))).length).toBeGreaterThan(0);
  });
});

describe('the last owner', () => {
  const remove = (accountId: AccountId) => codeOf(revokeRole(ownerContext, { accountId, role: 'OWNER' }));

  test('keeps the role', async () => {
    expect(await remove(owner.accountId)).toBe('LAST_OWNER');
    expect((await listRoleGrants(ownerContext, { accountId: owner.accountId })).length).toBe(1);
  });

  test('is the last one when the others are disabled', async () => {
    const second = await createPerson(house, 'second-owner');
    await grantRole(ownerContext, { accountId: second, role: 'OWNER' });
    await setStatus(house, second, 'DISABLED');
    expect(await remove(owner.accountId)).toBe('LAST_OWNER');
    await setStatus(house, second, 'ACTIVE');
    expect(await remove(second)).toBe('OK');
  });

  test('remains, when two owners take the role from each other at once', async () => {
    const second = await createPerson(house, 'rival');
    for (let round = 0; round < 20; round += 1) {
      await grantRole(ownerContext, { accountId: second, role: 'OWNER' });
      await grantRole(ownerContext, { accountId: owner.accountId, role: 'OWNER' });
      const outcomes = await Promise.all([remove(second), remove(owner.accountId)]);
      expect(outcomes.toSorted()).toEqual(['LAST_OWNER', 'OK']);
    }
    await grantRole(ownerContext, { accountId: owner.accountId, role: 'OWNER' });
  });

  test('remains, when one loses the role while the other is being disabled', async () => {
    const second = await createPerson(house, 'rival2');
    const disable = (id: AccountId) =>
      db.transaction(systemContext(owner.tenantId), async (tx) => {
        if ((await otherActiveOwners(tx, id)) === 0) return 'LAST_OWNER';
        await tx.execute("update muster.account set status = 'DISABLED' where id = $1", [id]);
        return 'OK';
      });
    for (let round = 0; round < 20; round += 1) {
      await setStatus(house, second, 'ACTIVE');
      await grantRole(ownerContext, { accountId: second, role: 'OWNER' });
      await grantRole(ownerContext, { accountId: owner.accountId, role: 'OWNER' });
      const others = await house.test.look(
        `select account_id from muster.role_grant where role = 'OWNER' and account_id <> all ($1::uuid[])`,
        [[owner.accountId, second]],
      );
      for (const { account_id } of others) await remove(account_id as AccountId);
      const outcomes = await Promise.all([disable(second), remove(owner.accountId)]);
      expect(outcomes.toSorted()).toEqual(['LAST_OWNER', 'OK']);
    }
    await grantRole(ownerContext, { accountId: owner.accountId, role: 'OWNER' });
  });
});

describe('resetting a password', () => {
  const { passwords } = house.context;
  const reset = (context: FlowContext, accountId: string, newPassword?: string) =>
    codeOf(resetPassword({ ...context, passwords }, { accountId, newPassword }));

  test('is no way to a role that one does not have', async () => {
    const admin = await createPerson(house, 'admin2');
    const auditor = await createPerson(house, 'auditor2');
    await grantRole(ownerContext, { accountId: admin, role: 'DIRECTORY_ADMIN' });
    await grantRole(ownerContext, { accountId: auditor, role: 'AUDITOR' });
    const context = as(admin, ['DIRECTORY_ADMIN']);
    expect(await reset(context, owner.accountId)).toBe('PROTECTED_ACCOUNT');
    expect(await reset(context, auditor)).toBe('PROTECTED_ACCOUNT');
    expect(await reset(context, await createPerson(house, 'plain2'))).toBe('OK');
    expect(await reset(ownerContext, auditor)).toBe('OK');
    expect(await reset(context, admin)).toBe('FORBIDDEN');
  });

  test('stays inside the subtree and keeps the policy', async () => {
    const outside = await createPerson(house, 'outside2');
    expect(await reset(as(newId(), ['DIRECTORY_ADMIN'], unit), outside)).toBe('NOT_FOUND');
    expect(await reset(ownerContext, outside, 'short')).toBe('PASSWORD_POLICY_VIOLATED');
    expect(await reset(ownerContext, newId())).toBe('NOT_FOUND');
  });
});
