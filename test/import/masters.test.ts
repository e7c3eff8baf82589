import { beforeAll, describe, expect, test } from 'vitest';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { AccountId, Decision, FieldMasters, OrgUnitId } from '../../src/domain/index.ts';
import { updateConnection } from '../../src/flows/connection/save-connection.ts';
import { decideStaged } from '../../src/flows/import/decide-staged.ts';
import { explainRemoteAccount } from '../../src/flows/import/explain-remote-account.ts';
import { findStagedAccounts, findStagedOrgUnits } from '../../src/flows/import/find-runs.ts';
import { mendStaged } from '../../src/flows/import/mend-staged.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import { revertImport } from '../../src/flows/import/revert-import.ts';
import { runImport } from '../../src/flows/import/run-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { moveOrgUnit } from '../../src/flows/roster/move-org-unit.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { updateOrgUnit } from '../../src/flows/roster/update-org-unit.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { StagedAccountView } from '../../src/store/queries/import-rows.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  accountOf,
  commit,
  connectTo,
  createWorld,
  type ImportWorld,
  runOf,
  startDingTalk,
} from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;
let next = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  simulator = await startDingTalk({ people: 60, seed: 33, orgUnits: 12 });
  for (const name of ['一部', '二部', '三部']) simulator.mutate.addDepartment({ name, parentId: 1 });
  connection = await connectTo(world, simulator, { pullRules: { requireMobile: false } });
  await commit(world, await pullBy('MANUAL'));
});

const pullBy = async (trigger: 'MANUAL' | 'EVENT'): Promise<ImportRunRow> => {
  const { id } = await startImport(world.context, { connectionId: connection.id, scope: 'ALL', trigger });
  await runImport(world.context, { runId: id });
  return runOf(world, id);
};

const declare = async (masters: FieldMasters): Promise<void> => {
  await updateConnection(world.context, { id: connection.id, pullRules: { masters } });
};

interface Person {
  readonly userid: string;
  readonly id: AccountId;
}

/** Somebody whom no other test has touched, with a title that both sides agree on. */
const somebody = async (title = '工程师'): Promise<Person> => {
  const found = simulator.company.people[next];
  next += 1;
  if (found === undefined) throw new Error('the company is too small');
  simulator.mutate.changeUser(found.id, { title });
  const account = await accountOf(database, world, found.id);
  const id = account['id'] as AccountId;
  await updateAccount(world.context, { id, title });
  await commit(world, await pullBy('MANUAL'));
  return { userid: found.id, id };
};

const titleOf = async ({ userid }: Person): Promise<unknown> =>
  (await accountOf(database, world, userid))['title'];

const rowOf = async (run: ImportRunRow, { userid }: Person): Promise<StagedAccountView | undefined> =>
  (await findStagedAccounts(world.context, { runId: run.id, first: 200 })).find(
    (row) => row.externalId === userid,
  );

const told = (row: StagedAccountView | undefined): string[] =>
  (row?.issues ?? []).map(({ code, field, value }) => `${code} ${field}: ${value}`);

const decide = (run: ImportRunRow, row: StagedAccountView | undefined, decision: Decision) =>
  decideStaged(world.context, { runId: run.id, rowIds: [row?.id ?? ''], decision });

const agreedOf = async ({ userid }: Person): Promise<Record<string, unknown> | null> => {
  const [row] = await database.look<{ agreed: Record<string, unknown> | null }>(
    `select l.agreed_value as agreed from muster.account_link l join muster.remote_account r on r.id = l.remote_account_id
     where l.tenant_id = $1 and r.external_id = $2`,
    [world.tenantId, userid],
  );
  return row?.agreed ?? null;
};

