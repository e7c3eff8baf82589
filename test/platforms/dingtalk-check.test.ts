import { afterAll, describe, expect, it } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { OpenConnection } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { CheckStep } from '../../src/ports/directory-source.ts';
import { hastyClock } from './support/clocks.ts';
import { connectionTo } from './support/dingtalk.ts';

const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 1_000 });
afterAll(() => services.http.close());
const platform = createPlatforms(services).get('dingtalk');

const walk = async (
  connection: OpenConnection,
  signal = new AbortController().signal,
): Promise<CheckStep[]> => {
  const steps: CheckStep[] = [];
  for await (const step of platform?.directorySource?.check(connection, signal) ?? []) steps.push(step);
  return steps;
};
const brief = (steps: readonly CheckStep[]): string[] => steps.map((step) => `${step.code} ${step.status}`);

const FAULTY: [
  what: string,
  change: (simulator: DingTalkSimulator) => Parameters<typeof connectionTo>[1],
  last: string,
  remedy: RegExp,
][] = [
  [
    'a name that does not resolve',
    () => ({ settings: { apiBase: 'https://nosuch.invalid' } }),
    'DNS FAIL',
    /DNS/,
  ],
  [
    'an address that may not be called',
    () => ({ settings: { apiBase: 'https://169.254.169.254' } }),
    'DNS FAIL',
    /内网地址/,
  ],
  ['a closed port', () => ({ settings: { apiBase: 'http://127.0.0.1:1024' } }), 'TCP_TLS FAIL', /防火墙/],
  [
    'no TLS there',
    (simulator) => ({ settings: { apiBase: simulator.url.replace('http:', 'https:') } }),
    'TCP_TLS FAIL',
    /证书/,
  ],
  ['a wrong secret', () => ({ secrets: { clientSecret: 'wrong' } }), 'CREDENTIALS FAIL', /区分大小写/],
  [
    'an IP list',
    (simulator) => {
      simulator.set({ clientIp: '203.0.113.9' });
      simulator.changeApp(simulator.app.clientId, { ipList: ['198.51.100.1'] });
      return {};
    },
    'IP_ALLOW_LIST FAIL',
    /203\.0\.113\.9/,
  ],
  [
    'an IP list on the token endpoint',
    (simulator) => {
      simulator.set({ clientIp: '203.0.113.9', ipListOnTokenEndpoints: true });
      simulator.changeApp(simulator.app.clientId, { ipList: ['198.51.100.1'] });
      return {};
    },
    'IP_ALLOW_LIST FAIL',
    /203\.0\.113\.9/,
  ],
  [
    'a disabled app',
    (simulator) => {
      simulator.changeApp(simulator.app.clientId, { enabled: false });
      return {};
    },
    'FAIL',
    /启用该应用/,
  ],
];

