import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OperationState } from '../../src/domain/index.ts';
import { Schedule } from '../../src/flows/sync/schedule.ts';
import type { ScheduledRow } from '../../src/store/queries/operation-claims.ts';
import { tries } from '../support/properties.ts';

const row = (ordinal: number, more: Partial<ScheduledRow> = {}): ScheduledRow => ({
  ordinal,
  wave: 1,
  dependsOn: [],
  object: `object ${ordinal}`,
  state: 'PLANNED',
  retryAt: null,
  calls: true,
  ...more,
});

/** Plans whose operations depend on some of an earlier wave, and share objects. */
const plans = fc
  .array(
    fc.record({
      wave: fc.integer({ min: 0, max: 4 }),
      object: fc.integer({ min: 0, max: 15 }),
      on: fc.array(fc.nat(), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((drafts) =>
    drafts.map(({ wave, object, on }, ordinal) => {
      const earlier = drafts.flatMap((draft, at) => (draft.wave < wave ? [at] : []));
      const dependsOn = earlier.length === 0 ? [] : on.map((n) => earlier[n % earlier.length] ?? 0);
      return row(ordinal, { wave, object: String(object), dependsOn });
    }),
  );

type How = 'APPLIED' | 'FAILED' | 'WAITS';
const hows = fc.infiniteStream(
  fc.oneof(
    { weight: 6, arbitrary: fc.constant<How>('APPLIED') },
    { weight: 1, arbitrary: fc.constant<How>('FAILED') },
    { weight: 2, arbitrary: fc.constant<How>('WAITS') },
  ),
);

test('every operation ends once, after all that it depends on, and never beside another of its object', () => {
  fc.assert(
    fc.property(plans, hows, fc.infiniteStream(fc.nat()), (rows, ends, picks) => {
      const planned = new Map(rows.map(({ ordinal, state }) => [ordinal, state] as const));
      const schedule = new Schedule(rows, planned);
      const ended = new Map<number, OperationState>();
      const underWay: number[] = [];
      let now = 0;
      for (let step = 0; step < 2_000 && ended.size < rows.length; step += 1) {
        for (const ordinal of schedule.take({ all: 5, calls: 5 }, now)) {
          const taken = rows[ordinal] ?? expect.fail('not of the plan');
          for (const on of taken.dependsOn) expect(ended.get(on)).toBe('APPLIED');
          for (const other of underWay) expect(rows[other]?.object).not.toBe(taken.object);
          underWay.push(ordinal);
        }
        const [ordinal] = underWay.splice((picks.next().value ?? 0) % Math.max(1, underWay.length), 1);
        if (ordinal === undefined) now = schedule.nextRetry ?? now;
        else {
          const how = ends.next().value ?? 'APPLIED';
          if (how === 'WAITS') schedule.waits(ordinal, now + 10);
          else {
            expect(ended.has(ordinal)).toBe(false);
            ended.set(ordinal, how);
            schedule.ended(ordinal, how);
          }
        }
        for (const skipped of schedule.takeSkipped()) {
          expect(ended.has(skipped)).toBe(false);
          expect(rows[skipped]?.dependsOn.some((on) => ended.get(on) !== 'APPLIED')).toBe(true);
          ended.set(skipped, 'SKIPPED');
        }
      }
      expect(ended.size).toBe(rows.length);
      expect(schedule.open).toBe(0);
    }),
    tries(300),
  );
});

test('a wave begins when nothing of those before it is on its way', () => {
  const schedule = new Schedule([row(0), row(1), row(2, { wave: 2 })], new Map());
  expect(schedule.take({ all: 9, calls: 9 }, 0)).toEqual([0, 1]);
  schedule.ended(0, 'APPLIED');
  expect(schedule.take({ all: 9, calls: 9 }, 0)).toEqual([]);
  schedule.ended(1, 'FAILED');
  expect(schedule.take({ all: 9, calls: 9 }, 0)).toEqual([2]);
});

test('what only links takes no slot of the rate', () => {
  const rows = [row(0, { calls: false }), row(1, { calls: false }), row(2), row(3)];
  expect(new Schedule(rows, new Map()).take({ all: 9, calls: 1 }, 0)).toEqual([0, 1, 2]);
});

test('what was sent by a dead worker comes first, and what waits when it is due', () => {
  const rows = [
    row(0),
    row(1, { wave: 5, state: 'RUNNING' }),
    row(2, { state: 'WAITING', retryAt: new Date(50) }),
  ];
  const schedule = new Schedule(rows, new Map());
  expect(schedule.take({ all: 1, calls: 9 }, 0)).toEqual([1]);
  expect(schedule.nextRetry).toBe(50);
  expect(schedule.take({ all: 9, calls: 9 }, 50)).toEqual([2, 0]);
});

test('states of what has ended before are known', () => {
  const rows = [row(1, { dependsOn: [0] }), row(3, { dependsOn: [2] }), row(5, { dependsOn: [4] })];
  const schedule = new Schedule(
    rows,
    new Map<number, OperationState>([
      [0, 'APPLIED'],
      [2, 'HELD'],
      [4, 'INVITED'],
    ]),
  );
  expect(schedule.takeSkipped()).toEqual([3, 5]);
  expect(schedule.take({ all: 9, calls: 9 }, 0)).toEqual([1]);
});
