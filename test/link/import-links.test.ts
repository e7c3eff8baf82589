import { beforeAll, describe, expect, test } from 'vitest';
import { accountPrincipal, machinePrincipal } from '../schema/gateway.ts';
import { accountsIn, csvOf, openLinks } from './support.ts';

const links = await openLinks();
const { gateway, company, copies, upload } = links;
let accounts: ReadonlyMap<string, string>;
const idOf = (userName: string): string => accounts.get(userName) ?? '';

beforeAll(async () => {
  accounts = await accountsIn(links, [
    { userName: 'ann', mobile: '13800000001', email: 'Ann@Example.com', jobNumber: 'A-1' },
    { userName: 'bob', mobile: '13800000002', jobNumber: 'A-2' },
    { userName: 'cat', mobile: '13800000003', jobNumber: 'A-3' },
    { userName: 'twin1', mobile: '13800000009' },
    { userName: 'twin2', mobile: '13800000009' },
    { userName: 'gone', mobile: '13800000010', status: 'DELETED' },
    { userName: 'foreign', mobile: '+1-4155550100' },
  ]);
});

const connectionWith = async (...externalIds: string[]): Promise<string> => {
  const connection = await copies.connection(`连接 ${Math.random()}`);
  for (const externalId of externalIds) await copies.person(connection, externalId);
  return connection;
};
const outcomesOf = (answer: { json: { rows: { row: number; outcome: string }[] } }) =>
  answer.json.rows.map(({ row, outcome }) => [row, outcome]);
const linksOf = async (connectionId: string) =>
  gateway.testDatabase.look(
    `select r.external_id as id, a.user_name as "userName", l.origin, l.created_by_id as "by"
     from muster.account_link l join muster.remote_account r on r.id = l.remote_account_id
     join muster.account a on a.id = l.account_id where l.connection_id = $1 order by 1`,
    [connectionId],
  );

describe('a filled file (W-DD-41, W-GD-09)', () => {
  test('links people by the field that was chosen, and tells each row how it ended', async () => {
    const connection = await connectionWith('p1', 'p2', 'p3', 'p4');
    const content = csvOf([
      ['p1', '+86 138-0000-0001'],
      ['p2', '13800000009'],
      ['p3', ''],
      ['p4', '13899999999'],
      ['nobody', '13800000002'],
    ]);
    const answer = await upload(connection, { content, query: 'field=mobile' });
    expect(answer.status).toBe(200);
    expect(outcomesOf(answer)).toEqual([
      [2, 'LINKED'],
      [3, 'AMBIGUOUS'],
      [4, 'BLANK'],
      [5, 'NOT_FOUND'],
      [6, 'PERSON_UNKNOWN'],
    ]);
    expect(answer.json).toMatchObject({
      dryRun: false,
      counts: { LINKED: 1, AMBIGUOUS: 1, BLANK: 1, NOT_FOUND: 1, PERSON_UNKNOWN: 1, TAKEN: 0 },
      texts: { AMBIGUOUS: { zh: expect.stringMatching(/不唯一/), en: expect.any(String) } },
      rows: [{ externalId: 'p1', value: '+86 138-0000-0001', accountId: idOf('ann') }, {}, {}, {}, {}],
    });
    expect(await linksOf(connection)).toEqual([
      { id: 'p1', userName: 'ann', origin: 'FILE', by: company.owner.id },
    ]);
  });

  test.each([
    ['userName', 'BOB', 'bob'],
    ['email', 'ANN@EXAMPLE.COM', 'ann'],
    ['jobNumber', 'a-3', 'cat'],
    ['mobile', "'+1 415 555 0100", 'foreign'],
  ])('means %s, whatever the case and form', async (field, value, userName) => {
    const connection = await connectionWith('p');
    await upload(connection, { content: csvOf([['p', value]]), query: `field=${field}` });
    expect(await linksOf(connection)).toMatchObject([{ userName }]);
  });

  test('changes no link that stands, and says so', async () => {
    const connection = await connectionWith('p1', 'p2');
    const first = csvOf([['p1', 'ann']]);
    await upload(connection, { content: first, query: 'field=userName' });
    const again = await upload(connection, { content: first, query: 'field=userName' });
    expect(outcomesOf(again)).toEqual([[2, 'ALREADY']]);
    const other = csvOf([
      ['p1', 'bob'],
      ['p2', 'ann'],
    ]);
    const answer = await upload(connection, { content: other, query: 'field=userName' });
    expect(outcomesOf(answer)).toEqual([
      [2, 'TAKEN'],
      [3, 'TAKEN'],
    ]);
    expect(await linksOf(connection)).toMatchObject([{ id: 'p1', userName: 'ann' }]);
  });

  test('guesses nothing where the file contradicts itself', async () => {
    const connection = await connectionWith('p1', 'p2', 'p3', 'p4');
    const content = csvOf([
      ['p1', 'ann'],
      ['p2', 'ann'],
      ['p3', 'bob'],
      ['p3', 'cat'],
      ['p4', 'cat'],
      ['p4', 'CAT'],
      ['p4', ''],
    ]);
    const answer = await upload(connection, { content, query: 'field=userName' });
    expect(outcomesOf(answer)).toEqual([
      [2, 'AMBIGUOUS'],
      [3, 'AMBIGUOUS'],
      [4, 'AMBIGUOUS'],
      [5, 'AMBIGUOUS'],
      [6, 'LINKED'],
      [7, 'ALREADY'],
      [8, 'BLANK'],
    ]);
    expect(await linksOf(connection)).toMatchObject([{ id: 'p4', userName: 'cat' }]);
  });

  test('leaves out who has left, and deleted accounts', async () => {
    const connection = await copies.connection('离开');
    await copies.leave(await copies.person(connection, 'left'));
    await copies.person(connection, 'here');
    const content = csvOf([
      ['left', '13800000001'],
      ['here', '13800000010'],
    ]);
    const answer = await upload(connection, { content, query: 'field=mobile' });
    expect(outcomesOf(answer)).toEqual([
      [2, 'PERSON_GONE'],
      [3, 'NOT_FOUND'],
    ]);
  });

  test('a dry run says the same and writes nothing', async () => {
    const connection = await connectionWith('p1');
    const content = csvOf([['p1', 'ann']]);
    const dry = await upload(connection, { content, query: 'field=userName&dryRun=true' });
    expect(outcomesOf(dry)).toEqual([[2, 'LINKED']]);
    expect(await linksOf(connection)).toEqual([]);
    const audited = await gateway.testDatabase.look(
      `select from muster.audit_event where action = 'connection.importLinks' and object_id = $1`,
      [connection],
    );
    expect(audited).toEqual([]);
  });

  test('is written down, for the connection and for each account', async () => {
    const connection = await connectionWith('audited');
    await upload(connection, { content: csvOf([['audited', 'cat']]), query: 'field=userName' });
    const { data } = await gateway.ask(
      company.owner,
      `query ($c: String, $a: String) {
         file: auditEvents(filter: { objectId: $c, action: "connection.importLinks" }) { nodes { actorId details } }
         link: auditEvents(filter: { objectId: $a, action: "account.link" }) { nodes { actorId details } } }`,
      { c: connection, a: idOf('cat') },
    );
    expect(data.file.nodes).toMatchObject([
      { actorId: company.owner.id, details: { field: 'userName', rows: 1, counts: { LINKED: 1 } } },
    ]);
    expect(data.link.nodes).toContainEqual(
      expect.objectContaining({
        details: expect.objectContaining({ connectionId: connection, externalId: 'audited', origin: 'FILE' }),
      }),
    );
  });

  test('of two files at once, each link is made once', async () => {
    const people = Array.from({ length: 50 }, (_, i) => `race${i}`);
    await accountsIn(
      links,
      people.map((userName) => ({ userName })),
    );
    const connection = await connectionWith(...people);
    const content = csvOf(people.map((name) => [name, name]));
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => upload(connection, { content, query: 'field=userName' })),
    );
    const made = answers.map(({ json }) => json.counts.LINKED).reduce((a, b) => a + b, 0);
    expect(made).toBe(50);
    expect(await linksOf(connection)).toHaveLength(50);
  });
});