describe('the check of a DingTalk connection', () => {
  it('walks from name resolution to head count', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 80 } });
    const steps = await walk(connectionTo(simulator));
    expect(brief(steps)).toEqual([
      'DNS PASS',
      'TCP_TLS PASS',
      'API_REACHABLE PASS',
      'CREDENTIALS PASS',
      'IP_ALLOW_LIST PASS',
      'PERMISSION PASS',
      'PERMISSION PASS',
      'PERMISSION PASS',
      'VISIBLE_RANGE PASS',
      'FIELD_PERMISSION PASS',
      'FIELD_PERMISSION PASS',
      'HEAD_COUNT PASS',
    ]);
    expect(steps.at(-1)?.message.zh).toBe('80 人');
    const points = steps.filter((step) => step.code === 'PERMISSION').map((step) => step.subject);
    expect(points).toEqual(
      platform?.permissions.filter((one) => one.neededFor === 'pull').map((one) => one.point),
    );
  });

  it.each(FAULTY)('stops at %s and says what to do', async (_, change, last, remedy) => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
    const steps = await walk(connectionTo(simulator, change(simulator)));
    const end = steps.at(-1);
    expect(`${end?.code} ${end?.status}`).toContain(last);
    expect(end?.remedy?.zh).toMatch(remedy);
    expect(end?.remedy?.en).not.toBe('');
    expect(steps.slice(0, -1).every((step) => step.status === 'PASS')).toBe(true);
  });

  it.each(['qyapi_get_department_list', 'qyapi_get_department_member', 'qyapi_get_member'])(
    'names the missing permission %s with the page where it is opened',
    async (point) => {
      await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
      simulator.revoke(simulator.app.clientId, point);
      const steps = await walk(connectionTo(simulator));
      const bad = steps.filter((step) => step.status === 'FAIL');
      expect(bad.map((step) => `${step.code} ${step.subject}`)).toEqual([`PERMISSION ${point}`]);
      expect(bad[0]?.remedy?.zh).toContain(point);
      expect(bad[0]?.remedy?.zh).toContain('https://open-dev.dingtalk.com/appscope/apply?content=');
      expect(steps.at(-1)).toMatchObject({ code: 'HEAD_COUNT', status: 'SKIPPED' });
    },
  );

  const POINTS_TO_PUSH = ['qyapi_manage_addresslist', 'qyapi_get_member_by_mobile'];
  const SWITCH = 'Contact.OrgAccountSecurity.ReadWrite';
  const writable = (simulator: DingTalkSimulator, disableAccounts = 'none') => ({
    ...connectionTo(simulator, { settings: { disableAccounts } }),
    mode: 'READ_WRITE' as const,
  });

  it('looks at what pushing needs where the connection may write, and writes nothing', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
    const held = () => JSON.stringify([simulator.departments(), simulator.people(), simulator.invitations()]);
    const before = held();
    const points = async (connection: OpenConnection) =>
      (await walk(connection))
        .filter((step) => step.code === 'PERMISSION')
        .map((step) => `${step.subject} ${step.status}`)
        .slice(3);
    expect(await points(connectionTo(simulator))).toEqual([]);
    expect(await points(writable(simulator))).toEqual(POINTS_TO_PUSH.map((point) => `${point} PASS`));
    expect(await points(writable(simulator, 'exclusive'))).toEqual(
      [...POINTS_TO_PUSH, SWITCH].map((point) => `${point} PASS`),
    );
    expect(held()).toBe(before);
    const written = simulator.ledger.entries().filter(({ api }) => /create|update|delete|able$/.test(api));
    expect(written.map(({ api, outcome }) => `${api} ${outcome}`)).toEqual(
      Array.from({ length: 2 }, () => '/topapi/v2/department/update 60018'),
    );
  });

  it.each([...POINTS_TO_PUSH, SWITCH])(
    'names the missing permission %s and goes on reading',
    async (point) => {
      await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
      simulator.revoke(simulator.app.clientId, point);
      const steps = await walk(writable(simulator, 'exclusive'));
      const bad = steps.filter((step) => step.status === 'FAIL');
      expect(bad.map((step) => `${step.code} ${step.subject}`)).toEqual([`PERMISSION ${point}`]);
      expect(bad[0]?.remedy?.zh).toContain(point);
      expect(steps.at(-1)).toMatchObject({ code: 'HEAD_COUNT', status: 'PASS' });
    },
  );

  it('refuses a range of single people (row W-DD-10)', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
    const users = simulator.people().map((one) => one.userid);
    simulator.changeApp(simulator.app.clientId, { range: { depts: [], users: users.slice(0, 2) } });
    const steps = await walk(connectionTo(simulator));
    expect(steps.find((step) => step.code === 'VISIBLE_RANGE')).toMatchObject({ status: 'FAIL' });
    expect(steps.find((step) => step.code === 'VISIBLE_RANGE')?.remedy?.zh).toContain('授权范围');
  });

  it('warns of a part of the company, and of a start department outside it', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 60, orgUnits: 5 } });
    const [inside = 0, outside = 0] = simulator
      .departments()
      .filter((one) => one.parentId === 1)
      .map((one) => one.id);
    simulator.changeApp(simulator.app.clientId, { range: { depts: [inside], users: [] } });
    const startOrgUnitExternalIds = [String(inside), String(outside)];
    const steps = await walk(connectionTo(simulator, { pullRules: { startOrgUnitExternalIds } }));
    const range = steps
      .filter((step) => step.code === 'VISIBLE_RANGE')
      .map((step) => `${step.subject} ${step.status}`);
    expect(range).toEqual([`${simulator.app.clientId} WARN`, `${inside} PASS`, `${outside} FAIL`]);
  });

  it.each([
    ['mobile', { mobileField: false }, /手机号/],
    ['email', { personalFields: false }, /邮箱/],
  ])('warns when %s is hidden from the app', async (field, app, remedy) => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 }, apps: [app] });
    const steps = await walk(connectionTo(simulator));
    const step = steps.find((one) => one.code === 'FIELD_PERMISSION' && one.subject === field);
    expect(step?.status).toBe('WARN');
    expect(step?.remedy?.zh).toMatch(remedy);
  });

  it('tells a wrong setting instead of throwing, and ends silently when aborted', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
    const steps = await walk(connectionTo(simulator, { settings: { callsPerSecond: 'many' } }));
    expect(brief(steps)).toEqual(['API_REACHABLE FAIL']);
    expect(steps[0]?.message.en).toContain('callsPerSecond');
    const abort = new AbortController();
    abort.abort();
    expect((await walk(connectionTo(simulator), abort.signal)).filter((step) => step.code !== 'DNS')).toEqual(
      [],
    );
  });

  it('shows neither secret nor token', async () => {
    await using simulator = await startDingTalkSimulator({ company: { people: 30 } });
    const secret = 'Canary-9f8e7d6c5b4a';
    simulator.faults.add({
      api: '/gettoken',
      nth: 2,
      times: null,
      fault: { kind: 'error', code: 40096, message: `bad ${secret}` },
    });
    const steps = await walk(connectionTo(simulator, { secrets: { clientSecret: secret } }));
    expect(steps.at(-1)?.status).toBe('FAIL');
    expect(JSON.stringify(steps)).not.toContain(secret);
  });
});
