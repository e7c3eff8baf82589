import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Company, type CompanyPerson, generateCompany } from '../../simulators/company/index.ts';
import {
  type DingTalkSimulator,
  NO_LIMITS,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';
import type { App } from '../../src/app.ts';
import { environmentOf, startGateway } from '../app/gateway.ts';
import { createTestDatabase } from '../support/index.ts';
import { type Client, type Data, pull, readRun, signInFirst, stagedAccounts } from './graphql-client.ts';

/*
 * Journey 1 as its people walk it: a running gateway with its worker, a platform, and GraphQL over HTTP between
 * them. What comes in is held against what the made-up company really is.
 */
describe('journey 1 through GraphQL alone', () => {
  let app: App;
  let client: Client;
  let simulator: DingTalkSimulator;
  let company: Company;
  let connectionId: string;
  let rootId: string;
  /** Accounts that are there before: two who share the job number of one person, one with that of another. */
  const before = new Map<'rival' | 'twin' | 'known', string>();
  let disputed: CompanyPerson;
  let matched: CompanyPerson;
  let mended: string;
  let run: Data;

  const people = () => new Map(company.people.map((person) => [person.id, person]));
  const wrong = (): Set<string> => {
    const { invalid, ids } = company.truth;
    return new Set([...invalid, ...ids.duplicateMobile, ...ids.duplicateMail]);
  };
  /** People with nothing odd about them, in the order of the company. */
  const plain = (): CompanyPerson[] => {
    const odd = new Set([...Object.values(company.truth.ids).flat()]);
    return company.people.filter(({ id }) => !odd.has(id));
  };
  const input = (mutation: string, type: string, answer: string) =>
    `mutation ($input: ${type}!) { ${mutation}(input: $input) { ${answer} } }`;
  const accountCount = async (): Promise<number> =>
    (await client.ask('{ accounts { totalCount } }')).accounts.totalCount;
  const linkOf = async (externalId: string): Promise<Data> => {
    const data = await client.ask(
      `query ($connectionId: ID!, $search: String) {
        remoteAccounts(connectionId: $connectionId, filter: { search: $search }) {
          nodes { id externalId accountId } } }`,
      { connectionId, search: externalId },
    );
    return data.remoteAccounts.nodes.find((node: Data) => node.externalId === externalId);
  };

  beforeAll(async () => {
    const database = await createTestDatabase();
    company = generateCompany({ seed: 2026, people: 2_000, messy: true });
    simulator = await startDingTalkSimulator({ company, settings: NO_LIMITS });
    app = await startGateway(environmentOf(database));
    client = await signInFirst(app);
    await app.jobsStarted;
  });

  afterAll(async () => {
    await app.stop();
    await simulator.close();
  });

  test('the settings form is data, and what is wrong in it is said by field', async () => {
    const { platforms } = await client.ask(
      '{ platforms { name canPull settings { name secret required label { zh } } permissions { point neededFor } } }',
    );
    const platform = platforms.find((one: Data) => one.name === 'dingtalk');
    expect(platform).toMatchObject({ canPull: true });
    expect(platform.permissions.map(({ neededFor }: Data) => neededFor)).toContain('pull');
    const create = input(
      'createConnection',
      'CreateConnectionInput',
      'connection { id secretNames version }',
    );
    const settings = {
      corpId: ` ${simulator.describe().corpId}　`,
      clientId: simulator.app.clientId,
      apiBase: simulator.url,
      newApiBase: simulator.url,
      callsPerSecond: '1000',
    };
    const fields = { platform: 'dingtalk', name: '海川科技', allowPrivateNetwork: true };
    const refused = await client.refusal(create, { input: { ...fields, settings } });
    expect(refused.extensions).toMatchObject({
      code: 'INPUT_INVALID',
      field: ['input', 'settings', 'clientSecret'],
      text: { zh: 'clientSecret 的值不正确：必填' },
    });
    const made = await client.ask(create, {
      input: {
        ...fields,
        settings: { ...settings, clientSecret: simulator.app.clientSecret },
        pullRules: { matchKeys: [{ remoteField: 'jobNumber', rosterField: 'jobNumber' }] },
        defaultPassword: 'Willkommen-2026',
      },
    });
    connectionId = made.createConnection.connection.id;
    expect(made.createConnection.connection.secretNames).toEqual(['clientSecret']);
    const shown = await client.ask(
      'query ($id: ID!) { connection(id: $id) { enabled settings secretNames hasDefaultPassword apps { id } } }',
      { id: connectionId },
    );
    expect(shown.connection).toMatchObject({
      enabled: false,
      hasDefaultPassword: true,
      settings: { corpId: simulator.describe().corpId },
    });
    expect(JSON.stringify(shown)).not.toContain(simulator.app.clientSecret);
  });

  test('the connection is tested, then enabled; before that nothing is pulled', async () => {
    const start = input('startImport', 'StartImportInput', 'importRun { id }');
    const early = await client.refusal(start, { input: { connectionId } });
    expect(early.extensions.code).toBe('CONNECTION_DISABLED');
    const tested = await client.ask(
      input(
        'testConnection',
        'TestConnectionInput',
        'passed steps { code status message { zh } remedy { zh } }',
      ),
      { input: { id: connectionId } },
    );
    expect(tested.testConnection).toMatchObject({ passed: true });
    const enabled = await client.ask(
      input('updateConnection', 'UpdateConnectionInput', 'connection { enabled secretNames }'),
      { input: { id: connectionId, enabled: true } },
    );
    expect(enabled.updateConnection.connection).toEqual({ enabled: true, secretNames: ['clientSecret'] });
  });

  test('three accounts are there already', async () => {
    rootId = (await client.ask('{ me { orgUnit { id } } }')).me.orgUnit.id;
    const [one, other] = plain().filter(({ jobNumber }) => typeof jobNumber === 'string');
    if (one === undefined || other === undefined) throw new TypeError('nobody is plain');
    [disputed, matched] = [one, other];
    const create = input('createAccount', 'CreateAccountInput', 'account { id }');
    const wanted = [
      ['rival', disputed.jobNumber],
      ['twin', disputed.jobNumber],
      ['known', matched.jobNumber],
    ] as const;
    for (const [userName, jobNumber] of wanted) {
      const data = await client.ask(create, {
        input: { userName, displayName: `原有${userName}`, orgUnitId: rootId, jobNumber },
      });
      before.set(userName, data.createAccount.account.id);
    }
    expect(await accountCount()).toBe(4);
  });

  test('the pull runs in the worker, is watched, and vouches for itself', async () => {
    run = await pull(client, connectionId);
    expect(run).toMatchObject({
      scope: 'ALL',
      trigger: 'MANUAL',
      connection: { name: '海川科技', platform: 'dingtalk' },
      progress: { orgUnits: company.units.length, accounts: 2_000, callsLeft: 0, eta: null },
      statement: {
        complete: true,
        gaps: [],
        orgUnits: company.units.length,
        accounts: 2_000,
        platformAccountCount: 2_000,
        visibleRange: { wholeCompany: true },
      },
      quota: { used: 4, limit: null },
      counts: { unchangedAccounts: 0, accounts: { rows: 2_000, outcomes: null } },
    });
    expect(run.counts.accounts.situations).toEqual({ UNMATCHED: 1_998, UNLINKED: 1, DISPUTED: 1 });
    expect(run.counts.orgUnits.rows).toBe(company.units.length);
    expect(await accountCount()).toBe(4);
  });

  test('exactly the wrong rows are marked, each with what is wrong with it', async () => {
    const rows = await stagedAccounts(client, run.id, { blocking: true });
    expect(rows.map(({ externalId }) => externalId).sort()).toEqual([...wrong(), disputed.id].sort());
    const codes = new Map(rows.map((row) => [row.externalId, row.issues.map(({ code }: Data) => code)]));
    const expected = {
      noMobile: 'MOBILE_MISSING',
      illegalMobile: 'MOBILE_ILLEGAL',
      illegalMail: 'EMAIL_ILLEGAL',
      blankName: 'NAME_MISSING',
      duplicateMobile: 'MOBILE_DUPLICATE',
      duplicateMail: 'EMAIL_DUPLICATE',
    } as const;
    for (const [kind, code] of Object.entries(expected)) {
      for (const id of company.truth.ids[kind as keyof typeof expected]) {
        expect(codes.get(id), `${kind} ${id}`).toContain(code);
      }
    }
    expect(rows.every(({ issues }) => issues.every(({ text }: Data) => /[一-鿿]/.test(text.zh)))).toBe(true);
    const units = await client.ask(
      `query ($runId: ID!) { stagedOrgUnits(runId: $runId, first: 200) {
        totalCount nodes { externalId parentExternalId name action childCount blocking } } }`,
      { runId: run.id },
    );
    const truth = new Map(
      company.units.map(({ id, parentId }) => [String(id), parentId === null ? null : String(parentId)]),
    );
    expect(units.stagedOrgUnits.totalCount).toBe(company.units.length);
    for (const { externalId, parentExternalId, childCount, blocking } of units.stagedOrgUnits.nodes) {
      expect(parentExternalId).toBe(truth.get(externalId));
      expect(childCount).toBe([...truth.values()].filter((parent) => parent === externalId).length);
      expect(blocking).toBe(false);
    }
  });

  const COMMIT = input(
    'commitImport',
    'CommitImportInput',
    'orgUnits accountsCreated accountsChanged importRun { phase }',
  );

  test('nothing is committed while a row is wrong', async () => {
    const refused = await client.refusal(COMMIT, { input: { runId: run.id, digest: run.digest } });
    expect(refused.extensions).toMatchObject({
      code: 'IMPORT_ROWS_INVALID',
      details: { count: wrong().size + 1 },
    });
    expect(await accountCount()).toBe(4);
  });

  test('a row is mended, a disputed person chosen, the rest removed at once', async () => {
    mended = company.truth.ids.noMobile[0] ?? '';
    const rowOf = async (externalId: string) => {
      const rows = await stagedAccounts(client, run.id, { text: externalId });
      return rows.find((row) => row.externalId === externalId);
    };
    const row =
      'stagedAccount { blocking decision after issues { code } mended { field after } } importRun { digest }';
    const { mendStaged } = await client.ask(input('mendStaged', 'MendStagedInput', row), {
      input: { runId: run.id, rowId: (await rowOf(mended)).id, field: 'mobile', value: ' 139 0000 1111 ' },
    });
    expect(mendStaged.stagedAccount).toMatchObject({
      blocking: false,
      decision: 'ACCEPTED',
      issues: [],
      after: { mobile: '13900001111' },
    });
    expect(mendStaged.importRun.digest).not.toBe(run.digest);

    const open = await rowOf(disputed.id);
    expect(open.candidateAccounts.map(({ userName }: Data) => userName).sort()).toEqual(['rival', 'twin']);
    const choose = input(
      'chooseAccount',
      'ChooseAccountInput',
      'stagedAccount { action situation account { userName } }',
    );
    const taken = await client.refusal(choose, {
      input: { runId: run.id, rowId: open.id, accountId: before.get('known') },
    });
    expect(taken.extensions.code).toBe('IMPORT_CANDIDATE_UNKNOWN');
    const { chooseAccount } = await client.ask(choose, {
      input: { runId: run.id, rowId: open.id, accountId: before.get('rival') },
    });
    expect(chooseAccount.stagedAccount).toMatchObject({ action: 'LINK', account: { userName: 'rival' } });

    const { removeInvalid } = await client.ask(
      input('removeInvalid', 'ImportRunInput', 'changed importRun { counts { accounts { decisions } } }'),
      { input: { runId: run.id } },
    );
    expect(removeInvalid.changed).toBe(wrong().size - 1);
    expect(removeInvalid.importRun.counts.accounts.decisions).toEqual({
      ACCEPTED: 2_001 - wrong().size,
      SKIPPED: wrong().size - 1,
    });
  });

  test('what was approved is committed, and nothing else', async () => {
    const stale = await client.refusal(COMMIT, { input: { runId: run.id, digest: run.digest } });
    expect(stale.extensions.code).toBe('IMPORT_DIGEST_STALE');
    const { digest } = await readRun(client, run.id);
    const { commitImport } = await client.ask(COMMIT, { input: { runId: run.id, digest } });
    const created = 2_000 - (wrong().size - 1) - 2;
    expect(commitImport).toMatchObject({
      accountsCreated: created,
      accountsChanged: 2,
      importRun: { phase: 'COMMITTED' },
    });
    expect(await accountCount()).toBe(4 + created);
    const { counts } = await readRun(client, run.id);
    expect(counts.accounts.outcomes).toEqual({ APPLIED: created + 2, SKIPPED: wrong().size - 1 });
  });

  test('the tree and the people are as the platform has them', async () => {
    const { orgUnitTree } = await client.ask('{ orgUnitTree { nodes { id parentId name } } }');
    expect(orgUnitTree.nodes).toHaveLength(company.units.length);
    const trimmed = company.units.map(({ name }) => name.replaceAll(/[\s\u3000\u00a0]+/g, ' ').trim());
    expect(orgUnitTree.nodes.map(({ name }: Data) => name).sort()).toEqual(trimmed.sort());
    const names = new Map(company.units.map(({ id, name }) => [id, name.trim()]));
    const several = company.truth.ids.severalUnits.filter((id) => !wrong().has(id)).slice(0, 5);
    for (const id of [...several, disputed.id, matched.id]) {
      const { accountId } = await linkOf(id);
      const { account } = await client.ask(
        `query ($id: ID!) { account(id: $id) {
          displayName mobile jobNumber memberships { leader orgUnit { name } } links { externalId origin connectionName } } }`,
        { id: accountId },
      );
      const person = people().get(id);
      expect(account).toMatchObject({ displayName: person?.name.trim(), mobile: person?.mobile?.trim() });
      expect(
        account.memberships.map(({ orgUnit, leader }: Data) => `${orgUnit.name} ${leader}`).sort(),
      ).toEqual(
        expect.arrayContaining(
          (person?.memberships ?? []).map(({ unitId, leader }) => `${names.get(unitId)} ${leader}`).sort(),
        ),
      );
      expect(account.links).toMatchObject([{ externalId: id, connectionName: '海川科技' }]);
    }
    expect((await linkOf(disputed.id)).accountId).toBe(before.get('rival'));
    expect((await linkOf(matched.id)).accountId).toBe(before.get('known'));
  });

  test('the next pull brings exactly what differs', async () => {
    const [edited, renamed, leaver] = plain().slice(10);
    if (edited === undefined || renamed === undefined || leaver === undefined) throw new TypeError('too few');
    const { accountId } = await linkOf(edited.id);
    await client.ask(input('updateAccount', 'UpdateAccountInput', 'account { version }'), {
      input: { id: accountId, title: '首席惊喜官' },
    });
    simulator.mutate.renameUser(renamed.id, '欧阳若兰');
    simulator.mutate.removeUser(leaver.id);
    const newcomer = simulator.mutate.addUser({ name: '司徒新', mobile: '13811112222' });
    const second = await pull(client, connectionId);
    const rows = await stagedAccounts(client, second.id);
    const told = (externalId: string) => rows.find((row) => row.externalId === externalId);
    expect(told(edited.id)).toMatchObject({
      action: 'UPDATE',
      changes: [{ field: 'title', before: '首席惊喜官', after: edited.title }],
    });
    expect(told(renamed.id)).toMatchObject({
      action: 'UPDATE',
      changes: [{ field: 'displayName', before: renamed.name, after: '欧阳若兰' }],
    });
    expect(told(leaver.id)).toMatchObject({ situation: 'DELETED', action: 'DISABLE', decision: 'PENDING' });
    expect(told(newcomer)).toMatchObject({ situation: 'UNMATCHED', action: 'CREATE' });
    // Who was left out comes again. Nobody waits for a manager: the platform's listings name none.
    const out = [...wrong()].filter((id) => id !== mended);
    expect(rows.map(({ externalId }) => externalId).sort()).toEqual(
      [edited.id, renamed.id, leaver.id, newcomer, ...out].sort(),
    );
    const { explainRemoteAccount } = await client.ask(
      `query ($id: ID!) { explainRemoteAccount(id: $id) {
        code situation { zh en } action { zh en } issues { zh } outcome { zh } runId row { action } } }`,
      { id: (await linkOf(leaver.id)).id },
    );
    expect(explainRemoteAccount).toMatchObject({ code: 'LEFT_PLATFORM+LEAVER', runId: second.id });
    const discarded = await client.ask(input('discardImport', 'ImportRunInput', 'importRun { phase }'), {
      input: { runId: second.id },
    });
    expect(discarded.discardImport.importRun.phase).toBe('DISCARDED');
    const { importRuns } = await client.ask(
      `query ($id: ID!) { importRuns(connectionId: $id, phase: [COMMITTED]) {
        totalCount nodes { id } pageInfo { hasNextPage } } }`,
      { id: connectionId },
    );
    expect(importRuns).toEqual({ totalCount: 1, nodes: [{ id: run.id }], pageInfo: { hasNextPage: false } });
  });

  test('the import is taken back; what was edited since stays, and is said before', async () => {
    const { revertPreview } = await client.ask(
      `query ($runId: ID!) { revertPreview(runId: $runId) {
        accountsDeleted accountsRestored conflictCount digest conflicts { objectType code name } } }`,
      { runId: run.id },
    );
    const created = 2_000 - (wrong().size - 1) - 2;
    expect(revertPreview).toMatchObject({ accountsDeleted: created - 1, accountsRestored: 2 });
    const people = revertPreview.conflicts.filter(({ objectType }: Data) => objectType === 'ACCOUNT');
    expect(people).toMatchObject([{ code: 'CHANGED_SINCE' }]);
    const revert = input(
      'revertImport',
      'RevertImportInput',
      'report { accountsDeleted } importRun { phase }',
    );
    const stale = await client.refusal(revert, { input: { runId: run.id, digest: 'f'.repeat(64) } });
    expect(stale.extensions.code).toBe('IMPORT_REVERT_STALE');
    const { revertImport } = await client.ask(revert, {
      input: { runId: run.id, digest: revertPreview.digest },
    });
    expect(revertImport).toEqual({
      report: { accountsDeleted: created - 1 },
      importRun: { phase: 'REVERTED' },
    });
    const { accounts } = await client.ask('{ accounts { nodes { userName mobile links { id } } } }');
    expect(accounts.nodes).toHaveLength(5);
    for (const userName of ['rival', 'twin', 'known']) {
      expect(accounts.nodes).toContainEqual({ userName, mobile: null, links: [] });
    }
  });
});