describe('who may', () => {
  test('nobody links himself into the account of an owner by file', async () => {
    const connection = await connectionWith('p');
    await gateway.testDatabase.look(
      "insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, 'OWNER')",
      [company.tenantId, idOf('bob')],
    );
    const admin = accountPrincipal(company.tenantId, ['DIRECTORY_ADMIN']);
    const machine = machinePrincipal(company.tenantId, ['connections:write', 'directory:read']);
    const file = { content: csvOf([['p', 'bob']]), query: 'field=userName' };
    for (const who of [admin, machine]) {
      expect(outcomesOf(await upload(connection, file, who))).toEqual([[2, 'PROTECTED']]);
    }
    expect(outcomesOf(await upload(connection, file))).toEqual([[2, 'LINKED']]);
  });

  test('a machine client that may not read the roster is not told what is in it', async () => {
    const connection = await connectionWith('p');
    const machine = machinePrincipal(company.tenantId, ['connections:write']);
    const answer = await upload(
      connection,
      { content: csvOf([['p', 'ann']]), query: 'field=userName' },
      machine,
    );
    expect(answer).toMatchObject({ status: 403, json: { error: { code: 'FORBIDDEN' } } });
  });

  test('a connection of another company does not exist', async () => {
    const theirs = await gateway.company('别家公司');
    const connection = await connectionWith('p');
    const file = { content: csvOf([['p', 'ann']]), query: 'field=userName' };
    const answer = await upload(connection, file, theirs.owner);
    expect(answer).toMatchObject({ status: 404, json: { error: { code: 'NOT_FOUND' } } });
    expect(await linksOf(connection)).toEqual([]);
  });
});

test.each([
  ['field=name', 'field'],
  ['', 'field'],
  ['field=mobile&dryRun=maybe', 'dryRun'],
])('?%s is refused', async (query, field) => {
  const connection = await connectionWith('p');
  const answer = await upload(connection, { content: csvOf([['p', 'x']]), query });
  expect(answer).toMatchObject({
    status: 400,
    json: { error: { code: 'INPUT_INVALID', details: { field } } },
  });
});
