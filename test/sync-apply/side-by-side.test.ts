import { beforeAll, describe, expect, test } from 'vitest';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  applied,
  begin,
  createOf,
  createPushWorld,
  type PushWorld,
  runOf,
  statesOf,
  storePlan,
  work,
} from './support/world.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});

/** Two connections of one tenant, each to a company of its own. */
const twoConnections = async (): Promise<readonly [PushWorld, PushWorld]> => {
  const one = await createPushWorld(database);
  const elsewhere = await createPushWorld(database);
  const [platform] = elsewhere.context.platforms.values();
  if (platform === undefined) throw new Error('no platform');
  const name = 'memory2';
  const context = {
    ...one.context,
    platforms: new Map([...one.context.platforms, [name, { ...platform, name }]]),
  };
  const connection = await createConnection(context, {
    platform: name,
    name: '另一家公司',
    enabled: true,
    mode: 'READ_WRITE',
    settings: {},
  });
  return [
    { ...one, context },
    { ...one, context, connection, company: elsewhere.company },
  ];
};

describe('connections side by side', () => {
  test('a run of one waits for none of the other, and their jobs stand in queues of their own', async () => {
    const [one, other] = await twoConnections();
    const [anna, ben] = await addAccounts(one, 2);
    const plans = [
      await storePlan(one, [createOf(anna, '安娜')]),
      await storePlan(other, [createOf(anna, '安娜'), createOf(ben, '本')]),
    ] as const;
    const runs = [await begin(one, plans[0]), await begin(other, plans[1])] as const;
    const queues = await database.look<{ queue: string }>(
      `select q.queue_name as queue from graphile_worker._private_jobs j
       join graphile_worker._private_job_queues q on q.id = j.job_queue_id
       where j.payload->>'runId' = any ($1) order by j.id`,
      [runs],
    );
    expect(queues.map(({ queue }) => queue)).toEqual([
      `connection:${one.connection.id}`,
      `connection:${other.connection.id}`,
    ]);
    await Promise.all([work(one, runs[0]), work(other, runs[1])]);
    expect(await statesOf(one, plans[0])).toEqual(['APPLIED DONE']);
    expect(await statesOf(other, plans[1])).toEqual(['APPLIED DONE', 'APPLIED DONE']);
    expect([one.company.people.size, other.company.people.size]).toEqual([1, 2]);
  });

  test('a quarantine of one keeps nothing of the other from going (field-notes rule 6)', async () => {
    const [one, other] = await twoConnections();
    const [anna] = await addAccounts(one, 1);
    one.company.fault = () => 'PLATFORM_CREDENTIALS_INVALID';
    const stopped = await applied(one, [createOf(anna, '安娜')]);
    const going = await applied(other, [createOf(anna, '安娜')]);
    expect((await runOf(one, stopped.runId)).errorCode).toBe('CONNECTION_QUARANTINED');
    expect(going.run).toMatchObject({ phase: 'DONE', counts: { APPLIED: 1 } });
  });
});
