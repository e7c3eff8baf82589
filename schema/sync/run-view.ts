import { OPERATION_STATES, type OperationState } from '../../src/domain/index.ts';
import type { getSyncRun } from '../../src/flows/sync/find-sync-runs.ts';
import { failureOf } from '../failure.type.ts';

type RunRow = Awaited<ReturnType<typeof getSyncRun>>;

/** States in which a row still has something before it that needs no word of a person. */
const LEFT: ReadonlySet<OperationState> = new Set(['PLANNED', 'RUNNING', 'WAITING']);

/** A run in the shape of the API. */
export const runView = ({ calls, callsPerSecond, eta, errorCode, errorDetails, ...row }: RunRow) => {
  let [ended, left] = [0, 0];
  for (const state of OPERATION_STATES) {
    if (LEFT.has(state)) left += row.counts[state] ?? 0;
    else if (state !== 'HELD') ended += row.counts[state] ?? 0;
  }
  return {
    ...row,
    progress: { ended, left, calls, callsPerSecond, eta },
    error: failureOf(errorCode, errorDetails),
  };
};
