import { Migration } from '@mikro-orm/migrations';

/**
 * Who must be looked at again before they are believed: every process caches what a session or a machine client
 * may do, and reads here what has changed since. NOTIFY only says "look now"; the rows are found by transaction
 * id, so that a change is seen when it is committed, however long its transaction ran.
 */
export class PrincipalChange20261121000750 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.principal_change (
        seq bigint generated always as identity primary key,
        -- Id of a session, account or machine client; the zero id stands for the signing keys.
        subject uuid not null,
        xact xid8 not null default pg_current_xact_id()
      );
      create index principal_change_xact on muster.principal_change (xact);
      grant select, insert, delete on muster.principal_change to muster_app;

      -- First argument: the column that names the subject; without one it is the signing keys.
      create function muster.note_principal_change() returns trigger language plpgsql as $$
      declare
        changed jsonb := case tg_op when 'DELETE' then to_jsonb(old) else to_jsonb(new) end;
      begin
        insert into muster.principal_change (subject)
          values (coalesce(changed ->> tg_argv[0], '00000000-0000-0000-0000-000000000000')::uuid);
        perform pg_notify('muster_principal', '');
        return null;
      end $$;

      create trigger principal_change after update of revoked_at, expires_at on muster.session for each row
        when ((old.revoked_at, old.expires_at) is distinct from (new.revoked_at, new.expires_at))
        execute function muster.note_principal_change('id');
      create trigger principal_change after update of status on muster.account for each row
        when (old.status is distinct from new.status)
        execute function muster.note_principal_change('id');
      create trigger principal_change after insert or update or delete on muster.role_grant for each row
        execute function muster.note_principal_change('account_id');
      create trigger principal_change_update after update of scopes, enabled, secret_digest on muster.machine_client
        for each row
        when ((old.scopes, old.enabled, old.secret_digest) is distinct from (new.scopes, new.enabled, new.secret_digest))
        execute function muster.note_principal_change('id');
      create trigger principal_change_delete after delete on muster.machine_client
        for each row execute function muster.note_principal_change('id');
      create trigger principal_change after insert or update or delete on muster.signing_key
        for each row execute function muster.note_principal_change();

      -- That a client was used is not a new version of it.
      drop trigger a_version on muster.machine_client;
      create trigger a_version before update on muster.machine_client for each row
        when ((old.name, old.scopes, old.enabled, old.secret_digest)
          is distinct from (new.name, new.scopes, new.enabled, new.secret_digest))
        execute function muster.stamp_version();
    `);
  }

  override down(): void {
    this.addSql(`
      drop trigger a_version on muster.machine_client;
      create trigger a_version before update on muster.machine_client for each row execute function muster.stamp_version();
      drop trigger principal_change on muster.signing_key;
      drop trigger principal_change_delete on muster.machine_client;
      drop trigger principal_change_update on muster.machine_client;
      drop trigger principal_change on muster.role_grant;
      drop trigger principal_change on muster.account;
      drop trigger principal_change on muster.session;
      drop function muster.note_principal_change();
      drop table muster.principal_change;
    `);
  }
}
