import { describe, expect, test } from 'vitest';
import { newId, type OrgUnitId } from '../../src/domain/index.ts';
import { createOrgUnit } from '../../src/flows/roster/create-org-unit.ts';
import { deleteOrgUnit } from '../../src/flows/roster/delete-org-unit.ts';
import { disableAccount } from '../../src/flows/roster/disable-account.ts';
import { moveOrgUnit } from '../../src/flows/roster/move-org-unit.ts';
import { readOrgUnits, readOrgUnitTree } from '../../src/flows/roster/read-org-units.ts';
import { restoreOrgUnit } from '../../src/flows/roster/restore-org-unit.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateOrgUnit } from '../../src/flows/roster/update-org-unit.ts';
import { createTestDatabase } from '../support/index.ts';
import { createCompany, principalOf } from './company.ts';

const testDatabase = await createTestDatabase();
const fresh = () => createCompany(testDatabase);
const code = (expected: string) => expect.objectContaining({ code: expected });
const DAY = 24 * 60 * 60 * 1000;

describe('names', () => {
  test('are trimmed, and unique among siblings without regard to case and width', async () => {
    const company = await fresh();
    const id = await company.unit(' 研发　Ｒ&D ');
    expect(await company.row('org_unit', id)).toMatchObject({ name: '研发 Ｒ&D', version: 1 });
    await expect(company.unit('研发 r&d')).rejects.toEqual(code('SIBLING_NAME_TAKEN'));
    await company.unit('研发 r&d', id);
    await expect(company.unit('  ')).rejects.toEqual(code('INPUT_INVALID'));
    await expect(company.unit('长'.repeat(201))).rejects.toEqual(code('INPUT_INVALID'));
  });

  test('an edit from an old version is refused and changes nothing', async () => {
    const company = await fresh();
    const id = await company.unit('甲');
    await updateOrgUnit(company.as(), { id, version: 1, name: '乙', order: '7' });
    await expect(updateOrgUnit(company.as(), { id, version: 1, name: '丙' })).rejects.toEqual(
      code('VERSION_CONFLICT'),
    );
    expect(await company.row('org_unit', id)).toMatchObject({ name: '乙', sort_order: '7', version: 2 });
    expect(await company.auditOf(id)).toEqual(['orgUnit.create', 'orgUnit.update']);
  });
});

describe('moving', () => {
  test('takes the subtree along', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const b = await company.unit('乙', a);
    const c = await company.unit('丙', b);
    const target = await company.unit('丁');
    await moveOrgUnit(company.as(), { id: b, parentId: target });
    const [moved] = await readOrgUnits(company.as(), [c], ['id', 'name', 'path', 'depth', 'version']);
    expect(moved).toMatchObject({ path: ['公司', '丁', '乙', '丙'], depth: 3, version: 1 });
  });

  test('into itself or below itself is refused, and so is moving the root', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const b = await company.unit('乙', a);
    for (const parentId of [a, b]) {
      await expect(moveOrgUnit(company.as(), { id: a, parentId })).rejects.toEqual(code('ORG_UNIT_CYCLE'));
    }
    const root = moveOrgUnit(company.as(), { id: company.rootId, parentId: b });
    await expect(root).rejects.toEqual(code('ORG_UNIT_IS_ROOT'));
  });

  test('next to a namesake is refused', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const inner = await company.unit('同名', a);
    await company.unit('同名');
    await expect(moveOrgUnit(company.as(), { id: inner, parentId: company.rootId })).rejects.toEqual(
      code('SIBLING_NAME_TAKEN'),
    );
  });

  test('two crossing moves at once never make a circle', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const b = await company.unit('乙');
    const outcomes = await Promise.allSettled([
      moveOrgUnit(company.as(), { id: a, parentId: b }),
      moveOrgUnit(company.as(), { id: b, parentId: a }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const { nodes } = await readOrgUnitTree(company.as(), {}, ['id', 'name', 'depth']);
    expect(nodes.map((node) => node['depth']).sort()).toEqual([0, 1, 2]);
  });
});

