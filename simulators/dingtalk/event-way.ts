import type { Scheduler } from '../kit/scheduler.ts';
import type { CorpEvent } from './event-payloads.ts';
import type { Settings } from './settings.ts';

/** One try to bring an event to its app. */
export interface DeliveryTry {
  /** Epoch milliseconds by the platform's clock. */
  readonly at: number;
  readonly outcome: 'accepted' | 'later' | 'refused' | 'timeout' | 'unreachable' | 'stopped' | 'nobody';
  /** HTTP status, `null` elsewhere. */
  readonly status: number | null;
}

/** One event on its way to one app, as the platform knows it. */
export interface EventRecord {
  readonly event: CorpEvent;
  readonly clientId: string;
  readonly transport: 'http' | 'stream';
  state: 'held' | 'waiting' | 'sending' | 'delivered' | 'failed' | 'lost';
  readonly tries: DeliveryTry[];
}

/** What is to happen to an event that is still to come; shares of the settings do not touch it then. */
export interface EventPlan {
  readonly lose?: boolean;
  /** How often it is sent in all; default 1. */
  readonly copies?: number;
  readonly delayMs?: number;
}

/** Everything that can happen to events between the corp and those who hear of it. */
export interface EventWay {
  /** Events from now on wait for `release`. */
  hold(): void;
  /** Lets the held ones go, each so many times, in this order, and those to come at once. */
  release(order?: 'inOrder' | 'reversed' | 'shuffled', copies?: number): void;
  /** Settles the fate of the next events, one plan each. */
  next(...plans: EventPlan[]): void;
  /** Sends all copies of an event once more, to whom it was sent before. */
  redeliver(seq: number): void;
  log(since?: number): EventRecord[];
  /** Resolves when no try is under way and none delayed; pauses before a repetition and what is held do not count. */
  idle(): Promise<void>;
}

export interface EventWayInside extends EventWay {
  enqueue(record: Pick<EventRecord, 'event' | 'clientId' | 'transport'>, send: Send): void;
}

/** Tries once; `again` has it tried once more after so many milliseconds of the platform's clock. */
export type Send = (record: EventRecord, again: (ms: number) => void) => Promise<void>;

interface Job {
  readonly record: EventRecord;
  readonly send: Send;
}

export function createEventWay({
  settings,
  scheduler,
}: {
  readonly settings: Settings;
  readonly scheduler: Scheduler;
}): EventWayInside {
  const jobs: Job[] = [];
  const plans: EventPlan[] = [];
  const waiters: (() => void)[] = [];
  let held: Job[] | null = null;
  let underWay = 0;

  const go = async (job: Job): Promise<void> => {
    const { record, send } = job;
    record.state = 'sending';
    const again = (ms: number): void => {
      record.state = 'waiting';
      scheduler.after(ms, () => {
        underWay += 1;
        void go(job);
      });
    };
    await send(record, again);
    underWay -= 1;
    if (underWay === 0) for (const waiter of waiters.splice(0)) waiter();
  };
  const start = (job: Job, plan: EventPlan | undefined): void => {
    if (plan?.lose ?? (plan === undefined && Math.random() < settings.eventLosses)) {
      job.record.state = 'lost';
      return;
    }
    const copies = plan?.copies ?? (plan === undefined && Math.random() < settings.eventDuplicates ? 2 : 1);
    for (let copy = 0; copy < copies; copy++) {
      const [least, most] = settings.eventDelayMs;
      const delay = plan?.delayMs ?? least + Math.random() * (most - least);
      underWay += 1;
      job.record.state = 'waiting';
      if (delay === 0) void go(job);
      else scheduler.after(delay, () => void go(job));
    }
  };
  return {
    enqueue: (input, send) => {
      const job: Job = { record: { ...input, state: 'held', tries: [] }, send };
      jobs.push(job);
      if (held) held.push(job);
      else start(job, plans.shift());
    },
    hold: () => {
      held ??= [];
    },
    release: (order = 'inOrder', copies = 1) => {
      const waiting = Array.from({ length: copies }, () => held ?? []).flat();
      held = null;
      for (const job of arranged(waiting, order)) start(job, plans.shift() ?? { copies: 1 });
    },
    next: (...more) => void plans.push(...more),
    redeliver: (seq) => {
      const same = jobs.filter(({ record }) => record.event.seq === seq);
      if (same.length === 0) throw new TypeError(`no event ${seq} was sent to anybody`);
      for (const job of same) start(job, { copies: 1 });
    },
    log: (since = 0) => jobs.filter(({ record }) => record.event.seq > since).map(({ record }) => record),
    idle: async () => {
      if (underWay > 0) await new Promise<void>((resolve) => waiters.push(resolve));
    },
  };
}

function arranged<T>(list: readonly T[], order: 'inOrder' | 'reversed' | 'shuffled'): T[] {
  if (order === 'inOrder') return [...list];
  if (order === 'reversed') return [...list].reverse();
  const keyed = list.map((entry) => ({ entry, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ entry }) => entry);
}