describe('what an event brings', () => {
  test('takes nothing back that the roster has changed and nobody has pushed yet', async () => {
    await declare({});
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册改的' });
    simulator.mutate.renameUser(person.userid, '平台改名');
    const run = await pullBy('EVENT');
    const row = await rowOf(run, person);
    expect(row).toMatchObject({ action: 'UPDATE', decision: 'ACCEPTED' });
    expect(row?.changes).toEqual([{ field: 'displayName', before: expect.any(String), after: '平台改名' }]);
    expect(told(row)).toEqual(['FIELD_KEPT title: 工程师']);
    await commit(world, run);
    expect(await accountOf(database, world, person.userid)).toMatchObject({
      display_name: '平台改名',
      title: '名册改的',
    });
    // The difference is not forgotten: a pull that somebody asks for still shows it, as ever.
    const again = await rowOf(await pullBy('MANUAL'), person);
    expect(again?.changes).toEqual([{ field: 'title', before: '名册改的', after: '工程师' }]);
    expect(await titleOf(person)).toBe('名册改的');
    await updateAccount(world.context, { id: person.id, title: '工程师' });
  });

  test('waits for a person where both have changed the same', async () => {
    await declare({});
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    const run = await pullBy('EVENT');
    expect(await rowOf(run, person)).toMatchObject({
      action: 'UPDATE',
      decision: 'PENDING',
      blocking: false,
    });
    await commit(world, run);
    expect(await titleOf(person)).toBe('名册');
    expect(await rowOf(run, person)).toMatchObject({ outcome: 'HELD' });
    await updateAccount(world.context, { id: person.id, title: '平台' });
  });
});

