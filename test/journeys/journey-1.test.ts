import { beforeAll, describe, expect, test } from 'vitest';
import type { Company } from '../../simulators/company/index.ts';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { testConnection } from '../../src/flows/connection/test-connection.ts';
import { removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts } from '../../src/flows/import/find-runs.ts';
import { mendStaged } from '../../src/flows/import/mend-staged.ts';
import { previewRevert, revertImport } from '../../src/flows/import/revert-import.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { rosterState } from '../import/roster-state.ts';
import {
  accountOf,
  commit,
  companyOf,
  connectTo,
  createWorld,
  type ImportWorld,
  pull,
  runOf,
  startDingTalk,
} from '../import/support.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';

/*
 * Journey 1: a messy company of 2,000 is connected, tested, pulled, staged, reviewed, committed, changed on the
 * platform, pulled again and taken back.
 */
describe('journey 1: a company comes in', () => {
  let database: TestDatabase;
  let world: ImportWorld;
  let simulator: DingTalkSimulator;
  let connection: ConnectionRow;
  let company: Company;
  let run: ImportRunRow;
  let committed: number;

  beforeAll(async () => {
    database = await createTestDatabase();
    world = await createWorld(database, { quota: 2500 });
    company = companyOf({ people: 2000, seed: 42, messy: true });
    simulator = await startDingTalk(company);
    connection = await connectTo(world, simulator, { defaultPassword: 'Willkommen-2026' });
  });

  test('the connection passes its test', async () => {
    expect((await testConnection(world.context, { id: connection.id })).passed).toBe(true);
  });

  test('the pull is complete and stages everybody', async () => {
    run = await pull(world, connection);
    expect(run).toMatchObject({ phase: 'REVIEW', orgUnits: company.units.length, accounts: 2000 });
    expect(run.statement).toMatchObject({ complete: true, platformAccountCount: 2000 });
    expect(run.counts?.accounts.rows).toBe(2000);
    expect(run.guard).toMatchObject({ quota: 2500, used: 0, wanted: 2000 });
  });

  test('exactly the people who are wrong are marked', async () => {
    const marked = new Set<string>();
    for (let after = 0; ; ) {
      const page = await findStagedAccounts(world.context, {
        runId: run.id,
        filter: { blocking: true },
        after,
        first: 200,
      });
      for (const row of page) marked.add(row.externalId);
      if (page.length < 200) break;
      after = page.at(-1)?.ordinal ?? 0;
    }
    const { ids } = company.truth;
    const wrong = [...company.truth.invalid, ...ids.duplicateMobile, ...ids.duplicateMail];
    expect([...marked].sort()).toEqual([...new Set(wrong)].sort());
  });

  test('one is mended, the rest is removed, and everybody else comes in', async () => {
    const broken = company.truth.ids.noMobile[0] ?? '';
    const [row] = await findStagedAccounts(world.context, {
      runId: run.id,
      filter: { text: broken },
      first: 10,
    });
    await mendStaged(world.context, {
      runId: run.id,
      rowId: row?.id ?? '',
      field: 'mobile',
      value: '13900001111',
    });
    const { removed } = await removeInvalid(world.context, { runId: run.id });
    const report = await commit(world, run);
    committed = report.accountsCreated;
    expect(committed).toBe(2000 - removed);
    expect(await accountOf(database, world, broken)).toMatchObject({
      mobile: '13900001111',
      status: 'ACTIVE',
    });
    const [sums] = await database.look<{
      accounts: number;
      primaries: number;
      outside: number;
      sources: string[];
    }>(
      `select (select count(*)::int from muster.account where tenant_id = $1) as accounts,
         (select count(*)::int from muster.account a join muster.membership m
           on m.account_id = a.id and m.org_unit_id = a.primary_org_unit_id where a.tenant_id = $1) as primaries,
         (select count(*)::int from muster.role_grant where tenant_id = $1) as outside,
         (select array_agg(distinct changed_source) from muster.account where tenant_id = $1) as sources`,
      [world.tenantId],
    );
    expect(sums).toEqual({ accounts: committed, primaries: committed, outside: 0, sources: ['IMPORT'] });
  });

  test('every membership and every unit is where the platform has it', async () => {
    const skipped = await database.look<{ external_id: string }>(
      "select external_id from muster.staged_account where tenant_id = $1 and decision = 'SKIPPED'",
      [world.tenantId],
    );
    const out = new Set(skipped.map((row) => row.external_id));
    const wanted = company.people
      .filter((person) => !out.has(person.id))
      .flatMap((person) =>
        person.memberships.map(({ unitId, leader }) => `${person.id} ${unitId} ${leader}`),
      );
    const rows = await database.look<{ row: string }>(
      `select concat_ws(' ', r.external_id, ur.external_id, m.leader::text) as row from muster.membership m
       join muster.account_link l on l.account_id = m.account_id
       join muster.remote_account r on r.id = l.remote_account_id
       join muster.org_unit_link ul on ul.org_unit_id = m.org_unit_id
       join muster.remote_org_unit ur on ur.id = ul.remote_org_unit_id
       where m.tenant_id = $1`,
      [world.tenantId],
    );
    expect(rows.map(({ row }) => row).sort()).toEqual(wanted.sort());
  });

  test('later changes come in by a second pull, and are taken back byte for byte', async () => {
    const stays = company.people.filter(
      ({ id }) => !company.truth.invalid.includes(id) && !company.truth.conflicts.includes(id),
    );
    for (const [at, person] of stays.slice(0, 40).entries()) {
      simulator.mutate.changeUser(person.id, { title: `新职务${at}` });
    }
    simulator.mutate.removeUser(stays[50]?.id ?? '');
    const second = await pull(world, connection);
    expect(second.counts?.accounts.actions).toMatchObject({ UPDATE: 40, DISABLE: 1 });
    expect(second.counts?.accounts.decisions['PENDING']).toBeGreaterThanOrEqual(1);
    await removeInvalid(world.context, { runId: second.id });
    const before = await rosterState(database, world);
    await commit(world, second);
    expect(await rosterState(database, world)).not.toEqual(before);
    const preview = await previewRevert(world.context, { runId: second.id });
    expect(preview).toMatchObject({ accountsRestored: 40, conflictCount: 0 });
    await revertImport(world.context, { runId: second.id, expectedDigest: preview.digest });
    expect(await rosterState(database, world)).toEqual(before);
    expect((await runOf(world, second.id)).phase).toBe('REVERTED');
  });
});
