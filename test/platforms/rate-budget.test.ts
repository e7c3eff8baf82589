import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/platforms/kit/clock.ts';
import { createMemoryLedger, createRateBudget } from '../../src/platforms/kit/rate-budget.ts';
import type { SlotLedger } from '../../src/ports/rate-budget.ts';
import { virtualClock } from './support/clocks.ts';

const signal = new AbortController().signal;

/** Rejects a call when more than `limit` arrived within the second before it, itself included. */
const strictPlatform = (clock: Clock, limit: number) => {
  const arrivals: number[] = [];
  let rejected = 0;
  return {
    call: (): void => {
      const now = clock.monotonic();
      arrivals.push(now);
      const recent = arrivals.slice(-limit - 1);
      if (recent.length > limit && now - (recent[0] ?? 0) <= 1000) rejected += 1;
    },
    rejected: () => rejected,
    accepted: () => arrivals.length - rejected,
    span: () => (arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0),
    arrivals,
  };
};

/** A clock whose timers are late now and then, as those of a busy process are. */
const lateClock = (lateness: (turn: number) => number): ReturnType<typeof virtualClock> => {
  const clock = virtualClock();
  let turn = 0;
  return {
    ...clock,
    sleep: (ms, abort) => {
      turn += 1;
      return clock.sleep(ms + lateness(turn), abort);
    },
  };
};

describe.each([1, 5, 20, 40, 200, 1000])('a budget of %i calls per second', (perSecond) => {
  const calls = Math.max(30, perSecond * 15);

  it.each([
    ['exact timers', () => 0],
    ['timers up to 4 ms late', (turn: number) => (turn * 7) % 5],
    ['stalls of 180 ms', (turn: number) => (turn % 97 === 0 ? 180 : 1)],
  ])('is never refused by a strict sliding window: %s', async (_, lateness) => {
    const clock = lateClock(lateness);
    const platform = strictPlatform(clock, perSecond);
    const budget = createRateBudget(clock);
    const one = async () => {
      await budget.acquire('app/api', { perSecond }, signal);
      platform.call();
    };
    await Promise.all(Array.from({ length: calls }, one));
    expect(platform.rejected()).toBe(0);
    expect(platform.accepted()).toBe(calls);
  });

  it('uses at least 97 % of the limit', async () => {
    const clock = lateClock((turn) => (turn % 3) / 2);
    const platform = strictPlatform(clock, perSecond);
    const budget = createRateBudget(clock);
    const long = Math.min(15_000, Math.max(60, perSecond * 60));
    await Promise.all(
      Array.from({ length: long }, () => budget.acquire('k', { perSecond }, signal).then(platform.call)),
    );
    expect((long - 1) / (platform.span() / 1000)).toBeGreaterThanOrEqual(perSecond * 0.97);
    expect(platform.rejected()).toBe(0);
  });
});

/** A platform that now and then stands still for a while and counts what came meanwhile when it goes on. */
const stallingPlatform = (clock: Clock, perSecond: number) => {
  const platform = strictPlatform(clock, perSecond);
  return {
    ...platform,
    answer: async (): Promise<void> => {
      await clock.sleep(5);
      const into = (clock.monotonic() + 1_500) % 3_000;
      if (into < 90) await clock.sleep(90 - into);
      platform.call();
      await clock.sleep(3);
    },
  };
};

