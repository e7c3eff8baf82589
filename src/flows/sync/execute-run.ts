import type { AppError, OpenConnection, OperationState, TargetOperation } from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import {
  type ClaimedRow,
  claimOperations,
  handBack,
  readLinkedIds,
  readSeats,
  skipOperations,
  takeFooting,
} from '../../store/queries/operation-claims.ts';
import { keepRun, type OperationOutcome } from '../../store/queries/operation-results.ts';
import type { SyncRunRow } from '../../store/queries/sync-runs.ts';
import type { FlowContext } from '../context.ts';
import { syncActor } from './apply-context.ts';
import { asAppError, judgeFailure } from './judge-failure.ts';
import type { LookFirst } from './look-first.ts';
import { type Ending, type Finished, recordResults } from './record-results.ts';
import { type KnownSeats, namedIn, resolveOperation, seatedIn } from './resolve-operation.ts';
import type { Schedule } from './schedule.ts';
import { Window } from './window.ts';

/** Everything that one execution of a run works with. */
export interface Execution {
  readonly context: FlowContext;
  readonly run: SyncRunRow;
  readonly rosterSnapshot: string | null;
  readonly connection: OpenConnection;
  readonly target: DirectoryTarget;
  readonly accountIdKind: string;
  readonly leadsWithPlaces: boolean;
  /** Looks at an object before it is written to, where the platform's people may have written as well. */
  readonly look: LookFirst | undefined;
  readonly schedule: Schedule;
  /** The run has lacked a permission before, and the connection has proved well since. */
  readonly provedWell: boolean;
  /** Ends the execution: somebody stops the run, or the worker stops. What is on its way is waited for. */
  readonly stop: AbortSignal;
  /** Uniform in [0, 1), for back-off. */
  readonly random: () => number;
}

/** Why an execution ended. */
export type ExecutionEnd =
  /** All that could be done now is done. */
  | { readonly kind: 'IDLE' }
  /** `stop` was aborted, or the stop stands in the database. */
  | { readonly kind: 'STOPPED' }
  /** Another worker has the run. */
  | { readonly kind: 'TAKEN_OVER' }
  /** The connection was switched off meanwhile. */
  | { readonly kind: 'DISABLED' }
  /** The connection may now do more, or less, than it might at the beginning. */
  | { readonly kind: 'CHANGED' }
  /** Nothing can succeed on the connection until it is mended. */
  | { readonly kind: 'QUARANTINE'; readonly error: AppError | null };

/**
 * Seconds of the rate that one claim takes, and that are claimed ahead of the calls, at least. More of both where the
 * database takes longer than that: what is claimed has to last until the next claim is through.
 */
const CLAIM_SECONDS = 0.1;
const AHEAD_SECONDS = 0.05;
const CLAIM_SLACK = 1.5;
const CLAIM_MOST = 250;
/** Milliseconds that results wait for others, so that one transaction records many. */
const LINGER_MS = 40;
/** Milliseconds after which an operation whose object another run holds is asked for again. */
const BUSY_MS = 100;
/** An attempt that is due within so many milliseconds is waited for here. */
const SHORT_WAIT_MS = 3_000;
/** From so many attempts on, and above this share of failures, the connection is at fault (field-notes rule 13). */
const JUDGED_FROM = 50;
const MOST_FAILED = 0.4;

const isTried = ({ kind }: Ending): boolean =>
  kind === 'TOLD' || kind === 'AGAIN' || kind === 'FAILED' || kind === 'INVITED';
const isFailure = ({ kind }: Ending): boolean => kind === 'AGAIN' || kind === 'FAILED';

const isLink = (kind: ClaimedRow['kind']): boolean => /^(UN)?LINK_/.test(kind);

const OPEN: ReadonlySet<OperationState> = new Set(['PLANNED', 'WAITING']);

/**
 * Applies what a schedule offers: claims a little ahead of the calls, keeps as many calls on their way as the rate
 * allows, and records results in batches. Each of the three goes on while the others wait.
 *
 *     schedule → claim (intent, one transaction per batch) → call → record (one transaction per batch) → schedule
 */
