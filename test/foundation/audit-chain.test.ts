import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId, type TenantId } from '../../src/domain/index.ts';
import { sealAudit, verifyAuditChain } from '../../src/store/audit-chain.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';
import { tries } from '../support/properties.ts';

const { database, superuser } = await createTestDatabase();

const append = (context: Awaited<ReturnType<typeof createTenant>>['context'], count: number) =>
  database.transaction(context, (tx) =>
    tx.execute(
      `insert into muster.audit_event (tenant_id, id, action, object_type, object_id, details)
       select $1, gen_random_uuid(), 'account.edit', 'Account', n::text, jsonb_build_object('n', n, 'name', '张三')
       from generate_series(1, $2::int) n`,
      [context.tenantId, count],
    ),
  );

const chainOf = async (sizes: readonly number[]): Promise<TenantId> => {
  const { tenantId, context } = await createTenant(database);
  for (const size of sizes) {
    await append(context, size);
    expect(await sealAudit(database, tenantId)).toBe(size);
  }
  return tenantId;
};

test('a chain that nobody touched holds, and counts what waits for a seal', async () => {
  const { tenantId, context } = await createTenant(database);
  expect(await verifyAuditChain(database, tenantId)).toMatchObject({ seals: 0, head: '', faults: [] });
  await append(context, 5);
  await sealAudit(database, tenantId);
  await append(context, 12_345);
  await sealAudit(database, tenantId);
  await append(context, 2);
  expect(await verifyAuditChain(database, tenantId)).toMatchObject({
    seals: 3,
    sealedEvents: 12_350,
    unsealedEvents: 2,
    faults: [],
  });
});

test('many sealers at once make one chain', async () => {
  const { tenantId, context } = await createTenant(database);
  const sealers = Array.from({ length: 8 }, async () => {
    await append(context, 20);
    return sealAudit(database, tenantId);
  });
  const sealed = await Promise.all(sealers);
  expect(sealed.reduce((sum, count) => sum + count)).toBe(160);
  expect(await verifyAuditChain(database, tenantId)).toMatchObject({ sealedEvents: 160, faults: [] });
});

