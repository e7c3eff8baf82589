import type {
  Decision,
  FieldChange,
  ImportRunId,
  Issue,
  OrgUnitId,
  StagedAction,
  StagedOrgUnitId,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** What the judgement of the whole tree needs of a staged unit. */
export interface TreeRow {
  readonly id: StagedOrgUnitId;
  readonly externalId: string;
  readonly name: string;
  readonly action: StagedAction;
  readonly orgUnitId: OrgUnitId | null;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly blocking: boolean;
  readonly decision: Decision;
}

export const readTreeRows = (tx: Tx, runId: ImportRunId): Promise<TreeRow[]> =>
  tx.query<TreeRow & Record<string, unknown>>(
    `select id, external_id as "externalId", name, action, org_unit_id as "orgUnitId", changes, issues, blocking,
       decision
     from muster.staged_org_unit where run_id = $1 order by ordinal, id`,
    [runId],
  );

/** False when the rows stand as they were planned together: none is skipped, none is at odds with another. */
export const isTreeInDoubt = async (tx: Tx, runId: ImportRunId): Promise<boolean> => {
  const rows = await tx.query<{ doubt: boolean }>(
    `select exists (select from muster.staged_org_unit where run_id = $1 and (decision = 'SKIPPED'
       or issues @> any (array['[{"code":"PARENT_CYCLE"}]', '[{"code":"PARENT_UNKNOWN"}]',
         '[{"code":"SIBLING_NAME_DUPLICATE"}]']::jsonb[]))) as doubt`,
    [runId],
  );
  return rows[0]?.doubt ?? false;
};

/** Writes issues, and the decisions that follow from them, into staged units. */
export const writeUnitIssues = (
  tx: Tx,
  rows: readonly Pick<TreeRow, 'id' | 'issues' | 'blocking' | 'decision'>[],
): Promise<number> =>
  tx.execute(
    `update muster.staged_org_unit s set issues = n.issues, blocking = n.blocking, decision = n.decision,
       row_digest = muster.row_digest('ORG_UNIT', s.id, s.action, n.decision, s.org_unit_id, s.base_version, s.changes)
     from jsonb_to_recordset($1::jsonb) as n(id uuid, issues jsonb, blocking boolean, decision text)
     where s.id = n.id`,
    [JSON.stringify(rows)],
  );
