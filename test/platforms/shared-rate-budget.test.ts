import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platforms/kit/clock.ts';
import { createRateBudget } from '../../src/platforms/kit/rate-budget.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createSharedLedger } from '../../src/store/rate-budget.ts';
import { createTestDatabase } from '../support/index.ts';

const first = await createTestDatabase();
const second = openDatabase({ connection: first.app });
afterAll(() => second.close());
const signal = new AbortController().signal;

describe('a budget shared by two processes', () => {
  it('stays under the limit together and uses it together', async () => {
    const perSecond = 100;
    const budgets = [first.database, second].map((db) =>
      createRateBudget(systemClock, createSharedLedger(db)),
    );
    const arrivals: number[] = [];
    const calls = 200;
    await Promise.all(
      budgets.flatMap((budget) =>
        Array.from({ length: calls }, async () => {
          await budget.acquire('both', { perSecond }, signal);
          arrivals.push(performance.now());
        }),
      ),
    );
    arrivals.sort((a, b) => a - b);
    // Twice the limit would show at once; the window of a stalled machine may be short by a call or two.
    const most = arrivals.reduce((found, at, index) => {
      const within = arrivals.slice(0, index + 1).filter((other) => at - other < 1000).length;
      return Math.max(found, within);
    }, 0);
    expect(arrivals).toHaveLength(2 * calls);
    expect(most).toBeLessThanOrEqual(perSecond);
  });

  it('never hands the same slot out twice', async () => {
    const ledgers = [createSharedLedger(first.database), createSharedLedger(second)];
    const slots = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        return (await ledgers[index % 2]?.reserve('slots', 5, 1000))?.atMs ?? 0;
      }),
    );
    slots.sort((a, b) => a - b);
    const steps = slots.slice(1).map((slot, index) => slot - (slots[index] ?? 0));
    expect(steps.every((step) => step > 4_990)).toBe(true);
  });

  it('lets a penalty count for the other process', async () => {
    await createSharedLedger(first.database).penalise('punished', 60_000);
    const { inMs } = await createSharedLedger(second).reserve('punished', 1, 50);
    expect(inMs).toBeGreaterThan(55_000);
  });
});
