import type { RemoteAccountValue, RemoteMembershipValue } from '../../domain/index.ts';
import type { SnapshotRequest } from '../../ports/directory-source.ts';
import type { GapLog } from './completeness.ts';
import type { Appearance, DirectoryReader, ReadableRange } from './directory-reader.ts';
import { encodeCursor, type Progress, type WalkCursor } from './walk-cursor.ts';

export type WalkPhase = WalkCursor['phase'];

export interface KnownUnit {
  readonly parentId: string | null;
  readonly level: number;
}

/** Order of ids that needs no knowledge of when they were found: by length, then by text; numeric for numbers. */
export const compareIds = (a: string, b: string): number => {
  if (a.length !== b.length) return a.length - b.length;
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** State of one fetch, shared by its phases. */
export class Walk {
  readonly reader: DirectoryReader;
  readonly request: SnapshotRequest;
  readonly signal: AbortSignal;
  readonly range: ReadableRange;
  /** Digest of range and start units. */
  readonly id: string;
  readonly gaps: GapLog;
  readonly units = new Map<string, KnownUnit>();
  readonly seen = new Set<string>();
  /** Units whose children or members could not be read. */
  readonly failedUnits: Set<string>;
  /** Units whose pages shifted while they were read. */
  readonly suspects: Set<string>;
  /** Units that people name and the tree does not have. */
  readonly unknownUnits = new Set<string>();
  /** Of people in several units: what each unit's listing said. */
  readonly shared = new Map<string, Map<string, RemoteMembershipValue>>();
  /** Of these people, the units whose listing has not named them yet. */
  readonly halfKnown = new Map<string, readonly string[]>();
  /** The platform's head count when the walk began; `null` while it is not known. */
  headCountBefore: number | null;
  pages: number;
  readonly #callsBefore: number;

  constructor(input: {
    readonly reader: DirectoryReader;
    readonly request: SnapshotRequest;
    readonly signal: AbortSignal;
    readonly range: ReadableRange;
    readonly id: string;
    readonly gaps: GapLog;
    readonly resumed: WalkCursor | undefined;
  }) {
    this.reader = input.reader;
    this.request = input.request;
    this.signal = input.signal;
    this.range = input.range;
    this.id = input.id;
    this.gaps = input.gaps;
    this.failedUnits = new Set(input.resumed?.failedUnits);
    this.suspects = new Set(input.resumed?.suspects);
    this.headCountBefore = input.resumed?.headCountBefore ?? null;
    this.pages = input.resumed?.pages ?? 0;
    this.#callsBefore = input.resumed?.calls ?? 0;
  }

  get calls(): number {
    return this.#callsBefore + this.reader.meter.calls();
  }

  /** The whole company is to be walked, so that its head count can be compared. */
  get everything(): boolean {
    return this.range.wholeCompany;
  }

  /** Enough calls in flight that answers of three seconds do not hold the rate back. */
  get concurrency(): number {
    return Math.max(8, Math.ceil(this.reader.meter.callsPerSecond * 3));
  }

  cursor(
    phase: WalkPhase,
    progress: Progress,
    { level, ahead }: { readonly level: number; readonly ahead: Iterable<string> } = { level: 0, ahead: [] },
  ): string {
    return encodeCursor({
      version: 2,
      walk: this.id,
      phase,
      level,
      done: progress.done,
      beyond: progress.beyond,
      ahead: [...ahead],
      gaps: [...this.gaps.listed],
      unlistedGaps: this.gaps.unlisted,
      pages: this.pages,
      calls: this.calls,
      failedUnits: [...this.failedUnits],
      suspects: [...this.suspects],
      headCountBefore: this.headCountBefore,
    });
  }

  report(callsLeft: number | null): void {
    const { meter } = this.reader;
    const pausedUntil = meter.pausedUntil();
    this.request.onProgress?.({
      callsDone: this.calls,
      callsLeft,
      callsPerSecond: meter.callsPerSecond,
      ...(pausedUntil === undefined ? {} : { pausedUntil }),
    });
  }

  addUnit(id: string, parentId: string | null): void {
    const level = parentId === null ? 0 : (this.units.get(parentId)?.level ?? -1) + 1;
    this.units.set(id, { parentId, level });
  }

  unitsOfLevel(level: number): string[] {
    const ids = [...this.units].filter(([, unit]) => unit.level === level).map(([id]) => id);
    return ids.sort(compareIds);
  }

  /** Takes over what an interrupted run had stored. */
  restore(): void {
    const { stored } = this.request;
    if (stored === undefined) return;
    const parents = new Map(stored.orgUnits.map((unit) => [unit.externalId, unit.parentExternalId]));
    const level = (id: string, depth = 0): number => {
      const parentId = parents.get(id);
      return parentId === undefined || parentId === null || depth > parents.size
        ? 0
        : 1 + level(parentId, depth + 1);
    };
    for (const [id, parentId] of parents) this.units.set(id, { parentId, level: level(id) });
    for (const { externalId, memberships } of stored.accounts) {
      this.seen.add(externalId);
      if (memberships.length <= 1) continue;
      // What carries neither order nor lead may have stood in for a listing that was still to come.
      const told = memberships.filter((one) => one.order !== undefined || one.leader);
      this.shared.set(externalId, new Map(told.map((one) => [one.orgUnitExternalId, one])));
      const half = memberships.filter((one) => !told.includes(one)).map((one) => one.orgUnitExternalId);
      if (half.length > 0) this.halfKnown.set(externalId, half);
    }
  }

  /** A person who was read by himself: everything about him is known. */
  settle(account: RemoteAccountValue): RemoteAccountValue {
    this.seen.add(account.externalId);
    this.halfKnown.delete(account.externalId);
    const memberships = account.memberships.filter(
      (one) => this.everything || this.units.has(one.orgUnitExternalId),
    );
    return { ...account, memberships };
  }

  /** The person with everything that the listings so far said about the units he is in. */
  merge({ account, unitIds }: Appearance): RemoteAccountValue {
    this.seen.add(account.externalId);
    const listed = account.memberships.map((one) => one.orgUnitExternalId);
    const all = [...new Set([...unitIds, ...listed])];
    if (this.everything) for (const id of all) if (!this.units.has(id)) this.unknownUnits.add(id);
    // A unit outside the range stays out: nothing is known of it but its number.
    const ours = all.filter((id) => this.everything || this.units.has(id)).sort(compareIds);
    if (ours.length <= 1) return account;
    const known = this.shared.get(account.externalId) ?? new Map<string, RemoteMembershipValue>();
    for (const one of account.memberships) known.set(one.orgUnitExternalId, one);
    this.shared.set(account.externalId, known);
    const half = ours.filter((id) => !known.has(id));
    if (half.length > 0) this.halfKnown.set(account.externalId, half);
    else this.halfKnown.delete(account.externalId);
    const memberships = ours.map((id) => known.get(id) ?? { orgUnitExternalId: id, leader: false });
    return { ...account, memberships };
  }
}
