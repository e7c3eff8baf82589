import pg from 'pg';

/** Everything in a schema that a migration could leave behind, as sorted lines of text. */
const CATALOGUE = `
  select 'table ' || c.oid::regclass || ' ' || c.relkind::text || ' rls=' || c.relrowsecurity || ' force=' || c.relforcerowsecurity
    || ' acl=' || coalesce((select string_agg(a::text, ',' order by a::text) from unnest(c.relacl) a), '') as line
  from pg_class c where c.relnamespace = any($1) and c.relkind in ('r', 'v', 'm', 'S', 'p')
  union all
  select 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
    || ' notnull=' || a.attnotnull || ' generated=' || a.attgenerated::text || ' collation=' || coalesce(l.collname, '')
    || ' default=' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  from pg_attribute a join pg_class c on c.oid = a.attrelid left join pg_collation l on l.oid = a.attcollation
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where c.relnamespace = any($1) and c.relkind in ('r', 'v', 'm', 'p') and a.attnum > 0 and not a.attisdropped
  union all
  select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  from pg_constraint where connamespace = any($1)
  union all
  select 'index ' || pg_get_indexdef(i.indexrelid) from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = any($1)
  union all
  select 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || polpermissive
    || ' using=' || coalesce(pg_get_expr(polqual, polrelid), '')
    || ' check=' || coalesce(pg_get_expr(polwithcheck, polrelid), '')
  from pg_policy p join pg_class c on c.oid = p.polrelid where c.relnamespace = any($1)
  union all
  select 'trigger ' || pg_get_triggerdef(t.oid) from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = any($1) and not t.tgisinternal
  union all
  select 'function ' || pg_get_functiondef(oid) || coalesce(proacl::text, '') from pg_proc
  where pronamespace = any($1) and prokind in ('f', 'p')
  union all
  select 'type ' || t.oid::regtype || ' ' || typtype::text from pg_type t
  where typnamespace = any($1) and typtype in ('e', 'd', 'r')
  union all
  select 'collation ' || collname || ' ' || coalesce(colllocale, '') from pg_collation where collnamespace = any($1)
  order by 1`;

/** The catalogue of Muster's schema and of the job queue. */
export const catalogue = async (config: pg.ClientConfig): Promise<string[]> => {
  const client = new pg.Client(config);
  await client.connect();
  try {
    const { rows: schemas } = await client.query<{ oid: number }>(
      "select oid::int from pg_namespace where nspname in ('muster', 'graphile_worker', 'public')",
    );
    const { rows } = await client.query<{ line: string }>(CATALOGUE, [schemas.map(({ oid }) => oid)]);
    return rows.map(({ line }) => line);
  } finally {
    await client.end();
  }
};
