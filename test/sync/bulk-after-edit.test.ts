import { beforeAll, expect, test } from 'vitest';
import { workInBulk } from '../../src/store/queries/bulk.ts';
import { createTestDatabase, systemContext, type TestDatabase } from '../support/index.ts';
import { addAccounts, createPushWorld, setPushRules, tenantOf } from './support.ts';

let database: TestDatabase;
beforeAll(async () => {
  // One session, so that what it has kept from a small edit is what the bulk statement gets.
  database = await createTestDatabase({ pool: { size: 1 } });
});

const MANY = 20_000;
/** Row by row it would take minutes; by hash it takes a second or two, on a busy machine a few more. */
const LIMIT_MS = 45_000;

test('a session that has changed one account changes twenty thousand in one go', async () => {
  const world = await createPushWorld(database);
  const [one] = await addAccounts(world, MANY);
  await setPushRules(world, { incremental: 'APPLY' });
  const tx = systemContext(tenantOf(world));
  await world.context.db.transaction(tx, (work) =>
    work.execute(`update muster.account set title = 'x', status = 'DISABLED' where id = $1`, [one]),
  );
  const changed = await world.context.db.transaction(
    tx,
    async (work) => {
      await workInBulk(work);
      return work.execute(`update muster.account set title = 'y', status = 'DISABLED'`);
    },
    { statementTimeout: LIMIT_MS },
  );
  expect(changed).toBe(MANY);
}, 180_000);
