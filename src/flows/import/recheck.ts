import type { GuardVerdict } from '../../planner/guard.ts';
import { guardLimit, judgeGuards } from '../../planner/guard.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import { NOTHING_PASSED, readHour } from '../../store/queries/import-hour.ts';
import {
  applyCrossIssues,
  collectClashes,
  collectGuarded,
  collectQuota,
  dropCrossIssues,
  readTotals,
} from '../../store/queries/import-recheck.ts';
import type { ImportGuard, ImportRunRow } from '../../store/queries/import-runs.ts';
import { countStaged, saveReviewState } from '../../store/queries/import-summary.ts';
import type { Tx } from '../../store/transaction.ts';
import { recheckTree } from './judge-tree.ts';
import type { StagingRun } from './staging-run.ts';

/** What staging found once and later steps of the review keep. */
export interface Findings {
  readonly unitMoves: GuardVerdict;
  readonly leaversRefused: string | null;
}

const judge = async (tx: Tx, run: StagingRun, findings: Findings): Promise<ImportGuard> => {
  const totals = await readTotals(tx, run);
  const { guard } = run.connection.pullRules;
  // What events bring comes in small portions, none of which would ever trip a guard by itself.
  const passed = run.kind === 'WHOLE' ? NOTHING_PASSED : await readHour(tx, run.connectionId);
  const { disables, moves } = judgeGuards(guard, {
    linked: totals.linked,
    disables: totals.disables + passed.disables,
    moves: totals.moves + passed.moves,
  });
  const actions = [...(disables.tripped ? ['DISABLE'] : []), ...(moves.tripped ? ['MOVE'] : [])];
  if (actions.length > 0) await collectGuarded(tx, run.id, actions);
  if (totals.quota !== null) await collectQuota(tx, run.id, totals.quota - totals.used);
  return {
    linked: totals.linked,
    disables,
    moves,
    unitMoves: { ...findings.unitMoves, limit: findings.unitMoves.limit || guardLimit(guard, 0) },
    quota: totals.quota,
    used: totals.used,
    wanted: totals.used + totals.creates,
    leaversRefused: findings.leaversRefused,
  };
};

/**
 * Finds what only the rows together can tell (values that clash, units that will not be there, quota, guards),
 * then writes counts and the new digest into the run. The last act of staging and of every step of the review.
 */
export const recheck = async (
  tx: Tx,
  run: StagingRun & Pick<ImportRunRow, 'orgUnits'>,
  findings: Findings,
): Promise<void> => {
  if (run.kind === 'WHOLE') await workInBulk(tx);
  await recheckTree(tx, run.id);
  const definitions = await readDefinitions(tx, 'ACCOUNT');
  await collectClashes(tx, run.id, { counting: "decision <> 'SKIPPED'", definitions });
  const guard = await judge(tx, run, findings);
  await applyCrossIssues(tx, run.id);
  await dropCrossIssues(tx);
  await saveReviewState(tx, run.id, { counts: await countStaged(tx, run), guard });
};
