import { describe, expect, test } from 'vitest';
import { createTenant, createTestDatabase } from '../support/index.ts';

const { database } = await createTestDatabase();
const { tenantId, context } = await createTenant(database, '甲公司');

const nameNow = async (): Promise<unknown> =>
  (await database.read(tenantId, 'select name from muster.tenant'))[0]?.['name'];

describe('a single statement that writes', () => {
  test('is committed, as its actor, in its tenant', async () => {
    const rows = await database.write(
      { ...context, requestId: 'r-7' },
      "update muster.tenant set name = $1 returning name, muster.setting('request_id') as request",
      ['乙公司'],
    );
    expect(rows).toEqual([{ name: '乙公司', request: 'r-7' }]);
    expect(await nameNow()).toBe('乙公司');
  });

  test('leaves nothing behind when it fails, and the connection stays usable', async () => {
    const failing = database.write(
      context,
      "with changed as (update muster.tenant set name = 'x' returning id) select 1 / 0 from changed",
    );
    await expect(failing).rejects.toMatchObject({ code: '22012' });
    expect(await nameNow()).toBe('乙公司');
    await database.write(context, 'update muster.tenant set name = $1', ['丙公司']);
    expect(await nameNow()).toBe('丙公司');
  });

  test('reports what a deferred constraint refuses at the commit', async () => {
    const orphan = `insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id)
      values ($1, gen_random_uuid(), 'nobody', 'nobody', gen_random_uuid())`;
    await expect(database.write(context, orphan, [tenantId])).rejects.toMatchObject({ code: '23503' });
    expect(await database.read(tenantId, 'select 1 from muster.account')).toEqual([]);
  });
});
