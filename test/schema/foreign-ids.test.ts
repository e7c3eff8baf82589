import { describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { callOf, canNameObjects } from './call-field.ts';
import { type Company, openGateway } from './gateway.ts';

const gateway = await openGateway();
const mine = await gateway.company('我的公司');
const theirs = await gateway.company('别家公司');

/** One object of every kind that an id can name, all of the other company. */
const furnish = async (company: Company): Promise<Readonly<Record<string, string>>> => {
  const ids = {
    account: newId(),
    definition: newId(),
    connection: newId(),
    app: newId(),
    run: newId(),
    copy: newId(),
    staged: newId(),
    session: newId(),
    machine: newId(),
    event: newId(),
    unitCopy: newId(),
    unitLink: newId(),
    link: newId(),
    plan: newId(),
    syncRun: newId(),
    received: newId(),
    domainFile: newId(),
  };
  const t = company.tenantId;
  const statements: [string, unknown[]][] = [
    [
      `with m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id) values ($1, $2, $2, $3))
       insert into muster.account (tenant_id, id, user_name, display_name, primary_org_unit_id)
       values ($1, $2, 'foreign', '外人', $3)`,
      [t, ids.account, company.rootId],
    ],
    [
      `insert into muster.attribute_definition (tenant_id, id, target, name, label, type)
       values ($1, $2, 'ACCOUNT', 'foreign', '外', 'TEXT')`,
      [t, ids.definition],
    ],
    [
      `insert into muster.connection (tenant_id, id, platform, name, pull_rules) values ($1, $2, 'x', '外', '{}')`,
      [t, ids.connection],
    ],
    [
      `insert into muster.connection_app (tenant_id, id, connection_id, name) values ($1, $2, $3, '外')`,
      [t, ids.app, ids.connection],
    ],
    [
      `insert into muster.import_run (tenant_id, id, connection_id, scope, phase) values ($1, $2, $3, 'ALL', 'REVIEW')`,
      [t, ids.run, ids.connection],
    ],
    [
      `insert into muster.remote_account (tenant_id, id, connection_id, external_id, value, content_hash)
       values ($1, $2, $3, 'e', '{}', '')`,
      [t, ids.copy, ids.connection],
    ],
    [
      `insert into muster.staged_account (tenant_id, id, run_id, ordinal, external_id, remote_account_id, situation,
         action, reason_code, row_digest) values ($1, $2, $3, 1, 'e', $4, 'UNMATCHED', 'CREATE', 'X', '')`,
      [t, ids.staged, ids.run, ids.copy],
    ],
    [
      `insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, name, value, content_hash)
       values ($1, $2, $3, 'u', '外', '{}', '')`,
      [t, ids.unitCopy, ids.connection],
    ],
    [
      `insert into muster.org_unit_link (tenant_id, id, connection_id, remote_org_unit_id, org_unit_id, origin)
       values ($1, $2, $3, $4, $5, 'MANUAL')`,
      [t, ids.unitLink, ids.connection, ids.unitCopy, company.rootId],
    ],
    [
      `insert into muster.account_link (tenant_id, id, connection_id, remote_account_id, account_id, origin)
       values ($1, $2, $3, $4, $5, 'MANUAL')`,
      [t, ids.link, ids.connection, ids.copy, ids.account],
    ],
    [
      `insert into muster.sync_plan (tenant_id, id, connection_id, kind, phase, digest, content_digest)
       values ($1, $2, $3, 'FULL', 'REVIEW', 'x', 'x')`,
      [t, ids.plan, ids.connection],
    ],
    [
      `insert into muster.plan_operation (tenant_id, plan_id, ordinal, connection_id, kind, object_type, name, reason,
         rule, wave, content_digest, planned_state, state)
       values ($1, $2, 1, $3, 'CREATE_ACCOUNT', 'ACCOUNT', '外', 'NEW_IN_ROSTER', 'x', 1, '', 'HELD', 'HELD')`,
      [t, ids.plan, ids.connection],
    ],
    [
      `insert into muster.sync_run (tenant_id, id, plan_id, connection_id, phase) values ($1, $2, $3, $4, 'STOPPED')`,
      [t, ids.syncRun, ids.plan, ids.connection],
    ],
    [
      `insert into muster.received_event (tenant_id, id, connection_id, app_id, transport, dedupe_key, type)
       values ($1, $2, $3, $4, 'CALLBACK', 'k', '外')`,
      [t, ids.received, ids.connection, ids.app],
    ],
    [
      `insert into muster.domain_file (tenant_id, id, connection_id, host, name, content)
       values ($1, $2, $3, 'foreign.example', 'foreign.txt', '外')`,
      [t, ids.domainFile, ids.connection],
    ],
    [
      `insert into muster.session (tenant_id, id, account_id, expires_at) values ($1, $2, $3, now() + interval '1 day')`,
      [t, ids.session, ids.account],
    ],
    [
      `insert into muster.machine_client (tenant_id, id, name, secret_digest) values ($1, $2, '外', '')`,
      [t, ids.machine],
    ],
    [
      `insert into muster.audit_event (tenant_id, id, action, object_id) values ($1, $2, 'x', '外')`,
      [t, ids.event],
    ],
  ];
  for (const [sql, params] of statements) await gateway.testDatabase.look(sql, params);
  return { ...ids, orgUnit: company.rootId, tenant: company.tenantId };
};

/** Digest over every row of the other company in every table that has a tenant. */
const digestOf = async (tenantId: string): Promise<string> => {
  const tables = await gateway.testDatabase.look<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'muster' and column_name = 'tenant_id' order by 1`,
  );
  const parts = tables.map(
    ({ name }) =>
      `select '${name}' || coalesce(string_agg(x::text, '|' order by x::text), '') as part
       from muster.${name} x where tenant_id = $1`,
  );
  const rows = await gateway.testDatabase.look<{ part: string }>(parts.join(' union all '), [tenantId]);
  return JSON.stringify(rows);
};

const foreign = await furnish(theirs);
const { schema } = gateway.graphql;
const fields = [
  ...Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ['query', field] as const),
  ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ['mutation', field] as const),
].filter(([, field]) => canNameObjects(field));

describe('ids of another tenant (S11)', () => {
  test('there are many fields that take ids', () => {
    expect(fields.length).toBeGreaterThan(30);
  });

  test.each(fields.map(([kind, field]) => [field.name, kind, field] as const))(
    '%s shows and changes nothing',
    async (_name, kind, field) => {
      const before = await digestOf(theirs.tenantId);
      for (const [noun, id] of Object.entries(foreign)) {
        const answer = await gateway.ask(mine.owner, callOf(kind, field, { id, fill: 'ids' }));
        expect(answer.body, noun).not.toMatch(/外|foreign|别家/);
        expect(answer.errors[0]?.extensions.code, `${noun}: ${answer.body}`).not.toBe('INTERNAL');
        expect(answer.errors[0]?.extensions.code, answer.body).not.toBe('GRAPHQL_VALIDATION_FAILED');
      }
      expect(await digestOf(theirs.tenantId)).toBe(before);
    },
  );
});
