import { beforeAll, describe, expect, test } from 'vitest';
import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../src/domain/index.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts } from '../../src/flows/import/find-runs.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { memoryPlatform } from './memory-source.ts';
import { commit, createWorld, type ImportWorld, pull } from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let connection: ConnectionRow;
let people: RemoteAccountValue[];

const UNIT: RemoteOrgUnitValue = {
  externalId: '1',
  ids: [],
  parentExternalId: null,
  name: '海川科技',
  attributes: {},
};

const person = (externalId: string, unionid: string, name = `员工${externalId}`): RemoteAccountValue => ({
  externalId,
  ids: [
    { kind: 'userid', value: externalId },
    { kind: 'unionid', value: unionid },
  ],
  name,
  mobile: undefined,
  email: undefined,
  jobNumber: undefined,
  title: undefined,
  managerExternalId: undefined,
  active: true,
  memberships: [{ orgUnitExternalId: '1', leader: false }],
  attributes: {},
});

beforeAll(async () => {
  database = await createTestDatabase();
});

const start = async (...first: RemoteAccountValue[]): Promise<void> => {
  people = first;
  const platform = memoryPlatform(() => ({
    pages: [
      { kind: 'orgUnits', items: [UNIT], cursor: 'units' },
      { kind: 'accounts', items: people, cursor: 'people' },
    ],
    statement: {
      complete: true,
      gaps: [],
      pages: 2,
      calls: 2,
      orgUnits: 1,
      accounts: people.length,
      platformAccountCount: people.length,
      visibleRange: { wholeCompany: true, orgUnitExternalIds: [], accountExternalIds: [], digest: 'whole' },
    },
  }));
  const bare = await createWorld(database);
  world = { ...bare, context: { ...bare.context, platforms: new Map([['memory', platform]]) } };
  connection = await createConnection(world.context, {
    platform: 'memory',
    name: '内存',
    enabled: true,
    pullRules: { requireMobile: false },
  });
};

const holders = async (): Promise<Record<string, string>> => {
  const rows = await database.look<{ value: string; holder: string }>(
    `select i.value, r.external_id as holder from muster.remote_identity i
     join muster.remote_account r on r.id = i.remote_account_id
     where i.tenant_id = $1 and i.kind = 'unionid'`,
    [world.tenantId],
  );
  return Object.fromEntries(rows.map(({ value, holder }) => [value, holder]));
};

const staged = async (run: ImportRunRow) => {
  const rows = await findStagedAccounts(world.context, { runId: run.id, first: 50 });
  return new Map(rows.map((row) => [row.externalId, row]));
};

const skip = async (run: ImportRunRow, ...externalIds: string[]): Promise<void> => {
  const rows = await staged(run);
  const rowIds = externalIds.map((externalId) => rows.get(externalId)?.id ?? '');
  await decideStaged(world.context, { runId: run.id, rowIds, decision: 'SKIPPED' });
};

const SHARED = { code: 'IDENTITY_DUPLICATE', field: 'unionid', value: 'U', blocking: true };

describe('an identity that two people claim', () => {
  test('holds both of them, also after a new match and a skip of the other, and becomes nobody’s', async () => {
    await start(person('a', 'U'), person('b', 'U'), person('c', 'V'));
    const run = await pull(world, connection);
    const expectHeld = async (...externalIds: string[]): Promise<void> => {
      const rows = await staged(run);
      for (const externalId of externalIds) {
        expect(rows.get(externalId)).toMatchObject({ blocking: true, issues: [SHARED] });
      }
      expect(rows.get('c')).toMatchObject({ issues: [], decision: 'ACCEPTED' });
    };
    await expectHeld('a', 'b');
    await rematch(world.context, { runId: run.id });
    await expectHeld('a', 'b');
    await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
    await skip(run, 'b');
    await expectHeld('a');
    await skip(run, 'a');
    await commit(world, run);
    expect(await holders()).toEqual({ V: 'c' });
  });

  test('is taken from its holder at the commit, and his again when nobody else claims it', async () => {
    await start(person('b', 'U'));
    await commit(world, await pull(world, connection));
    expect(await holders()).toEqual({ U: 'b' });
    people = [person('a', 'U'), person('b', 'U')];
    const run = await pull(world, connection);
    expect((await staged(run)).get('a')?.issues).toEqual([SHARED]);
    expect(await holders()).toEqual({ U: 'b' });
    await skip(run, 'a');
    await commit(world, run);
    expect(await holders()).toEqual({});
    people = [person('b', 'U')];
    await commit(world, await pull(world, connection));
    expect(await holders()).toEqual({ U: 'b' });
  });
});

describe('an identity that moves', () => {
  test('stays where it is until the commit of the row that receives it', async () => {
    await start(person('a', 'U'), person('b', 'V'));
    const first = await pull(world, connection);
    expect(await holders()).toEqual({});
    await commit(world, first);
    expect(await holders()).toEqual({ U: 'a', V: 'b' });
    people = [person('a', 'W'), person('b', 'U', '新名')];
    const refused = await pull(world, connection);
    expect(await holders()).toEqual({ U: 'a', V: 'b' });
    await skip(refused, 'a', 'b');
    await commit(world, refused);
    expect(await holders()).toEqual({ U: 'a', V: 'b' });
    await commit(world, await pull(world, connection));
    expect(await holders()).toEqual({ U: 'b', W: 'a' });
  });

  test('follows a person who left and came back under a new id', async () => {
    await start(person('a', 'U'), person('b', 'V'));
    await commit(world, await pull(world, connection));
    people = [person('b', 'V'), person('a2', 'U', '员工二')];
    const run = await pull(world, connection);
    expect((await staged(run)).get('a2')?.issues).toEqual([]);
    expect(await holders()).toEqual({ U: 'a', V: 'b' });
    await skip(run, 'a');
    await commit(world, run);
    expect(await holders()).toEqual({ U: 'a2', V: 'b' });
  });
});
