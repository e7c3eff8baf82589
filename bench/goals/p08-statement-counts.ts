import { readFile } from 'node:fs/promises';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';
import { type BenchRow, ratioRow } from '../measure/row.ts';
import { type Gateway, gatewayOn, startGateway } from '../world/gateway.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { countStatements, throughPort } from '../world/statement-counter.ts';

const SDL = new URL('../../../schema/schema.graphql', import.meta.url);
/** Sizes of a full page, the largest first: what a page may hold depends on what is asked of each row. */
const MANY = [200, 150, 100, 50];
const FEW = 5;

type Field = GraphQLField<unknown, unknown>;

const isFree = (field: Field): boolean => !field.args.some(isRequiredArgument);

/** Every leaf of an object, and of the objects inside it down to `depth`. */
const selectionOf = (type: GraphQLObjectType, depth: number): string =>
  Object.values(type.getFields())
    .filter((field) => isFree(field) && !field.args.some(({ name }) => name === 'first'))
    .flatMap((field) => {
      const inner = getNamedType(field.type);
      if (isLeafType(inner)) return [field.name];
      if (depth === 0 || !isObjectType(inner)) return [];
      const selection = selectionOf(inner, depth - 1);
      return selection === '' ? [] : [`${field.name} { ${selection} }`];
    })
    .join(' ');

interface ListField {
  readonly name: string;
  readonly query: string;
}

/** Every paged list that can be asked for without further knowledge, with all that its rows hold two levels down. */
const listFields = async (): Promise<readonly ListField[]> => {
  const schema = buildSchema(await readFile(SDL, 'utf8'));
  const fields = Object.values(schema.getQueryType()?.getFields() ?? {});
  return fields.flatMap((field) => {
    const page = getNamedType(field.type);
    if (!isFree(field) || !field.args.some(({ name }) => name === 'first') || !isObjectType(page)) return [];
    const nodes = page.getFields()['nodes'];
    const node = nodes === undefined ? undefined : getNamedType(nodes.type);
    if (!isObjectType(node)) return [];
    const query = `query ($first: Int!) { ${field.name}(first: $first) { nodes { ${selectionOf(node, 1)} } } }`;
    return [{ name: field.name, query }];
  });
};

type Answer = Readonly<Record<string, { readonly nodes: readonly unknown[] }>>;

const REPEATS = 6;

/**
 * Statements of one request: the fewest of some repetitions, because the gateway also asks for things of its own
 * now and then, and because a first request looks up what is remembered afterwards.
 */
const statementsOf = async (
  asked: { readonly gateway: Gateway; readonly token: string; readonly statements: () => number },
  field: ListField,
  first: number,
): Promise<{ readonly rows: number; readonly statements: number }> => {
  const { gateway, token, statements } = asked;
  let fewest = Number.POSITIVE_INFINITY;
  let rows = 0;
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    const before = statements();
    const answer = await gateway.ask<Answer>(field.query, { token, variables: { first } });
    fewest = Math.min(fewest, statements() - before);
    rows = answer[field.name]?.nodes.length ?? 0;
  }
  return { rows, statements: fewest };
};

type Asked = Parameters<typeof statementsOf>[0];

/** The same with the largest page that the API's limits let through. */
const statementsOfMany = async (asked: Asked, field: ListField) => {
  for (const first of MANY) {
    try {
      return await statementsOf(asked, field, first);
    } catch (error) {
      if (!String(error).includes('QUERY_TOO_COMPLEX')) throw error;
    }
  }
  throw new Error(`${field.name}: no page is small enough`);
};

/** For every list of the schema: as many statements for a full page as for five rows. */
export const measureStatementCounts = async (company: ImportedCompany): Promise<BenchRow[]> => {
  const { urls } = company.committed;
  const counter = await countStatements(Number(new URL(urls.app).port));
  const app = throughPort(urls.app, counter.port);
  const gateway = startGateway(await gatewayOn({ ...urls, app }, company.place.masterKey));
  try {
    const token = await gateway.signIn(company.place.owner);
    const asked = { gateway, token, statements: () => counter.statements };
    const rows: BenchRow[] = [];
    for (const field of await listFields()) {
      const few = await statementsOf(asked, field, FEW);
      const many = await statementsOfMany(asked, field);
      const what = `${field.name}: ${many.rows} rows beside ${few.rows}, all fields two levels down`;
      rows.push(
        ratioRow(
          { id: 'P8', what, unit: 'statements', limitIs: 'the same request for few rows' },
          { limit: [few.statements], subject: [many.statements] },
          { atMost: 1 },
        ),
      );
    }
    return rows;
  } finally {
    await gateway.stop();
    await counter.close();
  }
};
