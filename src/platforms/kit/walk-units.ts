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

/** Where the walk of the tree stands: one level is in work, units below it may be ahead. */
class TreeProgress {
  level: number;
  readonly ahead: Set<string>;
  progress: Progress;
  readonly #walk: Walk;
  #ids: readonly string[];
  #positions: ReadonlyMap<string, number>;

  constructor(walk: Walk, resumed: WalkCursor | undefined) {
    this.#walk = walk;
    this.level = resumed?.level ?? 0;
    this.ahead = new Set(resumed?.ahead);
    this.progress = new Progress(resumed?.done, resumed?.beyond);
    this.#ids = walk.unitsOfLevel(this.level);
    this.#positions = new Map(this.#ids.map((id, index) => [id, index]));
  }

  /** Units whose children are still to be read, from the top down. */
  open(): string[] {
    const open: string[] = this.#ids.filter((_, index) => this.progress.next(index) !== null);
    for (let level = this.level + 1; ; level += 1) {
      const ids = this.#walk.unitsOfLevel(level);
      if (ids.length === 0) return open;
      open.push(...ids.filter((id) => !this.ahead.has(id)));
    }
  }

  /** Notes that the children of that unit were read; goes to the next level when this one is finished. */
  note(id: string): void {
    const position = this.#positions.get(id);
    if (position === undefined) this.ahead.add(id);
    else this.progress.note(position, null);
    while (this.#ids.length > 0 && this.progress.done === this.#ids.length) this.#descend();
  }

  #descend(): void {
    this.level += 1;
    this.progress = new Progress();
    this.#ids = this.#walk.unitsOfLevel(this.level);
    this.#positions = new Map(this.#ids.map((id, index) => [id, index]));
    for (const [id, index] of this.#positions) if (this.ahead.delete(id)) this.progress.note(index, null);
  }
}

interface Expansion {
  readonly id: string;
  readonly children: readonly RemoteOrgUnitValue[] | undefined;
}

/** Pages of units, from the top down. */
export async function* walkUnits(
  walk: Walk,
  resumed: WalkCursor | undefined,
): AsyncGenerator<SourcePage, void, void> {
  if (resumed === undefined) {
    const tops = await readTops(walk);
    for (const top of tops) walk.addUnit(top.externalId, null);
    yield { kind: 'orgUnits', items: tops, cursor: walk.cursor('units', new Progress()) };
  }
  const tree = new TreeProgress(walk, resumed);
  const queue = tree.open();
  let left = queue.length;
  const expand = async (id: string): Promise<Expansion> => {
    const children = await walk.gaps.guard({ code: 'ORG_UNIT_FETCH_FAILED', where: id }, () =>
      walk.reader.children(id),
    );
    return { id, children };
  };
  for await (const batch of runConcurrently(queue, expand, {
    limit: walk.concurrency,
    signal: walk.signal,
  })) {
    const items: RemoteOrgUnitValue[] = [];
    for (const { id, children } of batch) {
      if (children === undefined) walk.failedUnits.add(id);
      for (const child of children ?? []) {
        // A unit that turns up twice would make the tree a net; where it was met first it stays.
        if (walk.units.has(child.externalId)) continue;
        walk.addUnit(child.externalId, id);
        items.push(child);
      }
      walk.pages += 1;
    }
    // Only now, with all of the batch's children known, is it certain that a level is finished.
    for (const { id } of batch) tree.note(id);
    for (const { externalId } of items) queue.push(externalId);
    left += items.length - batch.length;
    walk.report(left + (walk.request.scope === 'ORG_UNITS' ? 0 : walk.units.size));
    yield { kind: 'orgUnits', items, cursor: walk.cursor('units', tree.progress, tree) };
  }
}
