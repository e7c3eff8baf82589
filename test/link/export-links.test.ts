import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/domain/index.ts';
import { machinePrincipal } from '../schema/gateway.ts';
import { accountsIn, openLinks } from './support.ts';

const links = await openLinks();
const { gateway, company, copies, download, upload } = links;
let connection: string;

const HEADERS = [
  '平台标识 externalId',
  '姓名 name',
  '手机号 mobile',
  '邮箱 email',
  '工号 jobNumber',
  '职位 title',
  '部门 orgUnits',
  '已离开平台 gone',
  '已关联账号 linkedTo',
  '关联值 link',
];

const unit = (externalId: string, parent: string | null, name: string) =>
  gateway.testDatabase.look(
    `insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, parent_external_id, name, value,
       content_hash) values ($1, $2, $3, $4, $5, $6, '{}', '')`,
    [company.tenantId, newId(), connection, externalId, parent, name],
  );

beforeAll(async () => {
  connection = await copies.connection('甲平台');
  const accounts = await accountsIn(links, [{ userName: 'wang' }]);
  await unit('1', null, '总部');
  await unit('2', '1', '研发部');
  await unit('3', '1', '市场部');
  const memberships = (...ids: string[]) => ({
    memberships: ids.map((orgUnitExternalId) => ({ orgUnitExternalId, leader: false })),
  });
  await copies.person(connection, 'p1', {
    ...memberships('2', '3'),
    mobile: '+1-4155550100',
    email: 'wang@example.com',
    jobNumber: '007',
    title: '=HYPERLINK("http://evil.example")',
  });
  await copies.person(connection, 'p2', memberships('3'));
  const left = await copies.person(connection, 'p3', memberships('1'));
  await copies.leave(left);
  const remote = await gateway.testDatabase.look<{ id: string }>(
    'select id from muster.remote_account where connection_id = $1 and external_id = $2',
    [connection, 'p1'],
  );
  await gateway.ask(
    company.owner,
    'mutation ($input: LinkAccountInput!) { linkAccount(input: $input) { link { id } } }',
    { input: { accountId: accounts.get('wang'), remoteAccountId: remote[0]?.id } },
  );
});

const csv = async (query: string): Promise<string[][]> => {
  const { content } = await download(connection, `links.csv${query}`);
  return parse(content, { bom: true });
};
const idsOf = async (query: string): Promise<string[]> => (await csv(query)).slice(1).map(([id = '']) => id);

describe('the copies as a file (W-GD-09)', () => {
  test('with a column to be filled, as CSV that Excel shows in Chinese and takes for no formula', async () => {
    const answer = await download(connection, 'links.csv');
    expect(answer).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
    expect([...answer.content.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const [headers, first] = await csv('');
    expect(headers).toEqual(HEADERS);
    expect(first).toEqual([
      'p1',
      'p1',
      "'+1-4155550100",
      'wang@example.com',
      '007',
      '\'=HYPERLINK("http://evil.example")',
      '市场部 / 研发部',
      '',
      'wang',
      '',
    ]);
  });

  test('the same as a workbook, every cell of it text', async () => {
    const answer = await download(connection, 'links.xlsx');
    expect(answer.status).toBe(200);
    const rows = await readSheet(answer.content);
    expect(rows[0]).toEqual(HEADERS);
    expect(rows[1]).toEqual([
      'p1',
      'p1',
      '+1-4155550100',
      'wang@example.com',
      '007',
      '=HYPERLINK("http://evil.example")',
      '市场部 / 研发部',
      null,
      'wang',
      null,
    ]);
    expect(rows).toHaveLength(4);
  });

  test.each([
    ['', ['p1', 'p2', 'p3']],
    ['?linked=true', ['p1']],
    ['?linked=false', ['p2', 'p3']],
    ['?gone=true', ['p3']],
    ['?gone=false&linked=false', ['p2']],
    ['?orgUnit=2', ['p1']],
    ['?orgUnit=3', ['p1', 'p2']],
    ['?orgUnit=1', ['p1', 'p2', 'p3']],
    ['?orgUnit=2&orgUnit=3&linked=false', ['p2']],
    ['?orgUnit=nowhere', []],
  ])('filtered by %s', async (query, ids) => {
    expect(await idsOf(query)).toEqual(ids);
  });

  test('it leaves a trace, and nothing of it is a secret to be cached', async () => {
    await download(connection, 'links.csv');
    const rows = await gateway.testDatabase.look(
      `select actor_id, details from muster.audit_event where action = 'connection.exportLinks' and object_id = $1
       order by id desc limit 1`,
      [connection],
    );
    expect(rows).toMatchObject([{ actor_id: company.owner.id, details: { format: 'CSV' } }]);
  });

  test('a machine client that may not read the roster sees no user names', async () => {
    const machine = machinePrincipal(company.tenantId, ['connections:read']);
    const { content } = await download(connection, 'links.csv', machine);
    expect(content.toString()).toContain('研发部');
    expect(content.toString()).not.toContain('wang,');
  });

  test('a connection of another company does not exist', async () => {
    const theirs = await gateway.company('别家公司');
    const answer = await download(connection, 'links.csv', theirs.owner);
    expect(answer).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } });
    expect((await download('no-id', 'links.csv')).status).toBe(404);
  });
});

test('what was exported, filled and sent back links people: xlsx and csv, 3,000 rows', async () => {
  const names = Array.from({ length: 3_000 }, (_, i) => `员工${String(i).padStart(4, '0')}`);
  await accountsIn(
    links,
    names.map((userName) => ({ userName })),
  );
  const big = await copies.connection('大平台');
  await gateway.testDatabase.look(
    `insert into muster.remote_account (tenant_id, id, connection_id, external_id, name, value, content_hash)
     select $1, gen_random_uuid(), $2, name, name, '{}', '' from unnest($3::text[]) as name`,
    [company.tenantId, big, names],
  );
  const { content } = await download(big, 'links.csv');
  const [header = [], ...body] = parse(content) as string[][];
  const filled = [header, ...body.slice(0, 1_500).map((row) => [...row.slice(0, -1), row[0] ?? ''])];
  const text = filled.map((row) => row.join(',')).join('\r\n');
  const first = await upload(big, { content: text, query: 'field=userName' });
  expect(first.json.counts).toMatchObject({ LINKED: 1_500 });

  const rest = await download(big, 'links.xlsx?linked=false');
  const again = await upload(big, {
    content: rest.content,
    query: 'field=userName',
    type: 'application/octet-stream',
  });
  expect(again.json.counts).toMatchObject({ BLANK: 1_500, LINKED: 0 });
});
