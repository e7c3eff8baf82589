import { Migration } from '@mikro-orm/migrations';

/**
 * Plans, their operations and their application; what was believed and not seen; the outbox as a stream that many
 * connections read at their own pace.
 *
 * A plan's operations are immutable in what they do ('content', 'changes', 'digest'); only their state and the
 * decisions about held rows change. An operation that is sent has its intent recorded first ('RUNNING', 'attempt'):
 * whoever finds such a row after a crash looks the object up instead of sending it again.
 */
export class Sync20261128000100 extends Migration {
  override up(): void {
    this.addSql(`
      alter table muster.connection add column push_rules jsonb not null default '{
        "rootOrgUnitId": null, "topOrgUnitExternalId": null,
        "scope": {"orgUnitIds": [], "includeAccountIds": [], "excludeAccountIds": []}, "outOfScope": "KEEP",
        "secondaryMemberships": false, "membershipOwnership": "UNION", "fields": [], "externalIdTemplate": null,
        "leaver": {"action": "DISABLE", "deleteAfterDays": null, "parkOrgUnitExternalId": null},
        "operations": {"createOrgUnits": true, "updateOrgUnits": true, "moveOrgUnits": true, "deleteOrgUnits": true,
          "createAccounts": true, "updateAccounts": true, "moveAccounts": true, "removeAccounts": true,
          "setReferences": true, "link": true},
        "protectedAccountIds": [], "protectedOrgUnitIds": [], "pushOrder": false,
        "guards": {
          "ACCOUNT_DELETE": {"fraction": 0.05, "count": 20}, "ACCOUNT_DISABLE": {"fraction": 0.05, "count": 20},
          "ACCOUNT_MOVE": {"fraction": 0.05, "count": 20}, "ACCOUNT_RENAME": {"fraction": 0.05, "count": 20},
          "ACCOUNT_LOGIN_ID": {"fraction": 0.05, "count": 20},
          "ACCOUNT_MANAGER_CLEAR": {"fraction": 0.05, "count": 20},
          "ORG_UNIT_DELETE": {"fraction": 0.05, "count": 20}, "ORG_UNIT_MOVE": {"fraction": 0.05, "count": 20},
          "ORG_UNIT_RENAME": {"fraction": 0.05, "count": 20}, "MEMBERSHIP_REMOVE": {"fraction": 0.05, "count": 20}},
        "shrink": {"fraction": 0.05, "count": 20}, "approval": {"secondApprover": false, "validHours": 72},
        "incremental": "OFF", "everyMinutes": 0}';

      -- What Muster wrote and a listing does not show (a manager, say): believed, not seen. What is seen wins.
      alter table muster.remote_org_unit add column believed jsonb not null default '{}';
      alter table muster.remote_account add column believed jsonb not null default '{}';
      -- Which plan wrote last, and the content as it left it: a later operation of the same plan is not stale by it.
      alter table muster.remote_org_unit add column pushed_plan_id uuid, add column pushed_hash bytea;
      alter table muster.remote_account add column pushed_plan_id uuid, add column pushed_hash bytea;

      -- Rows are found by transaction, so that a change is seen when it is committed, however long that took. A
      -- bigint (a whole xid8 fits for 10^18 transactions), because xid8 has no operators for the index.
      alter table muster.directory_change add column xact bigint not null default pg_current_xact_id()::text::bigint;
      create index directory_change_of_object on muster.directory_change (tenant_id, object_id);
      -- The outbox grows in the order of its transactions, nearly: blocks of it are passed over by this.
      create index directory_change_xact on muster.directory_change using brin (xact) with (autosummarize = on);

      create table muster.tenant_key (
        tenant_id uuid not null,
        kid text not null,
        public_jwk jsonb not null,
        private_jwe text not null,
        created_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, kid)
      );
      call muster.isolate('muster.tenant_key');

      create table muster.sync_plan (
        tenant_id uuid not null,
        id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in ('FULL', 'UNITS', 'ACCOUNTS', 'FILTER', 'INCREMENTAL', 'UNDO')),
        -- Ids that a FILTER names, objects that an INCREMENTAL looks at, the run that an UNDO takes back.
        scope jsonb not null default '{}',
        phase text not null default 'PLANNING' check (phase in ('PLANNING', 'REVIEW', 'APPROVED', 'APPLYING',
          'APPLIED', 'EMPTY', 'DISCARDED', 'EXPIRED', 'SUPERSEDED', 'FAILED')),
        trigger text not null default 'MANUAL' check (trigger in ('MANUAL', 'SCHEDULE', 'CHANGE', 'UNDO')),
        -- An urgent plan holds nothing but people who lose their access, and goes before a running full one.
        urgent boolean not null default false,
        requested_by_id uuid default muster.setting('actor_id')::uuid,
        requested_by_name text default muster.setting('actor_name'),
        -- The pull that came first, and what it can vouch for.
        import_run_id uuid,
        remote_complete boolean,
        -- Which changes of the roster the plan knows.
        roster_snapshot pg_snapshot,
        rules jsonb,
        totals jsonb,
        guards jsonb not null default '[]',
        -- SHA-256, hex, over the content of all operations; and a JWS of the tenant's key over it.
        content_digest text,
        signature text,
        -- Over content and decisions: what is approved and applied.
        digest text,
        review_version integer not null default 0,
        error_code text,
        error_details jsonb,
        superseded_by_id uuid,
        expires_at timestamptz,
        created_at timestamptz not null default clock_timestamp(),
        planned_at timestamptz,
        approved_at timestamptz,
        ended_at timestamptz,
        primary key (tenant_id, id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.sync_plan');
      create index sync_plan_recent on muster.sync_plan (tenant_id, connection_id, id desc);
      create index sync_plan_open on muster.sync_plan (tenant_id, connection_id, phase)
        where phase in ('PLANNING', 'REVIEW', 'APPROVED', 'APPLYING');

      create table muster.sync_plan_approval (
        tenant_id uuid not null,
        plan_id uuid not null,
        approver_id uuid not null,
        approver_name text not null,
        digest text not null,
        comment text check (length(comment) <= 1000),
        at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, plan_id, approver_id),
        foreign key (tenant_id, plan_id) references muster.sync_plan (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.sync_plan_approval');

      create table muster.plan_operation (
        tenant_id uuid not null,
        plan_id uuid not null,
        ordinal integer not null,
        connection_id uuid not null,
        kind text not null,
        object_type text not null check (object_type in ('ORG_UNIT', 'ACCOUNT')),
        object_id uuid,
        external_id text,
        name text not null,
        reason text not null,
        rule text not null,
        changes jsonb not null default '[]',
        content jsonb not null default '{}',
        wave integer not null,
        depends_on integer[] not null default '{}',
        base_version integer,
        base_hash bytea,
        effects jsonb not null default '[]',
        holds text[] not null default '{}',
        issues jsonb not null default '[]',
        content_digest bytea not null,
        -- As the planner said it, and what was decided about a held row: together they are how the state began.
        planned_state text not null check (planned_state in ('PLANNED', 'HELD', 'SKIPPED', 'QUARANTINED')),
        decision text check (decision in ('RELEASED', 'REJECTED')),
        state text not null check (state in ('PLANNED', 'RUNNING', 'WAITING', 'INVITED', 'APPLIED', 'UNCHANGED',
          'SKIPPED', 'HELD', 'FAILED', 'QUARANTINED', 'SUPERSEDED')),
        -- Stable: why the row is in the state it is in.
        outcome_code text,
        decided_by_id uuid,
        decided_by_name text,
        decided_at timestamptz,
        -- Attempts so far; the last one's intent, and whether its outcome is unknown.
        attempt integer not null default 0,
        intent_at timestamptz,
        outcome_unknown boolean not null default false,
        retry_at timestamptz,
        error_code text,
        error_details jsonb,
        -- What the platform answered, and how the object was before: an undo is made of it.
        result jsonb,
        pre_image jsonb,
        ended_at timestamptz,
        primary key (tenant_id, plan_id, ordinal),
        foreign key (tenant_id, plan_id) references muster.sync_plan (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.plan_operation');
      create index plan_operation_state on muster.plan_operation (tenant_id, plan_id, state, wave, ordinal);
      create index plan_operation_of_object on muster.plan_operation (tenant_id, connection_id, object_id, plan_id desc);
      create index plan_operation_running on muster.plan_operation (tenant_id, connection_id, object_id)
        where state = 'RUNNING';

      create table muster.sync_run (
        tenant_id uuid not null,
        id uuid not null,
        plan_id uuid not null,
        connection_id uuid not null,
        urgent boolean not null default false,
        phase text not null default 'QUEUED'
          check (phase in ('QUEUED', 'RUNNING', 'WAITING', 'STOPPED', 'DONE', 'FAILED')),
        stop_requested boolean not null default false,
        requested_by_id uuid default muster.setting('actor_id')::uuid,
        requested_by_name text default muster.setting('actor_name'),
        -- Bumped each time a worker takes the run: one that was thought dead finds another number and stops.
        attempt integer not null default 0,
        calls integer not null default 0,
        calls_per_second real,
        eta timestamptz,
        wait_until timestamptz,
        error_code text,
        error_details jsonb,
        created_at timestamptz not null default clock_timestamp(),
        started_at timestamptz,
        ended_at timestamptz,
        primary key (tenant_id, id),
        unique (tenant_id, plan_id),
        foreign key (tenant_id, plan_id) references muster.sync_plan (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.sync_run');
      -- One that only waits for its next attempt keeps nobody from working.
      create unique index sync_run_one_working on muster.sync_run (tenant_id, connection_id)
        where phase = 'RUNNING' and not urgent;
      create index sync_run_open on muster.sync_run (tenant_id, connection_id)
        where phase in ('QUEUED', 'RUNNING', 'WAITING');
      create index sync_run_recent on muster.sync_run (tenant_id, connection_id, id desc);

      -- Every attempt, not only the last state.
      create table muster.sync_attempt (
        tenant_id uuid not null,
        plan_id uuid not null,
        ordinal integer not null,
        attempt integer not null,
        at timestamptz not null default clock_timestamp(),
        outcome text not null,
        error_code text,
        error_details jsonb,
        calls integer not null default 0,
        primary key (tenant_id, plan_id, ordinal, attempt),
        foreign key (tenant_id, plan_id, ordinal) references muster.plan_operation (tenant_id, plan_id, ordinal)
          on delete cascade
      );
      call muster.isolate('muster.sync_attempt');

      -- Equal failures of one object in a row, over all runs (field-notes rule 13).
      create table muster.sync_failure (
        tenant_id uuid not null,
        connection_id uuid not null,
        object_type text not null check (object_type in ('ORG_UNIT', 'ACCOUNT')),
        object_id uuid not null,
        code text not null,
        failures integer not null default 1,
        last_at timestamptz not null default clock_timestamp(),
        quarantined_at timestamptz,
        primary key (tenant_id, connection_id, object_type, object_id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.sync_failure');

      -- People who were invited and have not agreed yet.
      create table muster.account_invitation (
        tenant_id uuid not null,
        connection_id uuid not null,
        account_id uuid not null,
        external_id text,
        mobile text,
        email text,
        plan_id uuid,
        invited_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, connection_id, account_id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade,
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.account_invitation');

      -- Where a connection stands: what of the outbox it has planned and settled, and whether it is in quarantine.
      create table muster.push_state (
        tenant_id uuid not null,
        connection_id uuid not null,
        -- Changes that are visible in it have reached the platform, or wait in a plan.
        settled pg_snapshot not null default pg_current_snapshot(),
        accounts_in_scope integer,
        quarantined_at timestamptz,
        quarantine_code text,
        quarantine_details jsonb,
        next_probe_at timestamptz,
        last_full_at timestamptz,
        primary key (tenant_id, connection_id),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.push_state');
    `);
  }

  override down(): void {
    this.addSql(`
      drop table muster.push_state, muster.account_invitation, muster.sync_failure, muster.sync_attempt,
        muster.sync_run, muster.plan_operation, muster.sync_plan_approval, muster.sync_plan, muster.tenant_key;
      drop index muster.directory_change_xact, muster.directory_change_of_object;
      alter table muster.directory_change drop column xact;
      alter table muster.remote_account drop column believed, drop column pushed_plan_id, drop column pushed_hash;
      alter table muster.remote_org_unit drop column believed, drop column pushed_plan_id, drop column pushed_hash;
      alter table muster.connection drop column push_rules;
    `);
  }
}
