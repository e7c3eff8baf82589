import type { AttributeDefinition, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** Numbers that quota and guards are judged by. */
export interface RunTotals {
  readonly linked: number;
  readonly disables: number;
  readonly moves: number;
  readonly creates: number;
  /** Accounts of the tenant that are not deleted. */
  readonly used: number;
  readonly quota: number | null;
}

/** Counted over all rows that nobody has skipped. */
export const readTotals = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: string },
): Promise<RunTotals> => {
  const rows = await tx.query<RunTotals>(
    `select
       (select count(*)::integer from muster.account_link where connection_id = $2) as linked,
       (select count(*)::integer from muster.account where status <> 'DELETED') as used,
       (select account_quota from muster.tenant) as quota, s.*
     from (select count(*) filter (where action = 'DISABLE')::integer as disables,
         count(*) filter (where action = 'MOVE')::integer as moves,
         count(*) filter (where action = 'CREATE')::integer as creates
       from muster.staged_account where run_id = $1 and decision <> 'SKIPPED') as s`,
    [run.id, run.connectionId],
  );
  const [totals] = rows;
  if (totals === undefined) throw new TypeError('an aggregate has one row');
  return totals;
};

/** Which rows count: at review all that are not skipped, at the commit those that were accepted. */
export type Counting = "decision <> 'SKIPPED'" | "decision = 'ACCEPTED'";

// A row takes a value when it changes the field; who keeps a value is not blamed, who takes it is.
const takes = (field: string): string => `(s.action = 'CREATE' or s.changes @> '[{"field":"${field}"}]')`;

interface UniqueValue {
  readonly field: string;
  readonly code: string;
  /** Comparable value of staged row `s`. */
  readonly key: string;
  readonly value: string;
  /** Accounts `a` of the roster that have the key `t.key`. */
  readonly holders: string;
}

const SIGN_IN_NAMES: readonly UniqueValue[] = [
  {
    field: 'userName',
    code: 'USER_NAME_DUPLICATE',
    key: "muster.fold(s.after->>'userName')",
    value: "s.after->>'userName'",
    holders: 'muster.account a where a.user_name_key = t.key',
  },
  {
    field: 'mobile',
    code: 'MOBILE_DUPLICATE',
    key: "s.after->>'mobile'",
    value: "s.after->>'mobile'",
    holders: "muster.account a where a.mobile = t.key and a.status <> 'DELETED'",
  },
  {
    field: 'email',
    code: 'EMAIL_DUPLICATE',
    key: "muster.fold(s.after->>'email')",
    value: "s.after->>'email'",
    holders: "muster.account a where a.email_key = t.key and a.status <> 'DELETED'",
  },
];

/** Names of attributes are identifiers by check, so that they can stand in a statement. */
const attributeValue = ({ name }: AttributeDefinition): UniqueValue => {
  if (!/^[a-zA-Z][a-zA-Z0-9_]{0,63}$/.test(name)) throw new TypeError(`not a name of an attribute: ${name}`);
  const value = `s.after->'attributes'->>'${name}'`;
  return {
    field: `attributes.${name}`,
    code: 'ATTRIBUTE_DUPLICATE',
    key: `muster.fold(${value})`,
    value,
    holders: `muster.attribute_value v
      join muster.attribute_definition d on d.id = v.definition_id and d.target = 'ACCOUNT' and d.name = '${name}'
      join muster.account a on a.id = v.owner_id where v.value = t.key and a.status <> 'DELETED'`,
  };
};

const clashesOf = ({ field, code, key, value, holders }: UniqueValue, counting: Counting): string => `
  with taken as materialized (
    select s.id, ${key} as key, ${value} as value from muster.staged_account s
    where s.run_id = $1 and s.${counting} and ${value} <> '' and ${takes(field)})
  insert into pg_temp.cross_issue (id, code, field, value, blocking)
  select t.id, '${code}', '${field}', t.value, true from taken t
  where t.key in (select key from taken group by key having count(*) > 1)
    or exists (select from ${holders} and not exists (
      select from muster.staged_account s where s.run_id = $1 and s.account_id = a.id and s.${counting}
        and ${takes(field)}))`;

// Few units, many people: the units are looked up once, and people only when one of them is missing.
// A unit that exists, but that the platform's unit was not allowed to become, is no seat either.
const UNKNOWN_UNITS = (counting: Counting): string => `
  with seated as materialized (
    select s.id, (m->>'orgUnitId')::uuid as unit
    from muster.staged_account s, jsonb_array_elements(s.after->'memberships') as m
    where s.run_id = $1 and s.${counting} and s.action in ('CREATE', 'UPDATE', 'MOVE', 'LINK')
  ), missing as materialized (
    select w.unit from (select distinct unit from seated) as w
    left join muster.org_unit u on u.id = w.unit and u.status = 'ACTIVE'
    left join muster.staged_org_unit n
      on n.run_id = $1 and n.${counting} and n.action = 'CREATE' and n.org_unit_id = w.unit
    where u.id is null and n.id is null
    union
    select n.org_unit_id from muster.staged_org_unit n
    where n.run_id = $1 and n.action = 'LINK' and not n.${counting}
  )
  insert into pg_temp.cross_issue (id, code, field, value, blocking)
  select distinct s.id, 'ORG_UNIT_UNKNOWN', 'orgUnitId', s.unit::text, true
  from seated s join missing m on m.unit = s.unit`;

