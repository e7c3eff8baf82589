import { beforeAll, describe, expect, test } from 'vitest';
import type { Company } from '../../simulators/company/index.ts';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { decideStaged, removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { findStagedAccounts, findStagedOrgUnits } from '../../src/flows/import/find-runs.ts';
import { chooseAccount, mendStaged } from '../../src/flows/import/mend-staged.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import { type DigestedRow, runDigest } from '../../src/planner/digest.ts';
import type { ConnectionRow } from '../../src/store/queries/connections.ts';
import type { StagedAccountView, StagedFilter } from '../../src/store/queries/import-rows.ts';
import type { ImportRunRow } from '../../src/store/queries/import-runs.ts';
import { createTestDatabase, type TestDatabase } from '../support/index.ts';
import {
  commit,
  companyOf,
  connectTo,
  createWorld,
  type ImportWorld,
  pull,
  runOf,
  startDingTalk,
} from './support.ts';

let database: TestDatabase;
let world: ImportWorld;
let simulator: DingTalkSimulator;
let connection: ConnectionRow;
let company: Company;
let run: ImportRunRow;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await createWorld(database);
  company = companyOf({ people: 200, seed: 11, messy: true });
  simulator = await startDingTalk(company);
  connection = await connectTo(world, simulator);
  run = await pull(world, connection);
});

const all = async (filter: StagedFilter = {}): Promise<StagedAccountView[]> => {
  const rows: StagedAccountView[] = [];
  for (let after = 0; ; ) {
    const page = await findStagedAccounts(world.context, { runId: run.id, filter, after, first: 200 });
    rows.push(...page);
    if (page.length < 200) return rows;
    after = page.at(-1)?.ordinal ?? 0;
  }
};

const one = async (externalId: string): Promise<StagedAccountView> => {
  const row = (await all()).find((each) => each.externalId === externalId);
  if (row === undefined) throw new Error(`no row of ${externalId}`);
  return row;
};

/** The digest by the planner's own definition, over what the API shows. */
const digestOfRows = async (): Promise<string> => {
  const units = await findStagedOrgUnits(world.context, { runId: run.id, first: 200 });
  const rows: DigestedRow[] = [
    ...(await all()).map((row) => ({ ...row, kind: 'ACCOUNT' as const, targetId: row.accountId })),
    ...units.map((row) => ({ ...row, kind: 'ORG_UNIT' as const, targetId: row.orgUnitId })),
  ].map((row) => ({
    kind: row.kind,
    stagedId: row.id,
    action: row.action,
    decision: row.decision,
    targetId: row.action === 'CREATE' ? null : row.targetId,
    baseVersion: row.baseVersion,
    changes: row.changes,
  }));
  return runDigest(rows);
};

const expectTrueDigest = async (): Promise<string> => {
  const { digest } = await runOf(world, run.id);
  expect(digest).toBe(await digestOfRows());
  return digest ?? '';
};

