import { describe, expect, test } from 'vitest';
import { createAttributeDefinition } from '../../src/flows/roster/create-attribute-definition.ts';
import { deleteAccount } from '../../src/flows/roster/delete-account.ts';
import { moveOrgUnit } from '../../src/flows/roster/move-org-unit.ts';
import { readAccountHistory } from '../../src/flows/roster/read-account-history.ts';
import { readAccountAt, readOrgUnitAt } from '../../src/flows/roster/read-at.ts';
import { readProvenance } from '../../src/flows/roster/read-provenance.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { updateOrgUnit } from '../../src/flows/roster/update-org-unit.ts';
import { createTestDatabase } from '../support/index.ts';
import { createCompany, machineOf, principalOf } from './company.ts';

const testDatabase = await createTestDatabase();
const fresh = () => createCompany(testDatabase);

/** The database's clock, which stamps the versions. */
const instant = async (): Promise<string> => {
  const [row] = await testDatabase.look<{ now: string }>(
    `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now`,
  );
  return row?.now ?? '';
};

describe('as of an instant', () => {
  test('an account is as it was, with its units as they were', async () => {
    const company = await fresh();
    const before = await instant();
    const a = await company.unit('甲');
    const b = await company.unit('乙', a);
    const id = await company.account('x', b);
    const first = await instant();
    await updateAccount(company.as(), { id, displayName: '新名', email: 'x@example.com' });
    await updateOrgUnit(company.as(), { id: a, name: '改名' });
    await setMemberships(company.as(), {
      accountId: id,
      put: [{ orgUnitId: a, leader: true }],
      primaryOrgUnitId: a,
      remove: [b],
    });
    const second = await instant();
    await moveOrgUnit(company.as(), { id: b, parentId: company.rootId });
    await deleteAccount(company.as(), { id });

    expect(await readAccountAt(company.as(), id, before)).toBeNull();
    expect(await readAccountAt(company.as(), id, first)).toMatchObject({
      displayName: 'x',
      email: null,
      status: 'ACTIVE',
      orgUnit: { name: '乙', path: ['公司', '甲', '乙'] },
      memberships: [{ primary: true, leader: false, orgUnit: { name: '乙' } }],
    });
    expect(await readAccountAt(company.as(), id, second)).toMatchObject({
      displayName: '新名',
      email: 'x@example.com',
      orgUnit: { name: '改名', path: ['公司', '改名'] },
      memberships: [{ primary: true, leader: true }],
    });
    expect(await readAccountAt(company.as(), id, await instant())).toMatchObject({ status: 'DELETED' });
    expect(await readOrgUnitAt(company.as(), b, first)).toMatchObject({ path: ['公司', '甲', '乙'] });
    expect(await readOrgUnitAt(company.as(), b, second)).toMatchObject({ path: ['公司', '改名', '乙'] });
    expect(await readOrgUnitAt(company.as(), b, await instant())).toMatchObject({ path: ['公司', '乙'] });
  });

  test('the future is refused', async () => {
    const company = await fresh();
    await expect(readAccountAt(company.as(), company.rootId, '2100-01-01T00:00:00Z')).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('history and provenance', () => {
  test('say who set what, when and through what', async () => {
    const company = await fresh();
    const unit = await company.unit('甲');
    const id = await company.account('x');
    const machine = machineOf(company.tenantId);
    await updateAccount(company.as(machine), { id, mobile: '13800000001' });
    await updateAccount(company.as(), { id, title: '工程师' });
    await setMemberships(company.as(), { accountId: id, put: [{ orgUnitId: unit, leader: true }] });

    const history = await readAccountHistory(company.as(), { id, first: 50 });
    const titles = history.find(({ changes }) => changes.some(({ field }) => field === 'title'));
    expect(titles).toMatchObject({
      kind: 'CHANGED',
      version: 3,
      actorKind: 'ACCOUNT',
      changes: [{ field: 'title', before: null, after: '工程师' }],
    });
    expect(history.flatMap(({ changes }) => changes)).toContainEqual({
      field: `memberships.${unit}`,
      before: null,
      after: { leader: true, title: null, order: '0' },
    });
    expect(history.filter(({ kind }) => kind === 'CREATED')).toHaveLength(1);
    expect(await readAccountHistory(company.as(), { id, first: 1 })).toHaveLength(1);

    const [provenance] = await readProvenance(company.as(), [id]);
    const of = (field: string) => provenance?.find((one) => one.field === field);
    expect(of('mobile')).toMatchObject({ actorKind: 'MACHINE', actorName: 'machine', source: 'API' });
    expect(of('title')).toMatchObject({ actorKind: 'ACCOUNT', actorName: 'OWNER' });
    expect(of('userName')?.at).toBe(history.at(-1)?.at);
    expect(of(`memberships.${unit}`)).toMatchObject({ actorName: 'OWNER' });
    expect(of('email')).toBeUndefined();
  });

  test('keep sensitive values from those who may not see them', async () => {
    const company = await fresh();
    await createAttributeDefinition(company.as(), {
      target: 'ACCOUNT',
      name: 'secret',
      label: '机密',
      type: 'TEXT',
      sensitive: true,
    });
    const id = await company.account('x');
    await updateAccount(company.as(), { id, attributes: { secret: '值' } });
    const auditor = company.as(principalOf(company.tenantId, ['AUDITOR']));
    const fields = async (who = company.as()) =>
      (await readAccountHistory(who, { id, first: 50 })).flatMap(({ changes }) =>
        changes.map((one) => one.field),
      );
    expect(await fields()).toContain('attributes.secret');
    expect(await fields(auditor)).not.toContain('attributes.secret');
    const [provenance] = await readProvenance(auditor, [id]);
    expect(provenance?.map(({ field }) => field)).not.toContain('attributes.secret');
    const at = await instant();
    expect(await readAccountAt(auditor, id, at)).toMatchObject({ attributes: {} });
    expect(await readAccountAt(company.as(), id, at)).toMatchObject({ attributes: { secret: '值' } });
  });

  test('of another tenant or outside the subtree are not found', async () => {
    const company = await fresh();
    const mine = await company.unit('我的');
    const outside = await company.account('outside');
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree: mine }));
    await expect(readAccountHistory(admin, { id: outside, first: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await readAccountAt(admin, outside, await instant())).toBeNull();
    const other = await fresh();
    await expect(readAccountHistory(other.as(), { id: outside, first: 5 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    expect(await readAccountAt(other.as(), outside, await instant())).toBeNull();
  });
});
