import { Migration } from '@mikro-orm/migrations';

/**
 * Word of changes from platforms: where it comes in, what came, which objects are to be read afresh, and the files by
 * which a platform has a domain proved to be ours.
 *
 * An event writes nothing into the roster. It is kept (so that the same event is known again), its hints are merged into
 * one row for each object, and a job reads these objects as a run of their own ('EVENTS'), staged as any other. What of
 * that has to wait for a person is collected in one run for each connection ('HELD').
 */
export class Events20261128000400 extends Migration {
  override up(): void {
    this.addSql(`
      -- The opaque part of an app's callback address. It names the app and gives no right to anything.
      alter table muster.connection_app
        add column callback_key text not null
          default replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')
          check (callback_key ~ '^[0-9A-Za-z_-]{24,64}$'),
        add column event_source text not null default 'OFF' check (event_source in ('OFF', 'CALLBACK', 'STREAM'));

      -- What has to be found before the tenant is known: whose address a request came to, and which long connections
      -- are to be held. Kept apart from the app, whose secrets nobody outside of its tenant reads, not even sealed.
      create table muster.event_feed (
        tenant_id uuid not null,
        app_id uuid not null,
        connection_id uuid not null,
        callback_key text not null,
        event_source text not null,
        -- The one process that holds the long connection, for as long as it renews its lease.
        holder text,
        lease_until timestamptz,
        stream_state text not null default 'IDLE' check (stream_state in ('IDLE', 'WAITING', 'CONNECTED', 'FAILED')),
        connected_at timestamptz,
        last_event_at timestamptz,
        last_error_code text,
        last_error jsonb,
        last_error_at timestamptz,
        primary key (tenant_id, app_id),
        foreign key (tenant_id, app_id) references muster.connection_app (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.event_feed');
      create policy feed_list on muster.event_feed for select using ((select muster.setting('system')) = 'on');
      -- Unique across tenants on purpose: a request names no tenant.
      create unique index event_feed_callback_key on muster.event_feed (callback_key);
      create index event_feed_streams on muster.event_feed (tenant_id, app_id) where event_source = 'STREAM';

      create function muster.keep_event_feed() returns trigger language plpgsql as $$
      begin
        insert into muster.event_feed as f (tenant_id, app_id, connection_id, callback_key, event_source)
        values (new.tenant_id, new.id, new.connection_id, new.callback_key, new.event_source)
        on conflict (tenant_id, app_id) do update
          set callback_key = excluded.callback_key, event_source = excluded.event_source
          where (f.callback_key, f.event_source) is distinct from (excluded.callback_key, excluded.event_source);
        return null;
      end $$;
      create trigger keep_event_feed after insert or update on muster.connection_app
        for each row execute function muster.keep_event_feed();

      -- Apps that are there already: policies bind the owner as well, so they are lifted for this one statement.
      alter table muster.connection_app no force row level security;
      alter table muster.event_feed no force row level security;
      insert into muster.event_feed (tenant_id, app_id, connection_id, callback_key, event_source)
        select tenant_id, id, connection_id, callback_key, event_source from muster.connection_app;
      alter table muster.event_feed force row level security;
      alter table muster.connection_app force row level security;

      create table muster.received_event (
        tenant_id uuid not null,
        id uuid not null default muster.new_id(),
        connection_id uuid not null,
        -- Null for one that was read from the list of failed pushes, which is the company's.
        app_id uuid,
        transport text not null check (transport in ('CALLBACK', 'STREAM', 'FAILED_LIST')),
        dedupe_key text not null check (length(dedupe_key) between 1 and 200),
        type text not null,
        occurred_at timestamptz,
        received_at timestamptz not null default clock_timestamp(),
        -- [{kind, externalId}]
        hints jsonb not null default '[]',
        state text not null default 'OPEN' check (state in ('OPEN', 'HELD', 'DONE')),
        outcome text check (outcome in ('FAILED', 'HELD', 'COMMITTED', 'DISCARDED', 'GONE', 'UNCHANGED', 'ECHO',
          'IGNORED')),
        outcome_code text,
        outcome_details jsonb,
        run_id uuid,
        concluded_at timestamptz,
        primary key (tenant_id, id),
        unique (tenant_id, connection_id, dedupe_key),
        check ((state = 'OPEN') = (outcome is null)),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.received_event');
      create index received_event_recent on muster.received_event (tenant_id, connection_id, id desc);
      create index received_event_open on muster.received_event (tenant_id, connection_id) where state = 'OPEN';
      create index received_event_held on muster.received_event (tenant_id, run_id) where state = 'HELD';
      create index received_event_old on muster.received_event (tenant_id, received_at);

      -- One row for each object that is to be read afresh, whatever number of events have named it.
      create table muster.change_hint (
        tenant_id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in ('ORG_UNIT', 'ACCOUNT', 'COMPANY')),
        external_id text not null check (length(external_id) <= 256),
        -- Grows with every event that names the object, so that one that comes during a run is not taken for read.
        generation integer not null default 1,
        -- The run that reads the object now, and the generation that it knows; null = nobody does.
        run_id uuid,
        taken_generation integer,
        first_at timestamptz not null default clock_timestamp(),
        last_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, connection_id, kind, external_id),
        check ((kind = 'COMPANY') = (external_id = '')),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.change_hint');

      alter table muster.import_run
        add column kind text not null default 'WHOLE' check (kind in ('WHOLE', 'EVENTS', 'HELD')),
        drop constraint import_run_phase_check,
        add constraint import_run_phase_check check (phase in ('QUEUED', 'READING', 'FETCHING', 'STAGING', 'REVIEW',
          'COMMITTING', 'COMMITTED', 'DISCARDED', 'REVERTED', 'CANCELLED', 'FAILED')),
        add constraint import_run_reading_check check (phase <> 'READING' or kind = 'EVENTS');
      create unique index import_run_one_reading on muster.import_run (tenant_id, connection_id)
        where phase = 'READING';
      create unique index import_run_one_held on muster.import_run (tenant_id, connection_id)
        where kind = 'HELD' and phase = 'REVIEW';
      create index import_run_of_events on muster.import_run (tenant_id, connection_id, committed_at)
        where kind = 'EVENTS' and phase = 'COMMITTED';

      -- The objects that a run of events reads, or that a held run holds.
      create table muster.import_object (
        tenant_id uuid not null,
        run_id uuid not null,
        kind text not null check (kind in ('ORG_UNIT', 'ACCOUNT')),
        external_id text not null check (length(external_id) between 1 and 256),
        -- Named by an event, or why it is read besides.
        why text not null check (why in ('NAMED', 'PARENT', 'ANCESTOR', 'MEMBER', 'UNIT', 'RIVAL', 'REPORT')),
        state text not null default 'OPEN'
          check (state in ('OPEN', 'READ', 'SAME', 'ECHO', 'GONE', 'OUTSIDE', 'FAILED')),
        -- The id that the platform itself writes, where it is not the one that the event wrote.
        read_as text,
        outcome text check (outcome in ('FAILED', 'HELD', 'COMMITTED', 'DISCARDED', 'GONE', 'UNCHANGED', 'ECHO',
          'IGNORED')),
        code text,
        details jsonb,
        primary key (tenant_id, run_id, kind, external_id),
        foreign key (tenant_id, run_id) references muster.import_run (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.import_object');

      -- Files that prove to a platform whose domain this is. They are served to everybody, hence found by everybody.
      create table muster.domain_file (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        host text not null check (length(host) between 1 and 253 and host = lower(host)),
        name text not null check (name ~ '^[0-9A-Za-z_.-]{1,100}$'),
        content text not null check (length(content) <= 1024),
        created_at timestamptz not null default clock_timestamp(),
        created_by_id uuid default muster.setting('actor_id')::uuid,
        created_by_name text default muster.setting('actor_name'),
        primary key (tenant_id, id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.domain_file');
      create policy served on muster.domain_file for select using ((select muster.setting('system')) = 'on');
      create unique index domain_file_address on muster.domain_file (host, name);
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.domain_file, muster.import_object, muster.change_hint, muster.received_event;
      alter table muster.import_run no force row level security;
      delete from muster.import_run where kind <> 'WHOLE';
      alter table muster.import_run force row level security;
      drop index muster.import_run_one_reading, muster.import_run_one_held, muster.import_run_of_events;
      alter table muster.import_run
        drop constraint import_run_reading_check,
        drop constraint import_run_phase_check,
        add constraint import_run_phase_check check (phase in ('QUEUED', 'FETCHING', 'STAGING', 'REVIEW',
          'COMMITTING', 'COMMITTED', 'DISCARDED', 'REVERTED', 'CANCELLED', 'FAILED')),
        drop column kind;
      drop trigger keep_event_feed on muster.connection_app;
      drop function muster.keep_event_feed();
      drop table muster.event_feed;
      alter table muster.connection_app drop column event_source, drop column callback_key;
    `);
  }
}
