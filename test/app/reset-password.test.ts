import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { environmentOf, startGateway } from './gateway.ts';

/** As `npm run reset-password` runs it; `npm test` has built it before. */
const COMMAND = fileURLToPath(new URL('../../dist/scripts/reset-password.js', import.meta.url));

let database: TestDatabase;
let app: App;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startGateway(environmentOf(database));
});

afterAll(() => app.stop());

const run = (...args: string[]) =>
  new Promise<{ code: number | null; output: string }>((resolve) => {
    const env = { PATH: process.env['PATH'], ...environmentOf(database) };
    const child = spawn(process.execPath, [COMMAND, ...args], { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => (output += String(chunk)));
    child.once('close', (code) => resolve({ code, output }));
  });

const ask = async (query: string, input: object) => {
  const answer = await fetch(`${app.address}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  return (await answer.json()) as {
    data?: Record<string, unknown>;
    errors?: { extensions: { code: string } }[];
  };
};

const CHANGE = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';

test('a lost first password is replaced by one that is good for one sign-in', async () => {
  const { code, output } = await run();
  expect(code).toBe(0);
  const oldPassword = /password (\S+)/.exec(output)?.[1];
  const input = { tenant: 'main', userName: 'admin', oldPassword, newPassword: 'Lantern-42-Harbour' };
  expect((await ask(CHANGE, input)).data).toMatchObject({
    changePassword: { accessToken: expect.any(String) },
  });
  expect((await ask(CHANGE, input)).errors?.[0]?.extensions.code).toBe('SIGN_IN_FAILED');
  const [event] = await database.look<{ actor_name: string; details: object }>(
    "select actor_name, details from muster.audit_event where action = 'password.reset'",
  );
  expect(event?.actor_name).toBe('operator');
});

test('an unknown tenant or name is told in a sentence', async () => {
  for (const args of [['nowhere'], ['main', 'nobody']]) {
    const { code, output } = await run(...args);
    expect({ code, output }).toMatchObject({ code: 1, output: expect.stringContaining(args.at(-1) ?? '') });
    expect(output).not.toContain('    at ');
  }
});
