import type { SourcePage } from '../../domain/index.ts';
import type { MemberPage } from './directory-reader.ts';
import { runConcurrently } from './run-concurrently.ts';
import { compareIds, type Walk } from './walk.ts';
import { Progress, type WalkCursor } from './walk-cursor.ts';

/** Pages in a row that bring nobody new: from here on the paging is taken to run in circles. */
const IDLE_PAGES = 3;

interface UnitListing {
  readonly id: string;
  readonly index: number;
  cursor: string | null;
  /** Cursors that were used already. */
  readonly used: Set<string>;
  /** Ids met in this unit. */
  readonly met: Set<string>;
  idlePages: number;
}

interface ListedPage {
  readonly listing: UnitListing;
  readonly page: MemberPage | undefined;
}

const ACCOUNT_GAP = 'ACCOUNT_PAGE_FAILED';

/** Where the listing goes on after that page; `null` = it is finished, for better or worse. */
const advance = (walk: Walk, listing: UnitListing, page: MemberPage): string | null => {
  const before = listing.met.size;
  for (const { account } of page.people) listing.met.add(account.externalId);
  const fresh = listing.met.size - before;
  // Somebody met twice: rows moved between two pages, so that others may have slipped through.
  if (fresh < page.people.length) walk.suspects.add(listing.id);
  listing.idlePages = fresh === 0 ? listing.idlePages + 1 : 0;
  if (page.next === null) return null;
  if (listing.used.has(page.next) || listing.idlePages >= IDLE_PAGES) {
    walk.gaps.add('PAGING_LOOPED', listing.id, `cursor ${page.next} after ${listing.met.size} people`);
    walk.failedUnits.add(listing.id);
    return null;
  }
  // Offsets shift while people come and go; with only a part of the company in view no head count would tell.
  if (!walk.everything) walk.suspects.add(listing.id);
  listing.used.add(page.next);
  return page.next;
};

/** Pages of people, unit by unit, several units at once. */
export async function* walkPeople(
  walk: Walk,
  resumed: WalkCursor | undefined,
): AsyncGenerator<SourcePage, void, void> {
  const ids = [...walk.units.keys()].sort(compareIds);
  const progress = resumed?.phase === 'people' ? new Progress(resumed.done, resumed.beyond) : new Progress();
  const queue: UnitListing[] = [];
  for (const [index, id] of ids.entries()) {
    const cursor = progress.next(index);
    if (cursor === null) continue;
    // The pages before the interruption are older than those to come.
    if (cursor !== undefined) walk.suspects.add(id);
    queue.push({ id, index, cursor: cursor ?? null, used: new Set(), met: new Set(), idlePages: 0 });
  }
  const read = async (listing: UnitListing): Promise<ListedPage> => {
    const page = await walk.gaps.guard({ code: ACCOUNT_GAP, where: listing.id }, () =>
      walk.reader.members(listing.id, listing.cursor),
    );
    return { listing, page };
  };
  let left = queue.length;
  for await (const batch of runConcurrently(queue, read, { limit: walk.concurrency, signal: walk.signal })) {
    for (const { listing, page } of batch) {
      walk.pages += 1;
      const next = page === undefined ? null : advance(walk, listing, page);
      if (page === undefined) walk.failedUnits.add(listing.id);
      progress.note(listing.index, next);
      if (next === null) left -= 1;
      else queue.push(Object.assign(listing, { cursor: next }));
      walk.report(left);
      const items = (page?.people ?? []).map((person) => walk.merge(person));
      yield { kind: 'accounts', items, cursor: walk.cursor('people', progress) };
    }
  }
}

/** People who are in the range by themselves, not through a unit. */
export async function* walkIndividuals(walk: Walk): AsyncGenerator<SourcePage, void, void> {
  const ids = walk.range.accountIds.filter((id) => !walk.seen.has(id));
  yield* readSingly(walk, ids);
}

/** Reads people one by one and yields those that exist; a failure is a gap. */
export async function* readSingly(
  walk: Walk,
  ids: readonly string[],
): AsyncGenerator<SourcePage, void, void> {
  const read = (id: string) =>
    walk.gaps.guard({ code: ACCOUNT_GAP, where: id }, async () => ({
      account: await walk.reader.account(id),
    }));
  for await (const batch of runConcurrently([...ids], read, {
    limit: walk.concurrency,
    signal: walk.signal,
  })) {
    const items = batch.flatMap((found) => (found?.account == null ? [] : [walk.settle(found.account)]));
    walk.pages += batch.length;
    walk.report(null);
    if (items.length > 0) yield { kind: 'accounts', items, cursor: walk.cursor('check', new Progress()) };
  }
}
