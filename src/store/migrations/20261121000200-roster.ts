import { Migration } from '@mikro-orm/migrations';

/**
 * The roster: units, accounts, memberships, data dictionary, credentials, roles.
 *
 * Rules that are constraints here: one root per tenant; no cycle (a unit's path contains each ancestor's key, a
 * path is its parent's path plus its own key, and a foreign key with cascade keeps the copy of the parent's path
 * true, so that a move of a subtree is one UPDATE and a cycle violates the check); exactly one primary membership
 * (the account names it, a deferred foreign key makes it exist); user names unique per tenant, case-folded.
 */
export class Roster20261121000200 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.org_unit (
        tenant_id uuid not null,
        id uuid not null,
        parent_id uuid,
        name text not null check (name <> '' and length(name) <= 200),
        sort_order numeric(30, 0) not null default 0,
        status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DELETED')),
        attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'),
        -- Short key of the unit inside paths; a path is '.' key '.' key '.' from the root down.
        path_key bigint generated always as identity,
        parent_path text collate "C" not null default '.',
        path text collate "C" generated always as (parent_path || path_key::text || '.') stored,
        deleted_at timestamptz,
        restore_until timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        created_run_id uuid default muster.setting('run_id')::uuid,
        changed_at timestamptz not null default clock_timestamp(),
        changed_by_kind text default muster.setting('actor_kind'),
        changed_by_id uuid default muster.setting('actor_id')::uuid,
        changed_by_name text default muster.setting('actor_name'),
        changed_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        changed_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, id),
        -- Deferrable, so that two units may swap their names in one statement.
        name_key text collate "C" generated always as (case when status = 'ACTIVE' then muster.fold(name) end) stored,
        unique (tenant_id, id, path),
        constraint org_unit_sibling_name unique (tenant_id, parent_id, name_key) deferrable initially immediate,
        constraint org_unit_parent foreign key (tenant_id, parent_id, parent_path)
          references muster.org_unit (tenant_id, id, path) on update cascade,
        constraint org_unit_root_path check (parent_id is not null or parent_path = '.'),
        constraint org_unit_no_cycle check (strpos(parent_path, '.' || path_key::text || '.') = 0),
        constraint org_unit_deleted_at check ((status = 'DELETED') = (deleted_at is not null))
      );
      call muster.isolate('muster.org_unit');
      create unique index org_unit_one_root on muster.org_unit (tenant_id) where parent_id is null;
      create index org_unit_children on muster.org_unit (tenant_id, parent_id, sort_order, id);
      create index org_unit_subtree on muster.org_unit (tenant_id, path);
      -- Names of a unit's ancestors are looked up by the keys in its path.
      create unique index org_unit_by_key on muster.org_unit (tenant_id, path_key) include (name);
      create index org_unit_by_name on muster.org_unit (tenant_id, name collate muster.pinyin, id) where status = 'ACTIVE';

      create table muster.account (
        tenant_id uuid not null,
        id uuid not null,
        user_name text not null check (length(user_name) between 1 and 64),
        display_name text not null check (display_name <> '' and length(display_name) <= 200),
        status text not null default 'ACTIVE' check (status in ('ACTIVE', 'DISABLED', 'DELETED')),
        email text check (length(email) <= 254),
        mobile text check (length(mobile) <= 32),
        job_number text check (length(job_number) <= 64),
        title text check (length(title) <= 200),
        manager_id uuid,
        primary_org_unit_id uuid not null,
        attributes jsonb not null default '{}' check (jsonb_typeof(attributes) = 'object'),
        status_reason text,
        deleted_at timestamptz,
        restore_until timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        created_run_id uuid default muster.setting('run_id')::uuid,
        changed_at timestamptz not null default clock_timestamp(),
        changed_by_kind text default muster.setting('actor_kind'),
        changed_by_id uuid default muster.setting('actor_id')::uuid,
        changed_by_name text default muster.setting('actor_name'),
        changed_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        changed_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, id),
        -- Deferrable, so that two accounts may swap their user names in one statement.
        user_name_key text collate "C"
          generated always as (case when status <> 'DELETED' then muster.fold(user_name) end) stored,
        constraint account_user_name unique (tenant_id, user_name_key) deferrable initially immediate,
        -- A column and not an index expression: below row-level security only leak-proof functions reach an index.
        email_key text collate "C" generated always as (muster.fold(email)) stored,
        constraint account_manager foreign key (tenant_id, manager_id) references muster.account (tenant_id, id)
          deferrable initially deferred,
        constraint account_not_own_manager check (manager_id <> id),
        constraint account_deleted_at check ((status = 'DELETED') = (deleted_at is not null))
      );
      call muster.isolate('muster.account');
      create index account_by_name on muster.account (tenant_id, display_name collate muster.pinyin, id) where status <> 'DELETED';
      create index account_mobile on muster.account (tenant_id, mobile) where mobile is not null;
      create index account_email on muster.account (tenant_id, email_key) where email_key is not null;
      create index account_job_number on muster.account (tenant_id, job_number) where job_number is not null;
      create index account_manager on muster.account (tenant_id, manager_id) where manager_id is not null;
      create index account_purge on muster.account (restore_until) where status = 'DELETED';
      create index account_created_run on muster.account (tenant_id, created_run_id) where created_run_id is not null;

      create table muster.membership (
        tenant_id uuid not null,
        id uuid not null,
        account_id uuid not null,
        org_unit_id uuid not null,
        leader boolean not null default false,
        title text check (length(title) <= 200),
        sort_order numeric(30, 0) not null default 0,
        changed_at timestamptz not null default clock_timestamp(),
        changed_by_kind text default muster.setting('actor_kind'),
        changed_by_id uuid default muster.setting('actor_id')::uuid,
        changed_by_name text default muster.setting('actor_name'),
        changed_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        changed_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, account_id, org_unit_id),
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade,
        foreign key (tenant_id, org_unit_id) references muster.org_unit (tenant_id, id)
      );
      call muster.isolate('muster.membership');
      create index membership_of_unit on muster.membership (tenant_id, org_unit_id, account_id);
      alter table muster.account add constraint account_primary_membership
        foreign key (tenant_id, id, primary_org_unit_id)
        references muster.membership (tenant_id, account_id, org_unit_id) deferrable initially deferred;

      -- What an account is found by. The search terms are part of the SELECT policy: PostgreSQL lets only
      -- leak-proof operators reach an index below row-level security, and array containment is not one of them.
      -- 'muster.search' is a text array literal, local to the searching transaction; unset, or
      -- empty as PostgreSQL leaves it behind in the session, = every row of the tenant.
      create table muster.account_search (
        tenant_id uuid not null,
        account_id uuid not null,
        search_text text collate "C" not null,
        grams text[] collate "C" not null,
        primary key (tenant_id, account_id),
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade
      );
      alter table muster.account_search enable row level security;
      alter table muster.account_search force row level security;
      create policy tenant_isolation on muster.account_search for all
        using (tenant_id = (select muster.current_tenant())
          and grams @> (coalesce(nullif(current_setting('muster.search', true), ''), '{}'))::text[])
        with check (tenant_id = (select muster.current_tenant()));
      grant select, insert, update, delete on muster.account_search to muster_app;
      alter table muster.account_search alter column tenant_id set (n_distinct = 10);
      create index account_search_grams on muster.account_search using gin (grams);

      create table muster.attribute_definition (
        tenant_id uuid not null,
        id uuid not null,
        target text not null check (target in ('ACCOUNT', 'ORG_UNIT')),
        name text not null check (name ~ '^[a-zA-Z][a-zA-Z0-9_]{0,63}$'),
        label text not null check (length(label) between 1 and 200),
        type text not null check (type in ('TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'CHOICE')),
        choices text[] not null default '{}',
        required boolean not null default false,
        editable boolean not null default true,
        is_unique boolean not null default false,
        enabled boolean not null default true,
        sensitive boolean not null default false,
        remark text,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        changed_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, id),
        unique (tenant_id, target, name),
        constraint required_is_editable check (editable or not required),
        constraint choice_has_choices check (type <> 'CHOICE' or cardinality(choices) > 0)
      );
      call muster.isolate('muster.attribute_definition');

      -- Values of unique attributes, so that uniqueness is a constraint.
      create table muster.attribute_value (
        tenant_id uuid not null,
        definition_id uuid not null,
        value text not null,
        owner_id uuid not null,
        primary key (tenant_id, definition_id, value),
        unique (tenant_id, definition_id, owner_id),
        foreign key (tenant_id, definition_id) references muster.attribute_definition (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.attribute_value');

      create table muster.account_credential (
        tenant_id uuid not null,
        account_id uuid not null,
        password_hash text not null,
        must_change boolean not null default false,
        changed_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, account_id),
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.account_credential');

      create table muster.role_grant (
        tenant_id uuid not null,
        account_id uuid not null,
        role text not null check (role in ('OWNER', 'DIRECTORY_ADMIN', 'AUDITOR', 'MEMBER')),
        -- Subtree of a DIRECTORY_ADMIN; null = the whole tenant.
        org_unit_id uuid,
        granted_at timestamptz not null default clock_timestamp(),
        granted_by_id uuid default muster.setting('actor_id')::uuid,
        primary key (tenant_id, account_id, role),
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade,
        foreign key (tenant_id, org_unit_id) references muster.org_unit (tenant_id, id),
        constraint subtree_only_for_admins check (org_unit_id is null or role = 'DIRECTORY_ADMIN')
      );
      call muster.isolate('muster.role_grant');
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.role_grant, muster.account_credential, muster.attribute_value, muster.attribute_definition,
        muster.account_search;
      alter table muster.account drop constraint account_primary_membership;
      drop table muster.membership, muster.account, muster.org_unit;
    `);
  }
}
