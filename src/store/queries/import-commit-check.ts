import type { ImportRunId, OrgUnitId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** Objects that stand in the way of a commit: how many, and the names of some. */
export interface Obstacle {
  readonly count: number;
  readonly names: readonly string[];
}

const NAMED = 20;

/** What a staged row is called to people: its platform id when it has no name, or a blank one. */
const NAME_OF = (alias: string): string => `coalesce(nullif(btrim(${alias}.name), ''), ${alias}.external_id)`;

const obstacle = async (tx: Tx, rows: string, params: readonly unknown[]): Promise<Obstacle> => {
  const found = await tx.query<Obstacle>(
    `with found as materialized (${rows})
     select (select count(*)::integer from found) as count,
       coalesce((select array_agg(name order by name)
         from (select name from found order by name limit ${NAMED}) as first_ones), '{}') as names`,
    params,
  );
  return found[0] ?? { count: 0, names: [] };
};

/** Rows that are neither acceptable nor skipped (row ID-15). */
export const invalidRows = (tx: Tx, runId: ImportRunId): Promise<Obstacle> =>
  obstacle(
    tx,
    `select ${NAME_OF('r')} as name from muster.staged_account r
       where run_id = $1 and blocking and decision <> 'SKIPPED'
     union all
     select ${NAME_OF('r')} from muster.staged_org_unit r
       where run_id = $1 and blocking and decision <> 'SKIPPED'`,
    [runId],
  );

/** Accepted rows whose values clash among themselves or with the roster as it is now; see `collectClashes`. */
export const clashingRows = (tx: Tx): Promise<Obstacle> =>
  obstacle(
    tx,
    `select distinct ${NAME_OF('s')} as name
     from pg_temp.cross_issue x join muster.staged_account s on s.id = x.id where x.blocking`,
    [],
  );

const WRITING = `('UPDATE', 'MOVE', 'LINK', 'DISABLE')`;

/**
 * Locks what the accepted rows will change, units before accounts, each in the order of their ids, so that two
 * commits or a commit and an edit wait for one another instead of deadlocking.
 */
export const lockTargets = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  await tx.query(
    `select from muster.org_unit u where u.id in (
       select org_unit_id from muster.staged_org_unit
         where run_id = $1 and decision = 'ACCEPTED' and action in ${WRITING}
       union select target_parent_id from muster.staged_org_unit
         where run_id = $1 and decision = 'ACCEPTED' and action in ('CREATE', 'MOVE'))
     order by u.id for no key update of u`,
    [runId],
  );
  await tx.query(
    `select from muster.account a where a.id in (
       select account_id from muster.staged_account
       where run_id = $1 and decision = 'ACCEPTED' and action in ${WRITING})
     order by a.id for no key update of a`,
    [runId],
  );
};

const SEATING = `run_id = $1 and decision = 'ACCEPTED'
  and (action = 'CREATE' or (action in ${WRITING} and changes @> '[{"field":"memberships"}]'))`;

/**
 * Locks the units in which accepted rows seat people, so that none is deleted before the commit has ended.
 * @returns those that are deleted already
 */
export const lockSeats = async (tx: Tx, runId: ImportRunId): Promise<readonly OrgUnitId[]> => {
  const units = await tx.query<{ id: OrgUnitId; status: string }>(
    `select u.id, u.status from muster.org_unit u where u.id in (
       select distinct (seat->>'orgUnitId')::uuid
       from muster.staged_account, jsonb_array_elements(after->'memberships') as seat where ${SEATING})
     order by u.id for share of u`,
    [runId],
  );
  return units.filter(({ status }) => status === 'DELETED').map(({ id }) => id);
};

/** Accepted rows that seat somebody in one of the units. */
export const rowsSeatedIn = (tx: Tx, runId: ImportRunId, unitIds: readonly OrgUnitId[]): Promise<Obstacle> =>
  obstacle(
    tx,
    `select ${NAME_OF('s')} as name from muster.staged_account s where ${SEATING}
       and exists (select from jsonb_array_elements(s.after->'memberships') as seat
         where (seat->>'orgUnitId')::uuid = any ($2::uuid[]))`,
    [runId, unitIds],
  );

/**
 * Accepted rows whose ground has moved since they were staged: the object was changed or is gone, somebody was
 * linked meanwhile, or has been given a role that an import must not touch.
 */
export const staleRows = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: string },
): Promise<Obstacle> =>
  obstacle(
    tx,
    `select ${NAME_OF('s')} as name from muster.staged_org_unit s left join muster.org_unit u on u.id = s.org_unit_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ${WRITING}
       and u.version is distinct from s.base_version
     union all
     select ${NAME_OF('s')} from muster.staged_org_unit s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('CREATE', 'LINK')
       and exists (select from muster.org_unit_link l where l.remote_org_unit_id = s.remote_org_unit_id
         or (l.connection_id = $2 and l.org_unit_id = s.org_unit_id))
     union all
     select ${NAME_OF('s')}
     from muster.staged_account s left join muster.account a on a.id = s.account_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ${WRITING}
       and a.version is distinct from s.base_version
     union all
     select ${NAME_OF('s')} from muster.staged_account s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('CREATE', 'LINK')
       and exists (select from muster.account_link l where l.remote_account_id = s.remote_account_id)
     union all
     select ${NAME_OF('s')} from muster.staged_account s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action = 'LINK'
       and exists (select from muster.account_link l
         where l.connection_id = $2 and l.account_id = s.account_id)
     union all
     select ${NAME_OF('s')} from muster.staged_account s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ${WRITING}
       and (s.action in ('DISABLE', 'LINK') or s.changes @> any (array[
         '[{"field":"userName"}]', '[{"field":"email"}]', '[{"field":"mobile"}]', '[{"field":"status"}]']::jsonb[]))
       and exists (select from muster.role_grant g
         where g.account_id = s.account_id and g.role in ('OWNER', 'DIRECTORY_ADMIN'))`,
    [run.id, run.connectionId],
  );

/** Accounts that the accepted rows will create. */
export const acceptedCreates = async (tx: Tx, runId: ImportRunId): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select count(*)::integer as count from muster.staged_account
     where run_id = $1 and decision = 'ACCEPTED' and action = 'CREATE'`,
    [runId],
  );
  return rows[0]?.count ?? 0;
};
