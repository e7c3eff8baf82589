import { afterAll, describe, expect, it } from 'vitest';
import {
  BEFORE_RESTRICTIONS,
  NO_LIMITS,
  startWeComSimulator,
  type WeComSimulator,
} from '../../simulators/wecom/index.ts';
import type { OpenConnection } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { CheckStep } from '../../src/ports/directory-source.ts';
import { hastyClock } from './support/clocks.ts';
import { wecomConnection } from './support/wecom.ts';

const services = createPlatformServices({ clock: hastyClock(), totalTimeoutMs: 1_000 });
afterAll(() => services.http.close());
const platform = createPlatforms(services).get('wecom');
const NEVER = new AbortController().signal;

const walk = async (connection: OpenConnection): Promise<CheckStep[]> => {
  const steps: CheckStep[] = [];
  for await (const step of platform?.directorySource?.check(connection, NEVER) ?? []) steps.push(step);
  return steps;
};
const brief = (steps: readonly CheckStep[]): string[] => steps.map(({ code, status }) => `${code} ${status}`);
const start = (createdAt = BEFORE_RESTRICTIONS) =>
  startWeComSimulator({
    company: { people: 40, orgUnits: 6 },
    settings: { ...NO_LIMITS, clientIp: '203.0.113.9' },
    apps: [{ createdAt, ipList: ['203.0.113.9'] }],
    contacts: { ipList: ['203.0.113.9'] },
  });
type Options = Parameters<typeof wecomConnection>[1];

const FAULTY: readonly (readonly [
  what: string,
  change: (simulator: WeComSimulator) => Options,
  last: string,
  subject: string,
  remedy: RegExp,
])[] = [
  [
    'a name that does not resolve (W-WX-02)',
    () => ({ settings: { apiBase: 'https://nosuch.invalid' } }),
    'DNS FAIL',
    'nosuch.invalid',
    /DNS/,
  ],
  [
    'a wrong app secret',
    () => ({ secrets: { appSecret: 'wrong' } }),
    'CREDENTIALS FAIL',
    '1000002',
    /重新复制企业 ID 与 Secret/,
  ],
  [
    'a wrong contacts secret',
    () => ({ secrets: { contactsSecret: 'wrong' } }),
    'CREDENTIALS FAIL',
    '通讯录同步',
    /重新复制企业 ID 与 Secret/,
  ],
  [
    'a wrong company',
    () => ({ settings: { corpId: 'ww0000000000000000' } }),
    'CREDENTIALS FAIL',
    '1000002',
    /企业 ID/,
  ],
  [
    'an address that the app does not trust (W-WX-06)',
    (simulator) => {
      simulator.changeApp(simulator.app.clientId, { createdAt: Date.now(), ipList: ['198.51.100.1'] });
      return {};
    },
    'IP_ALLOW_LIST FAIL',
    '1000002',
    /203\.0\.113\.9.*企业可信IP/,
  ],
  [
    'an address that contacts sync does not trust (W-WX-18)',
    (simulator) => {
      simulator.changeApp('contacts', { ipList: ['198.51.100.1'] });
      return {};
    },
    'IP_ALLOW_LIST FAIL',
    '通讯录同步',
    /203\.0\.113\.9.*通讯录同步/,
  ],
];

