import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type DingTalkSimulator,
  type FaultRule,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import { type Taken, take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';

/** R7 asks for 500; the everyday run takes fewer. */
const ROUNDS = Number(process.env['TRUNCATION_ROUNDS'] ?? 40);

const LISTSUB = '/topapi/v2/department/listsub';
const USERS = '/topapi/v2/user/list';
const IDS = '/topapi/user/listid';

/** Mulberry32: the same seed, the same truncation. */
const randomOf = (seed: number): ((below: number) => number) => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

const pick = <T>(random: (below: number) => number, from: readonly T[]): T => from[random(from.length)] as T;

/** One to three ways in which an answer falls short, all of them with the look of a success. */
const truncation = (seed: number, departments: readonly number[]): FaultRule[] => {
  const random = randomOf(seed);
  const one = () => ({ dept_id: pick(random, departments) });
  const nth = () => 1 + random(40);
  const times = () => pick(random, [1, 2, null]);
  const kinds: (() => FaultRule[])[] = [
    () => [
      { api: USERS, nth: nth(), times: times(), fault: { kind: 'shortPage', rows: random(4), lose: true } },
    ],
    () => [{ api: USERS, nth: nth(), times: times(), fault: { kind: 'missingPage', rows: 1 + random(9) } }],
    () => [{ api: USERS, nth: nth(), times: times(), fault: { kind: 'emptyPage' } }],
    () => [{ api: USERS, nth: nth(), times: times(), fault: { kind: 'duplicatePage' } }],
    () => [{ api: USERS, nth: nth(), fault: { kind: 'truncate', bytes: random(2000) } }],
    () => [{ api: USERS, params: one(), times: null, fault: { kind: 'truncate', bytes: random(500) } }],
    () => [
      {
        api: USERS,
        params: one(),
        times: null,
        fault: { kind: 'wrongType', path: 'result.list.length', value: 0 },
      },
    ],
    () => [{ api: USERS, nth: nth(), fault: { kind: 'wrongType', path: 'result.has_more', value: false } }],
    () => [
      {
        api: LISTSUB,
        params: one(),
        times: null,
        fault: { kind: 'wrongType', path: 'result.length', value: 0 },
      },
    ],
    () => [
      { api: LISTSUB, nth: 1 + random(10), fault: { kind: 'wrongType', path: 'result.length', value: 1 } },
    ],
    () => [{ api: LISTSUB, nth: nth(), times: times(), fault: { kind: 'truncate', bytes: random(300) } }],
    () => {
      const params = one();
      return [
        {
          api: USERS,
          params,
          times: null,
          fault: { kind: 'wrongType', path: 'result.list.length', value: 0 },
        },
        {
          api: IDS,
          params,
          times: null,
          fault: { kind: 'wrongType', path: 'result.userid_list.length', value: 0 },
        },
      ];
    },
  ];
  return Array.from({ length: 1 + random(3) }, () => pick(random, kinds)()).flat();
};

const membershipsOf = (taken: Taken): Map<string, string> =>
  new Map(
    [...taken.accounts.values()].map(({ externalId, memberships }) => [
      externalId,
      JSON.stringify([...memberships].sort((a, b) => (a.orgUnitExternalId < b.orgUnitExternalId ? -1 : 1))),
    ]),
  );

describe('a pull that was cut short', () => {
  const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 2_000 });
  const source = createPlatforms(services).get('dingtalk')?.directorySource as DirectorySource;
  let simulator: DingTalkSimulator;
  let truth: Taken;
  const pull = (expected?: Taken) =>
    take(source, connectionTo(simulator, { settings: { userPageSize: '10' } }), {
      request: {
        ...(expected === undefined
          ? {}
          : { expected: { orgUnits: [...expected.units.keys()], accounts: [...expected.accounts.keys()] } }),
      },
    });

  beforeAll(async () => {
    const company = { seed: 5, people: 240, orgUnits: 30, messy: true };
    simulator = await startDingTalkSimulator({ company, settings: { qpsPerApp: null, ipLimit: null } });
    truth = await pull();
  });
  afterAll(async () => {
    await services.http.close();
    await simulator.close();
  });

  it(`never becomes a complete one (${ROUNDS} truncations)`, async () => {
    const departments = simulator.departments().map((one) => one.id);
    const verdicts = { whole: 0, incomplete: 0, stopped: 0 };
    for (let seed = 1; seed <= ROUNDS; seed += 1) {
      simulator.faults.clear();
      for (const rule of truncation(seed, departments)) simulator.faults.add(rule);
      const taken = await pull(truth).catch(() => null);
      if (taken === null) verdicts.stopped += 1;
      else if (!taken.statement.complete) verdicts.incomplete += 1;
      else {
        verdicts.whole += 1;
        // What was noticed in time and fetched again is a complete fetch; then nothing at all may differ.
        expect(membershipsOf(taken), `seed ${seed}`).toEqual(membershipsOf(truth));
        expect(new Set(taken.units.keys()), `seed ${seed}`).toEqual(new Set(truth.units.keys()));
      }
    }
    simulator.faults.clear();
    expect(verdicts.incomplete).toBeGreaterThan(ROUNDS / 10);
    expect(verdicts.whole).toBeGreaterThan(ROUNDS / 10);
    expect((await pull(truth)).statement.complete).toBe(true);
  }, 600_000);
});
