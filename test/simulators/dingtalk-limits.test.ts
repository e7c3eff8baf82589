import { afterEach, expect, test } from 'vitest';
import { createLimits } from '../../simulators/dingtalk/limits.ts';
import { DEFAULT_SETTINGS } from '../../simulators/dingtalk/settings.ts';
import { type Caller, settled, startCaller, tokenOf } from './dingtalk-caller.ts';

let caller: Caller | undefined;
afterEach(() => caller?.sim.close());

const COUNT = ['/topapi/user/count', { only_active: false }] as const;
/** 2026-09-03 00:01:02 in Beijing. */
const NOW = Date.UTC(2026, 8, 2, 16, 1, 2);
const CALL = { clientId: 'a', path: '/x', countsForQuota: false };

async function start(settings: object): Promise<Caller> {
  caller = await startCaller({ settings: { qpsPerApp: 20, ...settings } });
  caller.sim.clock.freeze();
  caller.sim.clock.advance(NOW - caller.sim.clock.now());
  return caller;
}

async function times(
  count: number,
  call: () => Promise<{ body: { errcode?: number; code?: string } }>,
): Promise<number> {
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const { body } = await call();
    if (body.errcode || body.code) refused++;
  }
  return refused;
}

test('the 21st call within a second is refused with 90018, other apps and other calls are not', async () => {
  const { sim, top } = await start({});
  const other = sim.addApp();
  const otherToken = await tokenOf(sim, other.clientId);
  // The token of before the clock was set is as good as new: it lives for two hours of the platform's clock.
  const token = await tokenOf(sim);
  expect(await times(20, () => top(...COUNT, token))).toBe(0);
  expect(settled(await top(...COUNT, token))).toEqual({
    errcode: 88,
    sub_code: '90018',
    sub_msg:
      '当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.user.count), 从 2026-09-03 00:01:02 到 2026-09-03 00:01:02 请求总次数超过 20 次, 限制将在 2026-09-03 00:01:03 结束.',
    errmsg: expect.stringMatching(/^ding talk error\[subcode=90018,submsg=当前应用.*结束\.\]$/),
  });
  expect((await top(...COUNT, otherToken)).body.errcode).toBe(0);
  expect((await top('/topapi/user/listadmin', {}, token)).body.errcode).toBe(0);
  sim.clock.advance(999);
  expect((await top(...COUNT, token)).body.sub_code).toBe('90018');
  sim.clock.advance(1);
  expect(await times(20, () => top(...COUNT, token))).toBe(0);
  expect(await times(1, () => top(...COUNT, token))).toBe(1);
  const totals = sim.ledger.summary().byApi[`${sim.app.clientId} /topapi/user/count`];
  expect(totals).toMatchObject({ calls: 43, ok: 40, throttled: 3, maxAcceptedPerSecond: 20 });
});

test('the window slides: no second ever holds more than the limit', () => {
  const limits = createLimits({ ...DEFAULT_SETTINGS, penaltyMs: 0 });
  const accepted: number[] = [];
  for (let at = 0; at < 5000; at += 7) if (limits.admit(CALL, NOW + at).allowed) accepted.push(at);
  for (const from of accepted) {
    expect(accepted.filter((at) => at >= from && at < from + 1000).length).toBeLessThanOrEqual(20);
  }
  expect(accepted.length).toBe(100);
});

test('a caller that stays at the limit exactly is never refused', () => {
  const limits = createLimits(DEFAULT_SETTINGS);
  for (let n = 0; n < 500; n++) expect(limits.admit(CALL, NOW + n * 50).allowed).toBe(true);
});

