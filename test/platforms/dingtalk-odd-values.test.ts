import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { AppError, RemoteAccountValue } from '../../src/domain/index.ts';
import { canonicalAccountText } from '../../src/planner/canonical-hash.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { DirectorySource } from '../../src/ports/directory-source.ts';
import { take } from '../contract/directory-source.contract.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';

const services = createPlatformServices({ clock: hastyClock() });
const source = createPlatforms(services).get('dingtalk')?.directorySource as DirectorySource;
const LIST = '/topapi/v2/user/list';

describe('a person with odd values', () => {
  let simulator: DingTalkSimulator;
  beforeAll(async () => {
    simulator = await startDingTalkSimulator({ company: { seed: 3, people: 1, orgUnits: 0 } });
    simulator.set({ qpsPerApp: null });
  });
  afterAll(async () => {
    await services.http.close();
    await simulator.close();
  });

  /** What is read of the one person when that member of the answer has that value. */
  const read = async (member: string, value: unknown) => {
    const fault = { kind: 'wrongType', path: `result.list.0.${member}`, value } as const;
    simulator.faults.add({ api: LIST, times: null, fault });
    const taken = await take(source, connectionTo(simulator));
    simulator.faults.clear();
    const [person] = taken.accounts.values();
    return { person: person as RemoteAccountValue, statement: taken.statement };
  };

  it.each([
    'unionid',
    'avatar',
    'mobile',
    'state_code',
    'email',
    'job_number',
    'title',
    'manager_userid',
    'extension',
    'hired_date',
    'active',
    'leader',
    'dept_order',
  ])('reads a company in which %s is null', async (member) => {
    const { person, statement } = await read(member, null);
    expect(statement).toMatchObject({ complete: true, gaps: [] });
    expect(person.name).not.toBe('');
  });

  it.each(['name', 'remark', 'title', 'userid', 'unionid'])(
    'reads %s with a NUL character',
    async (member) => {
      const { person, statement } = await read(member, 'a\u0000b');
      expect(statement.gaps.map(({ code }) => code)).not.toContain('ACCOUNT_PAGE_FAILED');
      expect(JSON.stringify(person)).toContain('ab');
      expect(canonicalAccountText(person)).not.toContain('\\u0000');
    },
  );

  it('reads half a surrogate pair as U+FFFD', async () => {
    expect((await read('name', '李\ud800四')).person.name).toBe('李\ufffd四');
  });

  it.each([
    ['{"a":"x\\u0000y","b":"\\ud800"}', { a: 'xy', b: '\ufffd' }],
    ['{"n":12345678901234567890}', { n: '12345678901234567890' }],
    // As text: nested deeper than any stack, out of the range of numbers, no object.
    [`${'['.repeat(20_000)}${']'.repeat(20_000)}`, `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
    ['{"n":1e400}', '{"n":1e400}'],
    ['not JSON', 'not JSON'],
  ])('keeps custom fields that can be kept (%.20s)', async (text, kept) => {
    const { person, statement } = await read('extension', text);
    expect(statement.complete).toBe(true);
    expect(person.attributes['extension']).toEqual(kept);
    expect(canonicalAccountText(person)).toContain('"extension":');
  });

  it('names the place where an id is longer than any that can be kept', async () => {
    const { statement } = await read('userid', 'x'.repeat(300));
    expect(statement.complete).toBe(false);
    expect(statement.gaps).toContainEqual(
      expect.objectContaining({ code: 'ACCOUNT_PAGE_FAILED', where: '1' }),
    );
  });

  it.each([
    { errcode: 60011, errmsg: null, sub_code: null, sub_msg: null },
    { errcode: '60011', errmsg: 'x' },
  ])('understands a failure with members that are null or text (%j)', async (body) => {
    const fault = { kind: 'http', status: 200, body: JSON.stringify(body) } as const;
    simulator.faults.add({ api: '/topapi/v2/department/get', times: null, fault });
    await expect(take(source, connectionTo(simulator))).rejects.toMatchObject({
      code: 'PLATFORM_PERMISSION_MISSING',
    });
    simulator.faults.clear();
  });

  it('does not wait for ever because the platform says so', async () => {
    const body = '{"status":1111,"wait":999999999999999,"punish":"deny"}';
    simulator.faults.add({
      api: '/topapi/v2/department/get',
      times: null,
      fault: { kind: 'http', status: 200, body },
    });
    const error = await take(source, connectionTo(simulator)).catch((thrown: unknown) => thrown);
    simulator.faults.clear();
    expect(error).toMatchObject({ code: 'PLATFORM_IP_BLOCKED' });
    const milliseconds = ((error as AppError).retryAt ?? Number.NaN) - Date.now();
    expect(milliseconds).toBeLessThan(24 * 60 * 60_000);
  });
});
