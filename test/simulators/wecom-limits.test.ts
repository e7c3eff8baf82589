import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Caller, codeOf, startCaller, tokenOf, UNRESTRICTED } from './wecom-caller.ts';

let caller: Caller;
beforeEach(async () => {
  caller = await startCaller({ ...UNRESTRICTED, apps: [...(UNRESTRICTED.apps ?? []), {}] });
  caller.sim.clock.freeze();
});
afterEach(() => caller.sim.close());

const MINUTE = 60_000;
const list = (token?: string) => codeOf(caller.get('department/simplelist', {}, token));
const times = async (count: number, call: () => Promise<number>): Promise<number[]> => {
  const codes: number[] = [];
  for (let i = 0; i < count; i++) codes.push(await call());
  return codes;
};

describe('frequency (§1.5, §11 row 24)', () => {
  test('one API of the corp: going over blocks for as long as the window, other APIs go on', async () => {
    caller.sim.set({ corpLimits: [{ calls: 3, windowMs: MINUTE }], ipLimits: [] });
    expect(await times(5, list)).toEqual([0, 0, 0, 45009, 45009]);
    expect(await list(caller.contactsToken)).toBe(45009);
    expect(await codeOf(caller.get('department/list'))).toBe(0);
    caller.sim.clock.advance(MINUTE - 1);
    expect(await list()).toBe(45009);
    caller.sim.clock.advance(1);
    expect(await times(4, list)).toEqual([0, 0, 0, 45009]);
    expect((await caller.get('department/simplelist')).body).toMatchObject({
      department_id: [],
      errmsg: expect.stringMatching(/^api freq out of limit, hint/),
    });
  });

  test('the window slides, and several windows hold at once', async () => {
    caller.sim.set({
      corpLimits: [
        { calls: 3, windowMs: MINUTE },
        { calls: 5, windowMs: 60 * MINUTE },
      ],
      ipLimits: [],
    });
    expect(await times(2, list)).toEqual([0, 0]);
    caller.sim.clock.advance(MINUTE);
    expect(await times(3, list)).toEqual([0, 0, 0]);
    caller.sim.clock.advance(MINUTE);
    expect(await list()).toBe(45009);
    caller.sim.clock.advance(59 * MINUTE);
    expect(await list()).toBe(45009);
    caller.sim.clock.advance(MINUTE);
    expect(await list()).toBe(0);
  });

  test('one API of one address', async () => {
    caller.sim.set({ corpLimits: [], ipLimits: [{ calls: 2, windowMs: MINUTE }] });
    expect(await times(3, list)).toEqual([0, 0, 45009]);
    caller.sim.set({ clientIp: '203.0.113.9' });
    expect(await list()).toBe(0);
    caller.sim.limits.reset();
    caller.sim.set({ clientIp: null });
    expect(await list()).toBe(0);
  });

  test('gettoken is limited like every other API', async () => {
    caller.sim.limits.reset();
    caller.sim.set({ corpLimits: [{ calls: 1, windowMs: MINUTE }] });
    expect(await tokenOf(caller.sim)).toBe(caller.token);
    expect(await tokenOf(caller.sim)).toBe('undefined');
  });

  test('debug=1 five times a minute', async () => {
    const debug = () => codeOf(caller.get('department/simplelist', { debug: 1 }));
    expect(await times(6, debug)).toEqual([0, 0, 0, 0, 0, 45009]);
    expect(await list()).toBe(0);
  });

  test('auth/getuserinfo is free as long as the code is good', async () => {
    caller.sim.set({ corpLimits: [{ calls: 1, windowMs: MINUTE }], ipLimits: [] });
    const { clientId } = caller.sim.app;
    const good = () =>
      codeOf(
        caller.get('auth/getuserinfo', {
          code: caller.sim.logins.issueCode(clientId, { userid: 'manager1000' }),
        }),
      );
    expect(await times(3, good)).toEqual([0, 0, 0]);
    expect(await times(2, () => codeOf(caller.get('auth/getuserinfo', { code: 'x' })))).toEqual([
      40029, 45009,
    ]);
  });

  test('too many at once on one API are 45033', async () => {
    caller.sim.set({ concurrency: 2, latencyMs: 40 });
    const codes = await Promise.all(Array.from({ length: 4 }, () => list()));
    expect(codes.toSorted((a, b) => a - b)).toEqual([0, 0, 45033, 45033]);
    expect(await list()).toBe(0);
    expect(caller.sim.ledger.summary().throttled).toBe(2);
  });
});