export class Executor {
  readonly #of: Execution;
  readonly #perSecond: number;
  readonly #window: Window;
  readonly #calls = new AbortController();
  readonly #claimed: ClaimedRow[] = [];
  #linked: ReadonlyMap<string, string> = new Map();
  /** Of the people whom claimed operations seat; absent where the platform needs none of it. */
  #seats: KnownSeats | undefined;
  #underWay = 0;
  #finished: Finished[] = [];
  #finishedAt = 0;
  #claiming: Promise<void> | null = null;
  /** Seconds that claims take: the last ones count most. */
  #claimSeconds = 0;
  #recording: Promise<void> | null = null;
  #end: ExecutionEnd | null = null;
  #fault: { readonly error: unknown } | null = null;
  #tried = 0;
  #failed = 0;
  #wake: () => void = () => undefined;

  constructor(execution: Execution) {
    this.#of = execution;
    this.#perSecond = Math.max(1, execution.target.callsPerSecond(execution.connection));
    this.#window = new Window(this.#perSecond, performance.now());
  }

  /** Works until nothing can be done now, or somebody ends it. @throws what the database throws */
  async execute(): Promise<ExecutionEnd> {
    const { stop } = this.#of;
    const onStop = (): void => {
      this.#finish({ kind: 'STOPPED' });
      this.#wake();
    };
    stop.addEventListener('abort', onStop, { once: true });
    if (stop.aborted) onStop();
    try {
      while (await this.#step());
    } finally {
      stop.removeEventListener('abort', onStop);
    }
    await this.#giveBack();
    if (this.#fault !== null) throw this.#fault.error;
    return this.#end ?? { kind: 'IDLE' };
  }

  #finish(end: ExecutionEnd): void {
    this.#end ??= end;
  }

  get #isEnding(): boolean {
    return this.#end !== null || this.#fault !== null;
  }

