import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { MatchKey, RemoteAccountValue, SourcePage } from '../../src/domain/index.ts';
import { createConnection } from '../../src/flows/connection/save-connection.ts';
import { decideStaged, removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts } from '../../src/flows/import/find-runs.ts';
import { chooseAccount } from '../../src/flows/import/mend-staged.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import { type Delivery, deliveryOf, memoryPlatform } from './memory-source.ts';
import { accountOf, commit, companyOf, createWorld, type ImportWorld, pull } from './support.ts';

/*
 * A hostile or broken directory (goal S15). Whatever it says, nobody gets a role, nobody is merged into an
 * administrator, and nobody who administers is locked out without a reviewer's word.
 */
let database: TestDatabase;
let world: ImportWorld;
let delivery: Delivery;

const whole = deliveryOf(companyOf({ people: 60, seed: 31, orgUnits: 5 }));
const people = whole.pages.flatMap((page) => (page.kind === 'accounts' ? page.items : []));

/** The company with some of its people told otherwise. */
const telling = (changed: Readonly<Record<string, Partial<RemoteAccountValue>>>): Delivery => ({
  ...whole,
  pages: whole.pages.map(
    (page): SourcePage =>
      page.kind === 'orgUnits'
        ? page
        : { ...page, items: page.items.map((item) => ({ ...item, ...changed[item.externalId] })) },
  ),
});

const MOBILE: MatchKey = { remoteField: 'mobile', rosterField: 'mobile', foldCase: false };
const EMAIL: MatchKey = { remoteField: 'email', rosterField: 'email', foldCase: true };

const connect = (matchKeys: readonly MatchKey[] = []): Promise<ConnectionRow> =>
  createConnection(world.context, {
    platform: 'memory',
    name: 'memory',
    enabled: true,
    pullRules: { matchKeys },
  });

const staged = (runId: string) => findStagedAccounts(world.context, { runId: runId as never, first: 200 });

/** A local account with a role, unknown to the platform. */
const addAdministrator = async (fields: { mobile?: string; email?: string; userName?: string }) => {
  const rows = await database.look<{ id: string }>(
    `with m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id)
       values ($1, gen_random_uuid(), gen_random_uuid(), $2) returning account_id)
     insert into muster.account (tenant_id, id, user_name, display_name, mobile, email, primary_org_unit_id)
     select $1, account_id, $3, '管理员', $4, $5, $2 from m returning id`,
    [world.tenantId, world.rootId, fields.userName ?? 'root', fields.mobile ?? null, fields.email ?? null],
  );
  const id = rows[0]?.id ?? '';
  await grant(id);
  return id;
};

const grant = (accountId: unknown, role = 'OWNER') =>
  database.look('insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, $3)', [
    world.tenantId,
    accountId,
    role,
  ]);

const grants = () =>
  database.look('select account_id, role from muster.role_grant where tenant_id = $1 order by 1, 2', [
    world.tenantId,
  ]);

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  const made = await createWorld(database);
  delivery = whole;
  const platforms = new Map([['memory', memoryPlatform(() => delivery)]]);
  world = { ...made, context: { ...made.context, platforms } };
});

describe('before anybody is linked', () => {
  const victim = people[0] as RemoteAccountValue;

  test.each([
    ['mobile', MOBILE, { mobile: '13800138000' }],
    ['mail', EMAIL, { email: 'Root@Example.com' }],
  ])("an administrator's %s does not make somebody the administrator", async (_what, key, claim) => {
    const id = await addAdministrator({ mobile: '13800138000', email: 'root@example.com' });
    delivery = telling({ [victim.externalId]: claim });
    const run = await pull(world, await connect([key]));
    const row = (await staged(run.id)).find(({ externalId }) => externalId === victim.externalId);
    expect(row).toMatchObject({ blocking: true, decision: 'PENDING' });
    expect(row?.issues.map(({ code }) => code)).toContain('PROTECTED_ACCOUNT');
    await expect(
      decideStaged(world.context, { runId: run.id, rowIds: [row?.id ?? ''], decision: 'ACCEPTED' }),
    ).rejects.toMatchObject({ code: 'IMPORT_ROW_INVALID' });
    await removeInvalid(world.context, { runId: run.id });
    await commit(world, run);
    const links = await database.look('select from muster.account_link where account_id = $1', [id]);
    expect(links).toEqual([]);
  });

  test("an administrator's user name, mobile or mail cannot be taken by a new account", async () => {
    await addAdministrator({ userName: 'Root', mobile: '13800138000', email: 'root@example.com' });
    delivery = telling({
      [victim.externalId]: { mobile: '13800138000' },
      [people[1]?.externalId ?? '']: { email: 'ROOT@example.com' },
    });
    const connection = await createConnection(world.context, {
      platform: 'memory',
      name: 'memory',
      enabled: true,
      pullRules: { userNameSource: 'jobNumber' },
    });
    delivery = {
      ...delivery,
      pages: delivery.pages.map((page) =>
        page.kind === 'orgUnits'
          ? page
          : {
              ...page,
              items: page.items.map((item) =>
                item.externalId === people[2]?.externalId ? { ...item, jobNumber: 'ｒoot' } : item,
              ),
            },
      ),
    };
    const run = await pull(world, connection);
    const codes = new Map(
      (await staged(run.id)).map((row) => [row.externalId, row.issues.map(({ code }) => code)]),
    );
    expect(codes.get(victim.externalId)).toEqual(['MOBILE_DUPLICATE']);
    expect(codes.get(people[1]?.externalId ?? '')).toEqual(['EMAIL_DUPLICATE']);
    expect(codes.get(people[2]?.externalId ?? '')).toEqual(['USER_NAME_DUPLICATE']);
    await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_ROWS_INVALID' });
  });

  test('a reviewer cannot link somebody to an administrator by hand either', async () => {
    const id = await addAdministrator({});
    const run = await pull(world, await connect());
    const [row] = await staged(run.id);
    await expect(
      chooseAccount(world.context, { runId: run.id, rowId: row?.id ?? '', accountId: id as never }),
    ).rejects.toMatchObject({ code: 'IMPORT_CANDIDATE_UNKNOWN' });
  });

  test('what the platform says about administrators and roles grants nothing', async () => {
    await addAdministrator({});
    const before = await grants();
    const claims = { administrator: true, boss: true, role: 'OWNER', roles: ['OWNER'], isAdmin: true };
    delivery = telling(
      Object.fromEntries(people.map((person) => [person.externalId, { attributes: claims }])),
    );
    await commit(world, await pull(world, await connect()));
    expect(await grants()).toEqual(before);
  });
});