describe('a field that both sides may write', () => {
  beforeAll(() =>
    declare({
      title: 'BOTH',
      manager: 'BOTH',
      memberships: 'BOTH',
      'orgUnit.name': 'BOTH',
      'orgUnit.parent': 'BOTH',
    }),
  );

  test('is agreed on from the first import on, in the words of the platform', async () => {
    const person = await somebody('总监');
    expect(await agreedOf(person)).toMatchObject({ title: '总监', name: expect.any(String), attributes: {} });
  });

  test('follows whoever has changed it', async () => {
    const person = await somebody();
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    const run = await pullBy('MANUAL');
    expect(await rowOf(run, person)).toMatchObject({ action: 'UPDATE', issues: [], decision: 'ACCEPTED' });
    await commit(world, run);
    expect(await titleOf(person)).toBe('平台');
    await updateAccount(world.context, { id: person.id, title: '名册' });
    const second = await pullBy('MANUAL');
    const row = await rowOf(second, person);
    expect(row).toMatchObject({
      action: 'NONE',
      reasonCode: 'ROSTER_STANDS',
      changes: [],
      decision: 'ACCEPTED',
    });
    expect(told(row)).toEqual(['FIELD_KEPT title: 平台']);
    await commit(world, second);
    expect(await agreedOf(person)).toMatchObject({ title: '平台' });
    // Still told, still not taken back.
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual(['FIELD_KEPT title: 平台']);
  });

  test('is agreed on when both have made the same of it', async () => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '同样' });
    simulator.mutate.changeUser(person.userid, { title: '同样' });
    const run = await pullBy('MANUAL');
    expect(await rowOf(run, person)).toMatchObject({ action: 'NONE', issues: [] });
    await commit(world, run);
    expect(await agreedOf(person)).toMatchObject({ title: '同样' });
    await updateAccount(world.context, { id: person.id, title: '名册' });
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual(['FIELD_KEPT title: 同样']);
  });

  const conflict = async (): Promise<{
    person: Person;
    run: ImportRunRow;
    row: StagedAccountView | undefined;
  }> => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    const run = await pullBy('MANUAL');
    return { person, run, row: await rowOf(run, person) };
  };

  test('is held where both have changed it: both values and the last agreement are told, and it comes again', async () => {
    const { person, run, row } = await conflict();
    expect(row).toMatchObject({ decision: 'PENDING', blocking: false });
    expect(row?.changes).toEqual([{ field: 'title', before: '名册', after: '平台' }]);
    expect(told(row)).toEqual(['FIELD_CONFLICT title: 工程师']);
    const remoteAccountId = row?.remoteAccountId as never;
    const explained = await explainRemoteAccount(world.context, { remoteAccountId });
    expect(explained.code).toBe('FIELDS_CHANGED+FIELD_CONFLICT');
    expect(explained.issues[0]?.en).toContain('“工程师”');
    await commit(world, run);
    expect(await titleOf(person)).toBe('名册');
    const again = await pullBy('MANUAL');
    expect(told(await rowOf(again, person))).toEqual(['FIELD_CONFLICT title: 工程师']);
    await updateAccount(world.context, { id: person.id, title: '平台' });
  });

  test('accepted: the platform’s value, and no conflict is left', async () => {
    const { person, run, row } = await conflict();
    await decide(run, row, 'ACCEPTED');
    await commit(world, run);
    expect(await titleOf(person)).toBe('平台');
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual([]);
  });

  test('skipped: the roster’s stands, until the platform changes it once more', async () => {
    const { person, run, row } = await conflict();
    await decide(run, row, 'SKIPPED');
    await commit(world, run);
    expect(await titleOf(person)).toBe('名册');
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual(['FIELD_KEPT title: 平台']);
    simulator.mutate.changeUser(person.userid, { title: '平台又改' });
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual(['FIELD_CONFLICT title: 平台']);
    await updateAccount(world.context, { id: person.id, title: '平台又改' });
  });

  test('mended: another value, which then waits for a push', async () => {
    const { person, run, row } = await conflict();
    await mendStaged(world.context, { runId: run.id, rowId: row?.id ?? '', field: 'title', value: '第三个' });
    expect(await rowOf(run, person)).toMatchObject({ decision: 'ACCEPTED', issues: [] });
    await commit(world, run);
    expect(await titleOf(person)).toBe('第三个');
    expect(await agreedOf(person)).toMatchObject({ title: '平台' });
  });

  test('is never committed by a decision that was made before there was a conflict', async () => {
    const person = await somebody();
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    const run = await pullBy('MANUAL');
    expect(await rowOf(run, person)).toMatchObject({ decision: 'ACCEPTED' });
    await updateAccount(world.context, { id: person.id, title: '名册' });
    await rematch(world.context, { runId: run.id });
    const row = await rowOf(run, person);
    expect(row).toMatchObject({ decision: 'PENDING' });
    await decide(run, row, 'ACCEPTED');
    // Somebody edits it again: what was accepted is not what there is now.
    await updateAccount(world.context, { id: person.id, title: '名册又改' });
    await rematch(world.context, { runId: run.id });
    expect(await rowOf(run, person)).toMatchObject({ decision: 'PENDING' });
    await commit(world, run);
    expect(await titleOf(person)).toBe('名册又改');
    await updateAccount(world.context, { id: person.id, title: '平台' });
  });

  test('is held where nothing tells who has changed it', async () => {
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    await database.look(`update muster.account_link set agreed_value = null where account_id = $1`, [
      person.id,
    ]);
    const run = await pullBy('MANUAL');
    const row = await rowOf(run, person);
    expect(told(row)).toEqual(['FIELD_CONFLICT title: null']);
    expect(row).toMatchObject({ decision: 'PENDING' });
    await updateAccount(world.context, { id: person.id, title: '工程师' });
  });

  test('is held once more after the import that had decided it was taken back', async () => {
    const { person, run, row } = await conflict();
    await decide(run, row, 'ACCEPTED');
    await commit(world, run);
    await revertImport(world.context, { runId: run.id });
    expect(await titleOf(person)).toBe('名册');
    expect(told(await rowOf(await pullBy('MANUAL'), person))).toEqual(['FIELD_CONFLICT title: null']);
    await updateAccount(world.context, { id: person.id, title: '平台' });
  });

  test('may be where somebody sits, as a whole', async () => {
    const person = await somebody();
    const [first, second] = simulator.departments().filter(({ parentId }) => parentId === 1);
    if (first === undefined || second === undefined) throw new Error('too few departments');
    simulator.mutate.moveUser(person.userid, [first.id]);
    await commit(world, await pullBy('MANUAL'));
    const [unit] = await database.look<{ id: OrgUnitId }>(
      `select l.org_unit_id as id from muster.org_unit_link l join muster.remote_org_unit r on r.id = l.remote_org_unit_id
       where l.tenant_id = $1 and r.external_id = $2`,
      [world.tenantId, String(second.id)],
    );
    await setMemberships(world.context, {
      accountId: person.id,
      put: [{ orgUnitId: unit?.id ?? ('' as OrgUnitId) }],
    });
    const kept = await rowOf(await pullBy('MANUAL'), person);
    expect(kept).toMatchObject({ action: 'NONE', reasonCode: 'ROSTER_STANDS' });
    expect(kept?.issues.map(({ code, field }) => `${code} ${field}`)).toEqual(['FIELD_KEPT memberships']);
    simulator.mutate.moveUser(person.userid, [1]);
    const held = await rowOf(await pullBy('MANUAL'), person);
    expect(held).toMatchObject({ action: 'MOVE', decision: 'PENDING' });
    expect(held?.issues.map(({ code, field }) => `${code} ${field}`)).toEqual(['FIELD_CONFLICT memberships']);
    simulator.mutate.moveUser(person.userid, [first.id]);
  });

  test('may be a unit’s name and its parent', async () => {
    const [first, second, third] = simulator.departments().filter(({ parentId }) => parentId === 1);
    if (first === undefined || second === undefined || third === undefined)
      throw new Error('too few departments');
    const idOf = async (id: number): Promise<OrgUnitId> => {
      const [unit] = await database.look<{ id: OrgUnitId }>(
        `select l.org_unit_id as id from muster.org_unit_link l
         join muster.remote_org_unit r on r.id = l.remote_org_unit_id where l.tenant_id = $1 and r.external_id = $2`,
        [world.tenantId, String(id)],
      );
      return unit?.id ?? ('' as OrgUnitId);
    };
    const unitRow = async (run: ImportRunRow, id: number) =>
      (await findStagedOrgUnits(world.context, { runId: run.id, first: 200 })).find(
        ({ externalId }) => externalId === String(id),
      );
    await updateOrgUnit(world.context, { id: await idOf(first.id), name: '名册的名称' });
    await moveOrgUnit(world.context, { id: await idOf(second.id), parentId: await idOf(third.id) });
    const kept = await pullBy('MANUAL');
    expect(await unitRow(kept, first.id)).toMatchObject({ action: 'NONE', reasonCode: 'ROSTER_STANDS' });
    expect(await unitRow(kept, second.id)).toMatchObject({ action: 'NONE', reasonCode: 'ROSTER_STANDS' });
    simulator.mutate.renameDepartment(first.id, '平台的名称');
    simulator.mutate.moveDepartment(second.id, first.id);
    const held = await pullBy('MANUAL');
    expect(await unitRow(held, first.id)).toMatchObject({
      action: 'UPDATE',
      decision: 'PENDING',
      issues: [{ code: 'FIELD_CONFLICT', field: 'name', value: first.name }],
    });
    const moved = await unitRow(held, second.id);
    expect(moved).toMatchObject({ action: 'MOVE', decision: 'PENDING' });
    expect(moved?.issues.map(({ code, field }) => `${code} ${field}`)).toContain('FIELD_CONFLICT parentId');
    await decideStaged(world.context, { runId: held.id, rowIds: [moved?.id ?? ''], decision: 'ACCEPTED' });
    await commit(world, held);
    const [unit] = await database.look<{ parent: OrgUnitId; name: string }>(
      'select parent_id as parent, name from muster.org_unit where id = $1',
      [await idOf(second.id)],
    );
    expect(unit?.parent).toBe(await idOf(first.id));
    const [renamed] = await database.look<{ name: string }>(
      'select name from muster.org_unit where id = $1',
      [await idOf(first.id)],
    );
    expect(renamed?.name).toBe('名册的名称');
  });
});