  /** Starts whatever can be started and waits until something has ended. False when all is done. */
  async #step(): Promise<boolean> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#startCalls();
    this.#startClaim();
    this.#startRecord();
    if (this.#isOver()) return false;
    const timer = setTimeout(() => this.#wake(), this.#pauseMs());
    await woken;
    clearTimeout(timer);
    return true;
  }

  #isOver(): boolean {
    if (this.#claiming !== null || this.#recording !== null || this.#underWay > 0) return false;
    // What could not be recorded is found by the next execution: the intents stand.
    if (this.#fault !== null) return true;
    if (this.#finished.length > 0) return false;
    return this.#end !== null || (this.#claimed.length === 0 && !this.#hasMoreSoon());
  }

  #now(): number {
    return this.#of.context.now().getTime();
  }

  #hasMoreSoon(): boolean {
    const next = this.#of.schedule.nextRetry;
    return next !== null && next - this.#now() <= SHORT_WAIT_MS;
  }

  /** Until something is due that nobody tells of. */
  #pauseMs(): number {
    const lingers = this.#finished.length > 0 && this.#recording === null;
    const linger = lingers ? Math.max(1, this.#finishedAt + LINGER_MS - performance.now()) : 1_000;
    const next = this.#of.schedule.nextRetry;
    return Math.min(linger, next === null ? 1_000 : Math.max(1, next - this.#now()));
  }

  #startClaim(): void {
    const ahead = Math.ceil(this.#perSecond * Math.max(AHEAD_SECONDS, this.#claimSeconds));
    if (this.#claiming !== null || this.#isEnding || this.#claimed.length > ahead) return;
    const seconds = Math.max(CLAIM_SECONDS, CLAIM_SLACK * this.#claimSeconds);
    const calls = Math.min(CLAIM_MOST, Math.ceil(this.#perSecond * seconds));
    const ordinals = this.#of.schedule.take({ all: CLAIM_MOST, calls }, this.#now());
    if (ordinals.length === 0) {
      this.#window.idle();
      return;
    }
    this.#claiming = this.#claim(ordinals)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#claiming = null;
        this.#wake();
      });
  }

  #fail(error: unknown): void {
    this.#fault ??= { error };
    // Nothing that ends now could be recorded.
    this.#calls.abort(error);
  }

  async #claim(ordinals: readonly number[]): Promise<void> {
    const { context, run, rosterSnapshot, schedule, leadsWithPlaces } = this.#of;
    const started = performance.now();
    const claim = await context.db.transaction(syncActor(context, run.id), async (tx) => {
      const footing = await takeFooting(tx, run);
      const end = this.#endOf(footing);
      if (end !== null) return { end };
      const rows = await claimOperations(tx, run, { ordinals, rosterSnapshot });
      const taken = rows.filter(({ verdict }) => verdict === null);
      const linked = await readLinkedIds(tx, run.connectionId, namedIn(taken));
      const seats = leadsWithPlaces && (await readSeats(tx, run.connectionId, seatedIn(taken, linked)));
      return { rows, linked, seats };
    });
    this.#claimSeconds += ((performance.now() - started) / 1_000 - this.#claimSeconds) / 4;
    if ('end' in claim) return this.#finish(claim.end);
    this.#linked = new Map([...this.#stillNamed(), ...claim.linked]);
    // Those of earlier claims still stand: nobody's places are written by two operations at the same time.
    if (claim.seats !== false)
      this.#seats = new Map([...(this.#claimed.length === 0 ? [] : (this.#seats ?? [])), ...claim.seats]);
    const found = new Set<number>();
    for (const row of claim.rows) {
      found.add(row.ordinal);
      if (row.verdict === null) this.#begin(row);
      else if (row.verdict === 'BUSY') schedule.waits(row.ordinal, this.#now() + BUSY_MS);
      else schedule.ended(row.ordinal, 'SUPERSEDED');
    }
    // Somebody has decided otherwise about those that were not found.
    for (const ordinal of ordinals) if (!found.has(ordinal)) schedule.ended(ordinal, 'SKIPPED');
    await this.#skipDependents();
  }

  #begin(row: ClaimedRow): void {
    if (isLink(row.kind)) this.#done({ row, operation: null, ending: { kind: 'LINKED' } });
    else this.#claimed.push(row);
  }

  /** Ids that claimed operations of earlier batches still need. */
  #stillNamed(): readonly (readonly [string, string])[] {
    if (this.#claimed.length === 0) return [];
    const { orgUnitIds, accountIds } = namedIn(this.#claimed);
    return [...orgUnitIds, ...accountIds].flatMap((id) => {
      const externalId = this.#linked.get(id);
      return externalId === undefined ? [] : [[id, externalId] as const];
    });
  }

  #endOf(footing: Awaited<ReturnType<typeof takeFooting>>): ExecutionEnd | null {
    if (!footing.held) return { kind: 'TAKEN_OVER' };
    if (footing.stopRequested) return { kind: 'STOPPED' };
    if (!footing.enabled) return { kind: 'DISABLED' };
    if (footing.mode !== this.#of.connection.mode) return { kind: 'CHANGED' };
    return footing.quarantined ? { kind: 'QUARANTINE', error: null } : null;
  }

  async #skipDependents(): Promise<void> {
    const { context, run, schedule } = this.#of;
    const ordinals = schedule.takeSkipped();
    if (ordinals.length === 0) return;
    await context.db.transaction(syncActor(context, run.id), (tx) =>
      skipOperations(tx, run.planId, { ordinals, code: 'DEPENDENCY' }),
    );
  }

  #startCalls(): void {
    while (!this.#isEnding && this.#underWay < this.#window.size) {
      const row = this.#claimed.shift();
      if (row === undefined) break;
      this.#underWay += 1;
      this.#call(row).catch((error: unknown) => {
        this.#underWay -= 1;
        this.#fail(error);
        this.#wake();
      });
    }
  }

  async #call(row: ClaimedRow): Promise<void> {
    const resolved = resolveOperation(row, this.#linked, this.#seats);
    const operation = resolved === 'UNRESOLVED' ? null : resolved;
    const ending = operation === null ? ({ kind: 'UNRESOLVED' } as const) : await this.#apply(row, operation);
    this.#underWay -= 1;
    this.#window.ended(performance.now());
    this.#done({ row, operation, ending });
  }

  #done(finished: Finished): void {
    if (this.#finished.length === 0) this.#finishedAt = performance.now();
    this.#finished.push(finished);
    this.#count(finished.ending);
    this.#wake();
  }

