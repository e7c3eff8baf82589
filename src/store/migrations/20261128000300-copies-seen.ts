import { Migration } from '@mikro-orm/migrations';

/**
 * Which pull went over the copies of a connection last. That a copy was seen again, unchanged, is a fact of the pull
 * and not of the copy: written into each copy, it rewrote a whole company to say that nothing has happened.
 */
export class CopiesSeen20261128000300 extends Migration {
  override up(): void {
    this.addSql(`
      create table muster.copies_seen (
        tenant_id uuid not null,
        connection_id uuid not null,
        kind text not null check (kind in ('ORG_UNIT', 'ACCOUNT')),
        run_id uuid not null,
        seen_at timestamptz not null default clock_timestamp(),
        primary key (tenant_id, connection_id, kind),
        foreign key (tenant_id, connection_id) references muster.connection (tenant_id, id) on delete cascade
      );
      call muster.isolate('muster.copies_seen');

      -- The pull that missed the copy first, null while the last one saw it. Only then, and when the copy is newer
      -- than the last pull, its own seen_run_id and seen_at say when it was seen.
      alter table muster.remote_org_unit add column missed_run_id uuid;
      alter table muster.remote_account add column missed_run_id uuid;
    `);
  }

  override down(): void {
    this.addSql(`
      update muster.remote_account r set seen_run_id = c.run_id, seen_at = c.seen_at from muster.copies_seen c
      where c.connection_id = r.connection_id and c.kind = 'ACCOUNT' and r.missed_run_id is null
        and c.seen_at >= r.seen_at;
      update muster.remote_org_unit r set seen_run_id = c.run_id, seen_at = c.seen_at from muster.copies_seen c
      where c.connection_id = r.connection_id and c.kind = 'ORG_UNIT' and r.missed_run_id is null
        and c.seen_at >= r.seen_at;
      alter table muster.remote_account drop column missed_run_id;
      alter table muster.remote_org_unit drop column missed_run_id;
      drop table muster.copies_seen;
    `);
  }
}