describe('deleting', () => {
  test('is refused while the unit holds units or accounts, and for the root', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    await company.unit('乙', a);
    await company.account('somebody', a);
    await expect(deleteOrgUnit(company.as(), { id: a })).rejects.toMatchObject({
      code: 'ORG_UNIT_NOT_EMPTY',
      details: { children: 1, accounts: 1 },
    });
    await expect(deleteOrgUnit(company.as(), { id: company.rootId })).rejects.toEqual(
      code('ORG_UNIT_IS_ROOT'),
    );
  });

  test('an empty unit goes, frees its name, and comes back within 30 days', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    await deleteOrgUnit(company.as(), { id: a });
    expect(await company.row('org_unit', a)).toMatchObject({ status: 'DELETED' });
    await expect(company.unit('子', a)).rejects.toEqual(code('ORG_UNIT_DELETED'));
    const again = await company.unit('甲');
    await expect(restoreOrgUnit(company.as(), { id: a })).rejects.toEqual(code('SIBLING_NAME_TAKEN'));
    await deleteOrgUnit(company.as(), { id: again });
    const late = company.as(undefined, () => new Date(Date.now() + 31 * DAY));
    await expect(restoreOrgUnit(late, { id: a })).rejects.toEqual(code('RESTORE_WINDOW_OVER'));
    await restoreOrgUnit(company.as(), { id: a });
    expect(await company.row('org_unit', a)).toMatchObject({ status: 'ACTIVE', deleted_at: null });
    await expect(restoreOrgUnit(company.as(), { id: a })).rejects.toEqual(code('STATUS_CONFLICT'));
  });

  test('with what it holds: all of it goes, and all of it comes back as it was', async () => {
    const company = await fresh();
    const a = await company.unit('甲');
    const b = await company.unit('乙', a);
    const inside = await company.account('inside', b);
    const disabled = await company.account('disabled', b);
    const guest = await company.account('guest');
    await disableAccount(company.as(), { id: disabled });
    await setMemberships(company.as(), { accountId: guest, put: [{ orgUnitId: b }] });
    await deleteOrgUnit(company.as(), { id: a, cascade: true });
    expect(await company.row('account', inside)).toMatchObject({ status: 'DELETED' });
    expect(await company.row('account', guest)).toMatchObject({ status: 'ACTIVE' });
    const [unit] = await readOrgUnits(company.as(), [b], ['id', 'name', 'status', 'accountCount']);
    expect(unit).toMatchObject({ status: 'DELETED', accountCount: 0 });
    await restoreOrgUnit(company.as(), { id: a, cascade: true });
    expect(await company.row('org_unit', b)).toMatchObject({ status: 'ACTIVE' });
    expect(await company.row('account', inside)).toMatchObject({ status: 'ACTIVE' });
    expect(await company.row('account', disabled)).toMatchObject({ status: 'DISABLED' });
  });
});

describe('a limited administrator', () => {
  test('works inside his subtree, at both ends of a move, and nowhere else', async () => {
    const company = await fresh();
    const mine = await company.unit('我的');
    const inner = await company.unit('内', mine);
    const other = await company.unit('别的');
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree: mine }));
    await createOrgUnit(admin, { name: '新', parentId: inner });
    const refused = [
      createOrgUnit(admin, { name: '新', parentId: other }),
      updateOrgUnit(admin, { id: other, name: '改' }),
      moveOrgUnit(admin, { id: inner, parentId: other }),
      moveOrgUnit(admin, { id: other, parentId: inner }),
      moveOrgUnit(admin, { id: mine, parentId: mine }),
      deleteOrgUnit(admin, { id: other }),
      deleteOrgUnit(admin, { id: mine, cascade: true }),
    ];
    for (const outcome of await Promise.allSettled(refused)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'OUTSIDE_SUBTREE' } });
    }
    const { nodes } = await readOrgUnitTree(admin, {}, ['id', 'name']);
    expect(nodes.map((node) => node['name'])).toEqual(['我的', '内', '新']);
    expect(await readOrgUnits(admin, [other], ['id', 'name'])).toEqual([null]);
  });

  test('of a unit that is gone may do nothing', async () => {
    const company = await fresh();
    const subtree = newId<'OrgUnit'>();
    const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree }));
    await expect(createOrgUnit(admin, { name: '新', parentId: company.rootId })).rejects.toEqual(
      code('OUTSIDE_SUBTREE'),
    );
  });
});

test('ids of another tenant are not found', async () => {
  const company = await fresh();
  const foreign = await (await fresh()).unit('别家');
  const attempts = [
    createOrgUnit(company.as(), { name: '新', parentId: foreign }),
    updateOrgUnit(company.as(), { id: foreign, name: '改' }),
    moveOrgUnit(company.as(), { id: foreign, parentId: company.rootId }),
    deleteOrgUnit(company.as(), { id: foreign }),
    restoreOrgUnit(company.as(), { id: foreign }),
    updateOrgUnit(company.as(), { id: 'nonsense' as OrgUnitId, name: '改' }),
  ];
  for (const outcome of await Promise.allSettled(attempts)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'NOT_FOUND' } });
  }
});

test('a tree of 500 units answers in order, whole, in part and to a depth', async () => {
  const company = await fresh();
  const parent = await company.unit('部门');
  await testDatabase.look(
    `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name, sort_order)
     select tenant_id, gen_random_uuid(), id, path, '组' || n, n from muster.org_unit, generate_series(1, 500) n
     where tenant_id = $1 and id = $2`,
    [company.tenantId, parent],
  );
  const whole = await readOrgUnitTree(company.as(), {}, ['id', 'name', 'parentId']);
  expect(whole.truncated).toBe(false);
  expect(whole.nodes.map((node) => node['name'])).toEqual([
    '公司',
    '部门',
    ...Array.from({ length: 500 }, (_, i) => `组${i + 1}`),
  ]);
  const part = await readOrgUnitTree(company.as(), { rootId: parent, depth: 0 }, ['id', 'name']);
  expect(part.nodes.map((node) => node['name'])).toEqual(['部门']);
  const levels = await readOrgUnitTree(company.as(), { depth: 1 }, ['id', 'name']);
  expect(levels.nodes).toHaveLength(2);
});
