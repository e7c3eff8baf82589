import type {
  AccountId,
  AttributeDefinition,
  ConnectionId,
  OrgUnitId,
  TenantId,
} from '../../../src/domain/index.ts';
import type { RosterAccount, RosterOrgUnit } from '../../../src/planner/facts.ts';
import type { TestDatabase } from '../../support/index.ts';
import type { Agreements } from './agreed.ts';

/** Everything in the database that a plan depends on, read without a line of the gateway's own queries. */
export interface RosterFacts {
  readonly rootId: OrgUnitId;
  readonly rootLinked: boolean;
  readonly quota: number | null;
  readonly units: readonly RosterOrgUnit[];
  readonly accounts: readonly (RosterAccount & { readonly statusReason: string | null })[];
  readonly unitLinks: ReadonlyMap<string, OrgUnitId>;
  readonly accountLinks: ReadonlyMap<string, AccountId>;
  readonly definitions: readonly AttributeDefinition[];
  readonly agreed: Agreements;
}

const ACCOUNTS = `
  select a.id, a.user_name as "userName", a.display_name as "displayName", a.status, a.email, a.mobile,
    a.job_number as "jobNumber", a.title, a.manager_id as "managerId", a.attributes, a.version,
    a.primary_org_unit_id as "primaryOrgUnitId", a.status_reason as "statusReason",
    a.status = 'DISABLED' and a.status_reason is not null
      and a.status_reason in ('LEFT_PLATFORM', 'REMOTE_INACTIVE') as "disabledByImport",
    exists (select from muster.role_grant g where g.account_id = a.id
      and g.role in ('OWNER', 'DIRECTORY_ADMIN')) as protected,
    coalesce((select json_agg(json_build_object('id', m.id, 'orgUnitId', m.org_unit_id, 'leader', m.leader, 'title', m.title,
      'order', m.sort_order::text) order by m.org_unit_id) from muster.membership m where m.account_id = a.id),
      '[]') as memberships
  from muster.account a where a.tenant_id = $1 order by a.id`;

const UNITS = `
  select id, parent_id as "parentId", name, sort_order::text as order, status, attributes, version
  from muster.org_unit where tenant_id = $1 order by id`;

const DEFINITIONS = `
  select id, tenant_id as "tenantId", target, name, label, type, choices, required, editable,
    is_unique as "unique", enabled, sensitive, remark, version
  from muster.attribute_definition where tenant_id = $1 and enabled order by name`;

const linksOf = async <Id>(
  database: TestDatabase,
  connectionId: ConnectionId,
  kind: 'account' | 'org_unit',
): Promise<ReadonlyMap<string, Id>> => {
  const rows = await database.look<{ externalId: string; id: Id }>(
    `select r.external_id as "externalId", l.${kind}_id as id from muster.${kind}_link l
     join muster.remote_${kind} r on r.id = l.remote_${kind}_id where l.connection_id = $1`,
    [connectionId],
  );
  return new Map(rows.map(({ externalId, id }) => [externalId, id]));
};

const agreedOf = async (
  database: TestDatabase,
  connectionId: ConnectionId,
  kind: 'account' | 'org_unit',
): Promise<Agreements['accounts']> => {
  const rows = await database.look<{ externalId: string; agreed: Record<string, unknown> | null }>(
    `select r.external_id as "externalId", l.agreed_value as agreed from muster.${kind}_link l
     join muster.remote_${kind} r on r.id = l.remote_${kind}_id where l.connection_id = $1`,
    [connectionId],
  );
  return new Map(rows.map(({ externalId, agreed }) => [externalId, agreed]));
};

export const readFacts = async (
  database: TestDatabase,
  tenantId: TenantId,
  connectionId: ConnectionId,
): Promise<RosterFacts> => {
  const units = await database.look<RosterOrgUnit & Record<string, unknown>>(UNITS, [tenantId]);
  const root = units.find(({ parentId }) => parentId === null);
  if (root === undefined) throw new Error('no root');
  const [tenant] = await database.look<{ quota: number | null; rootLinked: boolean }>(
    `select account_quota as quota, exists (select from muster.org_unit_link l where l.org_unit_id = $2) as "rootLinked"
     from muster.tenant where id = $1`,
    [tenantId, root.id],
  );
  return {
    rootId: root.id,
    rootLinked: tenant?.rootLinked ?? false,
    quota: tenant?.quota ?? null,
    units,
    accounts: await database.look<RosterFacts['accounts'][number] & Record<string, unknown>>(ACCOUNTS, [
      tenantId,
    ]),
    unitLinks: await linksOf<OrgUnitId>(database, connectionId, 'org_unit'),
    accountLinks: await linksOf<AccountId>(database, connectionId, 'account'),
    definitions: await database.look<AttributeDefinition & Record<string, unknown>>(DEFINITIONS, [tenantId]),
    agreed: {
      accounts: await agreedOf(database, connectionId, 'account'),
      units: await agreedOf(database, connectionId, 'org_unit'),
    },
  };
};

/** A staged row as it is stored. */
export interface StoredRow {
  readonly id: string;
  readonly externalId: string;
  readonly situation: string;
  readonly action: string;
  readonly reason: string;
  readonly targetId: string | null;
  readonly baseVersion: number | null;
  readonly candidates: readonly string[];
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  readonly issues: readonly {
    readonly code: string;
    readonly field: string | null;
    readonly value: string | null;
    readonly blocking: boolean;
  }[];
  readonly blocking: boolean;
  readonly decision: string;
  readonly after: Readonly<Record<string, unknown>>;
}

/** Staged rows of a run in their order. */
export const readStaged = (
  database: TestDatabase,
  runId: string,
  kind: 'account' | 'org_unit',
): Promise<StoredRow[]> =>
  database.look<StoredRow & Record<string, unknown>>(
    `select id, external_id as "externalId", situation, action, reason_code as reason, ${kind}_id as "targetId",
       base_version as "baseVersion", candidates, changes, issues, blocking, decision, after
     from muster.staged_${kind} where run_id = $1 order by ordinal`,
    [runId],
  );
