import fc from 'fast-check';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isNonNullType,
  isObjectType,
  parse,
  validate,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { GraphqlContext } from '../../schema/context.ts';
import { compileOperation } from '../../schema/executor.ts';
import { tries } from '../support/properties.ts';
import { type Company, openGateway } from './gateway.ts';

const gateway = await openGateway();
const company = await gateway.company();
const { schema } = gateway.graphql;

const furnish = async ({ owner, rootId }: Company): Promise<string[]> => {
  const ids: string[] = [rootId];
  for (const name of ['研发', '销售']) {
    const made = await gateway.ask(
      owner,
      `mutation { createOrgUnit(input: { parentId: "${rootId}", name: "${name}" }) { orgUnit { id } } }`,
    );
    ids.push(made.data.createOrgUnit.orgUnit.id);
  }
  for (let i = 0; i < 8; i++) {
    const made = await gateway.ask(
      owner,
      `mutation { createAccount(input: { userName: "u${i}", displayName: "员工${i}", orgUnitId: "${ids[i % 3]}",
        title: ${i % 2 === 0 ? '"组长"' : 'null'}, managerId: ${i > 3 ? `"${ids.at(-1)}"` : 'null'} }) { account { id } } }`,
    );
    ids.push(made.data.createAccount.account.id);
  }
  return ids;
};
const ids = await furnish(company);

/** Root fields whose answer depends on the database alone. */
const FIELDS = [
  'me',
  'account',
  'accounts',
  'orgUnit',
  'orgUnits',
  'orgUnitTree',
  'accountHistory',
  'tenant',
];

const objectOf = (field: GraphQLField<unknown, unknown>): GraphQLObjectType | undefined => {
  const type = getNamedType(field.type);
  return isObjectType(type) ? type : undefined;
};

const argumentsOf = (field: GraphQLField<unknown, unknown>): fc.Arbitrary<string> => {
  const needsId = field.args.some(({ name, type }) => name === 'id' && isNonNullType(type));
  const hasFirst = field.args.some(({ name }) => name === 'first');
  return fc
    .record({ id: fc.constantFrom(...ids), first: fc.constantFrom('$n', '3', '0', '"x"', '1000') })
    .map(({ id, first }) => {
      const parts = [...(needsId ? [`id: "${id}"`] : []), ...(hasFirst ? [`first: ${first}`] : [])];
      return parts.length === 0 ? '' : `(${parts.join(', ')})`;
    });
};

/** Rare: documents with conditions are interpreted. */
const directive = fc.oneof(
  { weight: 60, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.constantFrom(' @include(if: $yes)', ' @skip(if: $yes)', ' @skip(if: $no)') },
);

/** A legal selection of a type, with aliases, directives and inline fragments here and there. */
const selectionOf = (type: GraphQLObjectType, depth: number): fc.Arbitrary<string> => {
  const fields = Object.values(type.getFields()).filter(
    (field) => depth > 0 || objectOf(field) === undefined,
  );
  if (fields.length === 0) return fc.constant('{ __typename }');
  const one = fc.constantFrom(...fields).chain((field) => {
    const inner = objectOf(field);
    const body = inner === undefined ? fc.constant('') : selectionOf(inner, depth - 1);
    return fc
      .record({ alias: fc.constantFrom('', '', 'x: '), body, directive, wrap: fc.boolean() })
      .map((made) => {
        const text = `${made.alias === '' ? '' : `${field.name}_: `}${field.name}${made.directive} ${made.body}`;
        return made.wrap ? `... on ${type.name} { ${text} }` : text;
      });
  });
  return fc.array(one, { minLength: 1, maxLength: 4 }).map((all) => `{ __typename ${all.join(' ')} }`);
};

const documents: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(...FIELDS).chain((name) => {
      const field = schema.getQueryType()?.getFields()[name];
      const type = field === undefined ? undefined : objectOf(field);
      if (field === undefined || type === undefined) throw new TypeError(name);
      return fc
        .record({ args: argumentsOf(field), body: selectionOf(type, 3) })
        .map(({ args, body }) => `${name}${args} ${body}`);
    }),
    { minLength: 1, maxLength: 2 },
  )
  .map((fields) => {
    const text = fields.map((field, i) => `f${i}: ${field}`).join(' ');
    const conditions = [
      ...(text.includes('$yes') ? ['$yes: Boolean! = true'] : []),
      ...(text.includes('$no') ? ['$no: Boolean! = false'] : []),
    ];
    const variables = ['$n: Int! = 2', '$s: AccountFilter', ...conditions].join(', ');
    return `query(${variables}) { k: accounts(filter: $s, first: $n) { totalCount } ${text} }`;
  });

const context = () =>
  new GraphqlContext({
    deps: gateway.flow(company.owner) as never,
    client: { address: null, requestId: 'test', userAgent: null },
    language: 'en',
    principal: company.owner,
  });

/** What a client would see, errors in an order of their own. */
const visible = ({ data, errors }: ExecutionResult) => ({
  data: JSON.parse(JSON.stringify(data ?? null)),
  errors: (errors ?? []).map(({ message, path }) => `${(path ?? []).join('.')}: ${message}`).sort(),
});

const both = async (document: DocumentNode, variableValues: Record<string, unknown>) => {
  const compiled = compileOperation(schema, document, undefined);
  if (compiled === undefined) return undefined;
  const interpreted = await execute({ schema, document, contextValue: context(), variableValues });
  const answered = (await compiled(context(), variableValues)) as ExecutionResult;
  return [visible(answered), visible(interpreted)] as const;
};

describe('the compiled executor answers as graphql-js does', () => {
  test('on generated documents', async () => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(
        documents,
        fc.constantFrom({}, { n: 5, s: {} }, { n: 1, yes: false, s: { statuses: 'ACTIVE' } }),
        async (text, variables) => {
          const document = parse(text);
          if (validate(schema, document).length > 0) return;
          const answers = await both(document, variables);
          if (answers === undefined) return;
          compared += 1;
          expect(answers[0]).toEqual(answers[1]);
        },
      ),
      tries(300),
    );
    expect(compared).toBeGreaterThan(80);
  });

  test('on variables that do not fit: both refuse', async () => {
    const document = parse('query($n: Int!) { accounts(first: $n) { totalCount } }');
    for (const variables of [{}, { n: null }, { n: 'x' }, { n: 1.5 }, { n: 2 ** 40 }]) {
      const answers = await both(document, variables);
      expect(answers?.[0]).toEqual(answers?.[1]);
      expect(answers?.[0]).toMatchObject({ data: null, errors: [expect.any(String)] });
    }
  });

  test('the third request for a document, which is the first compiled one, answers as the first did', async () => {
    const query = '{ accounts(first: 3) { totalCount nodes { displayName orgUnit { path } } } }';
    const answers = [];
    for (let i = 0; i < 4; i++) answers.push((await gateway.ask(company.owner, query)).body);
    expect(new Set(answers).size).toBe(1);
  });
});
