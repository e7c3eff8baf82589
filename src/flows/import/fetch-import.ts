import {
  AppError,
  type CompletenessStatement,
  type OpenConnection,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type SourcePage,
  type SourceProgress,
} from '../../domain/index.ts';
import { canonicalAccountText, canonicalOrgUnitText, sha256Hex } from '../../planner/canonical-hash.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import {
  expectedObjects,
  type FetchedItem,
  storedSoFar,
  storePage,
} from '../../store/queries/import-fetched.ts';
import { endFetch, type ImportRunRow, isCancelRequested } from '../../store/queries/import-runs.ts';
import type { FlowContext } from '../context.ts';
import { type PageGroup, storeWhileReading } from './page-groups.ts';
import { importActor, tenantOf } from './run-context.ts';

const accountItem = (value: RemoteAccountValue): FetchedItem => {
  const json = canonicalAccountText(value);
  return { externalId: value.externalId, hash: sha256Hex(json), json };
};

const orgUnitItem = (value: RemoteOrgUnitValue): FetchedItem => {
  const json = canonicalOrgUnitText(value);
  const { externalId, parentExternalId, name = '' } = value;
  return { externalId, hash: sha256Hex(json), json, parentExternalId, name };
};

const itemsOfPage = (page: SourcePage): readonly FetchedItem[] =>
  page.kind === 'accounts' ? page.items.map(accountItem) : page.items.map(orgUnitItem);

/** One item per external id, the last one. */
const itemsOf = (pages: readonly SourcePage[]): readonly FetchedItem[] => {
  const items = pages.flatMap(itemsOfPage);
  const byId = new Map(items.map((item) => [item.externalId, item]));
  return byId.size === items.length ? items : [...byId.values()];
};

/** When the calls that are left will have been made at the platform's pace, `null` while that is unknown. */
export const etaOf = (progress: SourceProgress | null, now: Date): Date | null => {
  if (progress === null || progress.callsLeft === null || progress.callsPerSecond <= 0) return null;
  const start = Math.max(now.getTime(), progress.pausedUntil ?? 0);
  return new Date(start + (progress.callsLeft / progress.callsPerSecond) * 1000);
};

/** The signal that ends the fetch: the caller's, or somebody's wish to cancel, told by NOTIFY. */
const cancelSignal = async (context: FlowContext, run: ImportRunRow, outer: AbortSignal) => {
  const cancel = new AbortController();
  const subscription = await context.db.listen(
    'muster_import_cancel',
    (runId) => {
      if (runId === run.id) cancel.abort(new AppError('IMPORT_CANCELLED'));
    },
    () => {
      isCancelRequested(context.db, tenantOf(context), run.id)
        .then((wanted) => wanted && cancel.abort(new AppError('IMPORT_CANCELLED')))
        .catch((error: unknown) => context.logger.warn({ err: error, runId: run.id }, 'cancel not read'));
    },
  );
  return { signal: AbortSignal.any([outer, cancel.signal]), stop: () => subscription.close() };
};

const store = async (
  context: FlowContext,
  run: ImportRunRow,
  { pages, progress }: PageGroup,
): Promise<void> => {
  const last = pages.at(-1) ?? pages[0];
  const stored = await context.db.transaction(importActor(context, run.id), (tx) =>
    storePage(tx, {
      runId: run.id,
      attempt: run.attempt,
      kind: last.kind,
      pages: pages.length,
      items: itemsOf(pages),
      cursor: last.cursor,
      calls: progress?.callsDone ?? 0,
      callsLeft: progress?.callsLeft ?? null,
      callsPerSecond: progress?.callsPerSecond ?? null,
      eta: etaOf(progress, context.now()),
    }),
  );
  if (stored) return;
  const cancelled = await isCancelRequested(context.db, tenantOf(context), run.id);
  throw new AppError(cancelled ? 'IMPORT_CANCELLED' : 'IMPORT_TAKEN_OVER', { details: { runId: run.id } });
};

const readAll = async (
  context: FlowContext,
  run: ImportRunRow,
  from: FetchFrom,
): Promise<CompletenessStatement> => {
  const actor = importActor(context, run.id);
  const expected = await context.db.transaction(actor, (tx) => expectedObjects(tx, run.connectionId));
  const resume =
    run.cursor === null
      ? {}
      : {
          resumeAfter: run.cursor,
          stored: await context.db.transaction(actor, (tx) => storedSoFar(tx, run.id)),
        };
  let progress: SourceProgress | null = null;
  const request = {
    scope: run.scope,
    expected,
    ...resume,
    onProgress: (now: SourceProgress) => {
      progress = now;
    },
  };
  const stopReading = new AbortController();
  const signal = AbortSignal.any([from.signal, stopReading.signal]);
  return storeWhileReading(from.source.snapshot(from.connection, request, signal), () => progress, {
    stopReading,
    store: async (group) => {
      await store(context, run, group);
      from.signal.throwIfAborted();
    },
  });
};

/** A view other than at the last commit cannot tell leavers from people who are out of sight now. */
const withRange = (
  statement: CompletenessStatement,
  lastRangeDigest: string | null,
): CompletenessStatement => {
  const { digest } = statement.visibleRange;
  if (lastRangeDigest === null || lastRangeDigest === digest) return statement;
  if (statement.gaps.some(({ code }) => code === 'RANGE_CHANGED')) return statement;
  const gap = {
    code: 'RANGE_CHANGED',
    where: 'range',
    detail: 'the range is not the one of the last committed import',
  } as const;
  return { ...statement, complete: false, gaps: [...statement.gaps, gap] };
};

/** Where a fetch reads. */
export interface FetchFrom {
  readonly source: DirectorySource;
  readonly connection: OpenConnection & { readonly lastRangeDigest?: string | null };
  readonly signal: AbortSignal;
}

/**
 * Reads the platform from where the run stands to the end, page by page; each page is stored whole, with its
 * cursor, in one transaction, which it shares with others only when they come faster than they can be stored.
 * @throws AppError IMPORT_CANCELLED, IMPORT_TAKEN_OVER, and whatever the platform answers
 */
export const fetchImport = async (
  context: FlowContext,
  run: ImportRunRow,
  from: FetchFrom,
): Promise<void> => {
  const { signal, stop } = await cancelSignal(context, run, from.signal);
  try {
    const read = await readAll(context, run, { ...from, signal });
    const statement = withRange(read, from.connection.lastRangeDigest ?? null);
    const ended = await context.db.transaction(importActor(context, run.id), (tx) =>
      endFetch(tx, run, statement),
    );
    if (!ended) throw new AppError('IMPORT_TAKEN_OVER', { details: { runId: run.id } });
  } finally {
    await stop();
  }
};
