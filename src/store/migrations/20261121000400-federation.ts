import { Migration } from '@mikro-orm/migrations';

/**
 * Connections, last-seen copies of platform objects, external identities, links, import runs and their staging.
 *
 * A page of a fetch is stored whole, with its cursor, in one transaction ('import_page'), so that a crash costs at
 * most one page. Ids of roster objects that a row would create are made at staging, so that the commit maps nothing.
 * A remote object whose content and linked account are as they were when they last agreed gets no staged row: it is
 * unchanged, and counted as such.
 */
export class Federation20261121000400 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.connection (
        tenant_id uuid not null,
        id uuid not null,
        platform text not null,
        name text not null check (length(name) between 1 and 100),
        enabled boolean not null default false,
        mode text not null default 'READ_ONLY' check (mode in ('READ_ONLY', 'READ_WRITE')),
        settings jsonb not null default '{}',
        -- Name of the setting to JWE; write-only in the API.
        secrets jsonb not null default '{}',
        allow_private_network boolean not null default false,
        pull_rules jsonb not null,
        -- Initial password of accounts that a pull creates, JWE; null = none, they cannot sign in by password.
        default_password text,
        last_range_digest text,
        next_pull_at timestamptz,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        changed_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, id),
        unique (tenant_id, name)
      );
      call muster.isolate('muster.connection');
      create trigger a_version before update on muster.connection for each row execute function muster.stamp_version();

      create table muster.connection_app (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        name text not null check (length(name) between 1 and 100),
        agent_id text,
        settings jsonb not null default '{}',
        secrets jsonb not null default '{}',
        home_address text,
        version integer not null default 1,
        created_at timestamptz not null default clock_timestamp(),
        changed_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, id),
        unique (tenant_id, connection_id, name),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.connection_app');
      create trigger a_version before update on muster.connection_app for each row execute function muster.stamp_version();

      create table muster.remote_org_unit (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        external_id text not null check (length(external_id) between 1 and 256),
        parent_external_id text,
        name text not null,
        value jsonb not null,
        content_hash bytea not null,
        first_seen_at timestamptz not null default clock_timestamp(),
        seen_at timestamptz not null default clock_timestamp(),
        seen_run_id uuid,
        gone_at timestamptz,
        primary key (tenant_id, id),
        unique (tenant_id, connection_id, external_id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      alter table muster.remote_org_unit set (fillfactor = 80);
      call muster.isolate('muster.remote_org_unit');

      create table muster.remote_account (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        external_id text not null check (length(external_id) between 1 and 256),
        name text,
        value jsonb not null,
        content_hash bytea not null,
        first_seen_at timestamptz not null default clock_timestamp(),
        seen_at timestamptz not null default clock_timestamp(),
        seen_run_id uuid,
        gone_at timestamptz,
        primary key (tenant_id, id),
        unique (tenant_id, connection_id, external_id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      alter table muster.remote_account set (fillfactor = 80);
      call muster.isolate('muster.remote_account');

      -- The one identity graph of sync and login: (connection, kind, value).
      create table muster.remote_identity (
        tenant_id uuid not null,
        connection_id uuid not null,
        kind text not null,
        value text not null,
        remote_account_id uuid not null,
        primary key (tenant_id, connection_id, kind, value),
        foreign key (tenant_id, remote_account_id) references muster.remote_account (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.remote_identity');
      create index remote_identity_of_account on muster.remote_identity (tenant_id, remote_account_id);

      create table muster.org_unit_link (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        remote_org_unit_id uuid not null,
        org_unit_id uuid not null,
        origin text not null check (origin in ('MANUAL', 'RULE', 'FILE', 'PUSH', 'IMPORT', 'FIRST_LOGIN')),
        run_id uuid,
        -- Content of the copy and version of the unit when both last agreed.
        agreed_hash bytea,
        agreed_version integer,
        created_at timestamptz not null default clock_timestamp(),
        created_by_id uuid default muster.setting('actor_id')::uuid,
        primary key (tenant_id, id),
        unique (tenant_id, remote_org_unit_id),
        unique (tenant_id, connection_id, org_unit_id),
        foreign key (tenant_id, remote_org_unit_id) references muster.remote_org_unit (tenant_id, id) on delete cascade,
        foreign key (tenant_id, org_unit_id) references muster.org_unit (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.org_unit_link');
      create index org_unit_link_of_unit on muster.org_unit_link (tenant_id, org_unit_id);

      create table muster.account_link (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        remote_account_id uuid not null,
        account_id uuid not null,
        origin text not null check (origin in ('MANUAL', 'RULE', 'FILE', 'PUSH', 'IMPORT', 'FIRST_LOGIN')),
        match_key jsonb,
        run_id uuid,
        agreed_hash bytea,
        agreed_version integer,
        created_at timestamptz not null default clock_timestamp(),
        created_by_id uuid default muster.setting('actor_id')::uuid,
        primary key (tenant_id, id),
        unique (tenant_id, remote_account_id),
        unique (tenant_id, connection_id, account_id),
        foreign key (tenant_id, remote_account_id) references muster.remote_account (tenant_id, id) on delete cascade,
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.account_link');
      create index account_link_of_account on muster.account_link (tenant_id, account_id);

      create table muster.import_run (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        scope text not null check (scope in ('ORG_UNITS', 'ACCOUNTS', 'ALL')),
        phase text not null default 'QUEUED' check (phase in ('QUEUED', 'FETCHING', 'STAGING', 'REVIEW', 'COMMITTING',
          'COMMITTED', 'DISCARDED', 'REVERTED', 'CANCELLED', 'FAILED')),
        trigger text not null default 'MANUAL' check (trigger in ('MANUAL', 'SCHEDULE', 'EVENT', 'PUSH')),
        requested_by_id uuid default muster.setting('actor_id')::uuid,
        requested_by_name text default muster.setting('actor_name'),
        cancel_requested boolean not null default false,
        -- Where the fetch stands: cursor of the last stored page, pages, calls, objects, what is left, pace.
        cursor text,
        pages integer not null default 0,
        calls integer not null default 0,
        calls_left integer,
        calls_per_second real,
        org_units integer not null default 0,
        accounts integer not null default 0,
        eta timestamptz,
        -- Completeness statement of the finished fetch.
        statement jsonb,
        guard jsonb,
        counts jsonb,
        -- Digest over all staged rows and decisions; what the commit must be given.
        digest text,
        -- Bumped by each review step; names the state that a digest belongs to.
        review_version integer not null default 0,
        error_code text,
        error_details jsonb,
        attempt integer not null default 0,
        created_at timestamptz not null default clock_timestamp(),
        started_at timestamptz,
        fetched_at timestamptz,
        staged_at timestamptz,
        committed_at timestamptz,
        committed_by_id uuid,
        committed_by_name text,
        reverted_at timestamptz,
        ended_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.import_run');
      create unique index import_run_one_working on muster.import_run (tenant_id, connection_id)
        where phase in ('QUEUED', 'FETCHING', 'STAGING', 'COMMITTING');
      create index import_run_recent on muster.import_run (tenant_id, connection_id, id desc);

      create table muster.import_page (
        tenant_id uuid not null,
        run_id uuid not null,
        page integer not null,
        kind text not null check (kind in ('orgUnits', 'accounts')),
        objects integer not null,
        cursor text not null,
        stored_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, run_id, page),
        foreign key (tenant_id, run_id) references muster.import_run (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.import_page');

      -- What a run has fetched, as it came (one row per object and page). Kept until the run ends, then dropped.
      create table muster.fetched_org_unit (
        tenant_id uuid not null,
        run_id uuid not null,
        page integer not null,
        external_id text not null,
        parent_external_id text,
        name text not null,
        content_hash bytea not null,
        value jsonb not null,
        primary key (tenant_id, run_id, external_id)
      );
      call muster.isolate('muster.fetched_org_unit');

      create table muster.fetched_account (
        tenant_id uuid not null,
        run_id uuid not null,
        page integer not null,
        external_id text not null,
        content_hash bytea not null,
        value jsonb not null,
        primary key (tenant_id, run_id, external_id)
      );
      call muster.isolate('muster.fetched_account');

      create table muster.staged_org_unit (
        tenant_id uuid not null,
        id uuid not null,
        run_id uuid not null,
        ordinal integer not null,
        external_id text not null,
        parent_external_id text,
        remote_org_unit_id uuid not null,
        name text not null,
        situation text not null check (situation in ('LINKED', 'UNLINKED', 'UNMATCHED', 'DISPUTED', 'DELETED')),
        action text not null check (action in ('CREATE', 'UPDATE', 'MOVE', 'LINK', 'DISABLE', 'NONE')),
        -- The unit that the row concerns; for CREATE the id that it will get.
        org_unit_id uuid,
        target_parent_id uuid,
        base_version integer,
        match_key jsonb,
        candidates uuid[] not null default '{}',
        content_hash bytea,
        after jsonb not null default '{}',
        changes jsonb not null default '[]',
        issues jsonb not null default '[]',
        blocking boolean not null default false,
        decision text not null default 'ACCEPTED' check (decision in ('PENDING', 'ACCEPTED', 'SKIPPED')),
        reason_code text not null,
        outcome text check (outcome in ('APPLIED', 'UNCHANGED', 'SKIPPED', 'HELD', 'FAILED')),
        outcome_code text,
        row_digest bytea not null,
        primary key (tenant_id, id),
        unique (tenant_id, run_id, external_id),
        foreign key (tenant_id, run_id) references muster.import_run (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.staged_org_unit');
      create index staged_org_unit_order on muster.staged_org_unit (tenant_id, run_id, ordinal, id);

      create table muster.staged_account (
        tenant_id uuid not null,
        id uuid not null,
        run_id uuid not null,
        ordinal integer not null,
        external_id text not null,
        remote_account_id uuid not null,
        name text,
        situation text not null check (situation in ('LINKED', 'UNLINKED', 'UNMATCHED', 'DISPUTED', 'DELETED')),
        action text not null check (action in ('CREATE', 'UPDATE', 'MOVE', 'LINK', 'DISABLE', 'NONE')),
        account_id uuid,
        base_version integer,
        match_key jsonb,
        candidates uuid[] not null default '{}',
        content_hash bytea,
        -- The state that the account will have: roster fields, and 'memberships' with resolved unit ids.
        after jsonb not null default '{}',
        changes jsonb not null default '[]',
        issues jsonb not null default '[]',
        blocking boolean not null default false,
        decision text not null default 'ACCEPTED' check (decision in ('PENDING', 'ACCEPTED', 'SKIPPED')),
        reason_code text not null,
        search_text text,
        search_grams text[],
        -- Fields that the reviewer mended, by name, before and after.
        mended jsonb not null default '{}',
        outcome text check (outcome in ('APPLIED', 'UNCHANGED', 'SKIPPED', 'HELD', 'FAILED')),
        outcome_code text,
        row_digest bytea not null,
        primary key (tenant_id, id),
        unique (tenant_id, run_id, external_id),
        foreign key (tenant_id, run_id) references muster.import_run (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.staged_account');
      create index staged_account_order on muster.staged_account (tenant_id, run_id, ordinal, id);
      create index staged_account_by_remote on muster.staged_account (tenant_id, remote_account_id, run_id);
      create index staged_account_by_account on muster.staged_account (tenant_id, run_id, account_id);
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.staged_account, muster.staged_org_unit, muster.fetched_account, muster.fetched_org_unit,
        muster.import_page, muster.import_run, muster.account_link, muster.org_unit_link, muster.remote_identity,
        muster.remote_account, muster.remote_org_unit, muster.connection_app, muster.connection;
    `);
  }
}
