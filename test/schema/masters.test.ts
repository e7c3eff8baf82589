import { beforeAll, expect, test } from 'vitest';
import { openGateway } from './gateway.ts';
import { knowPaper } from './paper-platform.ts';

const gateway = await openGateway();
const company = await gateway.company();
knowPaper(gateway);

const SAVE = `mutation ($input: UpdateConnectionInput!) { updateConnection(input: $input) {
  connection { pullRules { requireMobile masters { field master } } } } }`;

let id: string;
const save = async (pullRules: object) => {
  const answer = await gateway.ask(company.owner, SAVE, { input: { id, pullRules } });
  return { ...answer, rules: answer.data?.updateConnection?.connection.pullRules };
};

beforeAll(async () => {
  const made = await gateway.ask(
    company.owner,
    `mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id
      pullRules { masters { field master } } } } }`,
    { input: { platform: 'paper', name: '主控' } },
  );
  expect(made.errors).toEqual([]);
  expect(made.data.createConnection.connection.pullRules.masters).toEqual([]);
  id = made.data.createConnection.connection.id;
});

test('masters are listed by field, replaced as a whole, and stay when other rules change', async () => {
  await gateway.ask(
    company.owner,
    'mutation ($input: CreateAttributeDefinitionInput!) { createAttributeDefinition(input: $input) { attributeDefinition { id } } }',
    { input: { target: 'ACCOUNT', name: 'costCentre', label: '成本中心', type: 'TEXT' } },
  );
  const masters = [
    { field: 'title', master: 'BOTH' },
    { field: 'attributes.costCentre', master: 'ROSTER' },
    { field: 'orgUnit.parent', master: 'PLATFORM' },
  ];
  const sorted = masters.toSorted((a, b) => (a.field < b.field ? -1 : 1));
  expect((await save({ masters })).rules.masters).toEqual(sorted);
  expect((await save({ requireMobile: false })).rules).toEqual({ requireMobile: false, masters: sorted });
  expect((await save({ masters: null })).rules.masters).toEqual(sorted);
  expect((await save({ masters: [masters[0]] })).rules.masters).toEqual([masters[0]]);
  expect((await save({ masters: [] })).rules.masters).toEqual([]);
});

test.each([
  ['a field that there is not', [{ field: 'userName', master: 'BOTH' }]],
  ['an attribute that there is not', [{ field: 'attributes.nobody', master: 'BOTH' }]],
  ['a field that is inherited by every object', [{ field: 'constructor', master: 'BOTH' }]],
  [
    'a field twice',
    [
      { field: 'title', master: 'BOTH' },
      { field: 'title', master: 'ROSTER' },
    ],
  ],
])('%s is refused with its place', async (_what, masters) => {
  const { errors } = await save({ masters });
  expect(errors).toHaveLength(1);
  expect(errors[0]?.extensions).toMatchObject({ code: 'INPUT_INVALID' });
  expect(errors[0]?.extensions['field']).toEqual(expect.arrayContaining(['input', 'pullRules', 'masters']));
});
