import { getIntrospectionQuery } from 'graphql';
import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { DOCUMENT_LIMITS } from '../../schema/limits/document-limits.ts';
import { openGateway } from './gateway.ts';

const gateway = await openGateway({ production: true, introspection: false });
const company = await gateway.company();
const unit = company.rootId;

const times = (n: number, text: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => text(i)).join(' ');
const nested = (depth: number, field: string): string =>
  `${`${field} { `.repeat(depth - 1)}id${' }'.repeat(depth - 1)}`;

interface Attack {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** Class of attack, what the refusal is called, and the attempts. */
const CLASSES: readonly (readonly [name: string, code: string, attacks: readonly Attack[]])[] = [
  [
    'depth',
    'QUERY_TOO_COMPLEX',
    [
      { what: '7 levels', query: `{ account(id: "${unit}") { ${nested(6, 'manager')} } }` },
      { what: '50 levels', query: `{ account(id: "${unit}") { ${nested(50, 'manager')} } }` },
      {
        what: '7 levels through inline fragments',
        query: `{ ... { account(id: "${unit}") { ... on Account { ${nested(6, 'manager')} } } } }`,
      },
      {
        what: '7 levels through named fragments',
        query: `{ account(id: "${unit}") { ...a } } fragment a on Account { manager { manager { ...b } } } fragment b on Account { manager { manager { manager { id } } } }`,
      },
      {
        what: 'in a second operation',
        query: `query a { __typename } query b { account(id: "x") { ${nested(7, 'manager')} } }`,
      },
    ],
  ],
  [
    'aliases',
    'QUERY_TOO_COMPLEX',
    [
      { what: '16 of a root field', query: `{ ${times(16, (i) => `a${i}: __typename`)} }` },
      { what: '16 of a list', query: `{ ${times(16, (i) => `a${i}: accounts { totalCount }`)} }` },
      { what: '16 inside', query: `{ me { ${times(16, (i) => `a${i}: id`)} } }` },
      {
        what: '16 across fragments',
        query: `{ me { ...f ...g } } fragment f on Account { ${times(8, (i) => `a${i}: id`)} } fragment g on Account { ${times(8, (i) => `b${i}: id`)} }`,
      },
      {
        what: '16 sign-ins at once',
        query: `mutation { ${times(16, (i) => `a${i}: signIn(input: { tenant: "t", userName: "u", password: "p${i}" }) { accountId }`)} }`,
      },
    ],
  ],
  [
    'directives',
    'QUERY_TOO_COMPLEX',
    [
      { what: '51 on one field', query: `{ __typename ${'@include(if: true) '.repeat(51)} }` },
      { what: '51 unknown ones', query: `{ __typename ${'@x '.repeat(51)} }` },
      { what: '51 over many fields', query: `{ me { ${times(51, () => 'id @skip(if: false)')} } }` },
      { what: '51 on the operation', query: `query ${'@x '.repeat(51)} { __typename }` },
      { what: '51 on a fragment', query: `{ ...f } fragment f on Query ${'@x '.repeat(51)} { __typename }` },
    ],
  ],
  [
    'tokens',
    'QUERY_TOO_COMPLEX',
    [
      { what: '1,001 fields', query: `{ ${'a '.repeat(1001)} }` },
      { what: '1,001 numbers', query: `{ accounts(first: [${'1 '.repeat(1001)}]) { totalCount } }` },
      { what: 'a thousand variables', query: `query(${times(400, (i) => `$v${i}: ID`)}) { __typename }` },
      { what: 'a tower of brackets', query: `{ a(x: ${'['.repeat(2000)} }` },
    ],
  ],
  [
    'characters',
    'QUERY_TOO_COMPLEX',
    [
      { what: 'blanks', query: `{ __typename ${' '.repeat(15_000)} }` },
      { what: 'a comment', query: `{ __typename } #${'x'.repeat(15_000)}` },
      { what: 'one string', query: `{ account(id: "${'x'.repeat(15_000)}") { id } }` },
      { what: 'one block string', query: `{ account(id: """${'x\n'.repeat(8_000)}""") { id } }` },
    ],
  ],
  [
    'repeated fields',
    'QUERY_TOO_COMPLEX',
    [
      { what: '400 times one leaf', query: `{ me { ${'id '.repeat(400)} } }` },
      { what: '16 times one root field', query: `{ ${'__typename '.repeat(16)} }` },
      { what: 'through inline fragments', query: `{ me { ${times(20, () => '... { id }')} } }` },
      {
        what: 'through one fragment spread often',
        query: `{ me { ${'...f '.repeat(30)} } } fragment f on Account { id }`,
      },
      { what: 'lists next to each other', query: `{ ${'accounts { totalCount } '.repeat(16)} }` },
    ],
  ],
  [
    'breadth',
    'QUERY_TOO_COMPLEX',
    [
      { what: '21 root fields', query: `{ ${times(21, (i) => `f${i}`)} }` },
      { what: '11 operations', query: times(11, (i) => `query q${i} { __typename }`) },
      {
        what: 'root fields through a fragment',
        query: `{ ...f } fragment f on Query { ${times(21, (i) => `f${i}`)} }`,
      },
      { what: 'mutations', query: `mutation { ${times(21, (i) => `f${i}`)} }` },
    ],
  ],
  [
    'fragment cycles',
    'QUERY_TOO_COMPLEX',
    [
      { what: 'onto itself', query: '{ me { ...f } } fragment f on Account { ...f }' },
      {
        what: 'of two',
        query: '{ me { ...f } } fragment f on Account { ...g } fragment g on Account { ...f }',
      },
      { what: 'below a field', query: '{ me { ...f } } fragment f on Account { manager { ...f } }' },
      { what: 'that nothing spreads', query: '{ __typename } fragment f on Account { ...f }' },
    ],
  ],
  [
    'fragment bombs',
    'QUERY_TOO_COMPLEX',
    [
      {
        what: 'doubling 30 times',
        query: `{ me { ...f0 } } ${times(30, (i) => `fragment f${i} on Account { ...f${i + 1} ...f${i + 1} }`)} fragment f30 on Account { id }`,
      },
      {
        what: 'doubling below fields',
        query: `{ me { ...f0 } } ${times(5, (i) => `fragment f${i} on Account { manager { ...f${i + 1} } m: manager { ...f${i + 1} } }`)} fragment f5 on Account { id }`,
      },
      {
        what: 'tenfold, unused',
        query: `{ __typename } ${times(9, (i) => `fragment f${i} on Account { ${`...f${i + 1} `.repeat(10)} }`)} fragment f9 on Account { manager { id } }`,
      },
      {
        what: 'through inline fragments',
        query: `{ me { ${times(60, () => '... { ... { id } }')} } }`,
      },
    ],
  ],
  [
    'products of lists',
    'QUERY_TOO_COMPLEX',
    [
      {
        what: 'pages of pages',
        query: `{ ${times(13, (i) => `a${i}: accounts(first: 200) { nodes { memberships { id } } }`)} }`,
      },
      {
        what: 'by variable',
        query:
          'query($n: Int!) { accounts(first: $n) { nodes { memberships { orgUnit { id } } provenance { at } manager { memberships { id } } } } }',
        variables: { n: 200 },
      },
      {
        what: 'by a variable that is far too large',
        query: 'query($n: Int!) { accounts(first: $n) { nodes { id } } }',
        variables: { n: 2_000_000_000 },
      },
      {
        what: 'edges and nodes of everything',
        query:
          '{ accounts(first: 200) { edges { node { memberships { orgUnit { id } } } } nodes { memberships { orgUnit { id } } manager { memberships { id } } } } }',
      },
      {
        what: 'history next to history',
        query: `{ ${times(12, (i) => `a${i}: accountHistory(id: "${unit}", first: 200) { changes { field } }`)} }`,
      },
    ],
  ],
  [
    'introspection',
    'GRAPHQL_VALIDATION_FAILED',
    [
      { what: 'the usual query', query: getIntrospectionQuery() },
      { what: '__schema', query: '{ __schema { types { name } } }' },
      { what: '__type', query: '{ __type(name: "Account") { fields { name } } }' },
      {
        what: '__schema below a fragment',
        query: '{ ...f } fragment f on Query { __schema { queryType { name } } }',
      },
      { what: '__type by alias', query: '{ x: __type(name: "Query") { name } }' },
    ],
  ],
  [
    'probing for names',
    'GRAPHQL_VALIDATION_FAILED',
    [
      { what: 'a field', query: '{ acount(id: "x") { id } }' },
      { what: 'a field of a type', query: '{ me { emial } }' },
      { what: 'an argument', query: '{ accounts(frist: 1) { totalCount } }' },
      { what: 'an input field', query: '{ accounts(filter: { serach: "x" }) { totalCount } }' },
      { what: 'an enum value', query: '{ accounts(filter: { statuses: [ACTIV] }) { totalCount } }' },
      { what: 'a type', query: '{ ... on Quer { __typename } }' },
    ],
  ],
  [
    'variable bombs',
    'BAD_USER_INPUT',
    [
      {
        what: 'deep',
        query: 'query($f: AccountFilter) { accounts(filter: $f) { totalCount } }',
        variables: { f: { orgUnitId: { a: { b: 1 } } } },
      },
      {
        what: 'a name that is close',
        query: 'query($f: AccountFilter) { accounts(filter: $f) { totalCount } }',
        variables: { f: { serach: 'x' } },
      },
      {
        what: 'many wrong values',
        query: 'query($f: AccountFilter) { accounts(filter: $f) { totalCount } }',
        variables: { f: { statuses: Array.from({ length: 500 }, () => 'X') } },
      },
      {
        what: 'a wrong kind',
        query: 'query($n: Int!) { accounts(first: $n) { totalCount } }',
        variables: { n: '1e99' },
      },
    ],
  ],
  [
    'syntax',
    'GRAPHQL_PARSE_FAILED',
    [
      { what: 'nothing closed', query: '{ me {' },
      { what: 'a control character', query: '{ me \u0000 }' },
      { what: 'an upload', query: 'mutation($f: Upload!) { }' },
      { what: 'no GraphQL at all', query: "'; drop table muster.account; --" },
    ],
  ],
];

describe.each(CLASSES)('%s', (_name, code, attacks) => {
  test.each(attacks.map((attack) => [attack.what, attack] as const))('%s', async (_what, attack) => {
    const heap = process.memoryUsage().heapUsed;
    const answer = await gateway.ask(null, attack.query, attack.variables);
    expect(answer.data ?? null).toBeNull();
    expect(answer.errors[0]?.extensions.code, answer.body).toBe(code);
    expect(answer.body).not.toMatch(/Did you mean|stack|node_modules|select |muster\.org|42P01/);
    expect(answer.body.length).toBeLessThan(100_000);
    expect(process.memoryUsage().heapUsed - heap).toBeLessThan(64 * 1024 * 1024);
  });
});

test('none of all that makes a statement, not even for an owner', async () => {
  await gateway.ask(company.owner, '{ tenant { id } }');
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  for (const [name, , attacks] of CLASSES) {
    for (const { query, variables } of attacks) {
      const answer = await gateway.ask(company.owner, query, variables);
      expect(answer.data ?? null, name).toBeNull();
    }
  }
  expect(spy.mock.calls).toEqual([]);
  spy.mockRestore();
});

describe('requests', () => {
  const send = (request: {
    readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
    readonly url?: string;
    readonly headers?: Record<string, string>;
    readonly payload?: string;
  }) => gateway.fastify.inject({ method: 'POST', url: '/graphql', ...request });
  const json = { 'content-type': 'application/json' };
  const query = (text: string) => `/graphql?query=${encodeURIComponent(text)}`;

  test.each([
    ['a batch', { headers: json, payload: '[{"query":"{ __typename }"}]' }],
    [
      'a batch of a thousand',
      { headers: json, payload: `[${Array(1000).fill('{"query":"{ __typename }"}').join(',')}]` },
    ],
    ['an empty batch', { headers: json, payload: '[]' }],
    ['a batch inside', { headers: json, payload: '{"query":["{ __typename }"]}' }],
    [
      'a form',
      { headers: { 'content-type': 'application/x-www-form-urlencoded' }, payload: 'query={__typename}' },
    ],
    ['plain text', { headers: { 'content-type': 'text/plain' }, payload: '{"query":"{ __typename }"}' }],
    ['no type', { payload: '{"query":"{ __typename }"}' }],
    ['an upload', { headers: { 'content-type': 'multipart/form-data; boundary=x' }, payload: '--x--' }],
    [
      'a multipart upload of operations',
      {
        headers: { 'content-type': 'multipart/form-data; boundary=x' },
        payload: '--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n{}\r\n--x--',
      },
    ],
    ['a mutation by GET', { method: 'GET', url: query('mutation { signOut { ended } }') }],
    [
      'a mutation by GET among queries',
      {
        method: 'GET',
        url: `${query('query a { __typename } mutation b { signOut { ended } }')}&operationName=b`,
      },
    ],
    ['a GET with cookies', { method: 'GET', url: query('{ __typename }'), headers: { cookie: 'session=1' } }],
    ['the same argument twice', { method: 'GET', url: `${query('{ __typename }')}&query=x` }],
    ['JSON that is none', { headers: json, payload: '{"query":' }],
    [
      'a body that is too large',
      {
        headers: json,
        payload: JSON.stringify({ query: '{ __typename }', variables: { x: 'x'.repeat(300_000) } }),
      },
    ],
    ['a query that is no text', { headers: json, payload: '{"query":{"kind":"Document"}}' }],
    [
      'variables that are no object',
      { headers: json, payload: '{"query":"{ __typename }","variables":"{}"}' },
    ],
    [
      'a polluted prototype',
      { headers: json, payload: '{"query":"{ __typename }","variables":{"__proto__":{"x":1}}}' },
    ],
    ['another method', { method: 'PUT', headers: json, payload: '{"query":"{ __typename }"}' }],
    ['deletion', { method: 'DELETE' }],
    [
      'a stream of events',
      { headers: { ...json, accept: 'text/event-stream' }, payload: '{"query":"{ __typename }"}' },
    ],
    [
      'a subscription',
      {
        headers: { ...json, accept: 'application/graphql-response+json' },
        payload: '{"query":"subscription { x }"}',
      },
    ],
    [
      'incremental delivery',
      {
        headers: { ...json, accept: 'multipart/mixed; deferSpec=20220824' },
        payload: '{"query":"{ ... @defer { __typename } }"}',
      },
    ],
  ] as const)('%s is refused', async (_what, request) => {
    const answer = await send(request);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
    expect(answer.body).not.toMatch(/"data":\{|node_modules|at Object/);
  });

  test.each([
    [
      'a persisted query that nobody registered',
      { headers: json, payload: '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}' },
    ],
    [
      'a persisted query to poison',
      {
        headers: json,
        payload: '{"query":"{ __typename }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"ab"}}}',
      },
    ],
    [
      'a persisted query of another version',
      { headers: json, payload: '{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"ab"}}}' },
    ],
    [
      'a persisted query by GET',
      {
        method: 'GET',
        url: '/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22ab%22%7D%7D',
      },
    ],
  ] as const)('%s is not answered', async (_what, request) => {
    const answer = await send(request);
    expect(answer.json().errors).toHaveLength(1);
    expect(answer.json()).not.toHaveProperty('data');
  });

  test('headers of the answer keep it out of caches', async () => {
    const answer = await send({ headers: json, payload: '{"query":"{ __typename }"}' });
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.json()).toEqual({ data: { __typename: 'Query' } });
  });
});

describe('what errors tell', () => {
  test('a stranger cannot tell an object that is there from one that is not', async () => {
    const ask = async (id: string) =>
      (await gateway.ask(null, `{ account(id: "${id}") { id } orgUnit(id: "${id}") { id } }`)).body;
    expect(await ask(unit)).toBe(await ask('01900000-0000-7000-8000-000000000000'));
  });

  test('a member cannot either', async () => {
    const { accountPrincipal } = await import('./gateway.ts');
    const member = accountPrincipal(company.tenantId, ['MEMBER']);
    const made = await gateway.ask(
      company.owner,
      `mutation { createAccount(input: { userName: "a", displayName: "甲", orgUnitId: "${unit}" }) { account { id } } }`,
    );
    const ask = async (id: string) => (await gateway.ask(member, `{ account(id: "${id}") { id } }`)).body;
    expect(await ask(made.data.createAccount.account.id)).toBe(
      await ask('01900000-0000-7000-8000-000000000000'),
    );
  });

  test('a failure inside leaves nothing but the id of the request', async () => {
    await gateway.testDatabase.look('alter table muster.tenant rename column name to name_gone');
    const answer = await gateway.ask(company.owner, '{ tenant { name } }');
    await gateway.testDatabase.look('alter table muster.tenant rename column name_gone to name');
    expect(answer.errors[0]?.extensions.code).toBe('INTERNAL');
    expect(answer.body).not.toMatch(/name_gone|select|stack|42703/);
  });

  test('they come in the language that was asked for, with both at hand', async () => {
    const ask = async (language: string) => {
      const answer = await gateway.fastify.inject({
        method: 'POST',
        url: '/graphql',
        headers: { 'content-type': 'application/json', 'accept-language': language },
        payload: '{"query":"{ tenant { id } }"}',
      });
      return answer.json().errors[0];
    };
    const zh = await ask('zh-CN,zh;q=0.9,en;q=0.8');
    const en = await ask('en-US,en;q=0.9');
    expect(zh.message).toBe(zh.extensions.text.zh);
    expect(en.message).toBe(zh.extensions.text.en);
    expect(en.extensions).toMatchObject({ code: 'UNAUTHENTICATED', remedy: { zh: expect.any(String) } });
  });
});

test('the limits are at least as strict as those of GraphQL Armor', () => {
  expect(DOCUMENT_LIMITS.depth).toBeLessThanOrEqual(6);
  expect(DOCUMENT_LIMITS.aliases).toBeLessThanOrEqual(15);
  expect(DOCUMENT_LIMITS.directives).toBeLessThanOrEqual(50);
  expect(DOCUMENT_LIMITS.tokens).toBeLessThanOrEqual(1_000);
  expect(DOCUMENT_LIMITS.characters).toBeLessThanOrEqual(15_000);
  expect(DOCUMENT_LIMITS.cost).toBeLessThanOrEqual(5_000);
});
