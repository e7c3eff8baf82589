import { expect, it } from 'vitest';
import { RefusalLog } from '../../src/platforms/kit/refusal-log.ts';
import { virtualClock } from './support/clocks.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const windows = [MINUTE, MINUTE, HOUR];

it('takes the shortest window first, and the longest when refusals follow each other', async () => {
  const clock = virtualClock();
  const log = new RefusalLog(clock, windows);
  for (const window of [MINUTE, MINUTE, HOUR, HOUR]) {
    const until = log.until('api');
    expect(until - clock.now()).toBe(window);
    await clock.sleep(until - clock.now() + 100);
  }
});

it('counts refusals of calls that were under way together as one', async () => {
  const clock = virtualClock();
  const log = new RefusalLog(clock, windows);
  const first = log.until('api');
  await clock.sleep(MINUTE / 2);
  expect(log.until('api')).toBe(first);
  expect(log.until('another api')).toBe(clock.now() + MINUTE);
});

it('begins anew after a while without refusals', async () => {
  const clock = virtualClock();
  const log = new RefusalLog(clock, windows);
  log.until('api');
  await clock.sleep(3 * MINUTE);
  log.until('api');
  await clock.sleep(3 * MINUTE);
  expect(log.until('api') - clock.now()).toBe(MINUTE);
});
