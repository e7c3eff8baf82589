import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DingTalkSimulator, startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { environmentOf, startGateway } from './gateway.ts';

/** As `npm run doctor` runs it; `npm test` has built it before. */
const DOCTOR = fileURLToPath(new URL('../../dist/scripts/doctor.js', import.meta.url));

const doctor = (args: readonly string[], environment: Record<string, string | undefined> = {}) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const child = spawn(process.execPath, [DOCTOR, '--lang', 'en', ...args], {
      env: { PATH: process.env['PATH'], ...environment },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
    }
    child.once('close', (code) => resolve({ code, output }));
  });

describe('the doctor of a connection', () => {
  let platform: DingTalkSimulator;

  beforeAll(async () => {
    platform = await startDingTalkSimulator({ company: { people: 60 } });
  });

  afterAll(() => platform.close());

  const walk = (more: Record<string, string> = {}) =>
    doctor([
      '--platform',
      'dingtalk',
      '--allow-private-network',
      ...Object.entries({
        corpId: platform.corp.corpId,
        clientId: platform.app.clientId,
        clientSecret: platform.app.clientSecret,
        apiBase: platform.url,
        newApiBase: platform.newUrl,
        ...more,
      }).flatMap(([name, value]) => ['--setting', `${name}=${value}`]),
    ]);

  it('walks from name resolution to the head count and ends with 0 when all is well', async () => {
    const { code, output } = await walk();
    expect(output).toMatch(/PASS +DNS/);
    expect(output).toMatch(/PASS +HEAD_COUNT .*60/);
    expect(output).not.toContain('FAIL');
    expect(code).toBe(0);
  });

  it('names a permission that is missing, says what to do, and ends with 1', async () => {
    platform.revoke(platform.app.clientId, 'qyapi_get_department_member');
    const { code, output } = await walk();
    platform.grant(platform.app.clientId, 'qyapi_get_department_member');
    expect(output).toMatch(/FAIL +PERMISSION +qyapi_get_department_member/);
    expect(output).toMatch(/\n +→ /);
    expect(code).toBe(1);
  });

  it('never prints the secret that was typed', async () => {
    const { code, output } = await walk({ clientSecret: 'Typed-Wrong-Secret' });
    expect(output).toMatch(/FAIL +CREDENTIALS/);
    expect(output).not.toContain('Typed-Wrong-Secret');
    expect(code).toBe(1);
  });

  it('names a setting that is missing or unknown', async () => {
    expect((await walk({ corpId: '' })).output).toMatch(/FAIL +SETTINGS .*corpId/);
    expect((await walk({ appKey: 'x' })).output).toMatch(/FAIL +SETTINGS .*appKey/);
  });
});

describe('the doctor of an installation', () => {
  let test: TestDatabase;

  beforeAll(async () => {
    test = await createTestDatabase();
  });

  it('looks at configuration, disk, database, schema, clock, keys and queue', async () => {
    const environment = environmentOf(test);
    const app = await startGateway(environment);
    const { code, output } = await doctor([], environment);
    await app.stop();
    for (const step of ['CONFIGURATION', 'DISK', 'DATABASE', 'SCHEMA', 'CLOCK', 'KEYS', 'JOBS']) {
      expect(output).toMatch(new RegExp(`PASS +${step}`));
    }
    expect(code).toBe(0);
    const other = await doctor([], environmentOf(test));
    expect(other.output).toMatch(/FAIL +KEYS/);
    expect(other.code).toBe(1);
  });

  it('names what is wrong in the environment', async () => {
    const { code, output } = await doctor([], { PORT: 'eighty' });
    expect(output).toMatch(/FAIL +CONFIGURATION .*PORT must be/);
    expect(code).toBe(1);
  });
});