describe('review of a messy company', () => {
  test('invalid and clashing people are marked, each with its code', async () => {
    const marked = (await all({ blocking: true })).map((row) => row.externalId);
    const { ids } = company.truth;
    const wrong = new Set([...ids.noMobile, ...ids.illegalMobile, ...ids.illegalMail, ...ids.blankName]);
    for (const clash of [...ids.duplicateMobile, ...ids.duplicateMail]) wrong.add(clash);
    expect(marked.sort()).toEqual([...wrong].sort());
    const codes = (externalId: string) =>
      one(externalId).then((row) => row.issues.map((issue) => issue.code));
    expect(await codes(ids.noMobile[0] ?? '')).toContain('MOBILE_MISSING');
    expect(await codes(ids.duplicateMobile[0] ?? '')).toContain('MOBILE_DUPLICATE');
    expect(await codes(ids.blankName[0] ?? '')).toContain('NAME_MISSING');
    await expectTrueDigest();
  });

  test('a commit is refused while invalid rows remain, naming them', async () => {
    const count = (await all({ blocking: true })).length;
    await expect(commit(world, run)).rejects.toMatchObject({
      code: 'IMPORT_ROWS_INVALID',
      details: { count },
    });
    expect((await runOf(world, run.id)).phase).toBe('REVIEW');
  });

  test('a mended field makes the row good, and changes the digest', async () => {
    const before = await expectTrueDigest();
    const broken = await one(company.truth.ids.noMobile[0] ?? '');
    await mendStaged(world.context, {
      runId: run.id,
      rowId: broken.id,
      field: 'mobile',
      value: ' 139 0000 0001 ',
    });
    const mended = await one(broken.externalId);
    expect(mended).toMatchObject({ id: broken.id, blocking: false, decision: 'ACCEPTED', issues: [] });
    expect(mended.after['mobile']).toBe('13900000001');
    expect(mended.mended['mobile']).toMatchObject({ before: null });
    expect(await expectTrueDigest()).not.toBe(before);
  });

  test('mending one of two duplicates frees the other', async () => {
    const [group] = company.truth.groups.mobile.filter((ids) => ids.length === 2);
    const [first = '', second = ''] = group ?? [];
    const row = await one(first);
    await mendStaged(world.context, { runId: run.id, rowId: row.id, field: 'mobile', value: '13900000002' });
    expect((await one(second)).issues.map(({ code }) => code)).not.toContain('MOBILE_DUPLICATE');
    // And back again.
    await mendStaged(world.context, {
      runId: run.id,
      rowId: row.id,
      field: 'mobile',
      value: String((await one(second)).after['mobile']),
    });
    expect((await one(second)).issues.map(({ code }) => code)).toContain('MOBILE_DUPLICATE');
    await expectTrueDigest();
  });

  test('blocking rows cannot be accepted, others are decided singly and by filter', async () => {
    const [blocked] = await all({ blocking: true });
    await expect(
      decideStaged(world.context, { runId: run.id, rowIds: [blocked?.id ?? ''], decision: 'ACCEPTED' }),
    ).rejects.toMatchObject({ code: 'IMPORT_ROW_INVALID' });
    const [good] = await all({ blocking: false });
    const id = good?.id ?? '';
    await decideStaged(world.context, { runId: run.id, rowIds: [id], decision: 'SKIPPED' });
    expect((await all({ decisions: ['SKIPPED'] })).map((row) => row.id)).toEqual([id]);
    const { changed } = await decideStaged(world.context, {
      runId: run.id,
      kind: 'ACCOUNT',
      filter: { decisions: ['SKIPPED'] },
      decision: 'ACCEPTED',
    });
    expect(changed).toBe(1);
    await expectTrueDigest();
  });

  test('matching again keeps what was mended and what was decided', async () => {
    const [skipped] = await all({ blocking: false });
    await decideStaged(world.context, { runId: run.id, rowIds: [skipped?.id ?? ''], decision: 'SKIPPED' });
    // Ids of memberships to be are the one thing that is made anew.
    const rows = async () =>
      JSON.parse(JSON.stringify(await all(), (key, value) => (key === 'memberships' ? 'seats' : value)));
    const before = await rows();
    await rematch(world.context, { runId: run.id });
    expect(await rows()).toEqual(before);
    await expectTrueDigest();
  });

  test('filters find people by issue, unit, name and pinyin', async () => {
    const named = (await all()).find((row) => (row.name ?? '').length === 3);
    const name = named?.name ?? '';
    const found = await findStagedAccounts(world.context, {
      runId: run.id,
      filter: { text: name.slice(1) },
      first: 200,
    });
    expect(found.map((row) => row.name)).toContain(name);
    const unit = String(named?.after['primaryOrgUnitId']);
    const seated = await all({ orgUnitId: unit as never });
    expect(seated.map((row) => row.id)).toContain(named?.id);
    expect(await all({ issueCodes: ['NAME_MISSING'] })).toHaveLength(company.truth.ids.blankName.length);
  });

  test('all invalid rows are removed at once, and the rest is committed', async () => {
    const invalid = await all({ blocking: true });
    const { removed } = await removeInvalid(world.context, { runId: run.id });
    expect(removed).toBeGreaterThanOrEqual(invalid.filter((row) => row.decision !== 'SKIPPED').length);
    await expectTrueDigest();
    const accepted = await all({ decisions: ['ACCEPTED'], actions: ['CREATE'] });
    const report = await commit(world, run);
    expect(report.accountsCreated).toBe(accepted.length);
    const rows = await all();
    const outcomes = new Set(rows.map((row) => row.outcome));
    expect(outcomes).toEqual(new Set(['APPLIED', 'SKIPPED']));
    for (const row of rows) expect(row.outcomeCode).not.toBeNull();
    expect(rows.filter((row) => row.outcome === 'APPLIED')).toHaveLength(accepted.length);
  });

  test('skipped people come again at the next pull', async () => {
    const next = await pull(world, connection);
    const skipped = (await all()).filter((row) => row.outcome === 'SKIPPED').length;
    expect(next.counts?.accounts.actions['CREATE']).toBe(skipped);
    expect(next.counts?.unchangedAccounts).toBe(company.people.length - (next.counts?.accounts.rows ?? 0));
  });
});

