import {
  type AccountId,
  type ImportRunId,
  newId,
  type OrgUnitId,
  type Principal,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
} from '../../../src/domain/index.ts';
import { createConnection } from '../../../src/flows/connection/save-connection.ts';
import { decideStaged } from '../../../src/flows/import/decide-staged.ts';
import { startImport } from '../../../src/flows/import/start-import.ts';
import { createAccount } from '../../../src/flows/roster/create-account.ts';
import { createAttributeDefinition } from '../../../src/flows/roster/create-attribute-definition.ts';
import type { ConnectionRow } from '../../../src/store/queries/connections.ts';
import { memoryPlatform } from '../../import/oracle/memory-platform.ts';
import { RemoteCompany } from '../../import/oracle/remote-company.ts';
import { readStaged } from '../../import/oracle/roster-facts.ts';
import { pickFrom } from '../../import/random-changes.ts';
import {
  commit,
  createWorld,
  type ImportContext,
  type ImportWorld,
  pull,
  runOf,
} from '../../import/support.ts';
import { principalOf } from '../../roster/company.ts';
import type { TestDatabase } from '../../support/index.ts';

/** A company in the middle of things: one import committed, one reviewed, one about to be fetched. */
export interface Scene {
  readonly world: ImportWorld;
  readonly platforms: ImportContext['platforms'];
  readonly connection: ConnectionRow;
  readonly committed: ImportRunId;
  readonly reviewed: ImportRunId;
  readonly queued: ImportRunId;
  readonly digest: string;
  account(externalId: string): AccountId;
  unit(externalId: string): OrgUnitId;
  /** Id of the staged row of the reviewed run. */
  row(externalId: string): string;
  /** Somebody who was here before any import, and whom it wants to link. */
  readonly local: AccountId;
  owner(): Principal;
}

const unit = (externalId: string, parentExternalId: string | null, name: string): RemoteOrgUnitValue => ({
  externalId,
  ids: [],
  parentExternalId,
  name,
  attributes: {},
});

const person = (
  n: number,
  seats: readonly string[],
  more: Partial<RemoteAccountValue> = {},
): RemoteAccountValue => ({
  externalId: `p${n}`,
  ids: [{ kind: 'userid', value: `p${n}` }],
  name: `员工${n}`,
  mobile: `1380000000${n % 10}`,
  email: undefined,
  jobNumber: undefined,
  title: '工程师',
  managerExternalId: undefined,
  active: true,
  memberships: seats.map((orgUnitExternalId) => ({ orgUnitExternalId, leader: false })),
  attributes: { badge: `B${n}` },
  ...more,
});

const LOCAL_EMAIL = 'local@x.cn';

const firstDay = (company: RemoteCompany): void => {
  for (const one of [
    unit('a', '1', '甲'),
    unit('b', 'a', '乙'),
    unit('c', '1', '丙'),
    unit('e', 'c', '戊'),
    unit('f', 'b', '己'),
    unit('g', '1', '庚'),
  ]) {
    company.units.set(one.externalId, one);
  }
  for (const n of [1, 2, 3, 4, 5, 6, 7])
    company.people.set(`p${n}`, person(n, n % 2 === 0 ? ['a', 'b'] : ['c']));
};

/** Renames, moves, swaps, a leaver, newcomers, and one who is matched with an account that was there before. */
const secondDay = (company: RemoteCompany): void => {
  for (const one of [unit('a', '1', '甲部'), unit('b', 'e', '乙'), unit('d', 'a', '丁')]) {
    company.units.set(one.externalId, one);
  }
  company.people.set('p1', person(1, ['c'], { title: '经理' }));
  company.people.set('p2', person(2, ['g']));
  company.people.delete('p3');
  company.people.set('p4', person(4, ['a', 'b'], { mobile: '13800000005' }));
  company.people.set('p5', person(5, ['c'], { mobile: '13800000004', attributes: { badge: 'B6' } }));
  company.people.set('p6', person(6, ['a', 'b'], { managerExternalId: 'p9', attributes: { badge: 'B5' } }));
  company.people.set('p9', person(9, ['d']));
  company.people.set('p10', person(10, ['b'], { email: LOCAL_EMAIL }));
};

const idsOf = async (database: TestDatabase, sql: string, params: readonly unknown[]) => {
  const ids = new Map(
    (await database.look<{ key: string; id: string }>(sql, params)).map(({ key, id }) => [key, id]),
  );
  return (key: string): string => {
    const id = ids.get(key);
    if (id === undefined) throw new Error(`nothing is called ${key}`);
    return id;
  };
};

export const setScene = async (database: TestDatabase): Promise<Scene> => {
  const company = new RemoteCompany(pickFrom(1), { units: 0, people: 0 });
  const manner = { seed: 1, complete: true, wholeCompany: true, headCount: null };
  const bare = await createWorld(database);
  const platforms = new Map([['memory', memoryPlatform(() => ({ company, manner }))]]);
  const world = { ...bare, context: { ...bare.context, platforms } };
  const { context } = world;
  const badge = { target: 'ACCOUNT' as const, name: 'badge', label: '工牌', type: 'TEXT' as const };
  await createAttributeDefinition(context, { ...badge, unique: true });
  const orgUnitId = world.rootId;
  const local = await createAccount(context, {
    userName: 'local',
    displayName: '本地',
    email: LOCAL_EMAIL,
    orgUnitId,
  });
  const connection = await createConnection(context, {
    platform: 'memory',
    name: '内存',
    enabled: true,
    pullRules: {
      requireMobile: false,
      guard: { fraction: 1, count: 100 },
      matchKeys: [{ remoteField: 'email', rosterField: 'email', foldCase: true }],
    },
  });
  firstDay(company);
  const first = await pull(world, connection);
  await commit(world, first);
  secondDay(company);
  const { id: reviewed } = await pull(world, connection);
  for (const kind of ['ACCOUNT', 'ORG_UNIT'] as const) {
    await decideStaged(context, { runId: reviewed, kind, filter: {}, decision: 'ACCEPTED' });
  }
  const run = await runOf(world, reviewed);
  const { id: queued } = await startImport(context, { connectionId: connection.id, scope: 'ALL' });
  const linked = (kind: 'account' | 'org_unit') =>
    idsOf(
      database,
      `select r.external_id as key, l.${kind}_id as id from muster.${kind}_link l
       join muster.remote_${kind} r on r.id = l.remote_${kind}_id where l.connection_id = $1`,
      [connection.id],
    );
  const accounts = await linked('account');
  const units = await linked('org_unit');
  const rows = new Map(
    [
      ...(await readStaged(database, reviewed, 'org_unit')),
      ...(await readStaged(database, reviewed, 'account')),
    ].map(({ externalId, id }) => [externalId, id]),
  );
  return {
    world,
    platforms,
    connection,
    committed: first.id,
    reviewed,
    queued,
    digest: run.digest ?? '',
    account: (externalId) => accounts(externalId) as AccountId,
    unit: (externalId) => units(externalId) as OrgUnitId,
    row: (externalId) => rows.get(externalId) ?? expectRow(externalId),
    local,
    owner: () => principalOf(world.tenantId, ['OWNER'], { id: newId<'Account'>() }),
  };
};

const expectRow = (externalId: string): never => {
  throw new Error(`no staged row for ${externalId}`);
};
