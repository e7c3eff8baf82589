import { Migration } from '@mikro-orm/migrations';

/** What set-based staging and commit need: ids made in SQL, and the digest of a staged row in one place. */
export class ImportStaging20261121000800 extends Migration {
  override up(): void {
    this.addSql(`
      -- UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then random bits. PostgreSQL has one of
      -- its own only from version 18 on.
      create function muster.new_id() returns uuid language sql volatile parallel safe
        return encode(
          set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
            placing substring(int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3)
            from 1 for 6), 52, 1), 53, 1), 'hex')::uuid;

      -- What a reviewer approves of one staged row. Must equal rowDigest of planner/digest.ts.
      create function muster.row_digest(
        kind text, staged_id uuid, action text, decision text, target_id uuid, base_version integer, changes jsonb
      ) returns bytea language sql immutable parallel safe
        return sha256(convert_to(
          kind || E'\\n' || staged_id::text || E'\\n' || action || E'\\n' || decision || E'\\n' ||
          coalesce(case when action <> 'CREATE' then target_id::text end, '') || E'\\n' ||
          coalesce(base_version::text, '') || E'\\n' || changes::text, 'UTF8'));

      -- Fields that the reviewer mended, by name, before and after.
      alter table muster.staged_org_unit add column mended jsonb not null default '{}';

      -- Written once, read a few times, dropped with the run: compressing these rows costs more than it saves.
      alter table muster.staged_account set (toast_tuple_target = 8160);
      alter table muster.fetched_account set (toast_tuple_target = 8160);
    `);
  }

  override down(): void {
    this.addSql(`
      alter table muster.fetched_account reset (toast_tuple_target);
      alter table muster.staged_account reset (toast_tuple_target);
      alter table muster.staged_org_unit drop column mended;
      drop function muster.row_digest(text, uuid, text, text, uuid, integer, jsonb);
      drop function muster.new_id();
    `);
  }
}
