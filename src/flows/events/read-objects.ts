import {
  AppError,
  type ErrorCode,
  type OpenConnection,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
} from '../../domain/index.ts';
import { canonicalAccountText, canonicalOrgUnitText, sha256Hex } from '../../planner/canonical-hash.ts';
import { accountAsKnown, type Known, orgUnitAsKnown } from '../../planner/events/as-known.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import { linkedUnits } from '../../store/queries/import-draw-in.ts';
import { type FetchedItem, storePage } from '../../store/queries/import-fetched.ts';
import {
  type KnownCopy,
  type NamedObject,
  noteRead,
  type ObjectKind,
  objectsOf,
  type ReadObject,
  readCopies,
} from '../../store/queries/import-objects.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { drawIn } from './draw-in.ts';
import { inParallel } from './in-parallel.ts';
import { type EventRun, eventActor } from './run-context.ts';

/** Calls that wait for the platform at once; how fast they are made is the platform's to say, and its budget's. */
const AT_ONCE = 8;
/** Objects that are stored together: so much is read again at most after a crash. */
const TOGETHER = 40;
/** Attempts after which what a platform refuses to tell of all objects alike is taken for their own fault. */
const PATIENCE = 3;

export interface ReadFrom {
  readonly source: DirectorySource;
  readonly connection: OpenConnection;
  readonly signal: AbortSignal;
  /** Of the job, from 1. */
  readonly attempt: number;
}

type Value = RemoteAccountValue | RemoteOrgUnitValue;

/** What the platform has said of one object. */
interface Look {
  readonly object: NamedObject;
  readonly value: Value | null;
  /** Why it could not be read, where that concerns this object alone. */
  readonly refusal: AppError | null;
}

const OUT_OF_RANGE: ErrorCode = 'PLATFORM_OUT_OF_RANGE';

/** A refusal that concerns one object and leaves the others as they are. */
const isItsOwn = (error: unknown): error is AppError =>
  error instanceof AppError && (error.code === OUT_OF_RANGE || error.row.retry.kind === 'never');

const look = async (from: ReadFrom, object: NamedObject): Promise<Look> => {
  const kind = object.kind === 'ACCOUNT' ? 'account' : 'orgUnit';
  try {
    const what = { kind, externalId: object.externalId } as const;
    return { object, value: await from.source.one(from.connection, what, from.signal), refusal: null };
  } catch (error) {
    from.signal.throwIfAborted();
    if (!isItsOwn(error)) throw error;
    return { object, value: null, refusal: error };
  }
};

/** A platform that refuses everything alike is in trouble, whatever it says of each. */
const requireSome = (looks: readonly Look[], attempt: number): void => {
  const refused = looks.flatMap(({ refusal }) => (refusal === null ? [] : [refusal]));
  const [first] = refused;
  if (first === undefined || refused.length < looks.length || attempt >= PATIENCE) return;
  if (first.code !== OUT_OF_RANGE) throw first;
};

const isAccount = (value: Value): value is RemoteAccountValue => 'memberships' in value;

const itemOf = (value: Value): FetchedItem => {
  if (isAccount(value)) {
    const json = canonicalAccountText(value);
    return { externalId: value.externalId, hash: sha256Hex(json), json };
  }
  const json = canonicalOrgUnitText(value);
  const { externalId, parentExternalId, name = '' } = value;
  return { externalId, hash: sha256Hex(json), json, parentExternalId, name };
};

/** The copy of an object in the shape that its kind has. */
const knownOf = <Of extends Value>(copy: KnownCopy): Known<Of> =>
  ({ value: copy.value, believed: copy.believed }) as unknown as Known<Of>;

const asKnown = (copy: KnownCopy, value: Value, isKnown: (externalId: string) => boolean) =>
  isAccount(value)
    ? accountAsKnown(knownOf<RemoteAccountValue>(copy), value)
    : orgUnitAsKnown(knownOf<RemoteOrgUnitValue>(copy), value, isKnown);

/** What becomes of an object that was read: how it is noted, and what of it is staged. */
interface Judged {
  readonly read: ReadObject;
  readonly item: FetchedItem | null;
}

