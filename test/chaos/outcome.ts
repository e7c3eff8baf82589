import type { TenantId } from '../../src/domain/index.ts';
import type { TestDatabase } from '../support/index.ts';

/** Everything that an import leaves behind, in the platform's words, so that tenants can be compared. */
const OUTCOME = `
  with person as (
    select l.account_id, r.external_id, l.agreed_hash, l.agreed_version, l.origin from muster.account_link l
    join muster.remote_account r on r.id = l.remote_account_id where l.tenant_id = $1),
  place as (
    select l.org_unit_id, r.external_id, l.agreed_hash, l.agreed_version from muster.org_unit_link l
    join muster.remote_org_unit r on r.id = l.remote_org_unit_id where l.tenant_id = $1)
  select concat_ws('|', 'account', p.external_id, a.user_name, a.display_name, a.mobile, a.email, a.job_number,
      a.title, a.status, a.version, a.attributes, m.external_id, u.external_id, encode(p.agreed_hash, 'hex'),
      p.agreed_version, p.origin) as line
    from muster.account a left join person p on p.account_id = a.id left join person m on m.account_id = a.manager_id
    left join place u on u.org_unit_id = a.primary_org_unit_id where a.tenant_id = $1
  union all
  select concat_ws('|', 'member', p.external_id, u.external_id, m.leader, m.title, m.sort_order)
    from muster.membership m left join person p on p.account_id = m.account_id
    left join place u on u.org_unit_id = m.org_unit_id where m.tenant_id = $1
  union all
  select concat_ws('|', 'unit', u.external_id, o.name, o.sort_order, o.version, above.external_id,
      encode(u.agreed_hash, 'hex'), u.agreed_version)
    from muster.org_unit o left join place u on u.org_unit_id = o.id
    left join place above on above.org_unit_id = o.parent_id where o.tenant_id = $1
  union all
  select concat_ws('|', 'found', p.external_id, s.search_text) from muster.account_search s
    join person p on p.account_id = s.account_id where s.tenant_id = $1
  union all
  select concat_ws('|', 'identity', kind, value) from muster.remote_identity where tenant_id = $1
  union all
  select concat_ws('|', 'copy', external_id, encode(content_hash, 'hex'), gone_at is null)
    from muster.remote_account where tenant_id = $1
  union all
  select concat_ws('|', 'staged', external_id, situation, action, decision, reason_code, issues)
    from muster.staged_account where tenant_id = $1
  union all
  select concat_ws('|', 'staged unit', external_id, situation, action, decision, reason_code, issues)
    from muster.staged_org_unit where tenant_id = $1
  union all
  select concat_ws('|', 'run', phase, scope, org_units, accounts, error_code, statement ->> 'complete')
    from muster.import_run where tenant_id = $1
  union all
  select concat_ws('|', 'change', object_type, operation, count(*)) from muster.directory_change
    where tenant_id = $1 group by object_type, operation
  union all
  select concat_ws('|', 'history', count(*)) from muster.account_history where tenant_id = $1
  union all
  select concat_ws('|', 'written down', action, result, count(*)) from muster.audit_event
    where tenant_id = $1 group by action, result
  union all
  select concat_ws('|', 'left over', count(*)) from muster.fetched_account where tenant_id = $1
  order by 1`;

export const outcomeOf = async (
  database: Pick<TestDatabase, 'look'>,
  tenantId: TenantId,
): Promise<readonly string[]> => {
  const rows = await database.look<{ line: string }>(OUTCOME, [tenantId]);
  return rows.map(({ line }) => line);
};
