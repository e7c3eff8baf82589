import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newId, type OrgUnitId } from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import { deleteAccount } from '../../src/flows/roster/delete-account.ts';
import { disableAccount } from '../../src/flows/roster/disable-account.ts';
import { type ListAccountsInput, listAccounts } from '../../src/flows/roster/list-accounts.ts';
import { writeCursor } from '../../src/flows/roster/page.ts';
import { listOrgUnits, readOrgUnitTree } from '../../src/flows/roster/read-org-units.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { createTestDatabase } from '../support/index.ts';
import { tries } from '../support/properties.ts';
import { type Company, createCompany, principalOf } from './company.ts';

const testDatabase = await createTestDatabase();
const projection = { fields: ['id', 'displayName'], orgUnit: null, memberships: null } as const;

const page = (context: FlowContext, input: Partial<ListAccountsInput>) =>
  listAccounts(context, { first: 200, ...input }, { projection, page: true, totalCount: true });
const names = async (context: FlowContext, input: Partial<ListAccountsInput>) =>
  (await page(context, input)).nodes.map((row) => String(row['displayName']));

const person = (
  company: Company,
  displayName: string,
  more: { orgUnitId?: OrgUnitId; email?: string } = {},
) =>
  createAccount(company.as(), {
    userName: newId().slice(-12),
    displayName,
    orgUnitId: more.orgUnitId ?? company.rootId,
    ...(more.email === undefined ? {} : { email: more.email }),
  });

describe('accounts', () => {
  test('come in pinyin order, page after page, each once', async () => {
    const company = await createCompany(testDatabase);
    const surnames = ['赵', '钱', '孙', '李', '周', '吴', '郑', '王', 'Adams', '王'];
    for (let i = 0; i < 40; i++) await person(company, `${surnames[i % 10]}${i % 4 === 0 ? '同名' : i}`);
    const whole = await names(company.as(), {});
    expect(whole).toEqual(whole.toSorted(new Intl.Collator('zh-u-co-pinyin').compare));
    expect(whole.at(-1)).toMatch(/^Adams/);
    const seen: string[] = [];
    let after: string | null = null;
    for (let turn = 0; turn < 10; turn++) {
      const { nodes, hasNextPage, hasPreviousPage, totalCount } = await page(company.as(), {
        first: 7,
        after,
      });
      expect(totalCount).toBe(40);
      expect(hasPreviousPage).toBe(after !== null);
      seen.push(...nodes.map((row) => String(row['id'])));
      if (!hasNextPage) break;
      const last = nodes.at(-1);
      after = writeCursor({ text: String(last?.['displayName']), id: String(last?.['id']) });
    }
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
  });

  test('are found by a character, Latin, pinyin, initials, mail; and by nothing else', async () => {
    const company = await createCompany(testDatabase);
    await person(company, '王小明', { email: 'xm.wang@example.com' });
    await person(company, '欧阳娜娜');
    await person(company, 'Li Ming');
    const find = (search: string) => names(company.as(), { search });
    for (const search of ['王', '小明', 'wangxiaoming', 'wxm', 'WXM', 'xm.wang', 'Ｗａｎｇ', ' 王小 明 ']) {
      expect(await find(search), search).toEqual(['王小明']);
    }
    expect(await find('ouyang')).toEqual(['欧阳娜娜']);
    expect(await find('ming')).toEqual(['王小明', 'Li Ming']);
    for (const search of ['王明', '%', '_', '\\', "'", '{', '"', ',', '@x=', 'NULL']) {
      expect(await find(search), search).toEqual([]);
    }
    expect(await find('   ')).toHaveLength(3);
  });

  test('follow their edits: what was is no longer found', async () => {
    const company = await createCompany(testDatabase);
    const id = await person(company, '王小明');
    await updateAccount(company.as(), { id, displayName: '李大海' });
    expect(await names(company.as(), { search: '王' })).toEqual([]);
    expect(await names(company.as(), { search: 'ldh' })).toEqual(['李大海']);
  });

  test('of a unit, with or without those below, by status', async () => {
    const company = await createCompany(testDatabase);
    const [a, b] = [await company.unit('甲'), await company.unit('乙')];
    const inner = await company.unit('内', a);
    await person(company, 'a1', { orgUnitId: a });
    const disabled = await person(company, 'a2', { orgUnitId: a });
    const deleted = await person(company, 'a3', { orgUnitId: a });
    await person(company, 'i1', { orgUnitId: inner });
    const guest = await person(company, 'b1', { orgUnitId: b });
    await setMemberships(company.as(), { accountId: guest, put: [{ orgUnitId: inner }] });
    await disableAccount(company.as(), { id: disabled });
    await deleteAccount(company.as(), { id: deleted });
    expect(await names(company.as(), { orgUnitId: a })).toEqual(['a1', 'a2']);
    expect(await names(company.as(), { orgUnitId: a, includeDescendants: true })).toEqual([
      'a1',
      'a2',
      'b1',
      'i1',
    ]);
    expect(await names(company.as(), { orgUnitId: a, statuses: ['DISABLED'] })).toEqual(['a2']);
    expect(await names(company.as(), { statuses: ['DELETED'] })).toEqual(['a3']);
    expect(await names(company.as(), { orgUnitId: newId() as OrgUnitId })).toEqual([]);
    expect(await names(company.as(), { orgUnitId: a, includeDescendants: true, search: 'i1' })).toEqual([
      'i1',
    ]);
  });

  test.each(['x', '', 'W10', Buffer.from('["a","b"]').toString('base64url'), 'A'.repeat(5000), '../..'])(
    'refuse the cursor %j',
    async (after) => {
      const company = await createCompany(testDatabase);
      await expect(page(company.as(), { after })).rejects.toMatchObject({
        code: 'INPUT_INVALID',
        path: ['after'],
      });
    },
  );

  test.each([0, -1, 201, 1.5, Number.NaN])('refuse pages of %d', async (first) => {
    const company = await createCompany(testDatabase);
    await expect(page(company.as(), { first })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      path: ['first'],
    });
  });
});

