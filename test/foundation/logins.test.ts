import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appLogin, checkAppLogin, checkOwnerLogin, ownerLogin } from '../../src/store/logins.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createTenant, createTestDatabase } from '../support/index.ts';

const { app, owner, superuser } = await createTestDatabase();

/** The address of a login as an operator would write it. */
const addressOf = (config: pg.ClientConfig, query = ''): string =>
  `postgres://${config.user}:${config.password}@${encodeURIComponent(config.host ?? '')}/${config.database}${query}`;

const ask = async (config: pg.ClientConfig, ...statements: string[]): Promise<unknown> => {
  const client = new pg.Client(config);
  await client.connect();
  try {
    let rows: unknown[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows[0];
  } finally {
    await client.end();
  }
};

describe('an owner’s login that works as the application', () => {
  const login = appLogin(addressOf(superuser), null);

  test('is bound by row-level security, and stays so after RESET ROLE', async () => {
    await expect(checkAppLogin(login)).resolves.toBeUndefined();
    expect(await ask(login, 'select current_user as who')).toEqual({ who: 'muster_app' });
    expect(await ask(login, 'reset role', 'select current_user as who')).toEqual({ who: 'muster_app' });
    expect(await ask(login, 'reset all', 'select current_user as who')).toEqual({ who: 'muster_app' });
  });

  test('keeps the options of its address', async () => {
    const withOptions = appLogin(addressOf(superuser, '?options=-c%20work_mem%3D7MB'), null);
    expect(
      await ask(withOptions, "select current_user as who, current_setting('work_mem') as memory"),
    ).toEqual({
      who: 'muster_app',
      memory: '7MB',
    });
  });

  test('is refused with what to do when the role was not granted', async () => {
    const refused = checkAppLogin(appLogin(addressOf(owner), null));
    await expect(refused).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' });
    await expect(refused).rejects.toThrow(/grant it that role, or set MUSTER_DATABASE_APP_URL/);
  });
});

test('a database that cannot be used is told in a sentence without its password', async () => {
  const wrong = addressOf({ ...owner, password: 'hunter2' });
  const error = await checkOwnerLogin(ownerLogin(wrong)).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'CONFIGURATION_INVALID' });
  expect(String(error)).toMatch(/DATABASE_URL cannot be used: password authentication failed/);
  expect(String(error)).not.toContain('hunter2');
  const nobody = checkOwnerLogin(ownerLogin('postgres://u:p@127.0.0.1:1/d'));
  await expect(nobody).rejects.toThrow(/ECONNREFUSED/);
});

test('storage opens on an own PostgreSQL with a login for each role', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'muster-store-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  const store = await openStore({
    databaseUrl: addressOf(owner),
    databaseAppUrl: addressOf(app),
    masterKey: newMasterKey(),
    dataDir,
    embeddedPort: null,
    poolSize: 2,
  });
  const { tenantId } = await createTenant(store.database, '外部库');
  expect(await store.database.read(tenantId, 'select name from muster.tenant')).toEqual([{ name: '外部库' }]);
  await store.close();
});