describe('the budget', () => {
  it.each([20, 40, 100])(
    'notices at %i/s that calls were counted late, by how late their answers come',
    async (perSecond) => {
      const clock = virtualClock();
      const platform = stallingPlatform(clock, perSecond);
      const budget = createRateBudget(clock);
      const calls = perSecond * 60;
      const one = async () => {
        const ended = await budget.acquire('k', { perSecond }, signal);
        await platform.answer();
        ended?.();
      };
      await Promise.all(Array.from({ length: calls }, one));
      expect(platform.rejected()).toBe(0);
      expect((calls - 1) / (platform.span() / 1000)).toBeGreaterThan(perSecond * 0.93);
    },
  );

  it('is not slowed down by answers that merely vary', async () => {
    const clock = virtualClock();
    const platform = strictPlatform(clock, 40);
    const budget = createRateBudget(clock);
    let turn = 0;
    const one = async () => {
      const ended = await budget.acquire('k', { perSecond: 40 }, signal);
      platform.call();
      turn += 1;
      await clock.sleep(20 + ((turn * 37) % 61));
      ended?.();
    };
    await Promise.all(Array.from({ length: 2400 }, one));
    expect(platform.rejected()).toBe(0);
    expect(2399 / (platform.span() / 1000)).toBeGreaterThanOrEqual(40 * 0.97);
  });

  it('keeps keys apart', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const many = (key: string) =>
      Promise.all(Array.from({ length: 40 }, () => budget.acquire(key, { perSecond: 20 }, signal)));
    await Promise.all([many('a'), many('b'), many('c')]);
    expect(clock.elapsed()).toBeLessThan(2_500);
  });

  it('releases nothing before a penalty has ended', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const released: number[] = [];
    const one = () =>
      budget.acquire('k', { perSecond: 20 }, signal).then(() => released.push(clock.monotonic()));
    const all = Promise.all(Array.from({ length: 60 }, one));
    await clock.sleep(500);
    budget.penalise('k', clock.now() + 5_000);
    const until = clock.monotonic() + 5_000;
    await all;
    const during = released.filter((at) => at > until - 5_000 && at < until);
    expect(during).toEqual([]);
    expect(released).toHaveLength(60);
  });

  it('is refused less and less by a platform that counts more strictly than it says', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const stricter = strictPlatform(clock, 18);
    let before = 0;
    const refusals: number[] = [];
    for (let call = 0; call < 1200; call += 1) {
      await budget.acquire('k', { perSecond: 20 }, signal);
      stricter.call();
      if (stricter.rejected() > before) {
        before = stricter.rejected();
        refusals.push(call);
        budget.penalise('k', clock.now() + 1000);
      }
    }
    const firstHalf = refusals.filter((call) => call < 600).length;
    expect(refusals.length - firstHalf).toBeLessThanOrEqual(firstHalf);
    expect(refusals.length).toBeLessThan(30);
  });

  it('lets the urgent go first', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const order: string[] = [];
    const normal = Array.from({ length: 100 }, (_, index) =>
      budget.acquire('k', { perSecond: 20 }, signal).then(() => order.push(`n${index}`)),
    );
    await clock.sleep(1_000);
    const before = order.length;
    const urgent = budget
      .acquire('k', { perSecond: 20, urgent: true }, signal)
      .then(() => order.push('urgent'));
    await Promise.all([...normal, urgent]);
    expect(order.indexOf('urgent')).toBeLessThanOrEqual(before + 3);
  });

  it('lets go of those who no longer wait', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const abort = new AbortController();
    const gone = Array.from({ length: 200 }, () =>
      budget.acquire('k', { perSecond: 20 }, abort.signal).catch(String),
    );
    await clock.sleep(100);
    abort.abort(new Error('stop'));
    const outcomes = await Promise.all(gone);
    expect(outcomes.filter((outcome) => outcome === 'Error: stop').length).toBeGreaterThan(190);
    const before = clock.elapsed();
    await budget.acquire('k', { perSecond: 20 }, signal);
    expect(clock.elapsed() - before).toBeLessThan(1_500);
  });

  it('foretells when calls will have been made', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const foretold = budget.eta('k', 400, { perSecond: 20 });
    await Promise.all(Array.from({ length: 400 }, () => budget.acquire('k', { perSecond: 20 }, signal)));
    expect(Math.abs(clock.elapsed() - foretold)).toBeLessThan(foretold * 0.02);
  });

  it('tells everybody who waits when the ledger cannot be asked, and goes on when it can', async () => {
    const clock = virtualClock();
    const memory = createMemoryLedger(clock);
    let broken = true;
    const ledger: SlotLedger = {
      ...memory,
      reserve: (...input) => (broken ? Promise.reject(new Error('ledger away')) : memory.reserve(...input)),
    };
    const budget = createRateBudget(clock, ledger);
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, () => budget.acquire('k', { perSecond: 20 }, signal).catch(String)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['Error: ledger away']));
    broken = false;
    await budget.acquire('k', { perSecond: 20 }, signal);
  });
});

describe('a budget with a limit per hour as well', () => {
  const HOUR = 3_600_000;

  it('never has more calls in any hour than the platform allows, and uses nearly all of them', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const limit = { perSecond: 20, perHour: 1_000 };
    const released: number[] = [];
    const one = async () => {
      await budget.acquire('corp/api', limit, signal);
      released.push(clock.monotonic());
    };
    await Promise.all(Array.from({ length: 2_500 }, one));
    const most = released.map(
      (end, at) => released.slice(0, at + 1).filter((one) => end - one < HOUR).length,
    );
    expect(Math.max(...most)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...most)).toBeGreaterThanOrEqual(970);
    // Two and a half hours' worth: the third hour has begun, and no more than that.
    expect(clock.elapsed()).toBeGreaterThan(2 * HOUR);
    expect(clock.elapsed()).toBeLessThan(2.2 * HOUR);
  });

  it('tells how long the rest of the hour keeps calls waiting', async () => {
    const clock = virtualClock();
    const budget = createRateBudget(clock);
    const limit = { perSecond: 20, perHour: 40 };
    const calls = Array.from({ length: 39 }, () => budget.acquire('corp/api', limit, signal));
    await Promise.all(calls);
    expect(budget.eta('corp/api', 1, limit)).toBeGreaterThan(HOUR - 60_000);
  });
});