test('the platform-wide limit answers 90002, byte for byte, over all apps', async () => {
  const { sim, top } = await start({ qpsPerApp: null, platformQps: { '/topapi/v2/department/listsub': 2 } });
  const first = await tokenOf(sim);
  const second = await tokenOf(sim, sim.addApp().clientId);
  await top('/topapi/v2/department/listsub', {}, first);
  await top('/topapi/v2/department/listsub', {}, second);
  const reply = await top('/topapi/v2/department/listsub', {}, first);
  expect(reply.body.errmsg).toBe(
    'ding talk error[subcode=90002,submsg=当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.v2.department.listsub), 从 2026-09-03 00:01:02 到 2026-09-03 00:01:02 请求总次数超过 2 次, 限制将在 2026-09-03 00:01:03 结束.]',
  );
});

test('the printed end is never before the true one', async () => {
  const { sim, top } = await start({ qpsPerApp: 1 });
  const token = await tokenOf(sim);
  sim.clock.advance(400);
  await top(...COUNT, token);
  expect((await top(...COUNT, token)).body.sub_msg).toMatch(/限制将在 2026-09-03 00:01:04 结束\.$/);
});

test('the new family says 403 with the dimension in the code; older texts say 处罚', async () => {
  const { sim, fresh } = await start({ qpsPerApp: 1, olderThrottleText: true });
  const token = await tokenOf(sim);
  const search = { queryWord: '王', offset: 0, size: 1 };
  await fresh('/v1.0/contact/users/search', search, token);
  const reply = await fresh('/v1.0/contact/users/search', search, token);
  expect([reply.status, reply.body.code]).toEqual([403, 'Forbidden.AccessDenied.QpsLimitForAppkeyAndApi']);
  expect(reply.body.message).toMatch(/处罚将在 2026-09-03 00:01:03 结束\.$/);
});

test('full hours are bad moments even for a caller who behaves', () => {
  const limits = createLimits({ ...DEFAULT_SETTINGS, fullHour: { seconds: 60, share: 1 } });
  const hour = Date.UTC(2026, 8, 2, 16);
  expect(limits.admit(CALL, hour + 59_000)).toMatchObject({ allowed: false, why: 'platform' });
  expect(limits.admit(CALL, hour + 61_000).allowed).toBe(true);
});

test('only calls that count use up the month, and contacts may be made to count', async () => {
  const { sim, top } = await start({ monthlyQuota: 2 });
  const token = await tokenOf(sim);
  const inactive = { is_active: true, offset: 0, size: 10, query_date: '20260902' };
  expect(await times(5, () => top(...COUNT, token))).toBe(0);
  expect(await times(2, () => top('/topapi/inactive/user/v2/get', inactive, token))).toBe(0);
  expect((await top('/topapi/inactive/user/v2/get', inactive, token)).body.sub_code).toBe('90020');
  expect(await times(1, () => top(...COUNT, token))).toBe(0);
  sim.set({ contactsExemptFromQuota: false });
  expect((await top(...COUNT, token)).body.sub_code).toBe('90020');
  sim.clock.advance(31 * 86_400_000);
  expect((await top(...COUNT, await tokenOf(sim))).body.errcode).toBe(0);
});

test('an address that floods is punished with a body that has no code', async () => {
  const { sim, top } = await start({
    qpsPerApp: null,
    ipLimit: { calls: 5, windowMs: 20_000, punishMs: 300_000, body: 'json' },
  });
  const token = await tokenOf(sim);
  expect(await times(3, () => top(...COUNT, token))).toBe(0);
  const punished = await top(...COUNT, token);
  expect(punished.body).toEqual({
    status: 1111,
    wait: 5,
    source: 'x5',
    punish: 'deny',
    uuid: expect.any(String),
  });
  sim.clock.advance(299_999);
  expect((await top(...COUNT, token)).body.punish).toBe('deny');
  sim.set({ ipLimit: { calls: 1000, windowMs: 20_000, punishMs: 300_000, body: 'html' } });
  expect((await top(...COUNT, token)).headers.get('content-type')).toContain('text/html');
  sim.clock.advance(1);
  expect((await top(...COUNT, token)).body.errcode).toBe(0);
});
