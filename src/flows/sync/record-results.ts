import type {
  AppError,
  ConnectionId,
  ErrorDetails,
  ExternalId,
  SyncPlanId,
  SyncRunId,
  TargetOperation,
  TargetResult,
} from '../../domain/index.ts';
import { AGREED_UNIT } from '../../planner/push/agreed-at-link.ts';
import type { ClaimedRow } from '../../store/queries/operation-claims.ts';
import {
  type Noun,
  type OperationOutcome,
  removeLinks,
  renewAgreements,
  writeIdentities,
  writeInvitations,
  writeLinks,
  writeOutcomes,
} from '../../store/queries/operation-results.ts';
import { countFailures, forgetFailures } from '../../store/queries/sync-failures.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FailureVerdict } from './judge-failure.ts';
import type { Looked } from './look-first.ts';
import { formerLeaders } from './resolve-operation.ts';
import { type AgreedChange, writeAgreements } from './write-agreed.ts';
import { type Applied, writeAppliedCopies } from './write-copies.ts';
import { writeLooks } from './write-looks.ts';

/** What became of one attempt. */
export type Ending =
  | { readonly kind: 'TOLD'; readonly result: TargetResult }
  /** Of a `LINK_*` or `UNLINK_*`: there is nothing to call. */
  | { readonly kind: 'LINKED' }
  /** It names something that the platform does not have. */
  | { readonly kind: 'UNRESOLVED' }
  /** Somebody has changed there, since the plan looked, what was to be written; nothing was. */
  | Extract<Looked, { readonly kind: 'MOVED' }>
  /** The call was broken off by us. */
  | { readonly kind: 'BROKEN_OFF' }
  | FailureVerdict;

export interface Finished {
  readonly row: ClaimedRow;
  /** `null` for what is not called. */
  readonly operation: TargetOperation | null;
  readonly ending: Ending;
}

/** Where results are recorded. */
export interface RunPlace {
  readonly runId: SyncRunId;
  readonly planId: SyncPlanId;
  readonly connectionId: ConnectionId;
  /** Kind of a person's primary id on the platform. */
  readonly accountIdKind: string;
  /** See `TargetCapabilities.leadsWithPlaces`. */
  readonly leadsWithPlaces: boolean;
}

const CLEAN = { unknown: false, retryAt: null, errorCode: null, errorDetails: null, result: null, calls: 0 };

const failed = (error: AppError): { errorCode: string; errorDetails: ErrorDetails } => ({
  errorCode: error.code,
  errorDetails: error.details,
});

const toldOutcome = (
  base: Pick<OperationOutcome, 'ordinal' | 'attempt'>,
  result: TargetResult,
): OperationOutcome => {
  const { outcome, externalId, ids, unconfirmed, calls } = result;
  const kept = {
    externalId,
    ...(ids === undefined ? {} : { ids }),
    ...(unconfirmed === undefined ? {} : { unconfirmed }),
  };
  const state = { DONE: 'APPLIED', ALREADY: 'UNCHANGED', INVITED: 'INVITED' } as const;
  return { ...base, ...CLEAN, state: state[outcome], outcomeCode: outcome, result: kept, calls };
};

const outcomeOf = ({ row, ending }: Finished): OperationOutcome => {
  const base = { ordinal: row.ordinal, attempt: row.attempt };
  switch (ending.kind) {
    case 'TOLD':
      return toldOutcome(base, ending.result);
    case 'LINKED':
      return { ...base, ...CLEAN, state: 'APPLIED', outcomeCode: 'LINKED' };
    case 'UNRESOLVED':
      return { ...base, ...CLEAN, state: 'SKIPPED', outcomeCode: 'DEPENDENCY' };
    case 'MOVED':
      return { ...base, ...CLEAN, state: 'SUPERSEDED', outcomeCode: 'REMOTE_CHANGED', calls: 1 };
    case 'INVITED':
      return { ...base, ...CLEAN, state: 'INVITED', outcomeCode: 'INVITED', calls: 1 };
    case 'BROKEN_OFF':
      return { ...base, ...CLEAN, state: 'PLANNED', outcomeCode: null, unknown: true };
    case 'THROTTLED':
      return {
        ...base,
        ...CLEAN,
        ...failed(ending.error),
        state: 'WAITING',
        outcomeCode: null,
        // It was refused; what an earlier attempt has done is as open as before.
        unknown: row.unknown,
        retryAt: ending.retryAt,
        calls: 1,
      };
    case 'AGAIN':
      return {
        ...base,
        ...CLEAN,
        ...failed(ending.error),
        state: 'WAITING',
        outcomeCode: null,
        unknown: ending.unknown || row.unknown,
        retryAt: ending.retryAt,
        calls: 1,
      };
    case 'CONNECTION':
      return {
        ...base,
        ...CLEAN,
        ...failed(ending.error),
        state: 'PLANNED',
        outcomeCode: null,
        unknown: row.unknown,
        calls: 1,
      };
    case 'FAILED':
      return {
        ...base,
        ...CLEAN,
        ...failed(ending.error),
        state: 'FAILED',
        outcomeCode: ending.error.code,
        unknown: ending.unknown,
        calls: 1,
      };
  }
};

