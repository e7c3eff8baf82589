import type { Settings } from './settings.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * HOUR_MS;

interface Limit {
  readonly calls: number;
  readonly windowMs: number;
}

/** Instants of counted calls, oldest first, and the end of the block that going over brought. */
interface Window {
  times: number[];
  head: number;
  blockedUntil: number;
}

export interface LimitedCall {
  readonly path: string;
  readonly ip: string;
  /** Asked to be traced: `debug=1`. */
  readonly debug: boolean;
}

/** Counts calls per API and corp, per API and address, wrong secrets, wrong look-ups and new people. */
export interface Limits {
  /** `false` = 45009: over a limit, or still blocked by it. Refused calls do not count. */
  admit(call: LimitedCall, now: number): boolean;
  /** Takes back the count of a call that turned out not to be limited. */
  forgive(call: LimitedCall): void;
  /** One more call of the API under way; `false` = 45033. Whoever came in leaves with `leave`. */
  begin(path: string): boolean;
  leave(path: string): void;
  secretsBlocked(ip: string, now: number): boolean;
  wrongSecret(ip: string, now: number): void;
  /** Look-ups by mobile are blocked for the rest of the day. */
  lookupsBlocked(now: number): boolean;
  wrongLookup(headCount: number, now: number): void;
  /** Counts people created; `false` = no more this month. */
  mayCreate(count: number, now: number): boolean;
  reset(): void;
}

export function createLimits(settings: Settings): Limits {
  const windows = new Map<string, Window>();
  const running = new Map<string, number>();
  const wrong = new Map<string, Window>();
  const lookups = new Map<string, number>();
  const created = new Map<string, number>();

  const applying = ({ path, ip, debug }: LimitedCall): { window: Window; limit: Limit }[] => {
    const named = (key: string, limits: readonly Limit[]) =>
      limits.map((limit) => ({ window: windowOf(windows, `${key} ${limit.windowMs}`), limit }));
    return [
      ...named(`corp ${path}`, settings.corpLimits),
      ...named(`ip ${ip} ${path}`, settings.ipLimits),
      ...(debug ? named(`debug ${path}`, [{ calls: settings.debugPerMinute, windowMs: MINUTE_MS }]) : []),
    ];
  };

  return {
    admit: (call, now) => {
      const all = applying(call);
      for (const { window, limit } of all) if (full(window, limit, now)) return false;
      for (const { window } of all) window.times.push(now);
      return true;
    },
    forgive: (call) => {
      for (const { window } of applying({ ...call, debug: false })) window.times.pop();
    },
    begin: (path) => {
      const now = (running.get(path) ?? 0) + 1;
      if (settings.concurrency !== null && now > settings.concurrency) return false;
      running.set(path, now);
      return true;
    },
    leave: (path) => void running.set(path, Math.max(0, (running.get(path) ?? 0) - 1)),
    secretsBlocked: (ip, now) => (wrong.get(ip)?.blockedUntil ?? 0) > now,
    wrongSecret: (ip, now) => {
      const rule = settings.wrongSecrets;
      if (!rule) return;
      const window = windowOf(wrong, ip);
      drop(window, now - HOUR_MS);
      window.times.push(now);
      if (window.times.length - window.head >= rule.failures) window.blockedUntil = now + rule.blockMs;
    },
    lookupsBlocked: (now) => (lookups.get('blocked until') ?? 0) > now,
    wrongLookup: (headCount, now) => {
      if (settings.wrongLookupShare === null) return;
      const count = (lookups.get(dayOf(now)) ?? 0) + 1;
      lookups.set(dayOf(now), count);
      if (count > headCount * settings.wrongLookupShare) lookups.set('blocked until', endOfDay(now));
    },
    mayCreate: (count, now) => {
      if (settings.accountCap === null) return true;
      const month = dayOf(now).slice(0, 7);
      const total = (created.get(month) ?? 0) + count;
      if (total > settings.accountCap * 3) return false;
      created.set(month, total);
      return true;
    },
    reset: () => {
      for (const counted of [windows, wrong, lookups, created]) counted.clear();
    },
  };
}

function full(window: Window, limit: Limit, now: number): boolean {
  if (window.blockedUntil > now) return true;
  drop(window, now - limit.windowMs);
  if (window.times.length - window.head < limit.calls) return false;
  // Blocked for as long as the window is, and counted afresh afterwards.
  window.blockedUntil = now + limit.windowMs;
  window.times = [];
  window.head = 0;
  return true;
}

function windowOf(windows: Map<string, Window>, key: string): Window {
  const known = windows.get(key);
  if (known) return known;
  const window: Window = { times: [], head: 0, blockedUntil: 0 };
  windows.set(key, window);
  return window;
}

/** Forgets instants at or before `limit`; the array is cut only now and then to stay linear. */
function drop(window: Window, limit: number): void {
  while (window.head < window.times.length && (window.times[window.head] as number) <= limit) window.head++;
  if (window.head > 1024) {
    window.times.splice(0, window.head);
    window.head = 0;
  }
}

function dayOf(now: number): string {
  return new Date(now + BEIJING_MS).toISOString().slice(0, 10);
}

function endOfDay(now: number): number {
  return (Math.floor((now + BEIJING_MS) / DAY_MS) + 1) * DAY_MS - BEIJING_MS;
}
