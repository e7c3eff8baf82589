import { AppError, type SourcePage } from '../../domain/index.ts';
import { runConcurrently } from './run-concurrently.ts';
import type { Walk } from './walk.ts';
import { readSingly } from './walk-people.ts';

/** Share of the calls so far, and number, that asking for missing objects may cost; the larger counts. */
const PROBE_SHARE = 0.005;
const PROBE_MINIMUM = 20;

/** Times that the lists of ids are compared before a company counts as too restless to vouch for. */
const LISTINGS = 3;

const probeBudget = (walk: Walk): number => Math.max(PROBE_MINIMUM, Math.floor(walk.calls * PROBE_SHARE));

/** Union of the id lists of those units, which platforms keep unpaged and regardless of the range. */
const idsOf = async (walk: Walk, unitIds: readonly string[]): Promise<Set<string>> => {
  const union = new Set<string>();
  const read = (id: string) =>
    walk.gaps.guard({ code: 'ACCOUNT_PAGE_FAILED', where: id }, () => walk.reader.memberIds(id));
  const options = { limit: walk.concurrency, signal: walk.signal };
  for await (const batch of runConcurrently([...unitIds], read, options))
    for (const ids of batch) for (const id of ids ?? []) union.add(id);
  return union;
};

/** Fetches whoever the id lists name and the pages did not bring. */
async function* fetchMissing(walk: Walk, ids: ReadonlySet<string>): AsyncGenerator<SourcePage, void, void> {
  const missing = [...ids].filter((id) => !walk.seen.has(id));
  yield* readSingly(walk, missing);
}

const COUNT_GAP = { code: 'COUNT_MISMATCH', where: 'company' } as const;

/** The platform's head count; `null` = it tells none, `undefined` = it failed to. */
const askHeadCount = async (walk: Walk): Promise<number | null | undefined> => {
  const { reader } = walk;
  return reader.headCount === undefined || reader.everybody !== undefined
    ? null
    : walk.gaps.guard(COUNT_GAP, async () => reader.headCount?.() ?? null);
};

/** Asks for the head count that {@link checkWalk} compares with at the end; a list of everybody needs none before. */
export const noteHeadCount = async (walk: Walk): Promise<void> => {
  if (walk.request.scope === 'ORG_UNITS' || !walk.everything || walk.reader.everybody !== undefined) return;
  walk.headCountBefore = (await askHeadCount(walk)) ?? null;
};

/**
 * True when nothing speaks for a change of the company during the walk. Equal numbers alone do not prove it: somebody
 * may have left whom the walk had met, while another came or moved behind its back. Where the lists of ids cost next
 * to nothing they are asked for regardless.
 */
const isSteady = (walk: Walk, count: number | null): boolean =>
  (count === null || (count === walk.seen.size && count === walk.headCountBefore)) &&
  walk.units.size > probeBudget(walk);

/** Compares with the platform's head count, or its list of everybody; answers with that count. */
async function* compareHeadCount(walk: Walk): AsyncGenerator<SourcePage, number | null, void> {
  if (walk.reader.everybody !== undefined) {
    const compared = yield* compareWithEverybody(walk, walk.reader.everybody);
    if (compared !== undefined) return compared;
  }
  const first = await askHeadCount(walk);
  if (first === undefined || walk.gaps.any || isSteady(walk, first)) return first ?? null;
  return yield* compareIdLists(walk);
}

/**
 * Reads whoever the list of everybody names and the pages did not bring, until it names nobody new. Answers with their
 * number, `undefined` when there is no such list for now.
 */
async function* compareWithEverybody(
  walk: Walk,
  list: () => Promise<ReadonlySet<string> | null>,
): AsyncGenerator<SourcePage, number | null | undefined, void> {
  for (let round = 1; ; round += 1) {
    const listed = await walk.gaps.guard(COUNT_GAP, list);
    if (listed === null) return undefined;
    if (listed === undefined || walk.gaps.any) return listed?.size ?? null;
    const unmet = [...listed].filter((id) => !walk.seen.has(id)).length;
    if (unmet === 0) return listed.size;
    if (round === LISTINGS) {
      walk.gaps.add('COUNT_MISMATCH', 'company', `${listed.size} people listed, ${unmet} of them not read`);
      return listed.size;
    }
    yield* fetchMissing(walk, listed);
  }
}