/** The platform holds what the operation says. */
const isSettled = ({ state }: OperationOutcome): boolean => state === 'APPLIED' || state === 'UNCHANGED';

const nounOf = ({ objectType }: ClaimedRow): Noun => (objectType === 'ACCOUNT' ? 'account' : 'org_unit');

const withoutPrefix = (kind: string): string => kind.replace(/_(ORG_UNIT|ACCOUNT)$/, '');

/** Platform id of a settled operation's object. */
const settledId = ({ row, ending }: Finished): string | null =>
  ending.kind === 'TOLD' ? (ending.result.externalId ?? row.externalId) : row.externalId;

const appliedOf = (finished: Finished, place: RunPlace): readonly Applied[] => {
  const { operation, ending, row } = finished;
  const externalId = settledId(finished);
  if (operation === null || externalId === null) return [];
  if (operation.kind === 'DELETE_ACCOUNT' || operation.kind === 'DELETE_ORG_UNIT') return [];
  const { ids: told = [], unconfirmed = [] } = ending.kind === 'TOLD' ? ending.result : {};
  const own: readonly ExternalId[] =
    row.objectType === 'ACCOUNT' ? [{ kind: place.accountIdKind, value: externalId }] : [];
  const ids = [...own, ...told.filter(({ kind }) => kind !== place.accountIdKind)];
  return [{ operation, externalId, ids, unconfirmed, formerLeaders: formerLeaders(row) }];
};

const removeObjects = async (tx: Tx, place: RunPlace, settled: readonly Finished[]): Promise<void> => {
  for (const noun of ['org_unit', 'account'] as const) {
    for (const [verb, gone] of [
      ['DELETE', true],
      ['UNLINK', false],
    ] as const) {
      const externalIds = settled
        .filter(({ row }) => nounOf(row) === noun && withoutPrefix(row.kind) === verb)
        .flatMap((one) => settledId(one) ?? []);
      await removeLinks(tx, noun, { connectionId: place.connectionId, externalIds, gone });
    }
  }
};

const linkObjects = async (tx: Tx, place: RunPlace, settled: readonly Finished[]): Promise<void> => {
  const { connectionId, runId } = place;
  for (const noun of ['org_unit', 'account'] as const) {
    const mine = settled.filter(({ row }) => nounOf(row) === noun);
    const links = mine.flatMap((one) => {
      const verb = withoutPrefix(one.row.kind);
      const externalId = settledId(one);
      if ((verb !== 'CREATE' && verb !== 'LINK') || one.row.objectId === null || externalId === null)
        return [];
      const { objectId, baseVersion } = one.row;
      return [{ objectId, externalId, baseVersion, made: verb === 'CREATE' }];
    });
    await writeLinks(tx, noun, { connectionId, runId, links });
    const objects = mine.flatMap(({ row, operation }) =>
      operation !== null && row.objectId !== null && row.baseVersion !== null
        ? [{ objectId: row.objectId, baseVersion: row.baseVersion }]
        : [],
    );
    await renewAgreements(tx, noun, { connectionId, objects });
  }
};

/** What of a settled operation both sides agree on from now on. */
const agreedChangeOf = (finished: Finished): AgreedChange | null => {
  const { row, operation, ending } = finished;
  const externalId = settledId(finished);
  const links = withoutPrefix(row.kind) === 'LINK';
  if (externalId === null || (operation === null && !links)) return null;
  const noun = nounOf(row);
  const { outcome, unconfirmed } = ending.kind === 'TOLD' ? ending.result : { outcome: null };
  const made = outcome === 'DONE';
  return {
    noun,
    externalId,
    write: operation === null ? null : { operation, made, unconfirmed },
    agreed: noun === 'org_unit' ? AGREED_UNIT : (row.content.agreed ?? []),
    formerLeaders: formerLeaders(row),
  };
};

