import type { Clock } from './clock.ts';

export interface Token {
  readonly value: string;
  /** Seconds that the platform promises from now on. */
  readonly lifeSeconds: number;
}

export interface TokenCache {
  /**
   * The app's token; fetched at most once at a time, renewed early, kept when an early renewal fails while the
   * old one still lives. Rejects with what `fetchToken` throws, or the signal's reason.
   */
  get(key: string, fetchToken: () => Promise<Token>, signal: AbortSignal): Promise<string>;
  /** Forgets that very token; a newer one that somebody else fetched meanwhile stays. */
  drop(key: string, value: string): void;
}

interface Entry {
  value: string;
  renewAt: number;
  expiresAt: number;
  pending: Promise<string> | undefined;
}

const raceWith = async <T>(work: Promise<T>, signal: AbortSignal): Promise<T> => {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
};

/**
 * Tokens of apps, one entry per key, in memory: platforms hand the same token out again while it lives, so that
 * processes need not share. At most `maxEntries`; the least recently used one goes first.
 */
export const createTokenCache = (
  clock: Clock,
  { earlyMs = 600_000, maxEntries = 1_000 }: { earlyMs?: number; maxEntries?: number } = {},
): TokenCache => {
  const entries = new Map<string, Entry>();

  const remember = (key: string, entry: Entry): void => {
    entries.delete(key);
    entries.set(key, entry);
    const [oldest] = entries.keys();
    if (entries.size > maxEntries && oldest !== undefined) entries.delete(oldest);
  };

  const renew = (entry: Entry, fetchToken: () => Promise<Token>): Promise<string> => {
    const fetching = (async (): Promise<string> => {
      try {
        const asked = clock.monotonic();
        const { value, lifeSeconds } = await fetchToken();
        const lifeMs = lifeSeconds * 1000;
        entry.value = value;
        entry.expiresAt = asked + lifeMs;
        // A short-lived token would otherwise be renewed before each call.
        entry.renewAt = entry.expiresAt - Math.min(earlyMs, lifeMs / 5);
        return value;
      } finally {
        entry.pending = undefined;
      }
    })();
    entry.pending = fetching;
    return fetching;
  };

  return {
    async get(key, fetchToken, signal) {
      signal.throwIfAborted();
      const entry = entries.get(key) ?? { value: '', renewAt: 0, expiresAt: -1, pending: undefined };
      remember(key, entry);
      const now = clock.monotonic();
      if (entry.value !== '' && now < entry.renewAt) return entry.value;
      const work = entry.pending ?? renew(entry, fetchToken);
      try {
        return await raceWith(work, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (entry.value !== '' && clock.monotonic() < entry.expiresAt) return entry.value;
        throw error;
      }
    },
    drop(key, value) {
      const entry = entries.get(key);
      if (entry !== undefined && entry.value === value) entry.value = '';
    },
  };
};