describe('when an administrator is linked', () => {
  const admin = people[3] as RemoteAccountValue;
  let connection: ConnectionRow;

  beforeEach(async () => {
    connection = await connect();
    await commit(world, await pull(world, connection));
    await grant((await accountOf(database, world, admin.externalId))['id']);
  });

  test('his sign-in fields are withheld, other fields wait for the reviewer', async () => {
    delivery = telling({
      [admin.externalId]: { mobile: '13700000000', email: 'evil@example.com', title: '闲职' },
    });
    const run = await pull(world, connection);
    const [row] = await staged(run.id);
    expect(row?.changes.map(({ field }) => field)).toEqual(['title']);
    expect(row).toMatchObject({ decision: 'PENDING', blocking: false });
    await decideStaged(world.context, { runId: run.id, rowIds: [row?.id ?? ''], decision: 'ACCEPTED' });
    await commit(world, run);
    expect(await accountOf(database, world, admin.externalId)).toMatchObject({
      title: '闲职',
      mobile: admin.mobile,
      email: admin.email,
    });
  });

  test('he is never disabled, neither as a leaver nor as inactive', async () => {
    delivery = telling({ [admin.externalId]: { active: false } });
    const inactive = await pull(world, connection);
    await decideStaged(world.context, {
      runId: inactive.id,
      kind: 'ACCOUNT',
      filter: {},
      decision: 'ACCEPTED',
    });
    await commit(world, inactive);
    const pages = whole.pages.map(
      (page): SourcePage =>
        page.kind === 'orgUnits'
          ? page
          : { ...page, items: page.items.filter(({ externalId }) => externalId !== admin.externalId) },
    );
    const { statement } = whole;
    delivery = { pages, statement: { ...statement, accounts: 59, platformAccountCount: 59 } };
    const left = await pull(world, connection);
    const [row] = await staged(left.id);
    expect(row).toMatchObject({ situation: 'DELETED', action: 'NONE', reasonCode: 'LEAVER_PROTECTED' });
    await decideStaged(world.context, { runId: left.id, kind: 'ACCOUNT', filter: {}, decision: 'ACCEPTED' });
    await commit(world, left);
    expect(await accountOf(database, world, admin.externalId)).toMatchObject({ status: 'ACTIVE' });
  });

  test('who becomes an administrator after the staging is not disabled by it', async () => {
    const other = people[4] as RemoteAccountValue;
    delivery = telling({ [other.externalId]: { active: false } });
    const run = await pull(world, connection);
    await decideStaged(world.context, { runId: run.id, kind: 'ACCOUNT', filter: {}, decision: 'ACCEPTED' });
    await grant((await accountOf(database, world, other.externalId))['id'], 'DIRECTORY_ADMIN');
    await expect(commit(world, run)).rejects.toMatchObject({ code: 'IMPORT_ROSTER_MOVED' });
  });

  test('everybody gone at once disables nobody without review', async () => {
    const pages = whole.pages.filter((page, at) => page.kind === 'orgUnits' || at === 1);
    const left = pages.reduce((sum, page) => sum + (page.kind === 'accounts' ? page.items.length : 0), 0);
    const { statement } = whole;
    delivery = { pages, statement: { ...statement, accounts: left, platformAccountCount: left } };
    const run = await pull(world, connection);
    expect(run.guard?.disables.tripped).toBe(true);
    await commit(world, run);
    const disabled = await database.look(
      "select from muster.account where tenant_id = $1 and status <> 'ACTIVE'",
      [world.tenantId],
    );
    expect(disabled).toEqual([]);
  });
});
