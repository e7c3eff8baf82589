import { beforeAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { accountPrincipal, type Company, machinePrincipal, openGateway } from './gateway.ts';
import { copiesIn } from './platform-copies.ts';

const gateway = await openGateway();
let company: Company;
let copies: ReturnType<typeof copiesIn>;
let connectionId: string;

beforeAll(async () => {
  company = await gateway.company();
  copies = copiesIn(gateway, company);
  connectionId = await copies.connection('丙平台');
});

test('a failed import says in both languages what happened and what to do', async () => {
  const id = await copies.run(connectionId, 'FAILED', {
    code: 'CONNECTION_DISABLED',
    details: { name: '丙平台' },
  });
  const ERROR =
    'query ($id: ID!) { importRun(id: $id) { error { code text { zh en } remedy { en } details } } }';
  const { data } = await gateway.ask(company.owner, ERROR, { id });
  expect(data.importRun.error).toEqual({
    code: 'CONNECTION_DISABLED',
    text: { zh: '连接“丙平台”未启用', en: 'The connection "丙平台" is not enabled' },
    remedy: { en: 'Test the connection, then enable it.' },
    details: { name: '丙平台' },
  });
  // A code of another version of Muster is told as what it is here: unknown.
  const odd = await copies.run(connectionId, 'FAILED', { code: 'OF_TOMORROW', details: { requestId: 'r1' } });
  const answer = await gateway.ask(company.owner, ERROR, { id: odd });
  expect(answer.data.importRun.error).toMatchObject({ code: 'INTERNAL', details: { requestId: 'r1' } });
});

test('runs are listed newest first, by connection and phase, page by page', async () => {
  const busy = await copies.connection('丁平台');
  const made: string[] = [];
  for (const phase of ['DISCARDED', 'FAILED', 'DISCARDED', 'FETCHING', 'DISCARDED']) {
    made.push(await copies.run(busy, phase));
  }
  const LIST = `query ($id: ID, $phase: [ImportPhase!], $after: String) {
    importRuns(connectionId: $id, phase: $phase, first: 2, after: $after) {
      totalCount nodes { id phase connection { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } }`;
  const discarded = made.filter((_, i) => i % 2 === 0).reverse();
  const first = await gateway.ask(company.owner, LIST, { id: busy, phase: ['DISCARDED'] });
  expect(first.data.importRuns).toMatchObject({
    totalCount: 3,
    nodes: discarded.slice(0, 2).map((id) => ({ id, connection: { name: '丁平台' } })),
    pageInfo: { hasNextPage: true, hasPreviousPage: false },
  });
  const after = first.data.importRuns.pageInfo.endCursor;
  const second = await gateway.ask(company.owner, LIST, { id: busy, phase: ['DISCARDED'], after });
  expect(second.data.importRuns).toMatchObject({
    nodes: [{ id: discarded[2] }],
    pageInfo: { hasNextPage: false, hasPreviousPage: true },
  });
});

test('cursors of another list are refused', async () => {
  const runId = await copies.run(connectionId, 'DISCARDED');
  const cursor = Buffer.from(JSON.stringify(['王', newId()])).toString('base64url');
  const answer = await gateway.ask(
    company.owner,
    'query ($runId: ID!, $after: String) { stagedAccounts(runId: $runId, after: $after) { nodes { id } } }',
    { runId, after: cursor },
  );
  expect(answer.errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID', field: ['after'] });
});

test('sensitive values in staged rows and copies are for administrators alone', async () => {
  await gateway.testDatabase.look(
    `insert into muster.attribute_definition (tenant_id, id, target, name, label, type, sensitive)
     values ($1, $2, 'ACCOUNT', 'salary', '薪酬', 'NUMBER', true), ($1, $3, 'ACCOUNT', 'floor', '楼层', 'NUMBER', false)`,
    [company.tenantId, newId(), newId()],
  );
  const runId = await copies.run(connectionId, 'DISCARDED');
  const remote = await copies.person(connectionId, 'p-paid', { attributes: { salary: 4711, floor: 3 } });
  await copies.row(runId, remote, {
    after: { attributes: { salary: 4711, floor: 3 } },
    changes: [
      { field: 'attributes.salary', before: null, after: 4711 },
      { field: 'attributes.floor', before: null, after: 3 },
    ],
  });
  const ROWS = `query ($runId: ID!) { stagedAccounts(runId: $runId) { nodes {
    after changes { field after } issues { code value text { zh } } reason { zh } remoteAccount { value } } } }`;
  const seen = await gateway.ask(company.owner, ROWS, { runId });
  expect(seen.data.stagedAccounts.nodes).toMatchObject([
    {
      changes: [{ field: 'attributes.salary', after: 4711 }, { field: 'attributes.floor' }],
      issues: [{ value: '4711', text: { zh: 'attributes.salary 的值“4711”不合法。' } }],
      reason: { zh: '字段有变化：建议更新。' },
      remoteAccount: { value: { attributes: { salary: 4711, floor: 3 } } },
    },
  ]);
  const auditor = accountPrincipal(company.tenantId, ['AUDITOR']);
  for (const who of [auditor, machinePrincipal(company.tenantId, ['imports:read'])]) {
    const masked = await gateway.ask(who, ROWS, { runId });
    expect(masked.errors).toEqual([]);
    expect(masked.body).not.toContain('4711');
    expect(masked.data.stagedAccounts.nodes).toMatchObject([
      { after: { attributes: { floor: 3 } }, changes: [{ field: 'attributes.floor', after: 3 }] },
    ]);
  }
  const copy = await gateway.ask(auditor, 'query ($id: ID!) { remoteAccount(id: $id) { value } }', {
    id: remote,
  });
  expect(copy.data.remoteAccount.value).toEqual({ attributes: { floor: 3 } });
  await gateway.testDatabase.look('update muster.import_run set staged_at = now() where id = $1', [runId]);
  const WHY = 'query ($id: ID!) { explainRemoteAccount(id: $id) { code issues { zh en } } }';
  const explained = await gateway.ask(company.owner, WHY, { id: remote });
  expect(explained.data.explainRemoteAccount.issues).toMatchObject([
    { zh: 'attributes.salary 的值“4711”不合法。' },
  ]);
  const masked = await gateway.ask(auditor, WHY, { id: remote });
  expect(masked.data.explainRemoteAccount.issues).toMatchObject([
    { zh: 'attributes.salary 的值“–”不合法。' },
  ]);
});

test('who may read imports does not read the roster or the connections through them', async () => {
  const runId = await copies.run(connectionId, 'DISCARDED');
  const made = await gateway.ask(
    company.owner,
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }',
    { input: { userName: 'seen', displayName: '被看', orgUnitId: company.rootId } },
  );
  const accountId = made.data.createAccount.account.id;
  await copies.row(runId, await copies.person(connectionId, 'p-seen'), { accountId });
  const reader = machinePrincipal(company.tenantId, ['imports:read']);
  const both = machinePrincipal(company.tenantId, ['imports:read', 'directory:read', 'connections:read']);
  const ROWS =
    'query ($runId: ID!) { stagedAccounts(runId: $runId) { nodes { accountId account { userName } } } }';
  const RUN = 'query ($runId: ID!) { importRun(id: $runId) { phase connection { name } } }';
  for (const query of [ROWS, RUN]) {
    const refused = await gateway.ask(reader, query, { runId });
    expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  }
  const rows = await gateway.ask(both, ROWS, { runId });
  expect(rows.data.stagedAccounts.nodes).toEqual([{ accountId, account: { userName: 'seen' } }]);
  expect((await gateway.ask(both, RUN, { runId })).data.importRun.connection).toEqual({ name: '丙平台' });
});
