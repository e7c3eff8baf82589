import type { ImportRunId } from '../../domain/index.ts';
import type { FlowContext } from '../context.ts';
import { reviewStep } from './review-step.ts';
import { stageRows } from './stage-import.ts';

/**
 * Stages a run again from what it has fetched, against the roster as it is now: matches afresh, takes over new
 * versions, and keeps what the reviewer mended, chose and decided wherever the row still says the same.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG
 */
export const rematch = async (
  context: FlowContext,
  input: { readonly runId: ImportRunId },
): Promise<void> => {
  await reviewStep(context, {
    runId: input.runId,
    rechecked: true,
    atOneInstant: true,
    work: (tx, run) => stageRows(tx, run),
    audit: () => ({ action: 'import.rematch' }),
  });
};
