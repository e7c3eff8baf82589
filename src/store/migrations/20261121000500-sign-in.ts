import { Migration } from '@mikro-orm/migrations';

/** Sessions with rotating refresh tokens, machine clients, signing keys, lock-out counters. Only digests of tokens are stored. */
export class SignIn20261121000500 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.session (
        tenant_id uuid not null,
        id uuid not null,
        account_id uuid not null,
        created_at timestamptz not null default clock_timestamp(),
        last_used_at timestamptz not null default clock_timestamp(),
        expires_at timestamptz not null,
        revoked_at timestamptz,
        revoked_reason text,
        address inet,
        user_agent text check (length(user_agent) <= 500),
        amr text[] not null default '{}',
        primary key (tenant_id, id),
        foreign key (tenant_id, account_id) references muster.account (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.session');
      create index session_of_account on muster.session (tenant_id, account_id) where revoked_at is null;

      create table muster.refresh_token (
        tenant_id uuid not null,
        digest bytea not null,
        session_id uuid not null,
        issued_at timestamptz not null default clock_timestamp(),
        expires_at timestamptz not null,
        used_at timestamptz,
        primary key (tenant_id, digest),
        foreign key (tenant_id, session_id) references muster.session (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.refresh_token');
      create index refresh_token_of_session on muster.refresh_token (tenant_id, session_id);

      create table muster.machine_client (
        tenant_id uuid not null,
        id uuid not null,
        name text not null check (length(name) between 1 and 100),
        secret_digest bytea not null,
        scopes text[] not null default '{}',
        enabled boolean not null default true,
        created_at timestamptz not null default clock_timestamp(),
        last_used_at timestamptz,
        version integer not null default 1,
        primary key (tenant_id, id),
        unique (tenant_id, name)
      );
      call muster.isolate('muster.machine_client');
      create trigger a_version before update on muster.machine_client for each row execute function muster.stamp_version();

      -- Of the installation, not of a tenant: one issuer, one key set.
      create table muster.signing_key (
        kid text primary key,
        algorithm text not null check (algorithm in ('ES256', 'EdDSA')),
        public_jwk jsonb not null,
        private_jwe text,
        created_at timestamptz not null default clock_timestamp(),
        active_from timestamptz not null default clock_timestamp(),
        retire_at timestamptz
      );
      grant select, insert, update, delete on muster.signing_key to muster_app;

      -- Failed attempts per account and per address; keys are digests, so that the table names nobody.
      create table muster.sign_in_throttle (
        key bytea primary key,
        failures integer not null,
        window_started_at timestamptz not null,
        locked_until timestamptz
      );
      grant select, insert, update, delete on muster.sign_in_throttle to muster_app;
    `);
  }

  override down(): void {
    this.addSql(
      'drop table muster.sign_in_throttle, muster.signing_key, muster.machine_client, muster.refresh_token, muster.session;',
    );
  }
}
