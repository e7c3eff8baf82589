import { type Attempt, type Delivery, deliver } from '../callback/index.ts';
import type { Scheduler } from './scheduler.ts';
import type { Settings } from './settings.ts';

/** One event on its way, as the sender knows it. */
export interface DeliveryRecord {
  /** From 1; a copy has the number of the event. */
  readonly seq: number;
  readonly clientId: string;
  /** The event before it was encrypted. */
  readonly message: string;
  state: 'held' | 'waiting' | 'sending' | 'delivered' | 'failed' | 'lost';
  /** Every try of every copy. */
  readonly attempts: Attempt[];
}

/** What is to happen to an event that is still to come; shares of the settings do not touch it then. */
export interface DeliveryPlan {
  readonly lose?: boolean;
  /** How often it is sent in all; default 1. */
  readonly copies?: number;
  readonly delayMs?: number;
}

interface Job {
  readonly record: DeliveryRecord;
  readonly request: () => Delivery;
}

/** The way of events to their receivers, with everything that can happen to them on it. */
export interface Deliveries {
  /** Events from now on wait for `release`. */
  hold(): void;
  /** Lets the held ones go, in this order, and those to come at once. */
  release(order?: 'inOrder' | 'reversed' | 'shuffled'): void;
  /** Settles the fate of the next events, one plan each. */
  next(...plans: DeliveryPlan[]): void;
  /** Sends an event of the log once more. */
  redeliver(seq: number): void;
  log(since?: number): DeliveryRecord[];
  /** Resolves when nothing is under way; what is held does not count. */
  idle(): Promise<void>;
  /** Ends all tries. */
  stop(): void;
}

export interface DeliveriesInside extends Deliveries {
  enqueue(input: Pick<DeliveryRecord, 'clientId' | 'message'> & Pick<Job, 'request'>): number;
}

/** Posts what is ready, some at a time, and tells when nothing is under way any more. */
interface Sender {
  /** The event is to be sent this many milliseconds from now. */
  send(job: Job, delayMs: number): void;
  idle(): Promise<void>;
  stop(): void;
}

function createSender({ settings, scheduler }: { settings: Settings; scheduler: Scheduler }): Sender {
  const ready: Job[] = [];
  const waiters: (() => void)[] = [];
  const end = new AbortController();
  let underWay = 0;
  let running = 0;

  const post = async ({ record, request }: Job): Promise<void> => {
    record.state = 'sending';
    const attempts = await deliver(request(), {
      timeoutMs: settings.eventTimeoutMs,
      pausesMs: settings.eventPausesMs,
      signal: end.signal,
      onAttempt: (attempt) => record.attempts.push(attempt),
    });
    record.state = attempts.at(-1)?.outcome === 'accepted' ? 'delivered' : 'failed';
  };
  const pump = (): void => {
    while (running < settings.eventsAtOnce) {
      const job = ready.shift();
      if (!job) return;
      running += 1;
      void post(job).finally(() => {
        running -= 1;
        underWay -= 1;
        if (underWay === 0) for (const waiter of waiters.splice(0)) waiter();
        pump();
      });
    }
  };
  return {
    send: (job, delayMs) => {
      underWay += 1;
      job.record.state = 'waiting';
      const go = (): void => {
        ready.push(job);
        pump();
      };
      if (delayMs === 0) go();
      else scheduler.after(delayMs, go);
    },
    idle: async () => {
      if (underWay > 0) await new Promise<void>((resolve) => waiters.push(resolve));
    },
    stop: () => end.abort(),
  };
}

export function createDeliveries(context: { settings: Settings; scheduler: Scheduler }): DeliveriesInside {
  const { settings } = context;
  const sender = createSender(context);
  const jobs: Job[] = [];
  const plans: DeliveryPlan[] = [];
  let held: Job[] | null = null;

  const start = (job: Job, plan: DeliveryPlan): void => {
    if (plan.lose ?? chance(settings.eventLosses, plan)) {
      job.record.state = 'lost';
      return;
    }
    const copies = plan.copies ?? (chance(settings.eventDuplicates, plan) ? 2 : 1);
    const [least, most] = settings.eventDelayMs;
    for (let copy = 0; copy < copies; copy++) {
      sender.send(job, plan.delayMs ?? least + Math.random() * (most - least));
    }
  };
  return {
    enqueue: ({ clientId, message, request }) => {
      const seq = jobs.length + 1;
      const job: Job = { record: { seq, clientId, message, state: 'held', attempts: [] }, request };
      jobs.push(job);
      if (held) held.push(job);
      else start(job, plans.shift() ?? {});
      return seq;
    },
    hold: () => {
      held ??= [];
    },
    release: (order = 'inOrder') => {
      const waiting = arranged(held ?? [], order);
      held = null;
      for (const job of waiting) start(job, plans.shift() ?? {});
    },
    next: (...more) => void plans.push(...more),
    redeliver: (seq) => {
      const job = jobs[seq - 1];
      if (!job) throw new TypeError(`no event ${seq}`);
      start(job, { copies: 1, lose: false });
    },
    log: (since = 0) => jobs.slice(since).map((job) => job.record),
    idle: sender.idle,
    stop: sender.stop,
  };
}

function chance(share: number, plan: DeliveryPlan): boolean {
  return Object.keys(plan).length === 0 && Math.random() < share;
}

function arranged(jobs: readonly Job[], order: 'inOrder' | 'reversed' | 'shuffled'): readonly Job[] {
  if (order === 'inOrder') return jobs;
  if (order === 'reversed') return jobs.toReversed();
  return jobs
    .map((job) => ({ job, rank: Math.random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ job }) => job);
}
