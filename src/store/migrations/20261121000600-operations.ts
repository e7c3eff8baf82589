import { Migration } from '@mikro-orm/migrations';

/** Audit trail with seals, executions of work, the rate budget that all processes share. */
export class Operations20261121000600 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.audit_event (
        tenant_id uuid not null,
        id uuid not null,
        at timestamptz not null default clock_timestamp(),
        actor_kind text not null default coalesce(muster.setting('actor_kind'), 'SYSTEM'),
        actor_id uuid default muster.setting('actor_id')::uuid,
        actor_name text default muster.setting('actor_name'),
        action text not null,
        object_type text,
        object_id text,
        result text not null default 'OK' check (result in ('OK', 'DENIED', 'FAILED')),
        reason_code text,
        address text default muster.setting('address'),
        request_id text default muster.setting('request_id'),
        run_id uuid default muster.setting('run_id')::uuid,
        details jsonb not null default '{}',
        seal_seq bigint,
        primary key (tenant_id, id)
      );
      call muster.isolate('muster.audit_event');
      revoke delete on muster.audit_event from muster_app;
      -- An event that comes with a seal would be passed over by the chain.
      create policy not_yet_sealed on muster.audit_event as restrictive for insert with check (seal_seq is null);
      create index audit_event_unsealed on muster.audit_event (tenant_id, at, id) where seal_seq is null;
      create index audit_event_sealed on muster.audit_event (tenant_id, seal_seq);
      create index audit_event_of_object on muster.audit_event (tenant_id, object_type, object_id, id desc);
      create index audit_event_of_actor on muster.audit_event (tenant_id, actor_id, id desc);

      -- Append-only: an event may be given its seal, once, and nothing else may change.
      create function muster.keep_audit_event() returns trigger language plpgsql as $$
      begin
        if old.seal_seq is not null or to_jsonb(old) - 'seal_seq' <> to_jsonb(new) - 'seal_seq' then
          raise exception 'audit events are append-only' using errcode = 'restrict_violation';
        end if;
        return new;
      end $$;
      create trigger append_only before update on muster.audit_event
        for each row execute function muster.keep_audit_event();

      create table muster.audit_seal (
        tenant_id uuid not null,
        seq bigint not null,
        event_count integer not null,
        first_event_id uuid not null,
        last_event_id uuid not null,
        previous_hash bytea not null,
        hash bytea not null,
        sealed_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, seq)
      );
      call muster.isolate('muster.audit_seal');
      revoke update, delete on muster.audit_seal from muster_app;

      create table muster.job_run (
        tenant_id uuid not null,
        id uuid not null,
        task text not null,
        object_type text,
        object_id uuid,
        attempt integer not null,
        worker text not null,
        started_at timestamptz not null default clock_timestamp(),
        ended_at timestamptz,
        result text check (result in ('OK', 'FAILED', 'TAKEN_OVER')),
        error_code text,
        primary key (tenant_id, id)
      );
      call muster.isolate('muster.job_run');
      create index job_run_of_object on muster.job_run (tenant_id, object_id, id desc);

      -- Next free slot and pause per app and API. Keys are digests; no tenant's data.
      create table muster.rate_budget (
        key text primary key,
        next_slot_ms double precision not null default 0,
        paused_until_ms double precision not null default 0
      );
      grant select, insert, update, delete on muster.rate_budget to muster_app;
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.rate_budget, muster.job_run, muster.audit_seal, muster.audit_event;
      drop function muster.keep_audit_event();
    `);
  }
}
