import { Migration } from '@mikro-orm/migrations';

/**
 * A change of the roster makes the job that pushes it, in its own transaction: whoever commits the one has committed
 * the other. Nothing at all happens while no connection of the tenant pushes by itself.
 *
 * The job of a tenant is shared by all who change something within a second. A shared row of the queue is a lock that
 * everybody waits for until the first one commits, which may take an import many seconds: so only one transaction at
 * a time writes the shared job, and those that come meanwhile write one of their own. Too many jobs cost little; each
 * plans what the ones before it have left.
 */
export class PushTriggers20261128000200 extends Migration {
  override up(): void {
    this.addSql(`
      -- The joins of old and new rows in the triggers of history are planned once a session, perhaps for the one row of
      -- an edit, and kept for an import of a hundred thousand, which row by row would take hours.
      alter function muster.record_account_change() set enable_nestloop = off;
      alter function muster.record_org_unit_change() set enable_nestloop = off;
      alter function muster.record_membership_change() set enable_nestloop = off;

      create function muster.pushes_by_itself(wanted text[]) returns boolean language sql stable
        return exists (select from muster.connection c
          where c.tenant_id = muster.current_tenant() and c.enabled and c.mode = 'READ_WRITE'
            and c.push_rules->>'incremental' = any (wanted));

      create function muster.queue_push() returns trigger language plpgsql as $$
      declare
        tenant text := muster.current_tenant()::text;
        own text := pg_current_xact_id()::text;
        shared text := 'push-changes:' || tenant;
      begin
        -- Once a transaction; a savepoint that is rolled back takes the mark with it.
        if tenant is null or muster.setting('push_queued') = own then return null; end if;
        if not muster.pushes_by_itself('{HOLD,APPLY}') then return null; end if;
        perform set_config('muster.push_queued', own, true);
        perform graphile_worker.add_job('push-changes', payload => json_build_object('tenantId', tenant),
          queue_name => 'push-changes:' || tenant, run_at => now() + interval '1 second',
          job_key => case when pg_try_advisory_xact_lock(hashtextextended(shared, 0)) then shared
            else shared || ':' || own end,
          job_key_mode => 'preserve_run_at');
        return null;
      end $$;
      create trigger queue_push after insert on muster.directory_change
        for each statement execute function muster.queue_push();

      -- People who lose their access do not wait for a second, nor behind anybody. The join is planned once a session,
      -- perhaps for a single row, and then used for a hundred thousand: never row by row.
      create function muster.queue_urgent_push() returns trigger language plpgsql set enable_nestloop = off as $$
      declare
        tenant text := muster.current_tenant()::text;
      begin
        if tenant is null or not muster.pushes_by_itself('{APPLY}') then return null; end if;
        if not exists (select from new_rows n where n.status <> 'ACTIVE') then return null; end if;
        if not exists (select from new_rows n join old_rows o using (tenant_id, id)
          where n.status <> 'ACTIVE' and o.status = 'ACTIVE') then return null; end if;
        perform graphile_worker.add_job('push-changes',
          payload => json_build_object('tenantId', tenant, 'urgent', true), priority => -10,
          job_key => 'push-changes:' || tenant || ':urgent:' || pg_current_xact_id()::text);
        return null;
      end $$;
      create trigger zz_urgent_push after update on muster.account
        referencing old table as old_rows new table as new_rows
        for each statement execute function muster.queue_urgent_push();

      -- Every connection has a state from its beginning on: what was changed before it is not waiting for it. The
      -- outbox is read from there; without a row it would have to be read from its first day.
      create function muster.begin_push_state() returns trigger language plpgsql as $$
      begin
        insert into muster.push_state (tenant_id, connection_id) values (new.tenant_id, new.id)
        on conflict do nothing;
        return null;
      end $$;
      create trigger begin_push_state after insert on muster.connection
        for each row execute function muster.begin_push_state();
      -- What an incremental plan left open (held, expired, overtaken by a change of the copy) is planned once more.
      alter table muster.sync_plan add column carried_on boolean not null default false;
      create index sync_plan_to_carry on muster.sync_plan (tenant_id, connection_id, id)
        where kind = 'INCREMENTAL' and not carried_on and phase in ('REVIEW', 'APPROVED', 'EXPIRED', 'APPLIED');

      insert into muster.push_state (tenant_id, connection_id) select tenant_id, id from muster.connection
        on conflict do nothing;
    `);
  }

  override down(): void {
    this.addSql(`
      drop index muster.sync_plan_to_carry;
      alter table muster.sync_plan drop column carried_on;
      drop trigger begin_push_state on muster.connection;
      drop trigger zz_urgent_push on muster.account;
      drop trigger queue_push on muster.directory_change;
      alter function muster.record_account_change() reset enable_nestloop;
      alter function muster.record_org_unit_change() reset enable_nestloop;
      alter function muster.record_membership_change() reset enable_nestloop;
      drop function muster.begin_push_state(), muster.queue_urgent_push(), muster.queue_push(),
        muster.pushes_by_itself(text[]);
    `);
  }
}
