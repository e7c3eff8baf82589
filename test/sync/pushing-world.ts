import type { AccountId } from '../../src/domain/index.ts';
import type { TestDatabase } from '../support/index.ts';
import {
  addAccounts,
  change,
  createPushWorld,
  forgetJobs,
  type PushWorld,
  plansOf,
  pushAll,
  setPushRules,
} from './support.ts';

/** People who are on the platform, and a connection that pushes changes by itself. */
export const pushingWorld = async (
  database: TestDatabase,
  count = 4,
  incremental: 'APPLY' | 'HOLD' = 'APPLY',
): Promise<{ world: PushWorld; people: readonly AccountId[] }> => {
  const world = await createPushWorld(database);
  const people = await addAccounts(world, count);
  await pushAll(world);
  await setPushRules(world, { incremental });
  await forgetJobs(world);
  return { world, people };
};

export const namesOn = (world: PushWorld): string[] =>
  [...world.company.people.values()].map(({ values }) => values['name'] ?? '').sort();

/** A change that no guard counts. */
export const call = (world: PushWorld, id: AccountId, number: number): Promise<number> =>
  change(world, (tx) =>
    tx.execute('update muster.account set mobile = $2 where id = $1', [id, String(number)]),
  );

export const numbersOn = (world: PushWorld): string[] =>
  [...world.company.people.values()].map(({ values }) => values['mobile'] ?? '').sort();

export const first = (people: readonly AccountId[], at = 0): AccountId => people[at] as AccountId;

export const incremental = async (world: PushWorld) =>
  (await plansOf(world)).filter(({ kind }) => kind === 'INCREMENTAL');
