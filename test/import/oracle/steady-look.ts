import pg from 'pg';
import { afterAll } from 'vitest';
import type { TestDatabase } from '../../support/index.ts';

/** The same database, looked at through one connection that stays open: for tests that look thousands of times. */
export const withSteadyLook = async (database: TestDatabase): Promise<TestDatabase> => {
  const client = new pg.Client(database.superuser);
  await client.connect();
  // The server goes down with its tests still holding it only when something else has failed already.
  client.on('error', () => undefined);
  afterAll(() => client.end());
  return { ...database, look: async (sql, params = []) => (await client.query(sql, [...params])).rows };
};
