import type {
  OpenConnection,
  RemoteAccountValue,
  RemoteOrgUnitValue,
  TargetOperation,
} from '../../domain/index.ts';
import { mergesAny, pushMasters } from '../../planner/masters.ts';
import { movedSince, writesShared } from '../../planner/push/moved-since.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import type { ClaimedRow } from '../../store/queries/operation-claims.ts';

/** How an object was found to be before it was written to. */
export type Looked =
  /** There was no reason to look. */
  | { readonly kind: 'NOT_LOOKED' }
  | { readonly kind: 'AS_PLANNED' }
  /** Somebody has changed there what was to be written. */
  | { readonly kind: 'MOVED'; readonly seen: RemoteAccountValue | RemoteOrgUnitValue };

export type LookFirst = (
  row: Pick<ClaimedRow, 'changes' | 'externalId' | 'objectType'>,
  operation: TargetOperation,
  signal: AbortSignal,
) => Promise<Looked>;

const NOT_LOOKED: Looked = { kind: 'NOT_LOOKED' };

/**
 * Looks at an object before a field is written that both sides may write: an event of a change may be late or lost, and
 * no platform refuses a write that was meant for an older value. Only such writes cost a call more; `undefined` where
 * there are none, or the platform cannot be read.
 */
export const lookFirst = (
  source: DirectorySource | undefined,
  connection: OpenConnection,
): LookFirst | undefined => {
  const masters = pushMasters(connection.pullRules.masters);
  if (source === undefined || !mergesAny(masters)) return undefined;
  return async ({ changes, externalId, objectType }, operation, signal) => {
    if (externalId === null || !writesShared(masters, operation)) return NOT_LOOKED;
    const kind = objectType === 'ACCOUNT' ? 'account' : 'orgUnit';
    const seen = await source.one(connection, { kind, externalId }, signal);
    // What is gone is for the write itself to find out.
    if (seen === null || !movedSince(masters, { operation, changes }, seen)) return { kind: 'AS_PLANNED' };
    return { kind: 'MOVED', seen };
  };
};
