import { AppError, type RemoteOrgUnitValue, type SourcePage } from '../../domain/index.ts';
import { runConcurrently } from './run-concurrently.ts';
import type { Walk } from './walk.ts';
import { Progress, type WalkCursor } from './walk-cursor.ts';

/** Of the given units those that lie below no other of them. */
const topmost = async (walk: Walk, ids: readonly string[]): Promise<string[]> => {
  if (ids.length < 2) return [...ids];
  const given = new Set(ids);
  const tops: string[] = [];
  for (const id of given) {
    const chain = await walk.gaps.guard({ code: 'ORG_UNIT_FETCH_FAILED', where: id }, () =>
      walk.reader.ancestors(id),
    );
    if (chain !== undefined && !chain.some((above) => above !== id && given.has(above))) tops.push(id);
  }
  return tops;
};

const readTops = async (walk: Walk): Promise<RemoteOrgUnitValue[]> => {
  const tops: RemoteOrgUnitValue[] = [];
  let failure: unknown;
  for (const id of await topmost(walk, walk.range.unitIds)) {
    const unit = await walk.gaps.guard({ code: 'ORG_UNIT_FETCH_FAILED', where: id }, async () => {
      try {
        return await walk.reader.unit(id);
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    if (unit !== undefined) tops.push({ ...unit, parentExternalId: null });
  }
  // Nothing to start from is a fault of the settings, and its own error says more than an empty tree.
  if (tops.length === 0 && failure instanceof AppError) throw failure;
  return tops;
};

interface Expansion {
  readonly index: number;
  readonly id: string;
  readonly children: readonly RemoteOrgUnitValue[] | undefined;
}

async function* walkLevel(
  walk: Walk,
  level: number,
  progress: Progress,
): AsyncGenerator<SourcePage, void, void> {
  const ids = walk.unitsOfLevel(level);
  const open = ids.map((id, index) => ({ id, index })).filter(({ index }) => progress.next(index) !== null);
  const expand = async ({ id, index }: { id: string; index: number }): Promise<Expansion> => {
    const children = await walk.gaps.guard({ code: 'ORG_UNIT_FETCH_FAILED', where: id }, () =>
      walk.reader.children(id),
    );
    return { index, id, children };
  };
  let openLeft = open.length;
  let found = [...walk.units.values()].filter((unit) => unit.level === level + 1).length;
  for await (const batch of runConcurrently(open, expand, { limit: walk.concurrency, signal: walk.signal })) {
    const items: RemoteOrgUnitValue[] = [];
    for (const { index, id, children } of batch) {
      if (children === undefined) walk.failedUnits.add(id);
      for (const child of children ?? []) {
        // A unit that turns up twice would make the tree a net; where it was met first it stays.
        if (walk.units.has(child.externalId)) continue;
        walk.addUnit(child.externalId, id);
        items.push(child);
        found += 1;
      }
      progress.note(index, null);
      walk.pages += 1;
      openLeft -= 1;
    }
    const people = walk.request.scope === 'ORG_UNITS' ? 0 : walk.units.size;
    walk.report(openLeft + found + people);
    yield { kind: 'orgUnits', items, cursor: walk.cursor('units', level, progress) };
  }
}

/** Pages of units, level by level from the top. */
export async function* walkUnits(
  walk: Walk,
  resumed: WalkCursor | undefined,
): AsyncGenerator<SourcePage, void, void> {
  let level = 0;
  let progress = new Progress();
  if (resumed?.phase === 'units') {
    level = resumed.level;
    progress = new Progress(resumed.done, resumed.beyond);
  } else {
    const tops = await readTops(walk);
    for (const top of tops) walk.addUnit(top.externalId, null);
    yield { kind: 'orgUnits', items: tops, cursor: walk.cursor('units', 0, progress) };
  }
  while (walk.unitsOfLevel(level).length > 0) {
    yield* walkLevel(walk, level, progress);
    level += 1;
    progress = new Progress();
  }
}
