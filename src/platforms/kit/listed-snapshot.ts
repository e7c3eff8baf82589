import { z } from 'zod';
import {
  AppError,
  type CompletenessStatement,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type SourcePage,
} from '../../domain/index.ts';
import type { SnapshotRequest } from '../../ports/directory-source.ts';
import { GapLog, visibleRangeOf } from './completeness.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { type ListingPage, newPass, type Pass, type ReadPage, readListing } from './listing.ts';
import { compareIds } from './walk.ts';

/** A unit with everybody in it, as the list of units shows it. */
export interface ListedUnit {
  readonly id: string;
  readonly unit: RemoteOrgUnitValue;
  readonly memberIds: readonly string[];
}

/** A person as the list of people shows one; the memberships come from the units. */
export interface ListedPerson {
  readonly id: string;
  readonly account: RemoteAccountValue;
}

/** What is needed of a platform that lists all units and all people, each by position. */
export interface ListReader {
  readonly units: ReadPage<ListedUnit>;
  readonly people: ReadPage<ListedPerson>;
  /** Where parents are told by names only all units together show them. */
  arrange?(units: readonly ListedUnit[]): readonly ListedUnit[];
  /** One object, `null` when there is none. */
  unit(id: string): Promise<RemoteOrgUnitValue | null>;
  account(id: string): Promise<RemoteAccountValue | null>;
  readonly pageSize: number;
  readonly meter: DirectoryReader['meter'];
}

export interface ListedSnapshotOptions {
  /** Units to start from; empty = everything. */
  readonly startUnitIds: readonly string[];
}

/** Passes through a list before it counts as too restless to vouch for. */
const PASSES = 3;
/** Objects that are asked for singly at the end. */
const PROBES = 20;

const cursorSchema = z.object({
  version: z.literal(1),
  walk: z.string(),
  next: z.int(),
  lastId: z.string().nullable(),
  steady: z.boolean(),
  pages: z.int(),
  calls: z.int(),
});
type Cursor = z.infer<typeof cursorSchema>;

