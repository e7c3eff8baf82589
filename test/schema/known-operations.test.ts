import { describe, expect, test } from 'vitest';
import { accountPrincipal, openGateway } from './gateway.ts';

const gateway = await openGateway();
const { owner, tenantId, rootId } = await gateway.company();
const member = accountPrincipal(tenantId, []);

const LIST = 'query Accounts($first: Int!) { accounts(first: $first) { nodes { id displayName } } }';
const UNIT = 'query ($id: ID!) { orgUnit(id: $id) { id name path } }';
const TWO = 'query A { __typename } query B { tenant { name } }';

interface Asked {
  readonly body: object;
  readonly who?: typeof owner | null;
  readonly accept?: string;
}

const answerTo = async ({ body, who = owner, accept }: Asked) => {
  const answer = await gateway.fastify.inject({
    method: 'POST',
    url: '/graphql',
    headers: {
      'content-type': 'application/json',
      ...(accept === undefined ? {} : { accept }),
      ...(who === null ? {} : { authorization: gateway.ticketOf(who) }),
    },
    payload: JSON.stringify(body),
  });
  const { date: _date, 'content-length': _length, ...headers } = answer.headers;
  // A compiled operation does not say where in the document a resolver's error belongs; its path does.
  const text = answer.body.replace(/"locations":\[[^\]]*\],/g, '');
  return { status: answer.statusCode, headers, body: text };
};

/** Each kind of answer that a document which is known can still get. */
const CASES: Readonly<Record<string, Asked>> = {
  data: { body: { query: '{ __typename }' } },
  'data by variables': { body: { query: LIST, variables: { first: 3 }, operationName: 'Accounts' } },
  'null where something may be absent': {
    body: { query: '{ tenant { name } }', variables: null, operationName: null, extensions: null },
  },
  'another media type': { body: { query: '{ __typename }' }, accept: 'application/graphql-response+json' },
  'a choice of media types': {
    body: { query: '{ __typename }' },
    accept: 'application/json;q=0.5, application/graphql-response+json',
  },
  'no media type that we have': { body: { query: '{ __typename }' }, accept: 'text/html' },
  'one operation of two': { body: { query: TWO, operationName: 'B' } },
  'no operation of two': { body: { query: TWO } },
  'an operation that is not there': { body: { query: TWO, operationName: 'C' } },
  'an operation without a name': { body: { query: LIST, variables: { first: 3 }, operationName: '' } },
  'a name that is no text': { body: { query: TWO, operationName: 7 } },
  'a variable that does not fit': { body: { query: LIST, variables: { first: 'many' } } },
  'a variable that is missing': { body: { query: LIST } },
  'variables that are a list': { body: { query: LIST, variables: [3] } },
  'variables that are text': { body: { query: LIST, variables: '{"first":3}' } },
  'extensions that are text': { body: { query: '{ __typename }', extensions: 'x' } },
  'a persisted document': {
    body: { query: '{ __typename }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
  },
  'a page that is too large': { body: { query: LIST, variables: { first: 201 } } },
  'a page that costs too much': { body: { query: LIST, variables: { first: 1_000_000 } } },
  'something that is not there': { body: { query: UNIT, variables: { id: tenantId } } },
  'something that is there': { body: { query: UNIT, variables: { id: rootId } } },
  'a stranger': { body: { query: LIST, variables: { first: 3 } }, who: null },
  'somebody without the right': { body: { query: LIST, variables: { first: 3 } }, who: member },
};

/** The same document to the server's eye, but one that it has never seen. */
const unseen = ({ body, ...rest }: Asked, name: string): Asked => ({
  ...rest,
  body: { ...body, query: `${Reflect.get(body, 'query')} # ${name}` },
});

describe('a request whose document is known', () => {
  test('is answered as if it were new, byte for byte', async () => {
    const first = new Map<string, object>();
    for (const [name, asked] of Object.entries(CASES)) first.set(name, await answerTo(unseen(asked, name)));
    // After these rounds every document that is let through has been compiled as well.
    for (let round = 0; round < 4; round += 1) {
      for (const [name, asked] of Object.entries(CASES)) {
        expect({ name, ...(await answerTo(asked)) }).toEqual({ name, ...first.get(name) });
      }
    }
  });

  test('is carried out once, also when its answer has errors', async () => {
    const query = `mutation ($parentId: ID!, $name: String!) {
      first: createOrgUnit(input: { parentId: $parentId, name: $name }) { orgUnit { id } }
      second: createOrgUnit(input: { parentId: $parentId, name: $name }) { orgUnit { id } } }`;
    for (let round = 0; round < 4; round += 1) {
      const name = `第${round}组`;
      const answer = await answerTo({ body: { query, variables: { parentId: rootId, name } } });
      const errors = (JSON.parse(answer.body) as { errors: readonly { path: unknown }[] }).errors;
      expect(errors.map(({ path }) => path)).toEqual([['second']]);
    }
    const units = await gateway.ask(owner, '{ orgUnits { nodes { name } } }');
    const names = (units.data.orgUnits.nodes as { name: string }[]).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('第')).sort()).toEqual([
      '第0组',
      '第1组',
      '第2组',
      '第3组',
    ]);
  });
});