  async #apply(row: ClaimedRow, operation: TargetOperation): Promise<Ending> {
    const { target, connection, run, context, random, provedWell, look } = this.#of;
    const { signal } = this.#calls;
    try {
      const options = { signal, afterUnknownOutcome: row.unknown, urgent: run.urgent };
      const looked = await look?.(row, operation, signal);
      if (looked?.kind === 'MOVED') return looked;
      const result = await target.apply(connection, operation, options);
      const calls = result.calls + (looked?.kind === 'AS_PLANNED' ? 1 : 0);
      return { kind: 'TOLD', result: { ...result, calls } };
    } catch (error) {
      if (signal.aborted) return { kind: 'BROKEN_OFF' };
      const known = asAppError(error, context.principal.requestId);
      if (known !== error) context.logger.error({ err: error, ordinal: row.ordinal }, 'an operation failed');
      const at = { attempt: row.failed + 1, nowMs: this.#now(), draw: random(), provedWell };
      return judgeFailure(known, at);
    }
  }

  #count(ending: Ending): void {
    if (ending.kind === 'CONNECTION') this.#finish({ kind: 'QUARANTINE', error: ending.error });
    if (isTried(ending)) this.#tried += 1;
    if (!isFailure(ending) || !('error' in ending)) return;
    this.#failed += 1;
    const isTooMuch = this.#tried >= JUDGED_FROM && this.#failed > this.#tried * MOST_FAILED;
    if (isTooMuch) this.#finish({ kind: 'QUARANTINE', error: ending.error });
  }

  #startRecord(): void {
    if (this.#recording !== null || this.#finished.length === 0 || this.#fault !== null) return;
    const isQuiet = this.#underWay === 0 && this.#claimed.length === 0;
    const isDue = performance.now() - this.#finishedAt >= LINGER_MS;
    if (!isQuiet && !isDue && this.#finished.length < CLAIM_MOST) return;
    const batch = this.#finished;
    this.#finished = [];
    this.#recording = this.#record(batch)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#recording = null;
        this.#wake();
      });
  }

  async #record(batch: readonly Finished[]): Promise<void> {
    const { context, run, connection, accountIdKind, leadsWithPlaces } = this.#of;
    const calls = batch.reduce((sum, { ending }) => sum + callsOf(ending), 0);
    const { id: runId, planId } = run;
    const place = { runId, planId, connectionId: connection.id, accountIdKind, leadsWithPlaces };
    const progress = { calls, callsPerSecond: this.#perSecond, eta: this.#eta() };
    const outcomes = await context.db.transaction(syncActor(context, run.id), async (tx) =>
      (await keepRun(tx, run, progress)) ? recordResults(tx, place, batch) : null,
    );
    if (outcomes === null) return this.#finish({ kind: 'TAKEN_OVER' });
    for (const outcome of outcomes) this.#tell(outcome);
    await this.#skipDependents();
  }

  #tell({ ordinal, state, retryAt }: OperationOutcome): void {
    const { schedule } = this.#of;
    if (OPEN.has(state)) schedule.waits(ordinal, retryAt?.getTime() ?? Number.POSITIVE_INFINITY);
    else schedule.ended(ordinal, state);
  }

  #eta(): Date {
    return new Date(this.#now() + (this.#of.schedule.open / this.#perSecond) * 1_000);
  }

  /** Intents that were not acted on are taken back: nobody has to look these objects up. */
  async #giveBack(): Promise<void> {
    const rows = this.#claimed.splice(0);
    if (rows.length === 0 || this.#fault !== null || this.#end?.kind === 'TAKEN_OVER') return;
    const { context, run } = this.#of;
    await context.db.transaction(syncActor(context, run.id), (tx) => handBack(tx, run.planId, rows));
  }

  /** Breaks off calls that take too long to end after a stop. */
  breakOff(reason: unknown): void {
    this.#calls.abort(reason);
  }
}

const callsOf = (ending: Ending): number => {
  if (ending.kind === 'TOLD') return ending.result.calls;
  return ending.kind === 'LINKED' || ending.kind === 'UNRESOLVED' || ending.kind === 'BROKEN_OFF' ? 0 : 1;
};