/** Collects what only the rows together can tell: values that clash and units that will not be there. */
export const collectClashes = async (
  tx: Tx,
  runId: ImportRunId,
  options: { readonly counting: Counting; readonly definitions: readonly AttributeDefinition[] },
): Promise<void> => {
  await tx.query(
    `create temporary table cross_issue (id uuid, code text, field text, value text, blocking boolean)
     on commit drop`,
  );
  const unique = options.definitions.filter((definition) => definition.unique).map(attributeValue);
  for (const value of [...SIGN_IN_NAMES, ...unique]) {
    await tx.query(clashesOf(value, options.counting), [runId]);
  }
  await tx.query(UNKNOWN_UNITS(options.counting), [runId]);
};

/** Blames the creates that the quota leaves no room for, by the rule of planner/quota.ts. */
export const collectQuota = (tx: Tx, runId: ImportRunId, room: number): Promise<unknown> =>
  tx.query(
    `insert into pg_temp.cross_issue (id, code, field, value, blocking)
     select id, 'QUOTA_EXCEEDED', null, $2::integer::text, true from (
       select s.id, row_number() over (order by ${OWN_BLOCKING}
           or exists (select from pg_temp.cross_issue x where x.id = s.id), s.external_id collate "C") as place
       from muster.staged_account s
       where s.run_id = $1 and s.action = 'CREATE' and s.decision <> 'SKIPPED') as creates
     where place > $2`,
    [runId, Math.max(0, room)],
  );

/** Marks the rows of the kinds whose guard tripped. */
export const collectGuarded = (tx: Tx, runId: ImportRunId, actions: readonly string[]): Promise<unknown> =>
  tx.query(
    `insert into pg_temp.cross_issue (id, code, field, value, blocking)
     select id, 'GUARD_TRIPPED', null, null, false from muster.staged_account
     where run_id = $1 and action = any ($2) and decision <> 'SKIPPED'`,
    [runId, actions],
  );

const IS_CROSS = `(i->>'code' in ('USER_NAME_DUPLICATE', 'MOBILE_DUPLICATE', 'EMAIL_DUPLICATE',
  'ATTRIBUTE_DUPLICATE', 'QUOTA_EXCEEDED', 'GUARD_TRIPPED')
  or (i->>'code' = 'ORG_UNIT_UNKNOWN' and i->>'field' = 'orgUnitId'))`;

const OWN_BLOCKING = `exists (select from jsonb_array_elements(s.issues) as i
  where (i->>'blocking')::boolean and not ${IS_CROSS})`;

// What waits for the reviewer even without a blocking issue; see planner/propose.ts.
const HELD = `(s.action = 'DISABLE' or s.reason_code = 'RETURNED'
  or (s.action = 'LINK' and s.changes @> '[{"field":"status"}]')
  or exists (select from jsonb_array_elements(n.issues) as i
    where i->>'code' in ('FIELD_CONFLICT', 'LEAVER', 'PROTECTED_ACCOUNT', 'GUARD_TRIPPED')))`;

/**
 * Writes what was collected into the rows' issues, in place of what was found last time. A row that became
 * blocking waits; one that is so no longer is what it was proposed to be. Skipped rows stay skipped.
 */
export const applyCrossIssues = (tx: Tx, runId: ImportRunId): Promise<number> =>
  tx.execute(
    `with before as materialized (
       select s.id from muster.staged_account s where s.run_id = $1 and s.issues <> '[]'
         and exists (select from jsonb_array_elements(s.issues) as i where ${IS_CROSS})
     ), found as materialized (
       select id, bool_or(code = 'GUARD_TRIPPED') as guarded,
         jsonb_agg(jsonb_build_object('code', code, 'field', field, 'value', value, 'blocking', blocking)
           order by code, field, value) as issues
       from pg_temp.cross_issue group by id
     ), joined as (
       select s.id, coalesce(f.guarded, false) as guarded,
         coalesce((select jsonb_agg(i order by at)
           from jsonb_array_elements(s.issues) with ordinality as own(i, at) where not ${IS_CROSS}), '[]')
           || coalesce(f.issues, '[]') as issues
       from (select id from before union select id from found) as touched
       join muster.staged_account s on s.id = touched.id
       left join found f on f.id = touched.id
     ), judged as (
       select id, guarded, issues,
         exists (select from jsonb_array_elements(issues) as i where (i->>'blocking')::boolean) as blocking
       from joined
     ), decided as (
       select s.id, n.issues, n.blocking, case
           when s.decision = 'SKIPPED' then 'SKIPPED'
           when n.blocking then 'PENDING'
           when n.guarded and not s.issues @> '[{"code":"GUARD_TRIPPED"}]' then 'PENDING'
           when s.blocking and not ${HELD} then 'ACCEPTED'
           else s.decision end as decision
       from judged n join muster.staged_account s on s.id = n.id
       where s.issues is distinct from n.issues)
     update muster.staged_account s set issues = d.issues, blocking = d.blocking, decision = d.decision,
       row_digest = muster.row_digest('ACCOUNT', s.id, s.action, d.decision, s.account_id, s.base_version, s.changes)
     from decided d where s.id = d.id`,
    [runId],
  );

export const dropCrossIssues = (tx: Tx): Promise<unknown> => tx.query('drop table pg_temp.cross_issue');