describe('the check of a WeCom connection', () => {
  it('walks from name resolution to head count, and looks at both secrets', async () => {
    await using simulator = await start();
    const steps = await walk(wecomConnection(simulator));
    expect(brief(steps)).toEqual([
      'DNS PASS',
      'TCP_TLS PASS',
      'API_REACHABLE PASS',
      'CREDENTIALS PASS',
      'IP_ALLOW_LIST PASS',
      'CREDENTIALS PASS',
      'IP_ALLOW_LIST PASS',
      'PERMISSION PASS',
      'PERMISSION PASS',
      'PERMISSION PASS',
      'VISIBLE_RANGE PASS',
      ...Array(6).fill('FIELD_PERMISSION PASS'),
      'HEAD_COUNT PASS',
    ]);
    expect(steps.at(-1)?.message.zh).toBe('40 人');
  });

  it('writes nothing, also where it looks at the right to write', async () => {
    await using simulator = await start();
    const before = JSON.stringify([...simulator.corp.departments.values()].map((one) => ({ ...one })));
    const steps = await walk(wecomConnection(simulator, { mode: 'READ_WRITE' }));
    expect(steps.find(({ subject }) => subject === 'department/update')?.status).toBe('PASS');
    expect(JSON.stringify([...simulator.corp.departments.values()].map((one) => ({ ...one })))).toBe(before);
  });

  it.each(FAULTY)('finds %s and says what to do', async (_what, change, last, subject, remedy) => {
    await using simulator = await start();
    const steps = await walk(wecomConnection(simulator, change(simulator)));
    const failed = steps.find(({ status }) => status === 'FAIL');
    expect(`${failed?.code} ${failed?.status}`).toBe(last);
    expect(failed?.subject).toBe(subject);
    expect(failed?.remedy?.zh).toMatch(remedy);
    expect(failed?.remedy?.en).not.toBe('');
  });

  it('names every field that is hidden, and that nobody can open it (W-WX-17)', async () => {
    await using simulator = await start(Date.UTC(2026, 0, 1));
    const steps = await walk(wecomConnection(simulator));
    const hidden = steps.filter(({ code, status }) => code === 'FIELD_PERMISSION' && status === 'WARN');
    expect(hidden.map(({ subject }) => subject)).toEqual([
      'mobile',
      'email',
      'biz_mail',
      'gender',
      'address',
      'avatar',
    ]);
    for (const { remedy } of hidden) expect(remedy?.zh).toMatch(/平台限制/);
    expect(steps.some(({ status }) => status === 'FAIL')).toBe(false);
  });

  it('fails a visible range of people without departments, and warns of a part (W-WX-17)', async () => {
    await using simulator = await start();
    const [somebody] = simulator.people();
    const range = { depts: [], users: [somebody?.userid ?? ''] };
    simulator.changeApp(simulator.app.clientId, { range });
    const step = (await walk(wecomConnection(simulator))).find(({ code }) => code === 'VISIBLE_RANGE');
    expect(step?.status).toBe('FAIL');
    expect(step?.remedy?.zh).toMatch(/可见范围.*至少要包含部门/);
    const unit = simulator.departments().find(({ parentId }) => parentId !== null)?.id ?? 0;
    simulator.changeApp(simulator.app.clientId, { range: { depts: [unit], users: [] } });
    const part = (await walk(wecomConnection(simulator))).find(({ code }) => code === 'VISIBLE_RANGE');
    expect(part?.status).toBe('WARN');
  });

  it('tells of 48009 and what to do, where contacts sync is all there is (W-WX-18)', async () => {
    await using simulator = await start();
    const steps = await walk(wecomConnection(simulator, { secrets: { appSecret: '' } }));
    const withheld = steps.filter(({ code, status }) => code === 'PERMISSION' && status === 'FAIL');
    expect(withheld.map(({ subject }) => subject)).toEqual(['department/list', 'user/list', 'user/get']);
    for (const { remedy } of withheld) expect(remedy?.zh).toMatch(/可见范围为整个企业的自建应用/);
    expect(steps.find(({ code }) => code === 'VISIBLE_RANGE')?.status).toBe('PASS');
  });

  it.each([
    ['a grant to read alone', { permission: 'read' as const }],
    ['a right that was taken away', { forbidden: ['/cgi-bin/department/update'] }],
  ])('names the secret that cannot write for %s', async (_what, patch) => {
    await using simulator = await start();
    simulator.changeApp('contacts', patch);
    const steps = await walk(wecomConnection(simulator, { mode: 'READ_WRITE' }));
    const step = steps.find(({ subject }) => subject === 'department/update');
    expect(step?.status).toBe('FAIL');
    expect(step?.message.en).toContain('/cgi-bin/department/update');
    expect(step?.remedy?.zh).toMatch(/通讯录同步的 Secret（权限：编辑）/);
  });

  it('says which secret is missing', async () => {
    await using simulator = await start();
    const none = await walk(wecomConnection(simulator, { secrets: { appSecret: '', contactsSecret: '' } }));
    expect(none.at(-1)?.message.en).toContain('appSecret');
    const reading = wecomConnection(simulator, { mode: 'READ_WRITE', secrets: { contactsSecret: '' } });
    const step = (await walk(reading)).find(({ subject }) => subject === 'department/update');
    expect(step?.message.en).toContain('contactsSecret');
  });
});

describe('what firewalls have to know of WeCom (W-WX-06, 41)', () => {
  const network = platform?.network;

  it('names the host of the settings, also of a private deployment (W-WX-03)', async () => {
    await using simulator = await start();
    const hosts = (apiBase: string) => network?.hosts(wecomConnection(simulator, { settings: { apiBase } }));
    expect(hosts('')).toEqual(['qyapi.weixin.qq.com']);
    expect(hosts('https://wecom.example.gov.cn:8443')).toEqual(['wecom.example.gov.cn:8443']);
  });

  it('tells our address, trusted or not, and the addresses of the platform', async () => {
    await using simulator = await start();
    const connection = wecomConnection(simulator);
    expect(await network?.egressAddress?.(connection, NEVER)).toBe('203.0.113.9');
    expect((await network?.apiAddresses?.(connection, NEVER))?.length).toBeGreaterThan(0);
    const callers = (await network?.callbackAddresses?.(connection, NEVER)) ?? [];
    expect(callers.some((address) => address.endsWith('.*'))).toBe(true);
    simulator.changeApp(simulator.app.clientId, { createdAt: Date.now(), ipList: [] });
    expect(await network?.egressAddress?.(connection, NEVER)).toBe('203.0.113.9');
  });

  it('W-WX-05: takes the file of a trusted domain and nothing else', () => {
    const accepts = platform?.domainFile?.accepts;
    expect(accepts?.('WW_verify_a1B2c3D4e5F6g7H8.txt', 'a1B2c3D4e5F6g7H8')).toBe(true);
    for (const [name, content] of [
      ['WW_verify_a1B2c3D4e5F6g7H8.txt', 'a1B2c3D4e5F6g7H9'],
      ['WW_verify_a1B2c3D4e5F6g7H8.txt', 'a1B2c3D4e5F6g7H8\n<script>'],
      ['WW_verify_short.txt', 'short'],
      ['WW_verify_a1B2c3D4e5F6g7H8.html', 'a1B2c3D4e5F6g7H8'],
      ['../WW_verify_a1B2c3D4e5F6g7H8.txt', 'a1B2c3D4e5F6g7H8'],
    ] as const)
      expect(accepts?.(name, content)).toBe(false);
  });
});
