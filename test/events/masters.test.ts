import { beforeAll, describe, expect, test } from 'vitest';
import type { AccountId, Decision, ImportRunId } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts } from '../../src/flows/import/find-runs.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { runOf } from '../import/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  type EventWorld,
  happen,
  lastOutcome,
  openEventWorld,
  person,
  runsOf,
  someone,
} from './support.ts';

let database: TestDatabase;
let world: EventWorld;
let next = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await openEventWorld({ database, events: 'COMMIT' });
});

/** Somebody whom no other test has touched. */
const somebody = async () => {
  const { userid, name } = someone(world, next);
  next += 1;
  const account = await accountOf(world, userid);
  if (account === null) throw new Error('linked');
  const edit = (fields: { displayName?: string; title?: string }) =>
    updateAccount(world.context, { id: account.id as AccountId, ...fields });
  const nameHere = async () => (await accountOf(world, userid))?.name;
  return { userid, name, edit, nameHere };
};

const heldRow = async (userid: string) => {
  const held = (await runsOf(world)).find(({ kind, phase }) => kind === 'HELD' && phase === 'REVIEW');
  const runId = held?.id as ImportRunId;
  const row = (await findStagedAccounts(world.context, { runId, first: 200 })).find(
    ({ externalId }) => externalId === userid,
  );
  const told = row?.issues.map(({ code, field, value }) => `${code} ${field}: ${value}`);
  const decide = async (decision: Decision): Promise<void> => {
    await decideStaged(world.context, { runId, decision, rowIds: [row?.id ?? ''] });
    const { digest } = await runOf(world, runId);
    await commitImport(world.context, { runId, digest: digest ?? '' });
  };
  return { row, told, decide };
};

describe('an event where nothing is declared', () => {
  test('brings what it tells of, and takes back no edit that was not pushed yet', async () => {
    const { userid, edit } = await somebody();
    await edit({ title: '名册的职务' });
    world.simulator.mutate.changeUser(userid, { mobile: '13900001234' });
    await happen(world, person(userid));
    expect(await lastOutcome(world)).toBe('COMMITTED');
    expect(await accountOf(world, userid)).toMatchObject({ mobile: '13900001234' });
    const [row] = await database.look<{ title: string }>(
      `select a.title from muster.account a join muster.account_link l on l.account_id = a.id
       join muster.remote_account r on r.id = l.remote_account_id where r.connection_id = $1 and r.external_id = $2`,
      [world.connection.id, userid],
    );
    expect(row?.title).toBe('名册的职务');
  });

  test('and is held, not committed, where both sides have changed the same', async () => {
    const { userid, name, edit, nameHere } = await somebody();
    await edit({ displayName: '名册' });
    world.simulator.mutate.renameUser(userid, '平台');
    await happen(world, person(userid));
    expect(await lastOutcome(world)).toBe('HELD');
    expect(await nameHere()).toBe('名册');
    const { row, told, decide } = await heldRow(userid);
    expect(row).toMatchObject({ decision: 'PENDING', blocking: false });
    expect(told).toEqual([`FIELD_CONFLICT displayName: ${name}`]);
    // The same event once more, or a late one, changes nothing of it.
    await happen(world, person(userid));
    expect((await heldRow(userid)).told).toEqual([`FIELD_CONFLICT displayName: ${name}`]);
    await decide('ACCEPTED');
    expect(await nameHere()).toBe('平台');
    world.simulator.mutate.renameUser(userid, '平台又改');
    await happen(world, person(userid));
    expect(await nameHere()).toBe('平台又改');
  });

  test('skipped by the reviewer, the roster’s stands against the same event again', async () => {
    const { userid, edit, nameHere } = await somebody();
    await edit({ displayName: '名册' });
    world.simulator.mutate.renameUser(userid, '平台');
    await happen(world, person(userid));
    await (await heldRow(userid)).decide('SKIPPED');
    await happen(world, person(userid));
    expect(await lastOutcome(world)).not.toBe('HELD');
    expect(await nameHere()).toBe('名册');
  });

  test('by which both sides have come to the same is agreed on', async () => {
    const { userid, edit, nameHere } = await somebody();
    await edit({ displayName: '同名' });
    world.simulator.mutate.renameUser(userid, '同名');
    await happen(world, person(userid));
    expect(await lastOutcome(world)).not.toBe('HELD');
    world.simulator.mutate.renameUser(userid, '平台再改');
    await happen(world, person(userid));
    expect(await lastOutcome(world)).toBe('COMMITTED');
    expect(await nameHere()).toBe('平台再改');
  });
});

describe('an event about a field with a master', () => {
  test('of the roster leaves it, of the platform takes it over', async () => {
    const { userid, edit, nameHere } = await somebody();
    await updateConnection(world.context, {
      id: world.connection.id,
      pullRules: { masters: { displayName: 'ROSTER' } },
    });
    const name = await nameHere();
    world.simulator.mutate.renameUser(userid, '平台');
    await happen(world, person(userid));
    expect(await nameHere()).toBe(name);
    await updateConnection(world.context, {
      id: world.connection.id,
      pullRules: { masters: { displayName: 'PLATFORM' } },
    });
    await edit({ displayName: '名册' });
    world.simulator.mutate.renameUser(userid, '平台二');
    await happen(world, person(userid));
    expect(await lastOutcome(world)).toBe('COMMITTED');
    expect(await nameHere()).toBe('平台二');
  });
});
