import type { ImportRunId, Outcome } from '../../domain/index.ts';
import type { StagedKind } from '../../store/queries/import-review.ts';
import { countOutcomes } from '../../store/queries/import-rows.ts';
import type { FlowContext } from '../context.ts';
import { tenantOf } from './run-context.ts';

/** How the rows of committed runs ended, in numbers, in the order of the runs asked for. */
export const readOutcomes = async (
  context: FlowContext,
  kind: StagedKind,
  runIds: readonly string[],
): Promise<Partial<Record<Outcome, number>>[]> => {
  const found = await countOutcomes(context.db, tenantOf(context), { kind, runIds: runIds as ImportRunId[] });
  return runIds.map((id) =>
    Object.fromEntries(found.filter(({ runId }) => runId === id).map(({ outcome, rows }) => [outcome, rows])),
  );
};
