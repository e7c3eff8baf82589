import type {
  AccountId,
  Decision,
  ImportRunId,
  OrgUnitId,
  StagedAccountId,
  StagedOrgUnitId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import type { Mended } from './import-facts.ts';
import {
  ACCOUNT_VIEW,
  type StagedAccountView,
  type StagedFilter,
  type StagedOrgUnitView,
  stagedWhere,
} from './import-rows.ts';

const TABLES = {
  ACCOUNT: { table: 'staged_account', objectId: 'account_id' },
  ORG_UNIT: { table: 'staged_org_unit', objectId: 'org_unit_id' },
} as const;
export type StagedKind = keyof typeof TABLES;

/** Which rows are meant: some by id, those of a filter, or (an empty filter) all. */
export type StagedSelection = { readonly ids: readonly string[] } | { readonly filter: StagedFilter };

const selected = (kind: StagedKind, selection: StagedSelection, params: unknown[]): string => {
  if ('ids' in selection) return `s.id = any ($${params.push(selection.ids)}::uuid[])`;
  return stagedWhere(kind, selection.filter, params);
};

/** Writes a decision into rows; blocking rows are never accepted. @returns number of rows that changed */
export const writeDecision = (
  tx: Tx,
  what: {
    readonly runId: ImportRunId;
    readonly kind: StagedKind;
    readonly selection: StagedSelection;
    readonly decision: Decision;
  },
): Promise<number> => {
  const { table, objectId } = TABLES[what.kind];
  const params: unknown[] = [what.runId, what.decision];
  return tx.execute(
    `update muster.${table} s set decision = $2::text, row_digest = muster.row_digest('${what.kind}', s.id,
       s.action, $2::text, s.${objectId}, s.base_version, s.changes)
     where s.run_id = $1 and s.decision <> $2::text and ($2::text <> 'ACCEPTED' or not s.blocking)
       and ${selected(what.kind, what.selection, params)}`,
    params,
  );
};

/** Of the given rows the first that an issue blocks. */
export const firstBlocking = async (
  tx: Tx,
  runId: ImportRunId,
  ids: readonly string[],
): Promise<{ readonly name: string; readonly issues: readonly string[] } | null> => {
  const rows = await tx.query<{ name: string; issues: string[] }>(
    `select name, issues from (
       select coalesce(s.name, s.external_id) as name, s.issues as found, s.ordinal from muster.staged_account s
         where s.run_id = $1 and s.id = any ($2::uuid[]) and s.blocking
       union all
       select s.name, s.issues, s.ordinal from muster.staged_org_unit s
         where s.run_id = $1 and s.id = any ($2::uuid[]) and s.blocking) as blocked,
     lateral (select array_agg(i->>'code') as issues from jsonb_array_elements(found) as i
       where (i->>'blocking')::boolean) as codes
     order by ordinal limit 1`,
    [runId, ids],
  );
  return rows[0] ?? null;
};

/** How many of the given ids are rows of the run. */
export const countRows = async (tx: Tx, runId: ImportRunId, ids: readonly string[]): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select (select count(*) from muster.staged_account where run_id = $1 and id = any ($2::uuid[]))::integer
       + (select count(*) from muster.staged_org_unit where run_id = $1 and id = any ($2::uuid[]))::integer as count`,
    [runId, ids],
  );
  return rows[0]?.count ?? 0;
};

/** Rows that are neither acceptable nor skipped. */
export const countInvalid = async (tx: Tx, runId: ImportRunId): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    `select (select count(*) from muster.staged_account
         where run_id = $1 and blocking and decision <> 'SKIPPED')::integer
       + (select count(*) from muster.staged_org_unit
         where run_id = $1 and blocking and decision <> 'SKIPPED')::integer as count`,
    [runId],
  );
  return rows[0]?.count ?? 0;
};

export const readStagedAccount = async (
  tx: Tx,
  runId: ImportRunId,
  id: string,
): Promise<StagedAccountView | null> => {
  const rows = await tx.query<StagedAccountView & Record<string, unknown>>(
    `select ${ACCOUNT_VIEW} from muster.staged_account s join muster.import_run r on r.id = s.run_id
     where s.run_id = $1 and s.id = $2`,
    [runId, id],
  );
  return rows[0] ?? null;
};

export const readStagedOrgUnit = async (
  tx: Tx,
  runId: ImportRunId,
  id: string,
): Promise<Pick<StagedOrgUnitView, 'id' | 'name' | 'externalId'> | null> => {
  const rows = await tx.query<Pick<StagedOrgUnitView, 'id' | 'name' | 'externalId'>>(
    `select id, name, external_id as "externalId" from muster.staged_org_unit where run_id = $1 and id = $2`,
    [runId, id],
  );
  return rows[0] ?? null;
};

/** Keeps what the reviewer typed with the row; the row itself is planned again from it. */
export const writeMended = async (
  tx: Tx,
  row: { readonly kind: StagedKind; readonly id: StagedAccountId | StagedOrgUnitId },
  mended: Mended,
): Promise<void> => {
  await tx.execute(`update muster.${TABLES[row.kind].table} set mended = mended || $2::jsonb where id = $1`, [
    row.id,
    JSON.stringify(mended),
  ]);
};

/** True when the account may be given to a person of this connection who has none. */
export const isChoosable = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: string },
  wanted: { readonly accountId: AccountId; readonly rowId: StagedAccountId },
): Promise<boolean> => {
  const rows = await tx.query(
    `select from muster.account a
     where a.id = $3 and a.status <> 'DELETED'
       and not exists (select from muster.account_link l where l.connection_id = $2 and l.account_id = a.id)
       and not exists (select from muster.role_grant g
         where g.account_id = a.id and g.role in ('OWNER', 'DIRECTORY_ADMIN'))
       and not exists (select from muster.staged_account s
         where s.run_id = $1 and s.account_id = a.id and s.id <> $4 and s.decision <> 'SKIPPED')`,
    [run.id, run.connectionId, wanted.accountId, wanted.rowId],
  );
  return rows.length > 0;
};

export interface UnitOfRun {
  readonly externalId: string;
  readonly orgUnitId: OrgUnitId;
  readonly seatable: boolean;
}

/** Units of a connection that people may be seated in: linked ones, and those that the run makes or links. */
export const readUnitsOfRun = (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: string },
): Promise<UnitOfRun[]> =>
  tx.query<UnitOfRun & Record<string, unknown>>(
    `select r.external_id as "externalId", u.id as "orgUnitId", u.status = 'ACTIVE' as seatable
     from muster.org_unit_link l
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     join muster.org_unit u on u.id = l.org_unit_id
     where l.connection_id = $2
     union all
     select s.external_id, s.org_unit_id, true from muster.staged_org_unit s
     where s.run_id = $1 and s.action in ('CREATE', 'LINK') and s.org_unit_id is not null`,
    [run.id, run.connectionId],
  );
