import type { ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

interface Run {
  readonly id: ImportRunId;
  readonly connectionId: string;
}

/** Why an object cannot be taken back to what it was. */
export const REVERT_CONFLICTS = [
  'CHANGED_SINCE',
  'MEMBERSHIPS_CHANGED_SINCE',
  'HAS_ROLE',
  'PASSWORD_CHANGED',
  'LINKED_ELSEWHERE',
  'IS_MANAGER',
  'MANAGER_GONE',
  'UNIT_GONE',
  'PARENT_GONE',
  'HAS_MEMBERS',
  'HAS_CHILDREN',
  'NAME_TAKEN',
] as const;
export type RevertConflictCode = (typeof REVERT_CONFLICTS)[number];

const mark = (table: 'revert_account' | 'revert_unit', code: RevertConflictCode, where: string): string =>
  `update pg_temp.${table} r set conflict = '${code}' where r.conflict is null and ${where}`;

/** A statement has one parameter, the run's or the connection's id, or none. */
interface Marking {
  readonly sql: string;
  readonly param?: keyof Run;
}

const runMarkings = async (tx: Tx, run: Run, markings: readonly Marking[]): Promise<void> => {
  for (const { sql, param } of markings) await tx.query(sql, param === undefined ? [] : [run[param]]);
};

const ACCOUNT_CONFLICTS: readonly Marking[] = [
  {
    param: 'id',
    sql: mark(
      'revert_account',
      'MEMBERSHIPS_CHANGED_SINCE',
      `(exists (select from muster.membership m, muster.import_run run where run.id = $1
          and m.account_id = r.id and m.changed_run_id is distinct from $1 and m.changed_at > run.committed_at)
        or exists (select from muster.membership_history h, muster.import_run run where run.id = $1
          and h.account_id = r.id and h.replaced_run_id is distinct from $1 and h.valid_to > run.committed_at))`,
    ),
  },
  {
    sql: mark(
      'revert_account',
      'HAS_ROLE',
      `r.kind = 'DELETE' and exists (select from muster.role_grant g where g.account_id = r.id)`,
    ),
  },
  {
    param: 'id',
    sql: mark(
      'revert_account',
      'PASSWORD_CHANGED',
      `r.kind = 'DELETE' and exists (select from muster.account_credential c, muster.import_run run
        where run.id = $1 and c.account_id = r.id and (c.changed_at > run.ended_at or not c.must_change))`,
    ),
  },
  {
    param: 'id',
    sql: mark(
      'revert_account',
      'LINKED_ELSEWHERE',
      `r.kind = 'DELETE' and exists (select from muster.account_link l
        where l.account_id = r.id and l.run_id is distinct from $1)`,
    ),
  },
  {
    sql: mark(
      'revert_account',
      'UNIT_GONE',
      `r.kind = 'RESTORE' and exists (select from pg_temp.revert_seat s
        left join muster.org_unit u on u.id = s.org_unit_id
        where s.account_id = r.id and (u.id is null or u.status <> 'ACTIVE'))`,
    ),
  },
  {
    sql: mark(
      'revert_account',
      'MANAGER_GONE',
      `r.kind = 'RESTORE' and r.data->>'manager_id' is not null
        and not exists (select from muster.account m where m.id = (r.data->>'manager_id')::uuid)`,
    ),
  },
];

// Somebody who stays has this account as his manager.
const MANAGERS_STAY = mark(
  'revert_account',
  'IS_MANAGER',
  `r.kind = 'DELETE' and exists (
    select from muster.account a left join pg_temp.revert_account o on o.id = a.id and o.conflict is null
    where a.manager_id = r.id and (o.id is null
      or (o.kind = 'RESTORE' and o.data->>'manager_id' is not distinct from r.id::text)))`,
);

const UNIT_CONFLICTS: readonly Marking[] = [
  {
    sql: mark(
      'revert_unit',
      'HAS_ROLE',
      `r.kind = 'DELETE' and exists (select from muster.role_grant g where g.org_unit_id = r.id)`,
    ),
  },
  {
    param: 'connectionId',
    sql: mark(
      'revert_unit',
      'LINKED_ELSEWHERE',
      `r.kind = 'DELETE' and exists (select from muster.org_unit_link l
        where l.org_unit_id = r.id and l.connection_id <> $1)`,
    ),
  },
  {
    sql: mark(
      'revert_unit',
      'HAS_MEMBERS',
      `r.kind = 'DELETE' and exists (
        select from muster.membership m left join pg_temp.revert_account o
          on o.id = m.account_id and o.conflict is null
        where m.org_unit_id = r.id and (o.id is null or (o.kind = 'RESTORE' and exists (
          select from pg_temp.revert_seat s where s.account_id = o.id and s.org_unit_id = r.id))))`,
    ),
  },
];

// Repeated until nothing new is found: what stays keeps what it stands on.
const TREE_CONFLICTS: readonly string[] = [
  mark(
    'revert_unit',
    'HAS_CHILDREN',
    `r.kind = 'DELETE' and exists (
      select from muster.org_unit c left join pg_temp.revert_unit o on o.id = c.id and o.conflict is null
      where c.parent_id = r.id and (o.id is null
        or (o.kind = 'RESTORE' and o.data->>'parent_id' is not distinct from r.id::text)))`,
  ),
  mark(
    'revert_unit',
    'PARENT_GONE',
    `r.kind = 'RESTORE' and r.data->>'parent_id' is not null and not exists (
      select from muster.org_unit p where p.id = (r.data->>'parent_id')::uuid and p.status = 'ACTIVE')`,
  ),
  mark(
    'revert_unit',
    'NAME_TAKEN',
    `r.kind = 'RESTORE' and exists (
      select from muster.org_unit c left join pg_temp.revert_unit o on o.id = c.id and o.conflict is null
      where c.parent_id = (r.data->>'parent_id')::uuid and c.id <> r.id and o.id is null
        and c.name_key = muster.fold(r.data->>'name'))`,
  ),
];

const untilStable = async (tx: Tx, statements: readonly string[]): Promise<void> => {
  for (;;) {
    let found = 0;
    for (const statement of statements) found += await tx.execute(statement);
    if (found === 0) return;
  }
};

/** Marks what cannot be taken back in `revert_account` and `revert_unit`, and everything that it stands on. */
export const markConflicts = async (tx: Tx, run: Run): Promise<void> => {
  await runMarkings(tx, run, ACCOUNT_CONFLICTS);
  await untilStable(tx, [MANAGERS_STAY]);
  await runMarkings(tx, run, UNIT_CONFLICTS);
  await untilStable(tx, TREE_CONFLICTS);
};
