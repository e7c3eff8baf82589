import type {
  AccountId,
  Decision,
  FieldChange,
  ImportRunId,
  Issue,
  IssueCode,
  MatchKey,
  OrgUnitId,
  Outcome,
  RemoteAccountId,
  RemoteOrgUnitId,
  Situation,
  StagedAccountId,
  StagedAction,
  StagedOrgUnitId,
  TenantId,
} from '../../domain/index.ts';
import type { Database } from '../database.ts';
import { SEEN_ACCOUNTS, SEEN_RUN_ID } from './copies-seen.ts';
import type { Mended } from './import-facts.ts';

/** Which staged rows are meant; every condition that is given must hold. */
export interface StagedFilter {
  readonly situations?: readonly Situation[];
  readonly actions?: readonly StagedAction[];
  readonly decisions?: readonly Decision[];
  readonly issueCodes?: readonly IssueCode[];
  readonly blocking?: boolean;
  /** Rows by their ids. */
  readonly ids?: readonly string[];
  /** People who will sit in this unit of the roster (or unit to be made); of units: its children. */
  readonly orgUnitId?: OrgUnitId;
  /** Folded piece of a name, pinyin, number or id; as the right-hand side of LIKE. */
  readonly pattern?: string;
}

interface StagedView {
  readonly ordinal: number;
  readonly externalId: string;
  readonly situation: Situation;
  readonly action: StagedAction;
  readonly baseVersion: number | null;
  readonly candidates: readonly string[];
  readonly after: Readonly<Record<string, unknown>>;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly blocking: boolean;
  readonly decision: Decision;
  readonly reasonCode: string;
  readonly mended: Mended;
  /** How the row ended; `null` before the commit. */
  readonly outcome: Outcome | null;
  readonly outcomeCode: string | null;
}

export interface StagedAccountView extends StagedView {
  readonly id: StagedAccountId;
  readonly runId: ImportRunId;
  readonly remoteAccountId: RemoteAccountId;
  readonly name: string | null;
  readonly accountId: AccountId | null;
  readonly matchKey: MatchKey | null;
}

export interface StagedOrgUnitView extends StagedView {
  readonly id: StagedOrgUnitId;
  readonly runId: ImportRunId;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
  readonly name: string;
  readonly parentExternalId: string | null;
  readonly orgUnitId: OrgUnitId | null;
  readonly targetParentId: OrgUnitId | null;
  /** Staged units directly below this one. */
  readonly childCount: number;
}

/**
 * How a row of `run` r ended. A commit is all or nothing, so that the outcome of a row follows from its decision
 * and its action; only what departs from that is written into the row.
 */
export const OUTCOME = `case when r.committed_at is not null then coalesce(s.outcome, case s.decision
  when 'SKIPPED' then 'SKIPPED' when 'PENDING' then 'HELD'
  else case s.action when 'NONE' then 'UNCHANGED' else 'APPLIED' end end) end`;

const COMMON = `s.id, s.run_id as "runId", s.ordinal, s.external_id as "externalId", s.situation, s.action,
  s.base_version as "baseVersion", s.candidates::text[] as candidates, s.after, s.changes, s.issues, s.blocking,
  s.decision, s.reason_code as "reasonCode", s.mended, ${OUTCOME} as outcome,
  case when r.committed_at is not null then coalesce(s.outcome_code, s.reason_code) end as "outcomeCode"`;

export const ACCOUNT_VIEW = `${COMMON}, s.name, s.remote_account_id as "remoteAccountId",
  s.account_id as "accountId", s.match_key as "matchKey"`;

const UNIT_VIEW = `${COMMON}, s.name, s.remote_org_unit_id as "remoteOrgUnitId",
  s.parent_external_id as "parentExternalId", s.org_unit_id as "orgUnitId", s.target_parent_id as "targetParentId",
  (select count(*)::integer from muster.staged_org_unit c
    where c.run_id = s.run_id and c.parent_external_id = s.external_id) as "childCount"`;

/** Conditions on staged rows `s`, and the values that they need. */
export const stagedWhere = (
  kind: 'ACCOUNT' | 'ORG_UNIT',
  filter: StagedFilter,
  params: unknown[],
): string => {
  const add = (value: unknown): string => `$${params.push(value)}`;
  const found: string[] = [];
  if (filter.situations !== undefined) found.push(`s.situation = any (${add(filter.situations)})`);
  if (filter.actions !== undefined) found.push(`s.action = any (${add(filter.actions)})`);
  if (filter.decisions !== undefined) found.push(`s.decision = any (${add(filter.decisions)})`);
  if (filter.ids !== undefined) found.push(`s.id = any (${add(filter.ids)}::uuid[])`);
  if (filter.blocking !== undefined) found.push(`s.blocking = ${add(filter.blocking)}`);
  if (filter.issueCodes !== undefined) {
    found.push(`s.issues <> '[]' and exists (select from jsonb_array_elements(s.issues) as i
      where i->>'code' = any (${add(filter.issueCodes)}))`);
  }
  if (filter.orgUnitId !== undefined) {
    found.push(
      kind === 'ACCOUNT'
        ? `s.after->'memberships' @> jsonb_build_array(jsonb_build_object('orgUnitId', ${add(filter.orgUnitId)}::text))`
        : `s.target_parent_id = ${add(filter.orgUnitId)}`,
    );
  }
  if (filter.pattern !== undefined) {
    const search = kind === 'ACCOUNT' ? 's.search_text, ' : '';
    found.push(
      `concat_ws(' ', ${search}muster.fold(coalesce(s.name, '')), muster.fold(s.external_id)) like ${add(filter.pattern)}`,
    );
  }
  return found.length === 0 ? 'true' : found.map((each) => `(${each})`).join(' and ');
};

