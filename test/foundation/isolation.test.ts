import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { checkAppLogin } from '../../src/store/logins.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';

const { app, database, look, superuser } = await createTestDatabase({ pool: { size: 3 } });

interface TableRow {
  name: string;
  hasTenant: boolean;
  enabled: boolean;
  forced: boolean;
}

const tables = await look<TableRow>(
  `select c.relname as name, c.relrowsecurity as enabled, c.relforcerowsecurity as forced,
     exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') as "hasTenant"
   from pg_class c where c.relnamespace = 'muster'::regnamespace and c.relkind in ('r', 'p') order by 1`,
);
const tenantTables = tables.filter(({ hasTenant }) => hasTenant).map(({ name }) => name);

/** Tables of the installation, and why none of them holds a tenant's data. */
const SHARED: ReadonlyMap<string, string> = new Map([
  ['schema_migration', 'which migrations ran'],
  ['signing_key', 'one issuer, one key set'],
  ['sign_in_throttle', 'counters under digests'],
  ['rate_budget', 'slots under digests'],
  ['job_worker', 'which processes work on jobs'],
  ['principal_change', 'bare ids of whom caches must forget'],
]);

describe('the catalogue says', () => {
  test('every table has a tenant, save those of the installation', () => {
    const shared = tables.filter(({ hasTenant }) => !hasTenant).map(({ name }) => name);
    expect(shared.filter((name) => !SHARED.has(name))).toEqual([]);
    expect(tenantTables.length).toBeGreaterThan(20);
  });

  test.each(tenantTables)('%s is isolated for all four verbs, its owner included', async (name) => {
    const table = tables.find((one) => one.name === name);
    expect(table).toMatchObject({ enabled: true, forced: true });
    const policies = await look<{ verb: string; using: string | null; check: string | null }>(
      `select polcmd::text as verb, pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
       from pg_policy where polrelid = ('muster.' || $1)::regclass and polpermissive`,
      [name],
    );
    for (const verb of ['r', 'a', 'w', 'd']) {
      const matching = policies.filter((policy) => policy.verb === '*' || policy.verb === verb);
      expect(matching.length, `policy for ${verb}`).toBeGreaterThan(0);
      if (verb !== 'a') expect(matching.every(({ using }) => using !== null)).toBe(true);
      if (verb === 'a' || verb === 'w') expect(matching.every(({ check }) => check !== null)).toBe(true);
    }
  });

  test('the application owns nothing, bypasses nothing and may create nothing', async () => {
    expect(
      await look(
        `select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as strong from pg_roles where rolname = 'muster_app'`,
      ),
    ).toEqual([{ strong: false }]);
    expect(await look("select relname from pg_class where relowner = 'muster_app'::regrole")).toEqual([]);
    expect(await look("select proname from pg_proc where proowner = 'muster_app'::regrole")).toEqual([]);
    expect(
      await look(
        `select nspname from pg_namespace where nspname !~ '^pg_temp'
         and has_schema_privilege('muster_app', oid, 'create')`,
      ),
    ).toEqual([]);
    expect(
      await look(
        "select r.rolname from pg_auth_members m join pg_roles r on r.oid = m.roleid where m.member = 'muster_app'::regrole",
      ),
    ).toEqual([]);
  });

  test('no view and no SECURITY DEFINER function is a way round', async () => {
    expect(
      await look("select proname from pg_proc where pronamespace = 'muster'::regnamespace and prosecdef"),
    ).toEqual([]);
    expect(
      await look(
        "select relname from pg_class where relnamespace = 'muster'::regnamespace and relkind in ('v', 'm')",
      ),
    ).toEqual([]);
  });

  test('foreign keys and unique keys of tenant tables carry the tenant', async () => {
    const loose = await look<{ line: string }>(
      `select conrelid::regclass || ' ' || conname as line from pg_constraint k
       where connamespace = 'muster'::regnamespace and contype in ('p', 'u', 'f')
         and exists (select from pg_attribute a where a.attrelid = conrelid and a.attname = 'tenant_id')
         and not exists (select from pg_attribute a where a.attrelid = conrelid
           and a.attname = 'tenant_id' and a.attnum = any(k.conkey))`,
    );
    // A tenant is found by id and by the code that people type: those two are unique across tenants on purpose.
    expect(loose.map(({ line }) => line).sort()).toEqual([
      'muster.tenant tenant_code_key',
      'muster.tenant tenant_pkey',
    ]);
  });
});

describe('without a tenant', () => {
  test.each(tenantTables)('%s shows no row', async (name) => {
    await createTenant(database);
    const rows = await database.system(async (client) => {
      await client.query("select set_config('muster.system', 'off', true)");
      return (await client.query(`select 1 from muster.${name} limit 1`)).rows;
    });
    expect(rows).toEqual([]);
  });
});

test('10,000 swaps of the tenant on three connections never show another tenant’s row', async () => {
  const tenants = await Promise.all(Array.from({ length: 5 }, (_, n) => createTenant(database, `公司 ${n}`)));
  let seed = 7;
  const next = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed;
  };
  const swap = async (): Promise<void> => {
    const tenant = tenants[next() % tenants.length];
    if (tenant === undefined) return;
    const rows =
      next() % 5 === 0
        ? await database.transaction(tenant.context, (tx) =>
            tx.query<{ id: string }>('select id from muster.tenant'),
          )
        : await database.read<{ id: string }>(tenant.tenantId, 'select id from muster.tenant');
    expect(rows).toEqual([{ id: tenant.tenantId }]);
  };
  for (let done = 0; done < 10_000; done += 50) await Promise.all(Array.from({ length: 50 }, swap));
});

test('a tenant that is cancelled while it is being set leaves no other tenant’s answer', async () => {
  const { tenantId } = await createTenant(database);
  const stop = new AbortController();
  const canceller = (async () => {
    while (!stop.signal.aborted) {
      await look(
        "select pg_cancel_backend(pid) from pg_stat_activity where usename = 'muster_app' and datname = current_database()",
      );
    }
  })();
  const stranger = newId<'Tenant'>();
  for (let round = 0; round < 300; round += 1) {
    const [mine, theirs] = await Promise.allSettled([
      database.read<{ id: string }>(tenantId, 'select id from muster.tenant'),
      database.read<{ id: string }>(stranger, 'select id from muster.tenant'),
    ]);
    if (mine.status === 'fulfilled') expect(mine.value).toEqual([{ id: tenantId }]);
    if (theirs.status === 'fulfilled') expect(theirs.value).toEqual([]);
  }
  stop.abort();
  await canceller;
});

test('a login that row-level security does not bind is refused at the start', async () => {
  await expect(checkAppLogin(superuser)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
  await expect(checkAppLogin(app)).resolves.toBeUndefined();
});
