import pg from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { DOCUMENT_LIMITS } from '../../schema/limits/document-limits.ts';
import { openGateway } from './gateway.ts';
import { attackClasses } from './hostile-documents.ts';

const gateway = await openGateway({ production: true, introspection: false });
const company = await gateway.company();
const unit = company.rootId;
const CLASSES = attackClasses(unit);

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
