import { describe, expect, it } from 'vitest';
import { createTokenCache } from '../../src/platforms/kit/token-cache.ts';
import { virtualClock } from './support/clocks.ts';

const signal = new AbortController().signal;

const setUp = () => {
  const clock = virtualClock();
  let fetched = 0;
  let failing = false;
  const fetchToken = async () => {
    fetched += 1;
    await clock.sleep(50);
    if (failing) throw new Error('platform away');
    return { value: `token-${fetched}`, lifeSeconds: 7200 };
  };
  return {
    clock,
    cache: createTokenCache(clock, { maxEntries: 3 }),
    fetchToken,
    fetched: () => fetched,
    fail: (on: boolean) => {
      failing = on;
    },
  };
};

describe('token cache', () => {
  it('fetches once for a hundred callers at once, and not again while it lives', async () => {
    const { cache, fetchToken, fetched, clock } = setUp();
    const all = await Promise.all(Array.from({ length: 100 }, () => cache.get('a', fetchToken, signal)));
    expect(new Set(all)).toEqual(new Set(['token-1']));
    await clock.sleep(6_000_000);
    expect(await cache.get('a', fetchToken, signal)).toBe('token-1');
    expect(fetched()).toBe(1);
  });

  it('renews ten minutes before the end', async () => {
    const { cache, fetchToken, clock } = setUp();
    await cache.get('a', fetchToken, signal);
    await clock.sleep(6_590_000);
    expect(await cache.get('a', fetchToken, signal)).toBe('token-1');
    await clock.sleep(20_000);
    expect(await cache.get('a', fetchToken, signal)).toBe('token-2');
  });

  it('keeps the old token when an early renewal fails, until it ends', async () => {
    const { cache, fetchToken, fail, clock } = setUp();
    await cache.get('a', fetchToken, signal);
    fail(true);
    await clock.sleep(6_700_000);
    expect(await cache.get('a', fetchToken, signal)).toBe('token-1');
    await clock.sleep(600_000);
    await expect(cache.get('a', fetchToken, signal)).rejects.toThrow('platform away');
    fail(false);
    expect(await cache.get('a', fetchToken, signal)).toMatch(/^token-/);
  });

  it('drops only the token that was found bad', async () => {
    const { cache, fetchToken, fetched } = setUp();
    await cache.get('a', fetchToken, signal);
    cache.drop('a', 'token-1');
    await Promise.all(Array.from({ length: 20 }, () => cache.get('a', fetchToken, signal)));
    expect(fetched()).toBe(2);
    // A slow caller reports the old one once more.
    cache.drop('a', 'token-1');
    expect(await cache.get('a', fetchToken, signal)).toBe('token-2');
  });

  it('lets a caller go who no longer waits, and serves the others', async () => {
    const { cache, fetchToken } = setUp();
    const abort = new AbortController();
    const impatient = cache.get('a', fetchToken, abort.signal);
    const patient = cache.get('a', fetchToken, signal);
    abort.abort(new Error('gone'));
    await expect(impatient).rejects.toThrow('gone');
    expect(await patient).toBe('token-1');
  });

  it('holds no more entries than it may', async () => {
    const { cache, fetchToken, fetched } = setUp();
    for (const key of ['a', 'b', 'c', 'd']) await cache.get(key, fetchToken, signal);
    await cache.get('d', fetchToken, signal);
    expect(fetched()).toBe(4);
    await cache.get('a', fetchToken, signal);
    expect(fetched()).toBe(5);
  });
});
