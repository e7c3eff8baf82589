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
  connectionId = await copies.connection('甲平台');
});

const account = async (userName: string): Promise<string> => {
  const made = await gateway.ask(
    company.owner,
    'mutation ($input: CreateAccountInput!) { createAccount(input: $input) { account { id } } }',
    { input: { userName, displayName: userName, orgUnitId: company.rootId } },
  );
  return made.data.createAccount.account.id;
};
const LINK = `mutation ($input: LinkAccountInput!) { linkAccount(input: $input) {
  link { id connectionId connectionName externalId origin matchKey { remoteField } runId createdById }
  account { id links { id } } } }`;
const UNLINK =
  'mutation ($input: UnlinkAccountInput!) { unlinkAccount(input: $input) { linkId account { links { id } } } }';
const link = (accountId: string, remoteAccountId: string, who = company.owner) =>
  gateway.ask(who, LINK, { input: { accountId, remoteAccountId } });

test('a person is linked by hand, once; doing it again changes nothing', async () => {
  const [id, remote] = [await account('link-one'), await copies.person(connectionId, 'p-one')];
  const made = await link(id, remote);
  expect(made.errors).toEqual([]);
  expect(made.data.linkAccount.link).toMatchObject({
    connectionId,
    connectionName: '甲平台',
    externalId: 'p-one',
    origin: 'MANUAL',
    matchKey: null,
    runId: null,
    createdById: company.owner.id,
  });
  const again = await link(id, remote);
  expect(again.data.linkAccount.link.id).toBe(made.data.linkAccount.link.id);
  const { data } = await gateway.ask(
    company.owner,
    'query ($id: String) { auditEvents(filter: { objectId: $id, action: "account.link" }) { totalCount nodes { details } } }',
    { id },
  );
  expect(data.auditEvents).toMatchObject({
    totalCount: 1,
    nodes: [{ details: { connectionId, remoteAccountId: remote, externalId: 'p-one' } }],
  });
});

test('neither side takes a second link in one connection; another connection is another matter', async () => {
  const [first, second] = [await account('link-a'), await account('link-b')];
  const [one, two] = [await copies.person(connectionId, 'p-a'), await copies.person(connectionId, 'p-b')];
  await link(first, one);
  const sameAccount = await link(first, two);
  expect(sameAccount.errors[0]).toMatchObject({
    extensions: { code: 'ACCOUNT_LINKED', field: ['input', 'accountId'], details: { name: 'p-a' } },
  });
  const samePerson = await link(second, one);
  expect(samePerson.errors[0]).toMatchObject({
    extensions: {
      code: 'REMOTE_ACCOUNT_LINKED',
      field: ['input', 'remoteAccountId'],
      details: { userName: 'link-a' },
    },
  });
  const elsewhere = await copies.person(await copies.connection('乙平台'), 'p-a');
  expect((await link(first, elsewhere)).data.linkAccount.account.links).toHaveLength(2);
});

test('of twenty who link at once, one does', async () => {
  const id = await account('link-race');
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, i) => copies.person(connectionId, `race-${i}`)),
  );
  const answers = await Promise.all(people.map((remote) => link(id, remote)));
  expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
  const codes = new Set(answers.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code)));
  expect([...codes]).toEqual(['ACCOUNT_LINKED']);
});

test('who has left is not linked, nor is a deleted account', async () => {
  const [id, gone] = [await account('link-gone'), await copies.person(connectionId, 'p-gone')];
  await copies.leave(gone);
  expect((await link(id, gone)).errors[0]?.extensions.code).toBe('REMOTE_ACCOUNT_GONE');
  await gateway.ask(
    company.owner,
    'mutation ($input: AccountVersionInput!) { deleteAccount(input: $input) { account { id } } }',
    { input: { id } },
  );
  const here = await copies.person(connectionId, 'p-here');
  expect((await link(id, here)).errors[0]?.extensions.code).toBe('STATUS_CONFLICT');
  expect((await link(newId(), here)).errors[0]?.extensions).toMatchObject({
    code: 'NOT_FOUND',
    field: ['input', 'accountId'],
  });
});

test('nobody links himself into the account of an owner', async () => {
  const [id, remote] = [await account('link-owner'), await copies.person(connectionId, 'p-owner')];
  await gateway.testDatabase.look(
    "insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, 'OWNER')",
    [company.tenantId, id],
  );
  const admin = accountPrincipal(company.tenantId, ['DIRECTORY_ADMIN']);
  const machine = machinePrincipal(company.tenantId, ['connections:write']);
  for (const who of [admin, machine]) {
    expect((await link(id, remote, who)).errors[0]?.extensions.code).toBe('PROTECTED_ACCOUNT');
  }
  const made = await link(id, remote);
  const linkId = made.data.linkAccount.link.id;
  const refused = await gateway.ask(admin, UNLINK, { input: { linkId } });
  expect(refused.errors[0]?.extensions.code).toBe('PROTECTED_ACCOUNT');
  const undone = await gateway.ask(company.owner, UNLINK, { input: { linkId } });
  expect(undone.data.unlinkAccount).toEqual({ linkId, account: { links: [] } });
  const twice = await gateway.ask(company.owner, UNLINK, { input: { linkId } });
  expect(twice.errors[0]?.extensions).toMatchObject({ code: 'NOT_FOUND', field: ['input', 'linkId'] });
});

test('another company sees and touches nothing of it', async () => {
  const other = await gateway.company('别家');
  const [id, remote] = [await account('link-mine'), await copies.person(connectionId, 'p-mine')];
  const linkId = (await link(id, remote)).data.linkAccount.link.id;
  expect((await link(id, remote, other.owner)).errors[0]?.extensions.code).toBe('NOT_FOUND');
  const undone = await gateway.ask(other.owner, UNLINK, { input: { linkId } });
  expect(undone.errors[0]?.extensions.code).toBe('NOT_FOUND');
  const copy = await gateway.ask(other.owner, 'query ($id: ID!) { remoteAccount(id: $id) { name } }', {
    id: remote,
  });
  expect(copy.errors[0]?.extensions.code).toBe('NOT_FOUND');
});