/**
 * Reads whoever the lists of ids name and the pages did not bring, and lists again: the company may go on changing
 * while they are read. Agreed when everybody listed was met and the head count, asked right behind the lists, is
 * their number.
 */
async function* compareIdLists(walk: Walk): AsyncGenerator<SourcePage, number | null, void> {
  for (let round = 1; ; round += 1) {
    const listed = await idsOf(walk, [...walk.units.keys()]);
    const count = await askHeadCount(walk);
    const unmet = [...listed].filter((id) => !walk.seen.has(id)).length;
    const agreed = unmet === 0 && (count === null || count === listed.size);
    if (count === undefined || walk.gaps.any || agreed) return count ?? null;
    if (round === LISTINGS) {
      const counted = count === null ? '' : `, the platform counts ${count}`;
      const told = `${listed.size} people listed, ${unmet} of them not read${counted}`;
      walk.gaps.add('COUNT_MISMATCH', 'company', told);
      return count;
    }
    yield* fetchMissing(walk, listed);
  }
}

const accountExists = async (walk: Walk, id: string): Promise<boolean> =>
  (await walk.reader.account(id)) !== null;

const unitExists = async (walk: Walk, id: string): Promise<boolean> => {
  try {
    await walk.reader.unit(id);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'PLATFORM_ORG_UNIT_UNKNOWN') return false;
    throw error;
  }
};

/** Asks singly for objects that were there before and were not met now. */
const probeExpected = async (walk: Walk): Promise<void> => {
  const { expected } = walk.request;
  if (expected === undefined || !walk.everything || walk.gaps.any) return;
  const units = expected.orgUnits.filter((id) => !walk.units.has(id)).map((id) => ({ id, unit: true }));
  const people =
    walk.request.scope === 'ORG_UNITS' ? [] : expected.accounts.filter((id) => !walk.seen.has(id));
  const absent = [...units, ...people.map((id) => ({ id, unit: false }))].slice(0, probeBudget(walk));
  const probe = async ({ id, unit }: { id: string; unit: boolean }): Promise<void> => {
    const gap = { code: 'COUNT_MISMATCH', where: id } as const;
    const exists = await walk.gaps.guard(gap, () => (unit ? unitExists(walk, id) : accountExists(walk, id)));
    if (exists === true) walk.gaps.add(gap.code, id, 'it exists, but no listing named it');
  };
  for await (const _ of runConcurrently(absent, probe, { limit: walk.concurrency, signal: walk.signal }));
};

/**
 * People who belong to a unit that did not name them, because its listing failed or fell short: they are read
 * singly, so that nobody loses a lead by it, and the unit is looked at again.
 */
async function* mendHalfKnown(walk: Walk): AsyncGenerator<SourcePage, void, void> {
  const mended: string[] = [];
  for (const [id, half] of walk.halfKnown) {
    const short = half.filter((unitId) => walk.units.has(unitId));
    if (short.length > 0) mended.push(id);
    for (const unitId of short) walk.suspects.add(unitId);
  }
  yield* readSingly(walk, mended);
}

/**
 * What can be done after the walk to know that nobody was missed, and pages of those who were. Answers with the
 * platform's own head count, `null` when only a part of the company was walked.
 */
export async function* checkWalk(walk: Walk): AsyncGenerator<SourcePage, number | null, void> {
  let count: number | null = null;
  if (walk.request.scope !== 'ORG_UNITS') {
    yield* mendHalfKnown(walk);
    if (walk.suspects.size > 0) yield* fetchMissing(walk, await idsOf(walk, [...walk.suspects]));
    if (walk.everything) count = yield* compareHeadCount(walk);
    for (const id of walk.unknownUnits)
      walk.gaps.add('ORG_UNIT_FETCH_FAILED', id, 'people belong to it, but the tree does not have it');
  }
  await probeExpected(walk);
  return count;
}
