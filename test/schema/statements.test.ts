import {
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  getNamedType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { type Company, openGateway } from './gateway.ts';

const gateway = await openGateway();

interface Furnished {
  readonly company: Company;
  /** Values of arguments by their names. */
  readonly values: Readonly<Record<string, string>>;
}

/** A company with so many objects of every kind that a list can hold. */
const furnish = async (n: number): Promise<Furnished> => {
  const company = await gateway.company(`公司${n}`);
  const [connection, run, account, plan] = [newId(), newId(), newId(), newId()];
  const t = company.tenantId;
  const run_ = (sql: string, ...more: unknown[]) => gateway.testDatabase.look(sql, [t, ...more]);
  await run_(
    `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name)
     select $1, gen_random_uuid(), u.id, u.path, '部门' || i from muster.org_unit u, generate_series(1, $2) i
     where u.tenant_id = $1 and u.parent_id is null`,
    n,
  );
  await run_(
    `with people as (
       select case i when 1 then $3::uuid else gen_random_uuid() end as id, i,
         (select id from muster.org_unit where tenant_id = $1 and name = '部门' || i) as unit
       from generate_series(1, $2) i),
     seats as (
       insert into muster.membership (tenant_id, id, account_id, org_unit_id)
       select $1, gen_random_uuid(), p.id, p.unit from people p
       union all
       select $1, gen_random_uuid(), p.id, u.id from people p, muster.org_unit u
         where u.tenant_id = $1 and u.parent_id is null)
     insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id, manager_id)
     select $1, id, 'u' || i, '员工' || i, unit, case when i > 1 then $3::uuid end from people`,
    n,
    account,
  );
  await run_(`update muster.account set title = 'x' where tenant_id = $1`);
  await run_(
    `insert into muster.role_grant (tenant_id, account_id, role)
     select tenant_id, id, 'AUDITOR' from muster.account where tenant_id = $1`,
  );
  await run_(
    `insert into muster.attribute_definition (tenant_id, id, target, name, label, type)
     select $1, gen_random_uuid(), 'ACCOUNT', 'a' || i, 'x', 'TEXT' from generate_series(1, $2) i`,
    n,
  );
  await run_(
    `insert into muster.connection (tenant_id, id, platform, name, pull_rules)
     select $1, case i when 1 then $3::uuid else gen_random_uuid() end, 'x', 'c' || i,
       '{"startOrgUnitExternalIds":[],"targetOrgUnitId":null,"emailField":"personal","matchKeys":[],"userNameSource":"externalId","requireMobile":true,"leaverAction":"NONE","guard":{"fraction":0.1,"count":5},"everyMinutes":0}'
     from generate_series(1, $2) i`,
    n,
    connection,
  );
  await run_(
    `insert into muster.connection_app (tenant_id, id, connection_id, name)
     select tenant_id, gen_random_uuid(), id, 'app' from muster.connection where tenant_id = $1`,
  );
  await run_(
    `insert into muster.import_run (tenant_id, id, connection_id, scope, phase)
     select $1, case i when 1 then $3::uuid else gen_random_uuid() end, $4, 'ALL', 'REVIEW' from generate_series(1, $2) i`,
    n,
    run,
    connection,
  );
  await run_(
    `insert into muster.remote_account (tenant_id, id, connection_id, external_id, value, content_hash, seen_run_id)
     select $1, gen_random_uuid(), $3, 'e' || i, '{}', '', $4 from generate_series(1, $2) i`,
    n,
    connection,
    run,
  );
  await run_(
    `insert into muster.staged_account (tenant_id, id, run_id, ordinal, external_id, remote_account_id, situation,
       action, reason_code, row_digest)
     select $1, gen_random_uuid(), $2, row_number() over (), r.external_id, r.id, 'UNMATCHED', 'CREATE', 'NEW', ''
     from muster.remote_account r where r.tenant_id = $1`,
    run,
  );
  await run_(
    `insert into muster.staged_org_unit (tenant_id, id, run_id, ordinal, external_id, remote_org_unit_id, name,
       situation, action, reason_code, row_digest)
     select $1, gen_random_uuid(), $3, i, 's' || i, gen_random_uuid(), 'n', 'UNMATCHED', 'CREATE', 'NEW', ''
     from generate_series(1, $2) i`,
    n,
    run,
  );
  await run_(
    `insert into muster.machine_client (tenant_id, id, name, secret_digest)
     select $1, gen_random_uuid(), 'm' || i, '' from generate_series(1, $2) i`,
    n,
  );
  await run_(
    `insert into muster.audit_event (tenant_id, id, action)
     select $1, gen_random_uuid(), 'x' from generate_series(1, $2) i`,
    n,
  );
  await run_(
    `insert into muster.session (tenant_id, id, account_id, expires_at)
     select $1, gen_random_uuid(), $3, now() + interval '1 day' from generate_series(1, $2) i`,
    n,
    account,
  );
  await furnishSync(t, n, { connection, plan, account });
  return {
    company,
    values: {
      id: account,
      accountId: account,
      runId: run,
      connectionId: connection,
      planId: plan,
      otherPlanId: plan,
    },
  };
};

/** Copies and links of units, plans with rows, approvals and attempts, runs, and what is in quarantine. */
const furnishSync = async (
  tenantId: string,
  n: number,
  ids: { readonly connection: string; readonly plan: string; readonly account: string },
): Promise<void> => {
  const run = (sql: string, ...more: unknown[]) => gateway.testDatabase.look(sql, [tenantId, ...more]);
  await run(
    `with copies as (
       insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, name, value, content_hash)
       select tenant_id, id, $2, 'u' || id, name, '{}', '' from muster.org_unit where tenant_id = $1 returning id)
     insert into muster.org_unit_link (tenant_id, id, connection_id, remote_org_unit_id, org_unit_id, origin)
     select $1, id, $2, id, id, 'MANUAL' from copies`,
    ids.connection,
  );
  await run(
    `insert into muster.sync_plan (tenant_id, id, connection_id, kind, phase)
     select $1, case i when 1 then $4::uuid else gen_random_uuid() end, $3, 'FULL', 'REVIEW' from generate_series(1, $2) i`,
    n,
    ids.connection,
    ids.plan,
  );
  await run(
    `insert into muster.sync_plan_approval (tenant_id, plan_id, approver_id, approver_name, digest)
     select tenant_id, id, $2, 'x', 'x' from muster.sync_plan where tenant_id = $1`,
    ids.account,
  );
  await run(
    `insert into muster.sync_run (tenant_id, id, plan_id, connection_id, phase)
     select tenant_id, gen_random_uuid(), id, connection_id, 'DONE' from muster.sync_plan where tenant_id = $1`,
  );
  await run(
    `with objects as (
       select id, 'ACCOUNT' as type from muster.account where tenant_id = $1
       union all select id, 'ORG_UNIT' from muster.org_unit where tenant_id = $1),
     operations as (
       insert into muster.plan_operation (tenant_id, plan_id, ordinal, connection_id, kind, object_type, object_id, name,
         reason, rule, wave, content_digest, planned_state, state, issues, holds)
       select $1, $2, row_number() over (order by id), $3, 'UPDATE_' || type, type, id, 'x', 'DRIFT', 'x', 1, '', 'HELD', 'HELD',
         '[{"code":"FIELD_ILLEGAL","field":"x","value":"y"}]', '{GUARD_TRIPPED}'
       from objects returning ordinal)
     select from operations`,
    ids.plan,
    ids.connection,
  );
  await run(
    `insert into muster.sync_attempt (tenant_id, plan_id, ordinal, attempt, outcome, error_code)
     select tenant_id, plan_id, ordinal, 1, 'FAILED', 'PLATFORM_TIMEOUT' from muster.plan_operation where tenant_id = $1`,
  );
  await run(
    `insert into muster.push_state (tenant_id, connection_id, quarantined_at, quarantine_code)
     select tenant_id, id, now(), 'PLATFORM_TIMEOUT' from muster.connection where tenant_id = $1
     on conflict (tenant_id, connection_id) do update
     set quarantined_at = excluded.quarantined_at, quarantine_code = excluded.quarantine_code`,
  );
  await run(
    `insert into muster.sync_failure (tenant_id, connection_id, object_type, object_id, code, quarantined_at)
     select $1, $2, 'ACCOUNT', id, 'PLATFORM_TIMEOUT', now() from muster.account where tenant_id = $1`,
    ids.connection,
  );
};

const holdsList = (type: GraphQLOutputType): boolean =>
  isNonNullType(type) ? holdsList(type.ofType) : isListType(type);

const objectOf = (field: GraphQLField<unknown, unknown>): GraphQLObjectType | undefined => {
  const type = getNamedType(field.type);
  return isObjectType(type) ? type : undefined;
};

const leaves = (type: GraphQLObjectType): string =>
  Object.values(type.getFields())
    .filter((field) => objectOf(field) === undefined)
    .map(({ name }) => name)
    .join(' ');

/** Selections of a type: its leaves, then each object field with its leaves, down to a depth. */
const selections = (type: GraphQLObjectType, depth: number): string[] => {
  const own = leaves(type);
  if (depth === 0) return [own];
  const nested = Object.values(type.getFields()).flatMap((field) => {
    const inner = objectOf(field);
    if (inner === undefined) return [];
    return selections(inner, depth - 1).map((text) => `${own} ${field.name} { ${text || '__typename'} }`);
  });
  return nested.length === 0 ? [own] : nested;
};

interface ListCase {
  readonly name: string;
  readonly document: (values: Readonly<Record<string, string>>) => string;
}

const callText = (
  field: GraphQLField<unknown, unknown>,
  values: Readonly<Record<string, string>>,
): string => {
  const args = field.args.flatMap(({ name, type }) => {
    if (name === 'first') return ['first: 200'];
    if (!isNonNullType(type) && name !== 'accountId') return [];
    return [`${name}: "${values[name] ?? ''}"`];
  });
  return args.length === 0 ? field.name : `${field.name}(${args.join(', ')})`;
};

const casesOf = (field: GraphQLField<unknown, unknown>): ListCase[] => {
  const type = objectOf(field);
  if (type === undefined) return [];
  const isConnection = type.name.endsWith('Connection') && type.name !== 'Connection';
  const nodes = type.getFields()['nodes'];
  const wrapped = !holdsList(field.type) && nodes !== undefined;
  if (!wrapped && !holdsList(field.type)) return [];
  const node = wrapped ? objectOf(nodes) : type;
  if (node === undefined) return [];
  const bodies = selections(node, isConnection ? 2 : 1);
  return bodies.map((body, i) => ({
    name: `${field.name} #${i}`,
    document: (values) => `{ ${callText(field, values)} { ${wrapped ? `nodes { ${body} }` : body} } }`,
  }));
};

const cases = Object.values(gateway.graphql.schema.getQueryType()?.getFields() ?? {}).flatMap(casesOf);
const few = await furnish(5);
const many = await furnish(500);

/** Statements that an answer takes, after a first run that warms connections up. */
const statementsFor = async (furnished: Furnished, list: ListCase): Promise<number> => {
  const query = list.document(furnished.values);
  for (let i = 0; i < 2; i++) await gateway.ask(furnished.company.owner, query);
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const answer = await gateway.ask(furnished.company.owner, query);
    expect(answer.errors, answer.body).toEqual([]);
    // Which tenant a pooled connection is for is said again when it was somebody else's before.
    return spy.mock.calls.filter(([what]) => !JSON.stringify(what).includes('muster_set_tenant')).length;
  } finally {
    spy.mockRestore();
  }
};

describe('statements of a list do not grow with its rows (P8)', () => {
  test('every list of the schema is asked', () => {
    expect(cases.length).toBeGreaterThan(20);
  });

  test.each(cases.map((list) => [list.name, list] as const))('%s', async (_name, list) => {
    expect(await statementsFor(many, list)).toBe(await statementsFor(few, list));
  });

  test('the hot list is one statement', async () => {
    const list: ListCase = {
      name: 'hot',
      document: () =>
        '{ accounts(first: 50) { nodes { id userName displayName email mobile orgUnit { id name path } } } }',
    };
    expect(await statementsFor(many, list)).toBe(1);
  });
});
