import { Migration } from '@mikro-orm/migrations';

/**
 * What both sides of a link last agreed on, field by field: the base of a three-way merge of fields that either side may
 * write. A hash tells that something has changed, and never which side has changed what.
 */
export class AgreedValues20261128000500 extends Migration {
  override up(): void {
    this.addSql(`
      -- In the platform's words, as in the copy's value; null or a missing member = not known.
      alter table muster.account_link add column agreed_value jsonb;
      alter table muster.org_unit_link add column agreed_value jsonb;

      -- What is agreed on once the row is committed, where that is not all that the platform says; and what of it both
      -- sides have changed: that alone is settled when a person skips the row.
      alter table muster.staged_account add column agreed jsonb, add column contested jsonb;
      alter table muster.staged_org_unit add column agreed jsonb, add column contested jsonb;

      -- A first timed push after rules have changed that say what is written waits for somebody to look at it.
      alter table muster.sync_plan add column masters jsonb;

      -- Where the copy is what was agreed on, its value is; of custom attributes those that the account holds.
      alter table muster.account_link no force row level security;
      alter table muster.org_unit_link no force row level security;
      alter table muster.remote_account no force row level security;
      alter table muster.remote_org_unit no force row level security;
      alter table muster.account no force row level security;
      alter table muster.org_unit no force row level security;
      update muster.account_link l set agreed_value =
        (r.believed || r.value) - array['externalId', 'ids', 'active', 'attributes']
        || jsonb_build_object('attributes', (
          select coalesce(jsonb_object_agg(held.key, held.value), '{}') from jsonb_each(a.attributes) as held
          where coalesce(r.value->'attributes'->held.key, r.believed->'attributes'->held.key) = held.value))
      from muster.remote_account r, muster.account a
      where r.tenant_id = l.tenant_id and r.id = l.remote_account_id and r.content_hash = l.agreed_hash
        and a.tenant_id = l.tenant_id and a.id = l.account_id;
      update muster.org_unit_link l set agreed_value =
        (r.believed || r.value) - array['externalId', 'ids', 'leaderExternalIds', 'attributes']
        || jsonb_build_object('attributes', (
          select coalesce(jsonb_object_agg(held.key, held.value), '{}') from jsonb_each(u.attributes) as held
          where coalesce(r.value->'attributes'->held.key, r.believed->'attributes'->held.key) = held.value))
      from muster.remote_org_unit r, muster.org_unit u
      where r.tenant_id = l.tenant_id and r.id = l.remote_org_unit_id and r.content_hash = l.agreed_hash
        and u.tenant_id = l.tenant_id and u.id = l.org_unit_id;
      alter table muster.account_link force row level security;
      alter table muster.org_unit_link force row level security;
      alter table muster.remote_account force row level security;
      alter table muster.remote_org_unit force row level security;
      alter table muster.account force row level security;
      alter table muster.org_unit force row level security;
    `);
  }

  override down(): void {
    this.addSql(`
      alter table muster.sync_plan drop column masters;
      alter table muster.staged_org_unit drop column agreed, drop column contested;
      alter table muster.staged_account drop column agreed, drop column contested;
      alter table muster.org_unit_link drop column agreed_value;
      alter table muster.account_link drop column agreed_value;
    `);
  }
}
