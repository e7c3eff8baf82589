import type { CompletenessStatement, SourcePage } from '../../domain/index.ts';
import type { SnapshotRequest } from '../../ports/directory-source.ts';
import { GapLog, visibleRangeOf } from './completeness.ts';
import type { DirectoryReader, ReadableRange } from './directory-reader.ts';
import { Walk } from './walk.ts';
import { checkWalk, noteHeadCount } from './walk-check.ts';
import { decodeCursor } from './walk-cursor.ts';
import { walkIndividuals, walkPeople } from './walk-people.ts';
import { walkUnits } from './walk-units.ts';

export interface SnapshotOptions {
  readonly signal: AbortSignal;
  /** Units to start from; empty = everything that the app may see (row W-DD-27). */
  readonly startUnitIds: readonly string[];
}

const PHASES = ['units', 'people', 'individuals', 'check'] as const;

const rangeToWalk = (
  reader: DirectoryReader,
  visible: ReadableRange,
  start: readonly string[],
): ReadableRange => {
  if (start.length === 0 || start.includes(reader.rootId))
    return visible.wholeCompany ? { ...visible, unitIds: [reader.rootId], accountIds: [] } : visible;
  return { wholeCompany: false, unitIds: start, accountIds: [] };
};

const beginWalk = async (
  reader: DirectoryReader,
  request: SnapshotRequest,
  { signal, startUnitIds }: SnapshotOptions,
): Promise<{ walk: Walk; visible: ReadableRange; resumed: ReturnType<typeof decodeCursor> }> => {
  const visible = await reader.range();
  const range = rangeToWalk(reader, visible, startUnitIds);
  const id = visibleRangeOf({ ...range, accountIds: [...visible.accountIds, ...startUnitIds] }).digest;
  const cursor = request.resumeAfter === undefined ? undefined : decodeCursor(request.resumeAfter);
  const resumed = cursor?.walk === id && request.stored !== undefined ? cursor : undefined;
  const gaps = new GapLog(resumed?.gaps, resumed?.unlistedGaps);
  const walk = new Walk({ reader, request, signal, range, id, gaps, resumed });
  if (resumed !== undefined) walk.restore();
  return { walk, visible, resumed };
};

const closingGaps = async (
  walk: Walk,
  visible: ReadableRange,
  startUnitIds: readonly string[],
): Promise<void> => {
  const { gaps, reader } = walk;
  if (!walk.everything) {
    if (visible.wholeCompany || startUnitIds.length > 0)
      gaps.add(
        'START_UNITS_ONLY',
        walk.range.unitIds.join(','),
        'people outside these units were not looked at',
      );
    else gaps.add('RANGE_NARROWED', 'range', 'the app may see a part of the company only');
  }
  const now = await gaps.guard({ code: 'RANGE_CHANGED', where: 'range' }, () => reader.range());
  if (now !== undefined && visibleRangeOf(now).digest !== visibleRangeOf(visible).digest)
    gaps.add('RANGE_CHANGED', 'range', 'the range of the app was changed while it was read');
};

/**
 * The common snapshot of platforms whose tree is read unit by unit: units, people, individuals of the range, then
 * what is needed to vouch for it. Complete means: the whole company was in view, nothing failed, the head count
 * agrees (before and afterwards, or with the lists of ids), and nothing that was expected and not met turned out to
 * exist.
 */
export async function* snapshotByWalk(
  reader: DirectoryReader,
  request: SnapshotRequest,
  options: SnapshotOptions,
): AsyncGenerator<SourcePage, CompletenessStatement, void> {
  const { walk, visible, resumed } = await beginWalk(reader, request, options);
  const from = resumed === undefined ? 0 : PHASES.indexOf(resumed.phase);
  if (resumed === undefined) await noteHeadCount(walk);
  if (from <= 0) yield* walkUnits(walk, resumed);
  if (request.scope !== 'ORG_UNITS') {
    if (from <= 1) yield* walkPeople(walk, resumed);
    yield* walkIndividuals(walk);
  }
  const platformAccountCount = yield* checkWalk(walk);
  await closingGaps(walk, visible, options.startUnitIds);
  return {
    complete: !walk.gaps.any,
    gaps: walk.gaps.statement(),
    pages: walk.pages,
    calls: walk.calls,
    orgUnits: walk.units.size,
    accounts: walk.seen.size,
    platformAccountCount,
    visibleRange: visibleRangeOf(walk.range),
  };
}