const decodeCursor = (text: string | undefined): Cursor | undefined => {
  try {
    return cursorSchema.parse(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
};

class ListWalk {
  readonly gaps = new GapLog();
  readonly units = new Map<string, RemoteOrgUnitValue>();
  readonly seen = new Set<string>();
  readonly whole: boolean;
  pages = 0;
  #unitsOf = new Map<string, string[]>();
  #people: Pass = newPass();
  #callsBefore = 0;
  readonly #reader: ListReader;
  readonly #request: SnapshotRequest;
  readonly #startIds: readonly string[];
  readonly #id: string;

  constructor(reader: ListReader, request: SnapshotRequest, { startUnitIds }: ListedSnapshotOptions) {
    this.#reader = reader;
    this.#request = request;
    this.#startIds = startUnitIds;
    this.whole = startUnitIds.length === 0;
    this.#id = JSON.stringify(startUnitIds);
    const cursor = decodeCursor(request.resumeAfter);
    if (cursor?.walk !== this.#id || request.stored === undefined) return;
    this.#callsBefore = cursor.calls;
    this.pages = cursor.pages;
    for (const { externalId } of request.stored.accounts) this.seen.add(externalId);
    const { next, lastId, steady } = cursor;
    // Of a part only those in it were stored, so that the others are still to be counted.
    if (this.whole) this.#people = { next, lastId, steady, met: new Set(this.seen), total: 0 };
  }

  get calls(): number {
    return this.#callsBefore + this.#reader.meter.calls();
  }

  report(callsLeft: number | null): void {
    const { meter } = this.#reader;
    const pausedUntil = meter.pausedUntil();
    this.#request.onProgress?.({
      callsDone: this.calls,
      callsLeft,
      callsPerSecond: meter.callsPerSecond,
      ...(pausedUntil === undefined ? {} : { pausedUntil }),
    });
  }

  #cursor(): string {
    const { next, lastId, steady } = this.#people;
    const at = { version: 1, walk: this.#id, next, lastId, steady } as const;
    return JSON.stringify({ ...at, pages: this.pages, calls: this.calls } satisfies Cursor);
  }

  /** Passes until one can be trusted; a list that never lies still is a gap. Answers with the last count. */
  async *#passes<Row extends { readonly id: string }>(
    read: ReadPage<Row>,
    pass: Pass,
    where: string,
  ): AsyncGenerator<Row[], number, void> {
    for (let round = 1; ; round += 1) {
      const { pageSize } = this.#reader;
      for await (const rows of readListing(read, pass, { pageSize })) {
        this.pages += 1;
        this.report(Math.max(0, Math.ceil((pass.total - pass.next + 1) / pageSize)) + 1);
        yield rows;
      }
      const { total }: ListingPage<Row> = await read(1, 1);
      if (pass.steady && pass.met.size === total) return total;
      if (round === PASSES) {
        this.gaps.add('COUNT_MISMATCH', where, `${pass.met.size} read, the platform counts ${total}`);
        return total;
      }
      Object.assign(pass, { ...newPass(), met: pass.met });
      pass.met.clear();
    }
  }

  /** All units from the top down, or those below the start units. */
  async *walkUnits(): AsyncGenerator<SourcePage, void, void> {
    const read = new Map<string, ListedUnit>();
    for await (const rows of this.#passes(this.#reader.units, newPass(), 'units'))
      for (const row of rows) read.set(row.id, row);
    const all = [...read.values()];
    const listed = new Map((this.#reader.arrange?.(all) ?? all).map((row) => [row.id, row]));
    const children = Map.groupBy(listed.values(), ({ unit }) => unit.parentExternalId);
    const tops = await this.#tops(listed);
    const topIds = new Set(tops.map(({ id }) => id));
    const queue = [...tops];
    for (const { id, unit } of queue) {
      if (this.units.has(id)) continue;
      this.units.set(id, topIds.has(id) ? { ...unit, parentExternalId: null } : unit);
      queue.push(...(children.get(id) ?? []));
    }
    for (const { id, memberIds } of listed.values())
      if (this.units.has(id))
        for (const memberId of new Set(memberIds)) {
          const ids = this.#unitsOf.get(memberId);
          if (ids === undefined) this.#unitsOf.set(memberId, [id]);
          else ids.push(id);
        }
    yield* this.#unitPages();
  }

  *#unitPages(): Generator<SourcePage, void, void> {
    const items = [...this.units.values()];
    for (let at = 0; at === 0 || at < items.length; at += this.#reader.pageSize)
      yield {
        kind: 'orgUnits',
        items: items.slice(at, at + this.#reader.pageSize),
        cursor: this.#cursor(),
      };
  }

  async #tops(listed: ReadonlyMap<string, ListedUnit>): Promise<ListedUnit[]> {
    if (!this.whole) {
      const tops = this.#startIds.flatMap((id) => listed.get(id) ?? []);
      if (tops.length > 0) return tops;
      throw new AppError('PLATFORM_ORG_UNIT_UNKNOWN', { details: { object: this.#startIds.join(', ') } });
    }
    const tops: ListedUnit[] = [];
    for (const row of listed.values()) {
      const parentId = row.unit.parentExternalId;
      if (parentId !== null && listed.has(parentId) && !inCircle(row, listed)) continue;
      tops.push(row);
      if (parentId === null) continue;
      const lost = listed.has(parentId) || (await this.#reader.unit(parentId)) !== null;
      if (lost)
        this.gaps.add('ORG_UNIT_FETCH_FAILED', row.id, `its parent ${parentId} does not lead to the top`);
    }
    return tops;
  }

  /** All people; of a part, those who are in its units. */
  async *walkPeople(): AsyncGenerator<SourcePage, number, void> {
    const passes = this.#passes(this.#reader.people, this.#people, 'people');
    for (;;) {
      const step = await passes.next();
      if (step.done === true) return step.value;
      const items = step.value.flatMap(({ id, account }) => {
        const ids = [...(this.#unitsOf.get(id) ?? [])].sort(compareIds);
        if (!this.whole && ids.length === 0) return [];
        this.seen.add(id);
        const memberships = ids.map((orgUnitExternalId) => ({ orgUnitExternalId }));
        return [{ ...account, memberships }];
      });
      yield { kind: 'accounts', items, cursor: this.#cursor() };
    }
  }

  /** Asks singly for a few who were there before, or whom a unit names, and whom no page brought. */
  async probe(): Promise<void> {
    const { expected, scope } = this.#request;
    if (!this.whole || this.gaps.any) return;
    const units = (expected?.orgUnits ?? []).filter((id) => !this.units.has(id));
    for (const id of units.slice(0, PROBES))
      if ((await this.#reader.unit(id)) !== null) this.gaps.add('COUNT_MISMATCH', id, UNLISTED);
    if (scope === 'ORG_UNITS') return;
    const members = [...this.#unitsOf.keys()].filter((id) => !this.units.has(id));
    const people = new Set([...members, ...(expected?.accounts ?? [])].filter((id) => !this.seen.has(id)));
    for (const id of [...people].slice(0, PROBES))
      if ((await this.#reader.account(id)) !== null) this.gaps.add('COUNT_MISMATCH', id, UNLISTED);
  }
}

const UNLISTED = 'it exists, but no listing named it';

/** True for the unit of a circle whose id comes first: there the circle is opened. */
const inCircle = (row: ListedUnit, listed: ReadonlyMap<string, ListedUnit>): boolean => {
  const circle = new Set<string>();
  for (
    let at: ListedUnit | undefined = row;
    at !== undefined;
    at = listed.get(at.unit.parentExternalId ?? '')
  ) {
    if (circle.has(at.id)) return at.id === row.id && [...circle].every((id) => compareIds(row.id, id) <= 0);
    circle.add(at.id);
  }
  return false;
};

/**
 * The common snapshot of platforms that list all units and all people by position. Complete means: both lists were
 * read to the end in one steady pass whose number is the platform's own count, asked afterwards, every parent was
 * there, and nothing that was expected or named as a member and not met turned out to exist.
 */
export async function* snapshotByLists(
  reader: ListReader,
  request: SnapshotRequest,
  options: ListedSnapshotOptions,
): AsyncGenerator<SourcePage, CompletenessStatement, void> {
  const walk = new ListWalk(reader, request, options);
  let count: number | null = null;
  yield* walk.walkUnits();
  if (request.scope !== 'ORG_UNITS') count = yield* walk.walkPeople();
  await walk.probe();
  if (!walk.whole)
    walk.gaps.add(
      'START_UNITS_ONLY',
      options.startUnitIds.join(','),
      'people outside these units were not looked at',
    );
  walk.report(0);
  return {
    complete: !walk.gaps.any,
    gaps: walk.gaps.statement(),
    pages: walk.pages,
    calls: walk.calls,
    orgUnits: walk.units.size,
    accounts: walk.seen.size,
    platformAccountCount: walk.whole ? count : null,
    visibleRange: visibleRangeOf({ wholeCompany: walk.whole, unitIds: options.startUnitIds, accountIds: [] }),
  };
}
