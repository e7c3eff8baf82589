import type { Settings } from './settings.ts';

const WINDOW_MS = 1000;
const BEIJING_MS = 8 * 3_600_000;

/** Instants of the accepted calls of one key within the last window, oldest first. */
interface Window {
  readonly times: number[];
  head: number;
  blockedUntil: number;
}

export type Verdict =
  | { readonly allowed: true }
  | {
      readonly allowed: false;
      readonly why: 'app' | 'platform';
      readonly limit: number;
      readonly until: number;
    }
  | { readonly allowed: false; readonly why: 'quota' };

const ALLOWED: Verdict = { allowed: true };

export interface LimitedCall {
  readonly clientId: string;
  readonly path: string;
  readonly countsForQuota: boolean;
}

/** Counts calls per app × API, per API, per address and per month. */
export interface Limits {
  admit(call: LimitedCall, now: number): Verdict;
  /** Counts one call of an address; `true` = the address is punished. */
  punished(ip: string, now: number): boolean;
  /** Calls counted towards the quota in the running month. */
  used(now: number): number;
  reset(): void;
}

export function createLimits(settings: Settings): Limits {
  const windows = new Map<string, Window>();
  const addresses = new Map<string, Window>();
  const months = new Map<string, number>();

  /** Strict sliding window: never more than `limit` accepted in any span of one second. */
  const slide = (key: string, limit: number, now: number): number | null => {
    const window = windowOf(windows, key);
    if (window.blockedUntil > now) return window.blockedUntil;
    dropBefore(window, now - WINDOW_MS);
    if (window.times.length - window.head < limit) return null;
    window.blockedUntil = now + settings.penaltyMs;
    return window.blockedUntil;
  };

  const admit = (call: LimitedCall, now: number): Verdict => {
    const appKey = `${call.clientId} ${call.path}`;
    const platformLimit = settings.platformQps[call.path];
    if (inFullHourRush(settings, now))
      return { allowed: false, why: 'platform', limit: 1200, until: now + WINDOW_MS };
    if (platformLimit !== undefined) {
      const until = slide(call.path, platformLimit, now);
      if (until !== null) return { allowed: false, why: 'platform', limit: platformLimit, until };
    }
    if (settings.qpsPerApp !== null) {
      const until = slide(appKey, settings.qpsPerApp, now);
      if (until !== null) return { allowed: false, why: 'app', limit: settings.qpsPerApp, until };
      windowOf(windows, appKey).times.push(now);
    }
    if (platformLimit !== undefined) windowOf(windows, call.path).times.push(now);
    if (call.countsForQuota && settings.monthlyQuota !== null) {
      const month = monthOf(now);
      const used = months.get(month) ?? 0;
      if (used >= settings.monthlyQuota) return { allowed: false, why: 'quota' };
      months.set(month, used + 1);
    }
    return ALLOWED;
  };

  const punished = (ip: string, now: number): boolean => {
    const rule = settings.ipLimit;
    if (!rule) return false;
    const window = windowOf(addresses, ip);
    if (window.blockedUntil > now) return true;
    dropBefore(window, now - rule.windowMs);
    window.times.push(now);
    if (window.times.length - window.head <= rule.calls) return false;
    window.blockedUntil = now + rule.punishMs;
    return true;
  };

  return {
    admit,
    punished,
    used: (now) => months.get(monthOf(now)) ?? 0,
    reset: () => {
      windows.clear();
      addresses.clear();
      months.clear();
    },
  };
}

function windowOf(windows: Map<string, Window>, key: string): Window {
  const known = windows.get(key);
  if (known) return known;
  const window: Window = { times: [], head: 0, blockedUntil: 0 };
  windows.set(key, window);
  return window;
}

/** Forgets instants at or before `limit`; the array is cut only now and then to stay linear. */
function dropBefore(window: Window, limit: number): void {
  const { times } = window;
  while (window.head < times.length && (times[window.head] as number) <= limit) window.head++;
  if (window.head > 1024) {
    times.splice(0, window.head);
    window.head = 0;
  }
}

function inFullHourRush(settings: Settings, now: number): boolean {
  const rush = settings.fullHour;
  if (!rush) return false;
  return now % 3_600_000 < rush.seconds * 1000 && Math.random() < rush.share;
}

function monthOf(now: number): string {
  return new Date(now + BEIJING_MS).toISOString().slice(0, 7);
}