const CREATES = 'CREATE_ACCOUNT';

const settlePeople = async (
  tx: Tx,
  place: RunPlace,
  {
    settled,
    finished,
    applied,
  }: {
    readonly settled: readonly Finished[];
    readonly finished: readonly Finished[];
    readonly applied: readonly Applied[];
  },
): Promise<void> => {
  const { connectionId } = place;
  const made = applied.filter(({ operation }) => operation.kind === CREATES);
  const identities = made.flatMap(({ externalId, ids }) => ids.map((id) => ({ ...id, externalId })));
  const linked = settled
    .filter(({ row }) => row.kind === 'LINK_ACCOUNT')
    .flatMap((one) => {
      const externalId = settledId(one);
      return externalId === null ? [] : [{ kind: place.accountIdKind, value: externalId, externalId }];
    });
  await writeIdentities(tx, { connectionId, identities: [...identities, ...linked] });
  const invited = finished.flatMap(({ row, ending }) => {
    const isInvited =
      ending.kind === 'INVITED' || (ending.kind === 'TOLD' && ending.result.outcome === 'INVITED');
    if (!isInvited || row.objectId === null) return [];
    const externalId = ending.kind === 'TOLD' ? ending.result.externalId : null;
    const { mobile, email } = row.content.values ?? {};
    return [{ accountId: row.objectId, externalId, mobile: mobile ?? null, email: email ?? null }];
  });
  const joined = settled.flatMap(({ row }) =>
    (row.kind === CREATES || row.kind === 'LINK_ACCOUNT') && row.objectId !== null ? [row.objectId] : [],
  );
  await writeInvitations(tx, { id: place.planId, connectionId }, { invited, joined });
};

/** Counts what failed for good; what succeeded is forgiven. @returns the outcomes, some of them QUARANTINED now */
const countObjects = async (
  tx: Tx,
  place: RunPlace,
  ended: readonly { readonly finished: Finished; readonly outcome: OperationOutcome }[],
): Promise<readonly OperationOutcome[]> => {
  const failures = new Map<string, { objectType: 'ORG_UNIT' | 'ACCOUNT'; objectId: string; code: string }>();
  const forgiven: string[] = [];
  for (const { finished, outcome } of ended) {
    const { objectId, objectType } = finished.row;
    if (objectId === null) continue;
    if (isSettled(outcome)) forgiven.push(objectId);
    if (outcome.state === 'FAILED')
      failures.set(objectId, { objectType, objectId, code: outcome.errorCode ?? '' });
  }
  if (forgiven.length > 0) await forgetFailures(tx, place.connectionId, forgiven);
  const quarantined = await countFailures(tx, place.connectionId, [...failures.values()]);
  return ended.map(({ finished, outcome }) => {
    const { objectId } = finished.row;
    const caught = outcome.state === 'FAILED' && objectId !== null && quarantined.has(objectId);
    return caught ? { ...outcome, state: 'QUARANTINED' } : outcome;
  });
};

/**
 * Records how a batch of attempts ended: states, attempts, copies, links, identities, invitations, failures. The
 * caller has made sure that the run is still its own.
 * @returns the outcomes as they were written
 */
export const recordResults = async (
  tx: Tx,
  place: RunPlace,
  finished: readonly Finished[],
): Promise<readonly OperationOutcome[]> => {
  const ended = finished.map((one) => ({ finished: one, outcome: outcomeOf(one) }));
  const outcomes = await countObjects(tx, place, ended);
  await writeOutcomes(tx, place.planId, outcomes);
  await writeLooks(tx, place.connectionId, finished);
  const settled = ended.filter(({ outcome }) => isSettled(outcome)).map((one) => one.finished);
  const applied = settled.flatMap((one) => appliedOf(one, place));
  if (applied.length > 0) await writeAppliedCopies(tx, place, applied);
  await removeObjects(tx, place, settled);
  await linkObjects(tx, place, settled);
  await writeAgreements(
    tx,
    place.connectionId,
    settled.map(agreedChangeOf).filter((change) => change !== null),
  );
  await settlePeople(tx, place, { settled, finished, applied });
  return outcomes;
};