const judge = (
  { object, value, refusal }: Look,
  known: { readonly copy: KnownCopy | undefined; readonly isUnit: (externalId: string) => boolean },
): Judged => {
  const { kind, externalId } = object;
  if (refusal !== null) {
    const state = refusal.code === OUT_OF_RANGE ? 'OUTSIDE' : 'FAILED';
    const { code, details } = refusal;
    return { read: { kind, externalId, state, code, details }, item: null };
  }
  if (value === null) return { read: { kind, externalId, state: 'GONE' }, item: null };
  const readAs = value.externalId === externalId ? undefined : value.externalId;
  const noted = { kind, externalId, readAs };
  const { copy } = known;
  if (copy === undefined) return { read: { ...noted, state: 'READ' }, item: itemOf(value) };
  const fresh = asKnown(copy, value, known.isUnit);
  if (!fresh.same) return { read: { ...noted, state: 'READ' }, item: itemOf(fresh.value) };
  const stands = copy.linked && !copy.gone;
  if (stands && copy.pushedHash === copy.hash) return { read: { ...noted, state: 'ECHO' }, item: null };
  if (stands && copy.agreedHash === copy.hash) return { read: { ...noted, state: 'SAME' }, item: null };
  // Nothing new, but not settled either: the copy's own words are planned again.
  return { read: { ...noted, state: 'READ' }, item: itemOf(copy.value as Value) };
};

const judgeAll = async (tx: Tx, run: EventRun, looks: readonly Look[]): Promise<Judged[]> => {
  const copies = new Map<string, KnownCopy>();
  for (const kind of ['ORG_UNIT', 'ACCOUNT'] as const) {
    const externalIds = looks.flatMap(({ object, value }) =>
      object.kind === kind && value !== null ? [value.externalId] : [],
    );
    for (const copy of await readCopies(tx, run.connectionId, { kind, externalIds }))
      copies.set(`${kind} ${copy.externalId}`, copy);
  }
  const parents = looks.flatMap(({ value }) =>
    value === null || isAccount(value) || value.parentExternalId === null ? [] : [value.parentExternalId],
  );
  const units = new Set(await linkedUnits(tx, run.connectionId, parents));
  return looks.map((one) =>
    judge(one, {
      copy: copies.get(`${one.object.kind} ${one.value?.externalId ?? one.object.externalId}`),
      isUnit: (externalId) => units.has(externalId),
    }),
  );
};

const PAGES: readonly (readonly [ObjectKind, 'accounts' | 'orgUnits'])[] = [
  ['ORG_UNIT', 'orgUnits'],
  ['ACCOUNT', 'accounts'],
];

const store = (context: FlowContext, run: EventRun, looks: readonly Look[]): Promise<void> =>
  context.db.transaction(eventActor(context, run.id), async (tx) => {
    const judged = await judgeAll(tx, run, looks);
    for (const [kind, pageKind] of PAGES) {
      const items = judged.flatMap(({ read, item }) => (read.kind === kind && item !== null ? [item] : []));
      if (items.length === 0) continue;
      const stored = await storePage(tx, {
        runId: run.id,
        attempt: run.attempt,
        kind: pageKind,
        pages: 1,
        items: [...new Map(items.map((item) => [item.externalId, item])).values()],
        cursor: 'events',
        calls: looks.length,
        callsLeft: null,
        callsPerSecond: null,
        eta: null,
      });
      if (!stored) throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: run.id } });
    }
    await noteRead(
      tx,
      run.id,
      judged.map(({ read }) => read),
    );
  });

/**
 * Reads everything that a run of events has to read, each object singly and afresh, and besides what that cannot be
 * understood without, until nothing more is found. Stored as pages are; what was read is not read again after a crash.
 * @throws AppError IMPORT_TAKEN_OVER, EVENTS_TOO_MANY, and whatever the platform answers that concerns all objects
 */
export const readObjects = async (context: FlowContext, run: EventRun, from: ReadFrom): Promise<void> => {
  const actor = eventActor(context, run.id);
  for (;;) {
    const open = await context.db.transaction(actor, async (tx) => {
      await drawIn(tx, run);
      return objectsOf(tx, run.id, ['OPEN']);
    });
    if (open.length === 0) return;
    for (let at = 0; at < open.length; at += TOGETHER) {
      from.signal.throwIfAborted();
      const looks = await inParallel(open.slice(at, at + TOGETHER), AT_ONCE, (object) => look(from, object));
      requireSome(looks, from.attempt);
      await store(context, run, looks);
    }
  }
};
