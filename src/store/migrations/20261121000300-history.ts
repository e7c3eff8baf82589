import { Migration } from '@mikro-orm/migrations';

/**
 * History and outbox by trigger, so that no path can forget them. Statement-level with transition tables: a bulk
 * statement of 100,000 rows fires once. Versions and change marks of updated rows are set by a row trigger, which
 * runs after the row lock was taken, so that the valid ranges of one row never overlap.
 */
export class History20261121000300 extends Migration {
  override up(): void {
    this.addSql(`
      -- Stamps an updated row. A path that merely follows a moved ancestor is not a change of the unit.
      create function muster.stamp_change() returns trigger language plpgsql as $$
      begin
        new.changed_at := greatest(clock_timestamp(), old.changed_at + interval '1 microsecond');
        new.changed_by_kind := muster.setting('actor_kind');
        new.changed_by_id := muster.setting('actor_id')::uuid;
        new.changed_by_name := muster.setting('actor_name');
        new.changed_source := coalesce(muster.setting('source'), 'SYSTEM');
        new.changed_run_id := muster.setting('run_id')::uuid;
        return new;
      end $$;
      create function muster.stamp_version() returns trigger language plpgsql as $$
      begin
        new.version := old.version + 1;
        return new;
      end $$;

      create trigger a_version before update on muster.tenant for each row execute function muster.stamp_version();
      create trigger a_version before update on muster.attribute_definition
        for each row execute function muster.stamp_version();
      create trigger a_version before update on muster.account for each row execute function muster.stamp_version();
      create trigger b_change before update on muster.account for each row execute function muster.stamp_change();
      create trigger a_version before update on muster.org_unit for each row
        when (
          (old.parent_id, old.name, old.sort_order, old.status, old.attributes, old.deleted_at, old.restore_until)
          is distinct from
          (new.parent_id, new.name, new.sort_order, new.status, new.attributes, new.deleted_at, new.restore_until))
        execute function muster.stamp_version();
      create trigger b_change before update on muster.org_unit for each row
        when (
          (old.parent_id, old.name, old.sort_order, old.status, old.attributes, old.deleted_at, old.restore_until)
          is distinct from
          (new.parent_id, new.name, new.sort_order, new.status, new.attributes, new.deleted_at, new.restore_until))
        execute function muster.stamp_change();
      create trigger b_change before update on muster.membership for each row execute function muster.stamp_change();

      -- One previous version. 'data' is the whole row as it was; replaced_* says who and which run ended it.
      create table muster.account_history (
        tenant_id uuid not null,
        account_id uuid not null,
        version integer not null,
        valid_from timestamptz not null,
        valid_to timestamptz not null,
        data jsonb not null,
        operation text not null check (operation in ('UPDATE', 'DELETE')),
        replaced_by_kind text default muster.setting('actor_kind'),
        replaced_by_id uuid default muster.setting('actor_id')::uuid,
        replaced_by_name text default muster.setting('actor_name'),
        replaced_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        replaced_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, account_id, version)
      );
      call muster.isolate('muster.account_history');
      create index account_history_run on muster.account_history (tenant_id, replaced_run_id) where replaced_run_id is not null;

      create table muster.org_unit_history (
        tenant_id uuid not null,
        org_unit_id uuid not null,
        version integer not null,
        valid_from timestamptz not null,
        valid_to timestamptz not null,
        data jsonb not null,
        operation text not null check (operation in ('UPDATE', 'DELETE')),
        replaced_by_kind text default muster.setting('actor_kind'),
        replaced_by_id uuid default muster.setting('actor_id')::uuid,
        replaced_by_name text default muster.setting('actor_name'),
        replaced_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        replaced_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, org_unit_id, version)
      );
      call muster.isolate('muster.org_unit_history');
      create index org_unit_history_run on muster.org_unit_history (tenant_id, replaced_run_id) where replaced_run_id is not null;

      create table muster.membership_history (
        tenant_id uuid not null,
        id uuid not null,
        account_id uuid not null,
        org_unit_id uuid not null,
        valid_from timestamptz not null,
        valid_to timestamptz not null,
        data jsonb not null,
        operation text not null check (operation in ('UPDATE', 'DELETE')),
        replaced_by_kind text default muster.setting('actor_kind'),
        replaced_by_id uuid default muster.setting('actor_id')::uuid,
        replaced_by_name text default muster.setting('actor_name'),
        replaced_source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        replaced_run_id uuid default muster.setting('run_id')::uuid,
        primary key (tenant_id, id, valid_from)
      );
      call muster.isolate('muster.membership_history');
      create index membership_history_of_account on muster.membership_history (tenant_id, account_id, valid_from);
      create index membership_history_run on muster.membership_history (tenant_id, replaced_run_id) where replaced_run_id is not null;

      -- The outbox. Object ids are those of units and accounts; a change of a membership is one of its account.
      create table muster.directory_change (
        tenant_id uuid not null,
        seq bigint generated always as identity,
        object_type text not null check (object_type in ('ORG_UNIT', 'ACCOUNT', 'MEMBERSHIP')),
        object_id uuid not null,
        org_unit_id uuid,
        operation text not null check (operation in ('INSERT', 'UPDATE', 'DELETE')),
        version integer,
        source text not null default coalesce(muster.setting('source'), 'SYSTEM'),
        run_id uuid default muster.setting('run_id')::uuid,
        at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, seq)
      );
      call muster.isolate('muster.directory_change');

      create function muster.record_account_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'INSERT' then
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select tenant_id, 'ACCOUNT', id, 'INSERT', version from new_rows;
        elsif tg_op = 'UPDATE' then
          insert into muster.account_history (tenant_id, account_id, version, valid_from, valid_to, data, operation)
            select o.tenant_id, o.id, o.version, o.changed_at, n.changed_at, to_jsonb(o), 'UPDATE'
            from old_rows o join new_rows n using (tenant_id, id);
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select tenant_id, 'ACCOUNT', id, 'UPDATE', version from new_rows;
        else
          insert into muster.account_history (tenant_id, account_id, version, valid_from, valid_to, data, operation)
            select tenant_id, id, version, changed_at, greatest(clock_timestamp(), changed_at + interval '1 microsecond'), to_jsonb(o), 'DELETE' from old_rows o;
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select tenant_id, 'ACCOUNT', id, 'DELETE', version from old_rows;
        end if;
        return null;
      end $$;
      create trigger z_insert after insert on muster.account referencing new table as new_rows
        for each statement execute function muster.record_account_change();
      create trigger z_update after update on muster.account referencing old table as old_rows new table as new_rows
        for each statement execute function muster.record_account_change();
      create trigger z_delete after delete on muster.account referencing old table as old_rows
        for each statement execute function muster.record_account_change();

      create function muster.record_org_unit_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'INSERT' then
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select tenant_id, 'ORG_UNIT', id, 'INSERT', version from new_rows;
        elsif tg_op = 'UPDATE' then
          insert into muster.org_unit_history (tenant_id, org_unit_id, version, valid_from, valid_to, data, operation)
            select o.tenant_id, o.id, o.version, o.changed_at, n.changed_at, to_jsonb(o), 'UPDATE'
            from old_rows o join new_rows n using (tenant_id, id) where n.version <> o.version;
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select n.tenant_id, 'ORG_UNIT', n.id, 'UPDATE', n.version
            from old_rows o join new_rows n using (tenant_id, id) where n.version <> o.version;
        else
          insert into muster.org_unit_history (tenant_id, org_unit_id, version, valid_from, valid_to, data, operation)
            select tenant_id, id, version, changed_at, greatest(clock_timestamp(), changed_at + interval '1 microsecond'), to_jsonb(o), 'DELETE' from old_rows o;
          insert into muster.directory_change (tenant_id, object_type, object_id, operation, version)
            select tenant_id, 'ORG_UNIT', id, 'DELETE', version from old_rows;
        end if;
        return null;
      end $$;
      create trigger z_insert after insert on muster.org_unit referencing new table as new_rows
        for each statement execute function muster.record_org_unit_change();
      create trigger z_update after update on muster.org_unit referencing old table as old_rows new table as new_rows
        for each statement execute function muster.record_org_unit_change();
      create trigger z_delete after delete on muster.org_unit referencing old table as old_rows
        for each statement execute function muster.record_org_unit_change();

      create function muster.record_membership_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'INSERT' then
          -- An account born in this very transaction is announced by its own row.
          insert into muster.directory_change (tenant_id, object_type, object_id, org_unit_id, operation)
            select n.tenant_id, 'MEMBERSHIP', n.account_id, n.org_unit_id, 'INSERT' from new_rows n
            where not exists (select from muster.account a where a.tenant_id = n.tenant_id and a.id = n.account_id
              and a.version = 1 and a.xmin = pg_current_xact_id()::xid);
        elsif tg_op = 'UPDATE' then
          insert into muster.membership_history
            (tenant_id, id, account_id, org_unit_id, valid_from, valid_to, data, operation)
            select o.tenant_id, o.id, o.account_id, o.org_unit_id, o.changed_at, n.changed_at, to_jsonb(o), 'UPDATE'
            from old_rows o join new_rows n using (tenant_id, id);
          insert into muster.directory_change (tenant_id, object_type, object_id, org_unit_id, operation)
            select tenant_id, 'MEMBERSHIP', account_id, org_unit_id, 'UPDATE' from new_rows;
        else
          insert into muster.membership_history
            (tenant_id, id, account_id, org_unit_id, valid_from, valid_to, data, operation)
            select tenant_id, id, account_id, org_unit_id, changed_at, greatest(clock_timestamp(), changed_at + interval '1 microsecond'), to_jsonb(o), 'DELETE' from old_rows o;
          insert into muster.directory_change (tenant_id, object_type, object_id, org_unit_id, operation)
            select tenant_id, 'MEMBERSHIP', account_id, org_unit_id, 'DELETE' from old_rows;
        end if;
        return null;
      end $$;
      create trigger z_insert after insert on muster.membership referencing new table as new_rows
        for each statement execute function muster.record_membership_change();
      create trigger z_update after update on muster.membership referencing old table as old_rows new table as new_rows
        for each statement execute function muster.record_membership_change();
      create trigger z_delete after delete on muster.membership referencing old table as old_rows
        for each statement execute function muster.record_membership_change();
    `);
  }

  override down(): void {
    this.addSql(`
      drop trigger z_insert on muster.membership; drop trigger z_update on muster.membership;
      drop trigger z_delete on muster.membership; drop trigger b_change on muster.membership;
      drop trigger z_insert on muster.org_unit; drop trigger z_update on muster.org_unit;
      drop trigger z_delete on muster.org_unit; drop trigger a_version on muster.org_unit;
      drop trigger b_change on muster.org_unit;
      drop trigger z_insert on muster.account; drop trigger z_update on muster.account;
      drop trigger z_delete on muster.account; drop trigger a_version on muster.account;
      drop trigger b_change on muster.account;
      drop trigger a_version on muster.attribute_definition; drop trigger a_version on muster.tenant;
      drop function muster.record_membership_change(), muster.record_org_unit_change(), muster.record_account_change(),
        muster.stamp_version(), muster.stamp_change();
      drop table muster.directory_change, muster.membership_history, muster.org_unit_history, muster.account_history;
    `);
  }
}
