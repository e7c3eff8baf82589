import { AppError, type ImportRunId, type RemoteAccountId } from '../../domain/index.ts';
import { type Explanation, explainRow, type StoredFacts } from '../../planner/explain.ts';
import { LEAVER_REFUSALS } from '../../planner/leavers.ts';
import { REASON_CODES, type ReasonCode } from '../../planner/reasons.ts';
import {
  type RemoteAccountRow,
  selectLatestRow,
  selectRemoteAccount,
} from '../../store/queries/import-explain.ts';
import type { StagedAccountView } from '../../store/queries/import-rows.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from './run-context.ts';

/** Why a platform's person has the situation and the action that the latest import gave him. */
export interface RemoteAccountExplanation extends Explanation {
  readonly remote: RemoteAccountRow;
  /** The run that the explanation is about; `null` when no import has staged people yet. */
  readonly runId: ImportRunId | null;
  readonly row: StagedAccountView | null;
}

type Refusal = StoredFacts['leaverRefusal'];

const refusalOf = (text: string | null | undefined): Refusal =>
  LEAVER_REFUSALS.find((refusal) => refusal === text) ?? null;

const reasonOf = (text: string): ReasonCode => REASON_CODES.find((code) => code === text) ?? 'UNCHANGED';

const factsOf = (row: StagedAccountView): StoredFacts => ({
  situation: row.situation,
  action: row.action,
  reason: reasonOf(row.reasonCode),
  matchKey: row.matchKey,
  candidates: row.candidates.length,
  issues: row.issues,
  decision: row.decision,
  outcome: row.outcome,
  leaverRefusal: null,
});

/** Without a row: nothing has changed, or he was not seen and absence did not mean leaving. */
const factsWithoutRow = (
  remote: RemoteAccountRow,
  run: { readonly seen: boolean; readonly refusal: Refusal },
): StoredFacts => ({
  situation: remote.accountId === null ? 'UNMATCHED' : 'LINKED',
  action: 'NONE',
  reason: 'UNCHANGED',
  matchKey: null,
  candidates: 0,
  issues: [],
  decision: 'ACCEPTED',
  outcome: 'UNCHANGED',
  leaverRefusal: run.seen ? null : run.refusal,
});

/**
 * Explains from stored facts alone: the latest run's row, or why there is none.
 * @throws AppError NOT_FOUND
 */
export const explainRemoteAccount = async (
  context: FlowContext,
  input: { readonly remoteAccountId: RemoteAccountId },
): Promise<RemoteAccountExplanation> => {
  const tenantId = tenantOf(context);
  const remote = await selectRemoteAccount(context.db, tenantId, input.remoteAccountId);
  if (remote === null) {
    throw new AppError('NOT_FOUND', { details: { type: 'RemoteAccount', id: input.remoteAccountId } });
  }
  const latest = await selectLatestRow(context.db, tenantId, remote);
  const row = latest?.row ?? null;
  const facts =
    row === null
      ? factsWithoutRow(remote, {
          seen: latest === null || remote.seenRunId === latest.runId,
          refusal: refusalOf(latest?.guard?.leaversRefused),
        })
      : factsOf(row);
  return { ...explainRow(facts), remote, runId: latest?.runId ?? null, row };
};
