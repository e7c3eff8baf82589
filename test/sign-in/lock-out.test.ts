import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { addressGroup } from '../../src/flows/sign-in/limits.ts';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { createPerson, PASSWORD } from './people.ts';
import { createHouse } from './support.ts';

const house = await createHouse({ maxWaiting: 10_000 });
afterAll(() => house.close());
await createPerson(house, 'victim', { mobile: '13900000001' });

const attempt = (userName: string, password: string, address = '203.0.113.7') =>
  signIn(house.from(address), { tenant: 'main', userName, password }).then(
    () => 'OK',
    (error: { code: string }) => error.code,
  );
const wrong = async (times: number, userName = 'victim', address?: string): Promise<string[]> => {
  const codes: string[] = [];
  for (let time = 0; time < times; time += 1) codes.push(await attempt(userName, 'wrong', address));
  return codes;
};
const failed = (times: number): string[] => Array.from({ length: times }, () => 'SIGN_IN_FAILED');
/** Lets time pass for every counter. */
const later = (seconds: number) =>
  house.test.look(
    `update muster.sign_in_throttle set locked_until = locked_until - make_interval(secs => $1),
       window_started_at = window_started_at - make_interval(secs => $1)`,
    [seconds],
  );

beforeEach(async () => {
  await house.test.look('delete from muster.sign_in_throttle');
});

describe('lock-out', () => {
  test('five wrong passwords lock the account, for the right one too', async () => {
    expect(await wrong(6)).toEqual([...failed(5), 'SIGN_IN_THROTTLED']);
    expect(await attempt('victim', PASSWORD)).toBe('SIGN_IN_THROTTLED');
    expect(await attempt('victim', PASSWORD, '198.51.100.1')).toBe('SIGN_IN_THROTTLED');
  });

  test('however the account is named', async () => {
    await wrong(2);
    await wrong(2, 'VICTIM');
    await wrong(1, '+86-13900000001');
    expect(await attempt('victim', PASSWORD)).toBe('SIGN_IN_THROTTLED');
  });

  test('an unknown user name is locked in the same way', async () => {
    expect(await wrong(6, 'nobody')).toEqual([...failed(5), 'SIGN_IN_THROTTLED']);
    expect(await attempt('NOBODY', 'x')).toBe('SIGN_IN_THROTTLED');
  });

  test('costs no hash while it lasts, and says how long', async () => {
    await wrong(5);
    const before = house.algorithm.verifications;
    const error = await signIn(house.context, {
      tenant: 'main',
      userName: 'victim',
      password: PASSWORD,
    }).catch((reason: unknown) => reason);
    expect(house.algorithm.verifications).toBe(before);
    expect(error).toMatchObject({ code: 'SIGN_IN_THROTTLED', details: { seconds: expect.any(Number) } });
    const { seconds } = (error as { details: { seconds: number } }).details;
    expect(seconds).toBeGreaterThan(25);
    expect(seconds).toBeLessThanOrEqual(30);
  });

  test('doubles with each failure after it, up to a quarter of an hour, and ends with a success', async () => {
    const locks: number[] = [];
    await wrong(4);
    for (let round = 0; round < 8; round += 1) {
      await wrong(1);
      const [row] = await house.test.look<{ seconds: number }>(
        `select round(extract(epoch from max(locked_until) - clock_timestamp()))::int as seconds
         from muster.sign_in_throttle`,
      );
      locks.push(row?.seconds ?? 0);
      await later((row?.seconds ?? 0) + 1);
    }
    expect(locks.map((seconds) => Math.round(seconds / 30))).toEqual([1, 2, 4, 8, 16, 30, 30, 30]);
    expect(await attempt('victim', PASSWORD)).toBe('OK');
    expect(await wrong(4)).toEqual(failed(4));
    expect(await attempt('victim', PASSWORD)).toBe('OK');
  });

  test('forgets failures of a quarter of an hour ago', async () => {
    await wrong(4);
    await later(16 * 60);
    expect(await wrong(5)).toEqual(failed(5));
  });

  test('fifty failures from one address lock it for every account, and no other address', async () => {
    for (let name = 0; name < 50; name += 1) await attempt(`name${name}`, 'wrong', '192.0.2.9');
    expect(await attempt('victim', PASSWORD, '192.0.2.9')).toBe('SIGN_IN_THROTTLED');
    expect(await attempt('victim', PASSWORD, '192.0.2.10')).toBe('OK');
  });

  test('counts every one of many guesses at once, and lets no right one in after the lock', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 40 }, (_, index) => attempt('victim', index === 39 ? PASSWORD : 'wrong')),
    );
    expect(outcomes.filter((outcome) => outcome === 'OK')).toEqual([]);
    const [row] = await house.test.look<{ failures: number }>(
      'select max(failures)::int as failures from muster.sign_in_throttle',
    );
    expect(row?.failures).toBe(
      outcomes.slice(0, 39).filter((outcome) => outcome === 'SIGN_IN_FAILED').length,
    );
    expect(row?.failures).toBeGreaterThanOrEqual(5);
  });
});

describe('the address that is counted', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:aaaa::1', '2001:db8:1:2'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
    [null, 'unknown'],
  ])('%s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
