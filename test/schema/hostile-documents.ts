import { getIntrospectionQuery } from 'graphql';

const times = (n: number, text: (i: number) => string): string =>
  Array.from({ length: n }, (_, i) => text(i)).join(' ');
const nested = (depth: number, field: string): string =>
  `${`${field} { `.repeat(depth - 1)}id${' }'.repeat(depth - 1)}`;

/** A document that must be refused before anything runs. */
export interface Attack {
  readonly what: string;
  readonly query: string;
  readonly variables?: Record<string, unknown>;
}

/** Class of attack, what the refusal is called, and the attempts. */
type AttackClass = readonly [name: string, code: string, attacks: readonly Attack[]];

export const attackClasses = (unit: string): readonly AttackClass[] => [
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
