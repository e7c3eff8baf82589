import { describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../src/domain/index.ts';
import { type RetryOptions, withRetry } from '../../src/platforms/kit/retry.ts';
import { throttleWaitMs } from '../../src/platforms/kit/vendor-errors.ts';
import { virtualClock } from './support/clocks.ts';

const signal = new AbortController().signal;

/** Fails with these errors in turn, then succeeds; tells how often it was called and how long it took. */
const run = async (errors: readonly unknown[], options: Partial<RetryOptions> = {}, random = 1) => {
  const clock = virtualClock();
  const left = [...errors];
  let calls = 0;
  const call = async (): Promise<string> => {
    calls += 1;
    if (left.length > 0) throw left.shift();
    return 'done';
  };
  const outcome = await withRetry({ clock, random: () => random }, call, { signal, ...options }).catch(
    (error: unknown) => error,
  );
  return { outcome, calls, waited: clock.elapsed() };
};

const fail = (code: ErrorCode, retryAt?: number): AppError =>
  new AppError(code, retryAt === undefined ? {} : { retryAt });
const times = (count: number, code: ErrorCode): AppError[] => Array.from({ length: count }, () => fail(code));

describe('repetition by the retry class', () => {
  it('repeats what may pass, waiting longer each time', async () => {
    const { outcome, calls, waited } = await run(times(3, 'PLATFORM_BUSY'));
    expect({ outcome, calls, waited }).toEqual({ outcome: 'done', calls: 4, waited: 1000 + 2000 + 4000 });
  });

  it('draws its wait between nothing and the ceiling', async () => {
    expect((await run(times(3, 'PLATFORM_BUSY'), {}, 0)).waited).toBe(0);
    expect((await run(times(3, 'PLATFORM_BUSY'), {}, 0.5)).waited).toBe(3500);
  });

  it('gives up after the last attempt with the error itself', async () => {
    const { outcome, calls } = await run(times(9, 'PLATFORM_TIMEOUT'));
    expect(outcome).toMatchObject({ code: 'PLATFORM_TIMEOUT' });
    expect(calls).toBe(4);
  });

  it.each([
    'PLATFORM_IP_NOT_ALLOWED',
    'PLATFORM_ORG_UNIT_UNKNOWN',
    'PLATFORM_QUOTA_EXHAUSTED',
    'PLATFORM_MOBILE_TAKEN',
  ] as const)('never repeats %s', async (code) => {
    const { outcome, calls } = await run(times(1, code));
    expect(outcome).toMatchObject({ code });
    expect(calls).toBe(1);
  });

  it('refreshes a token once; the second refusal is about the credentials', async () => {
    let refreshed = 0;
    const refreshToken = () => {
      refreshed += 1;
    };
    expect(await run(times(1, 'PLATFORM_TOKEN_INVALID'), { refreshToken })).toMatchObject({
      outcome: 'done',
      calls: 2,
      waited: 0,
    });
    const twice = await run(times(2, 'PLATFORM_TOKEN_INVALID'), { refreshToken });
    expect(twice.outcome).toMatchObject({ code: 'PLATFORM_CREDENTIALS_INVALID' });
    expect(refreshed).toBe(2);
  });

  it('waits exactly until the instant that the platform named', async () => {
    expect(await run([fail('PLATFORM_THROTTLED', 7300)])).toMatchObject({ outcome: 'done', waited: 7300 });
  });

  it('does not count being throttled as a failed attempt', async () => {
    const errors = [...times(12, 'PLATFORM_THROTTLED'), ...times(3, 'PLATFORM_BUSY')];
    expect(await run(errors)).toMatchObject({ outcome: 'done', calls: 16 });
  });

  it('hands a long wait to the caller, who may park the job', async () => {
    const { outcome, calls, waited } = await run([fail('PLATFORM_IP_BLOCKED', 300_000)]);
    expect(outcome).toMatchObject({ code: 'PLATFORM_IP_BLOCKED', retryAt: 300_000 });
    expect({ calls, waited }).toEqual({ calls: 1, waited: 0 });
  });

  it('passes mistakes of the program through', async () => {
    expect((await run([new TypeError('mine')])).outcome).toBeInstanceOf(TypeError);
  });

  it('stops waiting when aborted', async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const pending = withRetry({ clock, random: () => 1 }, () => Promise.reject(fail('PLATFORM_BUSY')), {
      signal: abort.signal,
      onWait: () => abort.abort(new Error('enough')),
    });
    await expect(pending).rejects.toThrow('enough');
  });
});

describe('the end of a throttle, read from the text', () => {
  const text = (end: string, more = '') => `${more} 请求总次数超过 1200 次, ${end} 2026-09-03 00:01:03 结束.`;
  const span = '从 2026-09-03 00:01:02 到 2026-09-03 00:01:02';
  const end = Date.parse('2026-09-02T16:01:03Z');

  it.each(['限制将在', '处罚将在'])('understands %s in Beijing time', (words) => {
    expect(throttleWaitMs(text(words), end - 400)).toBe(400);
  });

  it('trusts the platform’s own clock, not ours, when the text names it', () => {
    expect(throttleWaitMs(text('限制将在', span), end - 86_400_000)).toBe(1000);
    expect(throttleWaitMs(text('限制将在', span), end + 86_400_000)).toBe(1000);
  });

  it('has no opinion where the text names no end, or a senseless one', () => {
    expect(throttleWaitMs('请求被暂时限制了', end)).toBeUndefined();
    expect(throttleWaitMs(text('限制将在'), end + 86_400_000)).toBeUndefined();
    expect(throttleWaitMs(text('限制将在'), end - 86_400_000)).toBeUndefined();
  });
});