describe('a field with one master', () => {
  test('of the roster is told and never taken over, by whatever pull', async () => {
    await declare({ title: 'ROSTER' });
    const person = await somebody();
    simulator.mutate.changeUser(person.userid, { title: '平台' });
    for (const trigger of ['MANUAL', 'EVENT'] as const) {
      const run = await pullBy(trigger);
      const row = await rowOf(run, person);
      expect(row).toMatchObject({ action: 'NONE', reasonCode: 'ROSTER_STANDS', decision: 'ACCEPTED' });
      expect(told(row)).toEqual(['FIELD_KEPT title: 平台']);
      await commit(world, run);
      expect(await titleOf(person)).toBe('工程师');
    }
    // Whoever gives the field to the platform is shown everything that differs.
    await declare({ title: 'PLATFORM' });
    expect((await rowOf(await pullBy('MANUAL'), person))?.changes).toEqual([
      { field: 'title', before: '工程师', after: '平台' },
    ]);
  });

  test('of the platform is taken over, whoever has changed it, by an event too', async () => {
    await declare({ title: 'PLATFORM' });
    const person = await somebody();
    await updateAccount(world.context, { id: person.id, title: '名册' });
    for (const trigger of ['MANUAL', 'EVENT'] as const) {
      expect((await rowOf(await pullBy(trigger), person))?.changes).toEqual([
        { field: 'title', before: '名册', after: '工程师' },
      ]);
    }
    await updateAccount(world.context, { id: person.id, title: '工程师' });
  });

  test('must be a field that there is', async () => {
    const refused = (masters: object) =>
      expect(declare(masters as FieldMasters)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    await refused({ userName: 'BOTH' });
    await refused({ 'attributes.nobody': 'BOTH' });
    await refused({ title: 'SOMEBODY' });
  });
});