export interface StagedPage {
  readonly runId: ImportRunId;
  readonly filter: StagedFilter;
  /** Ordinal of the last row of the page before. */
  readonly after: number | null;
  readonly limit: number;
}

const page = (kind: 'ACCOUNT' | 'ORG_UNIT', wanted: StagedPage): { text: string; params: unknown[] } => {
  const params: unknown[] = [wanted.runId, wanted.after, wanted.limit];
  const table = kind === 'ACCOUNT' ? 'staged_account' : 'staged_org_unit';
  const text = `
    select ${kind === 'ACCOUNT' ? ACCOUNT_VIEW : UNIT_VIEW}
    from muster.${table} s join muster.import_run r on r.id = s.run_id
    where s.tenant_id = muster.current_tenant() and s.run_id = $1 and ($2::integer is null or s.ordinal > $2)
      and ${stagedWhere(kind, wanted.filter, params)}
    order by s.ordinal, s.id limit $3`;
  return { text, params };
};

/** Staged people in the order of their platform ids. */
export const selectStagedAccounts = (
  db: Database,
  tenantId: TenantId,
  wanted: StagedPage,
): Promise<StagedAccountView[]> => {
  const { text, params } = page('ACCOUNT', wanted);
  return db.read<StagedAccountView & Record<string, unknown>>(tenantId, text, params);
};

/** Staged units, parents before children. */
export const selectStagedOrgUnits = (
  db: Database,
  tenantId: TenantId,
  wanted: StagedPage,
): Promise<StagedOrgUnitView[]> => {
  const { text, params } = page('ORG_UNIT', wanted);
  return db.read<StagedOrgUnitView & Record<string, unknown>>(tenantId, text, params);
};

/** Number of rows that a filter selects. */
export const countStagedRows = async (
  db: Database,
  tenantId: TenantId,
  wanted: {
    readonly kind: 'ACCOUNT' | 'ORG_UNIT';
    readonly runId: ImportRunId;
    readonly filter: StagedFilter;
  },
): Promise<number> => {
  const params: unknown[] = [wanted.runId];
  const table = wanted.kind === 'ACCOUNT' ? 'staged_account' : 'staged_org_unit';
  const rows = await db.read<{ count: number }>(
    tenantId,
    `select count(*)::integer as count from muster.${table} s
     where s.tenant_id = muster.current_tenant() and s.run_id = $1
       and ${stagedWhere(wanted.kind, wanted.filter, params)}`,
    params,
  );
  return rows[0]?.count ?? 0;
};

/** Rows of committed runs by how they ended; runs without rows are left out. */
export const countOutcomes = (
  db: Database,
  tenantId: TenantId,
  wanted: { readonly kind: 'ACCOUNT' | 'ORG_UNIT'; readonly runIds: readonly ImportRunId[] },
): Promise<{ readonly runId: ImportRunId; readonly outcome: Outcome; readonly rows: number }[]> =>
  db.read(
    tenantId,
    `select s.run_id as "runId", ${OUTCOME} as outcome, count(*)::integer as rows
     from muster.${wanted.kind === 'ACCOUNT' ? 'staged_account' : 'staged_org_unit'} s
     join muster.import_run r on r.id = s.run_id
     where s.tenant_id = muster.current_tenant() and s.run_id = any ($1::uuid[]) and r.committed_at is not null
     group by 1, 2`,
    [wanted.runIds],
  );

/** A person of a run who needed no row. */
export interface UnchangedAccountView {
  readonly remoteAccountId: RemoteAccountId;
  readonly externalId: string;
  readonly name: string | null;
  readonly accountId: AccountId;
}

/** People whom the run has seen and who are as they were; known until the connection's next pull sees them again. */
export const selectUnchangedAccounts = (
  db: Database,
  tenantId: TenantId,
  wanted: { readonly runId: ImportRunId; readonly after: string | null; readonly limit: number },
): Promise<UnchangedAccountView[]> =>
  db.read<UnchangedAccountView & Record<string, unknown>>(
    tenantId,
    `select r.id as "remoteAccountId", r.external_id as "externalId", r.name, l.account_id as "accountId"
     from muster.import_run run
     join muster.remote_account r on r.connection_id = run.connection_id
     ${SEEN_ACCOUNTS}
     join muster.account_link l on l.remote_account_id = r.id
     where run.tenant_id = muster.current_tenant() and run.id = $1 and run.scope <> 'ORG_UNITS'
       and ${SEEN_RUN_ID} = run.id
       and ($2::text is null or r.external_id > $2)
       and not exists (select from muster.staged_account s
         where s.run_id = run.id and s.external_id = r.external_id)
     order by r.external_id limit $3`,
    [wanted.runId, wanted.after, wanted.limit],
  );
