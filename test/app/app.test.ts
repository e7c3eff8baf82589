import { createServer } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { App } from '../../src/app.ts';
import { type Environment, readConfig } from '../../src/config/index.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { ask, environmentOf, readiness, startGateway, urlOf } from './gateway.ts';
import { openSeverable } from './severable.ts';

let test: TestDatabase;
let environment: Environment;
const running: App[] = [];

beforeAll(async () => {
  test = await createTestDatabase();
  environment = environmentOf(test);
});

const start = async (more: Environment = {}): Promise<App> => {
  const app = await startGateway({ ...environment, ...more });
  running.push(app);
  return app;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((app) => app.stop()));
});

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const CHANGE = 'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }';

describe('the gateway', () => {
  it('makes the first administrator once, who must change the password and then may ask', async () => {
    const app = await start();
    const { tenantCode: tenant, userName, password } = app.bootstrapped ?? expect.fail('no administrator');
    const first = await ask(app, SIGN_IN, { variables: { input: { tenant, userName, password } } });
    expect(first.errors?.[0]?.extensions.code).toBe('PASSWORD_CHANGE_REQUIRED');
    const changed = await ask(app, CHANGE, {
      variables: { input: { tenant, userName, oldPassword: password, newPassword: 'Ein-neues-9-Wort' } },
    });
    const { accessToken: token } = z
      .object({ accessToken: z.string() })
      .parse(changed.data?.['changePassword']);
    expect(await ask(app, '{ me { __typename } }', { token })).toMatchObject({ data: { me: {} } });
    const second = await start();
    expect(second.bootstrapped).toBeNull();
    // Tokens of one process are good in another.
    expect(await ask(second, '{ me { __typename } }', { token })).toMatchObject({ data: { me: {} } });
  });

  it('becomes ready when its jobs run, and publishes its keys and its figures', async () => {
    const app = await start();
    await app.jobsStarted;
    expect(await readiness(app)).toEqual({
      status: 200,
      checks: { serving: 'ok', database: 'ok', schema: 'ok', jobs: 'ok' },
    });
    const keys = await (await fetch(`${app.address}/.well-known/jwks.json`)).json();
    expect(keys).toMatchObject({ keys: [{ alg: 'ES256', kty: 'EC', use: 'sig' }] });
    expect(JSON.stringify(keys)).not.toContain('"d"');
    await ask(app, '{ __typename }');
    await ask(app, '{ me { id } }');
    const text = await (await fetch(`${app.address}/metrics`)).text();
    expect(text).toContain('muster_graphql_operation_seconds_count{type="query",outcome="ok"} 1');
    expect(text).toContain('muster_graphql_operation_seconds_count{type="query",outcome="errors"} 1');
    expect(text).toContain('muster_db_up 1');
    expect(text).toContain('muster_job_worker_up 1');
    expect(text).toMatch(/muster_jobs\{state="abandoned"\} 0/);
  });

  it('says so when its database is gone, lives on, and recovers by itself', async () => {
    const way = await openSeverable(test.app);
    const through = (login: typeof test.app) => urlOf({ ...login, port: way.port }, 'tcp');
    const app = await start({
      DATABASE_URL: through(test.owner),
      MUSTER_DATABASE_APP_URL: through(test.app),
    });
    await app.jobsStarted;
    await way.cut();
    const down = await until(async () => {
      const seen = await readiness(app);
      return seen.status === 503 && seen;
    });
    expect(down.checks).toMatchObject({ serving: 'ok', database: 'failed' });
    expect((await fetch(`${app.address}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${app.address}/metrics`)).text()).toContain('muster_db_up 0');
    await way.mend();
    await until(async () => (await readiness(app)).status === 200);
    await app.stop();
    await way.cut();
  });

  it('says so when its schema is older than its code', async () => {
    const app = await start();
    await app.jobsStarted;
    const removed = await test.look<{ name: string }>(
      'delete from muster.schema_migration where id = (select max(id) from muster.schema_migration) returning name',
    );
    expect(await readiness(app)).toMatchObject({ status: 503, checks: { schema: 'failed', database: 'ok' } });
    await test.look('insert into muster.schema_migration (name) values ($1)', [removed[0]?.name]);
    expect((await readiness(app)).status).toBe(200);
  });

  it('refuses a port that is taken in a sentence, and leaves nothing open', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = (other.address() as { port: number }).port;
    const config = readConfig({ ...environment, PORT: String(port) });
    await expect(startGateway({ ...environment, PORT: String(port) })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port: config.port },
    });
    other.close();
  });

  it('refuses a master key that did not seal its secrets', async () => {
    await expect(startGateway(environmentOf(test))).rejects.toMatchObject({ code: 'SECRET_UNREADABLE' });
  });

  it('gives its lease back when it stops, closes its port, and can be started again', async () => {
    const app = await start();
    await app.jobsStarted;
    await app.stop();
    expect(await test.look('select id from muster.job_worker')).toEqual([]);
    await expect(fetch(app.address)).rejects.toThrow();
    const again = await start();
    expect((await fetch(`${again.address}/healthz`)).status).toBe(200);
  });
});
