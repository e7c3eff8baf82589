import { Migration } from '@mikro-orm/migrations';

/**
 * Schema, the unprivileged role, the functions that row-level security and the triggers stand on, tenants.
 *
 * Settings that a connection carries: `muster.tenant_id` (remembered by the pooled connection), and, local to a
 * writing transaction, `muster.actor_kind`, `muster.actor_id`, `muster.actor_name`, `muster.source`,
 * `muster.run_id`, `muster.request_id`, `muster.address`.
 */
export class Foundation20261121000100 extends Migration {
  override up(): void {
    this.addSql(`
      create schema if not exists muster;
      do $$ begin
        if not exists (select from pg_roles where rolname = 'muster_app') then
          create role muster_app nologin nosuperuser nobypassrls nocreatedb nocreaterole;
        end if;
      end $$;
      grant usage on schema muster to muster_app;

      -- Chinese names in pinyin order whatever the machine's own locale is.
      create collation muster.pinyin (provider = icu, locale = 'zh-u-co-pinyin');

      create function muster.current_tenant() returns uuid language sql stable parallel safe
        return nullif(current_setting('muster.tenant_id', true), '')::uuid;

      create function muster.setting(name text) returns text language sql stable parallel safe
        return nullif(current_setting('muster.' || name, true), '');

      -- Case folding for uniqueness; the same for every locale. Must equal planner/fold.ts for what it stores.
      create function muster.fold(value text) returns text language sql immutable parallel safe
        return lower(normalize(value, NFKC) collate "und-x-icu");

      -- One call gives a table its tenant policy: four verbs, both clauses, binding the owner as well.
      create procedure muster.isolate(name regclass) language plpgsql as $$
      begin
        execute format('alter table %s enable row level security', name);
        execute format('alter table %s force row level security', name);
        execute format(
          'create policy tenant_isolation on %s for all using (tenant_id = (select muster.current_tenant())) '
          'with check (tenant_id = (select muster.current_tenant()))', name);
        execute format('grant select, insert, update, delete on %s to muster_app', name);
        -- A table that is analysed while it holds one row looks as if every row had a tenant of its own. It grows,
        -- and foreign keys are checked by tenant alone: a bulk write then costs the square of its rows.
        execute format('alter table %s alter column tenant_id set (n_distinct = 10)', name);
      end $$;

      create table muster.tenant (
        id uuid primary key,
        tenant_id uuid generated always as (id) stored,
        code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
        name text not null check (length(name) between 1 and 200),
        account_quota integer check (account_quota >= 0),
        password_policy jsonb not null,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        changed_at timestamptz not null default clock_timestamp()
      );
      alter table muster.tenant enable row level security;
      alter table muster.tenant force row level security;
      create policy tenant_isolation on muster.tenant for all
        using (id = (select muster.current_tenant())) with check (id = (select muster.current_tenant()));
      -- The list of tenants, for what belongs to none: finding one by the code that somebody typed at sign-in, and
      -- queueing a job for each.
      create policy tenant_list on muster.tenant for select
        using ((select muster.setting('system')) = 'on');
      grant select, insert, update, delete on muster.tenant to muster_app;
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.tenant;
      drop procedure muster.isolate(regclass);
      drop function muster.fold(text);
      drop function muster.setting(text);
      drop function muster.current_tenant();
      drop collation muster.pinyin;
    `);
  }
}