describe('a limited administrator', () => {
  /** Parents of the units of a random tree; unit 0 is the root. */
  const trees = fc
    .integer({ min: 1, max: 12 })
    .chain((n) => fc.tuple(...Array.from({ length: n }, (_, i) => fc.integer({ min: 0, max: i }))));

  const plant = async (parents: readonly number[]) => {
    const company = await createCompany(testDatabase);
    const units = [company.rootId, ...parents.map(() => newId<'OrgUnit'>())];
    for (const [i, parent] of parents.entries()) {
      await testDatabase.database.transaction(
        { tenantId: company.tenantId, actor: { kind: 'SYSTEM', id: null, name: 't' }, source: 'SYSTEM' },
        (tx) =>
          tx.execute(
            `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name)
             select tenant_id, $2, id, path, $3 from muster.org_unit where tenant_id = $1 and id = $4`,
            [company.tenantId, units[i + 1], `u${i + 1}`, units[parent]],
          ),
      );
    }
    for (const [i, orgUnitId] of units.entries()) await person(company, `p${i}`, { orgUnitId });
    return { company, units };
  };

  const isBelow = (parents: readonly number[], unit: number, top: number): boolean =>
    unit === top || (unit > 0 && isBelow(parents, parents[unit - 1] ?? 0, top));

  test('sees in random trees exactly what lies in his subtree', async () => {
    let looked = 0;
    await fc.assert(
      fc.asyncProperty(trees, async (parents) => {
        const { company, units } = await plant(parents);
        for (const [top, subtree] of units.entries()) {
          const admin = company.as(principalOf(company.tenantId, ['DIRECTORY_ADMIN'], { subtree }));
          const inside = units.map((_, i) => i).filter((i) => isBelow(parents, i, top));
          expect((await names(admin, {})).sort()).toEqual(inside.map((i) => `p${i}`).sort());
          const { nodes } = await readOrgUnitTree(admin, {}, ['id']);
          expect(nodes.map((node) => node['id']).sort()).toEqual(inside.map((i) => units[i]).sort());
          const list = await listOrgUnits(
            admin,
            { first: 200 },
            { fields: ['id', 'name'], page: true, totalCount: true },
          );
          expect(list.totalCount).toBe(inside.length);
          looked += 1;
        }
      }),
      tries(40),
    );
    expect(looked).toBeGreaterThan(150);
  });
});