test('the application can neither edit nor drop an event, nor seal it twice', async () => {
  const { tenantId, context } = await createTenant(database);
  await append(context, 3);
  await sealAudit(database, tenantId);
  const attempt = (sql: string) => database.transaction(context, (tx) => tx.execute(sql));
  await expect(attempt("update muster.audit_event set action = 'x'")).rejects.toMatchObject({
    code: '23001',
  });
  await expect(attempt('update muster.audit_event set seal_seq = 9')).rejects.toMatchObject({
    code: '23001',
  });
  // Sealed at birth it would never come under the chain.
  await expect(
    attempt(
      `insert into muster.audit_event (tenant_id, id, action, seal_seq) values ('${tenantId}', gen_random_uuid(), 'x', 9)`,
    ),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(attempt('delete from muster.audit_event')).rejects.toMatchObject({ code: '42501' });
  await expect(attempt('update muster.audit_seal set event_count = 1')).rejects.toMatchObject({
    code: '42501',
  });
});

describe('whoever owns the database', () => {
  const client = new pg.Client(superuser);
  beforeAll(async () => {
    await client.connect();
    // Triggers off: the strongest attacker that can still be noticed.
    await client.query("set session_replication_role = 'replica'");
  });
  afterAll(() => client.end());

  /** Each takes the tenant, the id of some sealed event and of another one under another seal. */
  const TAMPERINGS: readonly (readonly [string, string])[] = [
    [
      'edits an action',
      "update muster.audit_event set action = 'x' where tenant_id = $1 and id = $2 and $3::uuid is not null",
    ],
    [
      'edits a detail',
      'update muster.audit_event set details = details || \'{"n": -1}\' where tenant_id = $1 and id = $2 and $3::uuid is not null',
    ],
    [
      'edits who did it',
      "update muster.audit_event set actor_name = 'somebody' where tenant_id = $1 and id = $2 and $3::uuid is not null",
    ],
    [
      'moves it in time',
      "update muster.audit_event set at = at + interval '1 microsecond' where tenant_id = $1 and id = $2 and $3::uuid is not null",
    ],
    ['drops it', 'delete from muster.audit_event where tenant_id = $1 and id = $2 and $3::uuid is not null'],
    [
      'takes its seal away',
      'update muster.audit_event set seal_seq = null where tenant_id = $1 and id = $2 and $3::uuid is not null',
    ],
    [
      'invents a seal for it',
      'update muster.audit_event set seal_seq = 1000000000 where tenant_id = $1 and id = $2 and $3::uuid is not null',
    ],
    [
      'adds a copy of it',
      `insert into muster.audit_event select tenant_id, $3::uuid, at, actor_kind, actor_id, actor_name,
      action, object_type, object_id, result, reason_code, address, request_id, run_id, details, seal_seq
      from muster.audit_event where tenant_id = $1 and id = $2 on conflict (tenant_id, id) do update set at = excluded.at`,
    ],
    [
      'swaps two between seals',
      `update muster.audit_event e set seal_seq = o.seal_seq from muster.audit_event o
      where e.tenant_id = $1 and o.tenant_id = $1 and (e.id, o.id) in (($2, $3::uuid), ($3::uuid, $2))`,
    ],
    [
      'drops a seal',
      'delete from muster.audit_seal where tenant_id = $1 and $2::uuid is not null and $3::uuid is not null and seq = 2',
    ],
    [
      'swaps two seals',
      `update muster.audit_seal set seq = case seq when 1 then 1000002 else 1000001 end
      where tenant_id = $1 and $2::uuid is not null and $3::uuid is not null and seq in (1, 2)`,
    ],
  ];

  test('changes nothing that was sealed without being noticed', async () => {
    const tenantId = await chainOf([4, 3, 5]);
    const before = await verifyAuditChain(database, tenantId);
    const { rows } = await client.query<{ id: string; seq: number }>(
      'select id, seal_seq::int as seq from muster.audit_event where tenant_id = $1 order by at, id',
      [tenantId],
    );
    for (const table of ['event', 'seal']) {
      await client.query(
        `create temporary table kept_${table} as select * from muster.audit_${table} where tenant_id = '${tenantId}'`,
      );
    }
    const restore = async (): Promise<void> => {
      for (const table of ['event', 'seal']) {
        await client.query(`delete from muster.audit_${table} where tenant_id = $1`, [tenantId]);
        await client.query(`insert into muster.audit_${table} select * from kept_${table}`);
      }
    };
    const position = fc.nat(rows.length - 1);
    await fc.assert(
      fc.asyncProperty(position, position, fc.constantFrom(...TAMPERINGS), async (i, j, [what, sql]) => {
        const [one, other] = [rows[i], rows[j]];
        fc.pre(one !== undefined && other !== undefined && one.seq !== other.seq);
        expect((await client.query(sql, [tenantId, one?.id, other?.id])).rowCount, what).toBeGreaterThan(0);
        const { faults } = await verifyAuditChain(database, tenantId);
        expect(faults.length, what).toBeGreaterThan(0);
        await restore();
      }),
      tries(200),
    );
    expect(await verifyAuditChain(database, tenantId)).toEqual(before);
    expect(before.faults).toEqual([]);
  });

  test('cannot cut the end off when its hash was noted', async () => {
    const tenantId = await chainOf([2, 2, 2]);
    const { head } = await verifyAuditChain(database, tenantId);
    expect((await verifyAuditChain(database, tenantId, head)).faults).toEqual([]);
    await client.query('delete from muster.audit_event where tenant_id = $1 and seal_seq = 3', [tenantId]);
    await client.query('delete from muster.audit_seal where tenant_id = $1 and seq = 3', [tenantId]);
    expect(await verifyAuditChain(database, tenantId)).toMatchObject({ faults: [] });
    expect(await verifyAuditChain(database, tenantId, head)).toMatchObject({
      faults: [{ kind: 'HEAD_MISSING' }],
    });
  });

  test('cannot pass one tenant’s chain off as another’s', async () => {
    const from = await chainOf([3]);
    const to = newId<'Tenant'>();
    for (const table of ['audit_event', 'audit_seal']) {
      await client.query(`update muster.${table} set tenant_id = $2 where tenant_id = $1`, [from, to]);
    }
    expect((await verifyAuditChain(database, to)).faults).toEqual([{ seq: 1, kind: 'CHAIN_BROKEN' }]);
  });
});
