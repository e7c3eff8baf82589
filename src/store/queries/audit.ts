import type { TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { instant, Params, type Row } from './roster-projection.ts';

export interface AuditQuery {
  readonly actorId?: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly action?: string;
  readonly result?: string;
  readonly from?: string;
  readonly until?: string;
  /** Id of the event after which, going back in time, the page begins. */
  readonly after: string | null;
  readonly limit: number;
}

const conditions = (query: AuditQuery, params: Params): string => {
  const found = ['e.tenant_id = muster.current_tenant()'];
  const add = (value: string | undefined | null, condition: (placeholder: string) => string): void => {
    if (value !== undefined && value !== null) found.push(condition(params.add(value)));
  };
  add(query.actorId, (value) => `e.actor_id = ${value}::uuid`);
  add(query.objectType, (value) => `e.object_type = ${value}`);
  add(query.objectId, (value) => `e.object_id = ${value}`);
  add(query.action, (value) => `e.action = ${value}`);
  add(query.result, (value) => `e.result = ${value}`);
  add(query.from, (value) => `e.at >= ${value}::timestamptz`);
  add(query.until, (value) => `e.at < ${value}::timestamptz`);
  add(query.after, (value) => `e.id < ${value}::uuid`);
  return found.join(' and ');
};

/** Audit events, newest first. */
export const selectAuditEvents = (db: Database, tenantId: TenantId, query: AuditQuery): Promise<Row[]> => {
  const params = new Params();
  const where = conditions(query, params);
  return db.read<Row>(
    tenantId,
    `select e.id, ${instant('e.at')} as at, e.actor_kind as "actorKind", e.actor_id as "actorId",
       e.actor_name as "actorName", e.action, e.object_type as "objectType", e.object_id as "objectId", e.result,
       e.reason_code as "reasonCode", e.address, e.request_id as "requestId", e.run_id as "runId", e.details,
       e.seal_seq is not null as sealed
     from muster.audit_event e where ${where} order by e.id desc limit ${params.add(query.limit)}`,
    params.values,
  );
};

/** Number of audit events that the filter selects. */
export const countAuditEvents = async (
  db: Database,
  tenantId: TenantId,
  query: AuditQuery,
): Promise<number> => {
  const params = new Params();
  const where = conditions({ ...query, after: null }, params);
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::int as count from muster.audit_event e where ${where}`,
    params.values,
  );
  return rows[0]?.count ?? 0;
};
