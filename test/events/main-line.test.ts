import { afterAll, beforeAll, expect, test } from 'vitest';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { contextOf } from '../import/support.ts';
import { until } from '../jobs/probe.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { addApp, post, seal, told } from './callback-support.ts';
import { accountOf, type EventWorld, lastOutcome, openEventWorld, someone } from './support.ts';

let database: TestDatabase;
let app: App;
let world: EventWorld;
let address: string;

beforeAll(async () => {
  database = await createTestDatabase();
  app = await startGateway(environmentOf(database));
  const deps = { ...app.deps };
  world = await openEventWorld({ database, context: (tenantId) => contextOf(database, tenantId, deps) });
  const made = await addApp(world.context, world.connection.id);
  address = `${app.address}/callbacks/${made.callbackKey}`;
  await app.jobsStarted;
});
afterAll(() => app.stop());

const send = (eventType: string, fields: object) => {
  const { corpId } = world.simulator.describe();
  return post(address, seal(told(eventType, fields, { corpId }), { corpId }));
};

test('the platform checks the address, and gets its sealed answer', async () => {
  const answer = await send('check_url', {});
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject({ encrypt: expect.any(String) });
});

test('a change is in the roster within seconds of the platform having told of it', async () => {
  const { userid } = someone(world, 0);
  world.simulator.mutate.renameUser(userid, '欧阳若兰');
  const started = Date.now();
  expect((await send('user_modify_org', { UserId: [userid] })).status).toBe(200);
  await until(async () => (await accountOf(world, userid))?.name === '欧阳若兰');
  expect(Date.now() - started).toBeLessThan(15_000);
  await until(async () => (await lastOutcome(world)) === 'COMMITTED');
});

test('a burst of events is followed in a few runs', async () => {
  const people = world.simulator.people().slice(5, 25);
  for (const { userid } of people) world.simulator.mutate.renameUser(userid, `改名${userid}`);
  const before = (await database.look("select from muster.import_run where kind = 'EVENTS'")).length;
  await Promise.all(people.map(({ userid }) => send('user_modify_org', { UserId: [userid] })));
  await until(async () => {
    const names = await Promise.all(people.map(({ userid }) => accountOf(world, userid)));
    return names.every((account, at) => account?.name === `改名${people[at]?.userid}`);
  });
  const after = (await database.look("select from muster.import_run where kind = 'EVENTS'")).length;
  expect(after - before).toBeLessThan(6);
});
