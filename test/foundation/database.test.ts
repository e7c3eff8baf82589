import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { copyLine } from '../../src/store/copy.ts';
import { entities } from '../../src/store/entities/load.ts';
import { createTenant, createTestDatabase, systemContext } from '../support/index.ts';

const { TenantEntity } = entities();
const { database, look } = await createTestDatabase();
const first = await createTenant(database, '甲公司');
const second = await createTenant(database, '乙公司');

const names = (tenantId: typeof first.tenantId) =>
  database.read<{ name: string }>(tenantId, 'select name from muster.tenant');

describe('reading as a tenant', () => {
  test('shows one tenant, whichever came before on the connection', async () => {
    for (let round = 0; round < 50; round += 1) {
      const [a, b] = await Promise.all([names(first.tenantId), names(second.tenantId)]);
      expect(a).toEqual([{ name: '甲公司' }]);
      expect(b).toEqual([{ name: '乙公司' }]);
    }
  });

  test('shows nothing to a tenant that does not exist', async () => {
    expect(await names(newId<'Tenant'>())).toEqual([]);
  });

  test('refuses to write', async () => {
    const writing = database.read(first.tenantId, "update muster.tenant set name = 'x'");
    await expect(writing).rejects.toMatchObject({ code: '25006' });
  });

  test('forgets no tenant when a statement fails', async () => {
    await expect(database.read(first.tenantId, 'select 1 / $1::int', [0])).rejects.toMatchObject({
      code: '22012',
    });
    expect(await names(second.tenantId)).toEqual([{ name: '乙公司' }]);
  });

  test('prepares a named statement and reads counts and days as they are', async () => {
    const statement = {
      name: 'test_types',
      text: "select count(*) as n, date '2026-02-03' as day from muster.tenant",
    };
    for (let round = 0; round < 3; round += 1) {
      expect(await database.read(first.tenantId, statement)).toEqual([{ n: 1, day: '2026-02-03' }]);
    }
  });
});

describe('transactions', () => {
  test('carry their actor and leave nothing behind', async () => {
    const context = systemContext(first.tenantId, { source: 'API', requestId: 'r-1' });
    const [inside] = await database.transaction(context, (tx) =>
      tx.query("select muster.setting('request_id') as id, muster.setting('source') as source"),
    );
    expect(inside).toEqual({ id: 'r-1', source: 'API' });
    const [outside] = await database.read(first.tenantId, "select muster.setting('request_id') as id");
    expect(outside).toEqual({ id: null });
  });

  test('are undone when their work throws', async () => {
    const failing = database.transaction(first.context, async (tx) => {
      await tx.execute("update muster.tenant set name = 'changed'");
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await names(first.tenantId)).toEqual([{ name: '甲公司' }]);
  });

  test('do not pass for committed when their work swallowed an error', async () => {
    const swallowing = database.transaction(first.context, async (tx) => {
      await tx.execute('select 1 / 0').catch(() => undefined);
    });
    await expect(swallowing).rejects.toThrow(TypeError);
  });

  test('cannot write into another tenant', async () => {
    const touched = await database.transaction(first.context, (tx) =>
      tx.execute('update muster.tenant set name = name where id = $1', [second.tenantId]),
    );
    expect(touched).toBe(0);
  });

  test('run again after a serialization failure until both have counted', async () => {
    const add = () =>
      database.transaction(
        first.context,
        async (tx) => {
          const [row] = await tx.query<{ quota: number }>(
            'select coalesce(account_quota, 0) as quota from muster.tenant',
          );
          await sleep(20);
          await tx.execute('update muster.tenant set account_quota = $1', [(row?.quota ?? 0) + 1]);
        },
        { isolation: 'SERIALIZABLE' },
      );
    await Promise.all([add(), add()]);
    expect(await look('select account_quota from muster.tenant where id = $1', [first.tenantId])).toEqual([
      { account_quota: 2 },
    ]);
  });
});

describe('entities', () => {
  test('are read and written in the tenant of their transaction, and flushed before it ends', async () => {
    await database.em(second.context, async (em) => {
      const all = await em.find(TenantEntity, {});
      expect(all.map(({ name }) => name)).toEqual(['乙公司']);
      for (const tenant of all) tenant.accountQuota = 500;
    });
    const kept = 'select account_quota from muster.tenant where id = $1';
    expect(await look(kept, [second.tenantId])).toEqual([{ account_quota: 500 }]);
    const failing = database.transaction(second.context, async (tx) => {
      for (const tenant of await tx.em.find(TenantEntity, {})) tenant.accountQuota = 1;
      await tx.em.flush();
      throw new Error('stop');
    });
    await expect(failing).rejects.toThrow('stop');
    expect(await look(kept, [second.tenantId])).toEqual([{ account_quota: 500 }]);
  });
});

describe('when connections are cut', () => {
  const cutAll = () =>
    look(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where usename = 'muster_app' and datname = current_database() and application_name = 'muster'`,
    );

  test('work in hand fails with UNAVAILABLE, and the next work has a new one', async () => {
    const inHand = [
      database.read(first.tenantId, 'select pg_sleep(60)'),
      database.transaction(first.context, (tx) => tx.query('select pg_sleep(60)')),
    ].map((work) => work.catch((error: unknown) => error));
    await sleep(100);
    await cutAll();
    for (const outcome of await Promise.all(inHand)) expect(outcome).toMatchObject({ code: 'UNAVAILABLE' });
    expect(await names(first.tenantId)).toEqual([{ name: '甲公司' }]);
  });

  test('idle ones are replaced unnoticed', async () => {
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(Array.from({ length: 10 }, () => names(first.tenantId)));
      await cutAll();
      // They are idle until the pool has been told.
      await expect.poll(() => database.load.open, { timeout: 5000, interval: 5 }).toBe(0);
      expect(await names(second.tenantId)).toEqual([{ name: '乙公司' }]);
    }
  });
});

test('work without a tenant sees the list of tenants', async () => {
  const { rows } = await database.system((client) =>
    client.query('select name from muster.tenant order by name collate muster.pinyin'),
  );
  expect(rows).toEqual([{ name: '甲公司' }, { name: '乙公司' }]);
});

test('COPY carries every character and null', async () => {
  const values = ['a\tb', 'c\\d\n\r', '王𠮷', '\\N', ''];
  const got = await database.transaction(first.context, async (tx) => {
    await tx.execute(
      'create temporary table incoming (n int, text text, bytes bytea, json jsonb) on commit drop',
    );
    const lines = values.map((text, n) => copyLine([n, text, Buffer.from(text), { text }]));
    const count = await database.copyInto(
      tx,
      { table: 'incoming', columns: ['n', 'text', 'bytes', 'json'] },
      [...lines, copyLine([99, null, null, null])],
    );
    expect(count).toBe(values.length + 1);
    return tx.query<{ text: string; bytes: Buffer; json: unknown }>(
      'select text, bytes, json from incoming order by n',
    );
  });
  expect(got).toEqual([
    ...values.map((text) => ({ text, bytes: Buffer.from(text), json: { text } })),
    { text: null, bytes: null, json: null },
  ]);
});

test('LISTEN goes on after its connection was lost, and says so', async () => {
  const heard: string[] = [];
  const gap = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const onPayload = (payload: string): void => {
    heard.push(payload);
    arrived.resolve();
  };
  const subscription = await database.listen('test_channel', onPayload, () => gap.resolve());
  await look(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'muster listen'",
  );
  await gap.promise;
  await look("select pg_notify('test_channel', 'hello')");
  await arrived.promise;
  await subscription.close();
  expect(heard).toEqual(['hello']);
});
