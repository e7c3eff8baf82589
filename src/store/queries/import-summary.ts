import type { ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import type { ImportCounts, ImportGuard, ImportRunRow, KindCounts } from './import-runs.ts';

interface Group {
  readonly situation: string;
  readonly action: string;
  readonly decision: string;
  readonly rows: number;
  readonly blocking: number;
  readonly present: number;
}

const sumBy = (
  groups: readonly Group[],
  key: 'situation' | 'action' | 'decision',
): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const group of groups) sums[group[key]] = (sums[group[key]] ?? 0) + group.rows;
  return sums;
};

const countKind = async (
  tx: Tx,
  runId: ImportRunId,
  kind: 'account' | 'org_unit',
): Promise<{ readonly counts: KindCounts; readonly present: number }> => {
  const groups = await tx.query<Group>(
    `select situation, action, decision, count(*)::integer as rows,
       count(*) filter (where blocking)::integer as blocking,
       count(*) filter (where situation <> 'DELETED')::integer as present
     from muster.staged_${kind} where run_id = $1 group by 1, 2, 3`,
    [runId],
  );
  const issues = await tx.query<{ code: string; rows: number }>(
    `select i->>'code' as code, count(distinct s.id)::integer as rows
     from muster.staged_${kind} s, jsonb_array_elements(s.issues) as i
     where s.run_id = $1 and s.issues <> '[]' group by 1`,
    [runId],
  );
  const sum = (of: (group: Group) => number): number => groups.reduce((total, group) => total + of(group), 0);
  return {
    present: sum((group) => group.present),
    counts: {
      rows: sum((group) => group.rows),
      blocking: sum((group) => group.blocking),
      situations: sumBy(groups, 'situation'),
      actions: sumBy(groups, 'action'),
      decisions: sumBy(groups, 'decision'),
      issues: Object.fromEntries(issues.map(({ code, rows }) => [code, rows])),
    },
  };
};

/** Numbers of a staged run as its rows are now. */
export const countStaged = async (
  tx: Tx,
  run: Pick<ImportRunRow, 'id' | 'scope' | 'orgUnits' | 'accounts'>,
): Promise<ImportCounts> => {
  const accounts = await countKind(tx, run.id, 'account');
  const orgUnits = await countKind(tx, run.id, 'org_unit');
  return {
    accounts: accounts.counts,
    orgUnits: orgUnits.counts,
    unchangedAccounts: run.scope === 'ORG_UNITS' ? 0 : run.accounts - accounts.present,
    unchangedOrgUnits: run.scope === 'ACCOUNTS' ? 0 : run.orgUnits - orgUnits.present,
  };
};

/** Digest over all staged rows and their decisions, hex; equals runDigest of planner/digest.ts. */
const DIGEST = `encode(sha256(
  coalesce((select string_agg(row_digest, ''::bytea order by id) from muster.staged_account where run_id = $1), '') ||
  coalesce((select string_agg(row_digest, ''::bytea order by id) from muster.staged_org_unit where run_id = $1), '')
), 'hex')`;

/** Writes counts, guard and the new digest into the run, which enters or stays in review. */
export const saveReviewState = async (
  tx: Tx,
  runId: ImportRunId,
  state: { readonly counts: ImportCounts; readonly guard: ImportGuard },
): Promise<void> => {
  await tx.query(
    `update muster.import_run set phase = 'REVIEW', digest = ${DIGEST}, counts = $2, guard = $3,
       review_version = review_version + 1, staged_at = coalesce(staged_at, clock_timestamp())
     where tenant_id = muster.current_tenant() and id = $1`,
    [runId, JSON.stringify(state.counts), JSON.stringify(state.guard)],
  );
};