describe('matching', () => {
  let other: ImportWorld;
  let tidy: DingTalkSimulator;

  const staged = async (runId: ImportRunRow['id']) =>
    findStagedAccounts(other.context, { runId, first: 200 });

  beforeAll(async () => {
    other = await createWorld(database);
    tidy = await startDingTalk({ people: 60, seed: 5 });
  });

  const addAccount = async (fields: { userName: string; mobile: string | null }): Promise<string> => {
    const rows = await database.look<{ id: string }>(
      `with m as (insert into muster.membership (tenant_id, id, account_id, org_unit_id)
         values ($1, gen_random_uuid(), gen_random_uuid(), $2) returning account_id)
       insert into muster.account (tenant_id, id, user_name, display_name, mobile, primary_org_unit_id)
       select $1, account_id, $3, $3, $4, $2 from m returning id`,
      [other.tenantId, other.rootId, fields.userName, fields.mobile],
    );
    return rows[0]?.id ?? '';
  };

  test('two candidates are a dispute, settled only by the reviewer; a match is proposed as a link', async () => {
    const people = tidy.company.people;
    const [alone, twice] = [people[0]?.mobile ?? '', people[1]?.mobile ?? ''];
    const single = await addAccount({ userName: 'single', mobile: alone });
    const candidates = [
      await addAccount({ userName: 'double-a', mobile: twice }),
      await addAccount({ userName: 'double-b', mobile: twice }),
    ].sort();
    const made = await connectTo(other, tidy, {
      pullRules: { matchKeys: [{ remoteField: 'mobile', rosterField: 'mobile', foldCase: false }] },
    });
    const { id: runId } = await pull(other, made);
    const rows = await staged(runId);
    const linked = rows.find((row) => row.externalId === people[0]?.id);
    expect(linked).toMatchObject({ situation: 'UNLINKED', action: 'LINK', accountId: single });
    const disputed = rows.find((row) => row.externalId === people[1]?.id);
    expect(disputed).toMatchObject({ situation: 'DISPUTED', action: 'NONE', candidates, blocking: true });

    await expect(
      chooseAccount(other.context, { runId, rowId: disputed?.id ?? '', accountId: single as never }),
    ).rejects.toMatchObject({ code: 'IMPORT_CANDIDATE_UNKNOWN' });
    const [chosen = ''] = candidates;
    await chooseAccount(other.context, { runId, rowId: disputed?.id ?? '', accountId: chosen as never });
    const settled = (await staged(runId)).find((row) => row.id === disputed?.id);
    expect(settled).toMatchObject({ situation: 'UNLINKED', action: 'LINK', accountId: chosen });
    // The other holder of the number keeps it: that is a clash which the reviewer mends as well.
    expect(settled?.issues.map(({ code }) => code)).toEqual([]);
    await rematch(other.context, { runId });
    expect((await staged(runId)).find((row) => row.id === disputed?.id)).toMatchObject({ accountId: chosen });
    await commit(other, await runOf(other, runId));
    const links = await database.look<{ origin: string; account_id: string }>(
      'select origin, account_id from muster.account_link where tenant_id = $1 and account_id = any ($2)',
      [other.tenantId, [single, chosen]],
    );
    expect(new Map(links.map((link) => [link.account_id, link.origin]))).toEqual(
      new Map([
        [single, 'RULE'],
        [chosen, 'MANUAL'],
      ]),
    );
  });
});
