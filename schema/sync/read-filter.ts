import { AppError } from '../../src/domain/index.ts';
import type { OperationFilterInput } from '../../src/flows/sync/find-plans.ts';
import { requireId } from '../ids.ts';
import type { PlanOperationFilterInput } from './sync.inputs.ts';

const IDS_MAX = 200;
const TEXT_MAX = 100;

/** The conditions that were given. @throws AppError INPUT_INVALID, NOT_FOUND for what is no id */
export const readOperationFilter = (
  filter: PlanOperationFilterInput | null | undefined,
  path: readonly string[],
): OperationFilterInput => {
  const ids = filter?.objectIds ?? [];
  if (ids.length > IDS_MAX) {
    const details = { field: 'objectIds', reason: `there are more than ${IDS_MAX}` };
    throw new AppError('INPUT_INVALID', { details, path: [...path, 'objectIds'] });
  }
  for (const [at, id] of ids.entries()) requireId('Object', id, [...path, 'objectIds', at]);
  const given = Object.entries(filter ?? {}).filter(([, value]) => value != null);
  const read: OperationFilterInput = Object.fromEntries(given);
  return read.text === undefined ? read : { ...read, text: read.text.slice(0, TEXT_MAX) };
};
