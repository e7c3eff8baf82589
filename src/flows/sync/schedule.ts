import type { OperationState } from '../../domain/index.ts';
import type { ScheduledRow } from '../../store/queries/operation-claims.ts';

/** States after which an operation's dependents may go on. */
const WELL: ReadonlySet<OperationState> = new Set(['APPLIED', 'UNCHANGED']);
/** States in which it may still end well. */
const OPEN: ReadonlySet<OperationState> = new Set(['PLANNED', 'RUNNING', 'WAITING']);

interface Entry {
  readonly ordinal: number;
  readonly wave: number;
  readonly object: string;
  readonly calls: boolean;
  /** Operations that have to end well first and have not ended. */
  missing: number;
}

interface Wave {
  readonly ready: Entry[];
  next: number;
}

/**
 * The order in which one plan's operations are applied. Waves go one after the other: one begins when nothing of
 * those before it is on its way any more. What waits for its next attempt, and what depends on that, keeps nobody
 * waiting; it is taken up as soon as it is due. Two operations of one object are never on their way together.
 */
export class Schedule {
  readonly #entries = new Map<number, Entry>();
  readonly #dependents = new Map<number, number[]>();
  readonly #waves = new Map<number, Wave>();
  readonly #order: number[];
  #at = 0;
  /** Was out already, or belongs to a wave that is over: goes first. */
  readonly #first: Entry[] = [];
  readonly #waiting = new Map<Entry, number>();
  readonly #underWay = new Set<Entry>();
  readonly #busyObjects = new Set<string>();
  readonly #behindObject = new Map<string, Entry[]>();
  readonly #skipped: number[] = [];

  constructor(rows: readonly ScheduledRow[], dependencies: ReadonlyMap<number, OperationState>) {
    for (const { ordinal, wave, object, calls } of rows) {
      this.#entries.set(ordinal, { ordinal, wave, object, calls, missing: 0 });
    }
    const failed = new Set<number>();
    for (const { ordinal, dependsOn } of rows) {
      const entry = this.#entries.get(ordinal);
      if (entry === undefined) continue;
      for (const on of new Set(dependsOn)) {
        const state = dependencies.get(on);
        if (state !== undefined && WELL.has(state)) continue;
        entry.missing += 1;
        const dependents = this.#dependents.get(on);
        if (dependents === undefined) this.#dependents.set(on, [ordinal]);
        else dependents.push(ordinal);
        if (state === undefined || !OPEN.has(state)) failed.add(on);
      }
    }
    this.#order = [...new Set(rows.map(({ wave }) => wave))].sort((a, b) => a - b);
    for (const wave of this.#order) this.#waves.set(wave, { ready: [], next: 0 });
    for (const row of rows) this.#place(row);
    for (const on of failed) this.#drop(on);
  }

  #place({ ordinal, state, retryAt, wave }: ScheduledRow): void {
    const entry = this.#entries.get(ordinal);
    if (entry === undefined) return;
    if (state === 'RUNNING') this.#first.push(entry);
    else if (state === 'WAITING') this.#waiting.set(entry, retryAt?.getTime() ?? 0);
    else if (entry.missing === 0) this.#waves.get(wave)?.ready.push(entry);
  }

  /** Operations that cannot be applied any more because of one that they depend on; each is told once. */
  takeSkipped(): readonly number[] {
    return this.#skipped.splice(0);
  }

  /** Operations that have not ended. */
  get open(): number {
    return this.#entries.size;
  }

  get underWay(): number {
    return this.#underWay.size;
  }

  /** When the first of those that wait is due, epoch milliseconds; `null` when none waits. */
  get nextRetry(): number | null {
    let next: number | null = null;
    for (const at of this.#waiting.values()) if (next === null || at < next) next = at;
    return next;
  }

  /**
   * Takes operations that may be applied now; they are under way from here on.
   * @param most of all, and of those that call the platform
   */
  take(most: { readonly all: number; readonly calls: number }, nowMs: number): number[] {
    for (const [entry, at] of this.#waiting) {
      if (at > nowMs) continue;
      this.#waiting.delete(entry);
      if (entry.missing === 0) this.#first.push(entry);
    }
    const taken: number[] = [];
    let calls = 0;
    while (taken.length < most.all && calls < most.calls) {
      const entry = this.#first.shift() ?? this.#nextOfWave();
      if (entry === undefined) break;
      if (this.#busyObjects.has(entry.object)) {
        const behind = this.#behindObject.get(entry.object);
        if (behind === undefined) this.#behindObject.set(entry.object, [entry]);
        else behind.push(entry);
        continue;
      }
      this.#busyObjects.add(entry.object);
      this.#underWay.add(entry);
      taken.push(entry.ordinal);
      if (entry.calls) calls += 1;
    }
    return taken;
  }

  #nextOfWave(): Entry | undefined {
    for (;;) {
      const wave = this.#waves.get(this.#order[this.#at] ?? Number.NaN);
      if (wave === undefined) return undefined;
      const entry = wave.ready[wave.next];
      if (entry !== undefined) {
        wave.next += 1;
        return entry;
      }
      if (this.#underWay.size > 0) return undefined;
      this.#at += 1;
    }
  }

  /** An operation under way has ended. */
  ended(ordinal: number, state: OperationState): void {
    const entry = this.#landed(ordinal);
    if (entry === undefined) return;
    this.#entries.delete(ordinal);
    if (!WELL.has(state)) {
      this.#drop(ordinal);
      return;
    }
    const dependents = this.#dependents.get(ordinal) ?? [];
    this.#dependents.delete(ordinal);
    for (const dependent of dependents) {
      const next = this.#entries.get(dependent);
      if (next === undefined) continue;
      next.missing -= 1;
      if (next.missing > 0 || this.#waiting.has(next)) continue;
      const isOver = next.wave < (this.#order[this.#at] ?? Number.POSITIVE_INFINITY);
      if (isOver) this.#first.push(next);
      else this.#waves.get(next.wave)?.ready.push(next);
    }
  }

  /** An operation under way is going to be tried again at that instant, epoch milliseconds. */
  waits(ordinal: number, until: number): void {
    const entry = this.#landed(ordinal);
    if (entry !== undefined) this.#waiting.set(entry, until);
  }

  #landed(ordinal: number): Entry | undefined {
    const entry = this.#entries.get(ordinal);
    if (entry === undefined || !this.#underWay.delete(entry)) return undefined;
    this.#busyObjects.delete(entry.object);
    const behind = this.#behindObject.get(entry.object);
    if (behind !== undefined) {
      this.#behindObject.delete(entry.object);
      this.#first.push(...behind);
    }
    return entry;
  }

  /** Everything that depends on an operation which did not end well, however far down. */
  #drop(ordinal: number): void {
    const queue = [ordinal];
    for (let on = queue.pop(); on !== undefined; on = queue.pop()) {
      const dependents = this.#dependents.get(on) ?? [];
      this.#dependents.delete(on);
      for (const dependent of dependents) {
        const entry = this.#entries.get(dependent);
        if (entry === undefined || this.#underWay.has(entry)) continue;
        this.#entries.delete(dependent);
        this.#waiting.delete(entry);
        this.#skipped.push(dependent);
        queue.push(dependent);
      }
    }
  }
}
