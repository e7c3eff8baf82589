import { expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';

const house = await createTestDatabase();

const INSERT_ACCOUNTS = `
  with made as (
    insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id)
    select tenant_id, muster.new_id(), 'user' || ($2::integer + n), '某人', id
    from muster.org_unit, generate_series(1, $1::integer) as n
    returning tenant_id, id, primary_org_unit_id)
  insert into muster.membership (tenant_id, id, account_id, org_unit_id)
  select tenant_id, muster.new_id(), id, primary_org_unit_id from made`;

test('tables analysed when they held one row take bulk writes without quadratic cost', async () => {
  const { tenantId, context } = await createTenant(house.database);
  await house.database.transaction(context, async (tx) => {
    await tx.query('insert into muster.org_unit (tenant_id, id, name) values ($1, $2, $3)', [
      tenantId,
      newId<'OrgUnit'>(),
      '公司',
    ]);
    await tx.query(INSERT_ACCOUNTS, [1, 0]);
  });
  await house.look('analyze muster.org_unit, muster.account, muster.membership');
  const rows = 2_000;
  const fetched = await house.database.transaction(context, async (tx) => {
    await tx.query(INSERT_ACCOUNTS, [rows, 1]);
    // The deferred keys too are checked before the rows that all of it has read are counted.
    await tx.query('set constraints all immediate');
    const [row] = await tx.query<{ fetched: number }>(
      `select sum(seq_tup_read + idx_tup_fetch)::float8 as fetched from pg_stat_xact_user_tables
       where schemaname = 'muster'`,
    );
    return row?.fetched ?? Number.NaN;
  });
  expect(fetched / rows).toBeLessThan(50);
});
