import {
  type AccountId,
  type AccountStatus,
  AppError,
  type AttributeDefinition,
  isId,
  type OrgUnitId,
} from '../../domain/index.ts';
import { attributeGrams } from '../../planner/attribute-grams.ts';
import { readAttribute } from '../../planner/attributes.ts';
import { searchQuery } from '../../planner/search-text.ts';
import {
  type AccountFilter,
  type AccountQuery,
  countAccounts,
  selectAccounts,
} from '../../store/queries/accounts.ts';
import { selectAttributeDefinitions } from '../../store/queries/roster-attributes.ts';
import type { AccountProjection, Row } from '../../store/queries/roster-projection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { notFound } from './access.ts';
import { type Page, pageOf, readCursor, readFirst } from './page.ts';
import { scopeOf, viewOf } from './read-access.ts';

export interface ListAccountsInput {
  readonly orgUnitId?: OrgUnitId | undefined;
  readonly includeDescendants?: boolean | undefined;
  /** Default: active and disabled. */
  readonly statuses?: readonly AccountStatus[] | undefined;
  /** One Chinese character or more, Latin substring, pinyin in full or initials, digits of a number. */
  readonly search?: string | undefined;
  /** Custom attributes that must have exactly this value. */
  readonly attributes?: readonly { readonly name: string; readonly value: unknown }[] | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

export interface ListAccountsOptions {
  readonly projection: AccountProjection;
  /** The page itself is wanted. */
  readonly page: boolean;
  readonly totalCount: boolean;
}

/** Longest search text, in UTF-16 units. */
const SEARCH_MAX = 100;

const readAttributeFilter = (
  definitions: readonly AttributeDefinition[],
  wanted: readonly { readonly name: string; readonly value: unknown }[],
  sensitive: boolean,
): Record<string, string | number | boolean> => {
  const values: Record<string, string | number | boolean> = {};
  for (const { name, value } of wanted) {
    const path = ['filter', 'attributes', name];
    const definition = definitions.find((one) => one.name === name && one.enabled);
    // Who may not see a sensitive value must not find it by trying either.
    if (definition === undefined || (definition.sensitive && !sensitive)) {
      throw new AppError('ATTRIBUTE_UNKNOWN', { details: { name }, path });
    }
    const read = readAttribute(definition, value);
    if (read === undefined || read === null) {
      const details = { name, reason: `it is no ${definition.type}` };
      throw new AppError('ATTRIBUTE_ILLEGAL', { details, path });
    }
    values[name] = read;
  }
  return values;
};

const readSearch = (search: string | undefined): Pick<AccountFilter, 'grams' | 'pattern'> => {
  if (search === undefined) return {};
  const { grams, pattern, contains } = searchQuery(search.slice(0, SEARCH_MAX));
  return contains === '' ? {} : { grams, pattern };
};

const readFilter = async (context: FlowContext, input: ListAccountsInput): Promise<AccountFilter> => {
  if (input.orgUnitId !== undefined && !isId(input.orgUnitId)) {
    throw notFound('OrgUnit', input.orgUnitId, ['filter', 'orgUnitId']);
  }
  const search = readSearch(input.search);
  const base = {
    statuses: input.statuses?.length ? [...input.statuses].sort() : (['ACTIVE', 'DISABLED'] as const),
    ...(input.orgUnitId === undefined ? {} : { orgUnitId: input.orgUnitId }),
    includeDescendants: input.includeDescendants === true,
    ...search,
  };
  if (input.attributes === undefined || input.attributes.length === 0) return base;
  const { principal } = context;
  const definitions = await selectAttributeDefinitions(context.db, principal.tenantId, 'ACCOUNT');
  const attributes = readAttributeFilter(definitions, input.attributes, viewOf(principal).sensitive);
  return { ...base, attributes, grams: [...(search.grams ?? []), ...attributeGrams(attributes)] };
};

/**
 * A page of the accounts that the caller may see, in the pinyin order of their names.
 * @throws AppError INPUT_INVALID, ATTRIBUTE_UNKNOWN, ATTRIBUTE_ILLEGAL
 */
export const listAccounts = async (
  context: FlowContext,
  input: ListAccountsInput,
  options: ListAccountsOptions,
): Promise<Page<Row>> => {
  const first = readFirst(input.first);
  const after = readCursor(input.after);
  const query: AccountQuery = {
    filter: await readFilter(context, input),
    scope: scopeOf(context.principal),
    view: viewOf(context.principal),
    projection: options.projection,
    after: after === null ? null : { displayName: after.text, id: after.id as AccountId },
    limit: first + 1,
  };
  const actor = actorOf(context.principal);
  const [rows, totalCount] = await Promise.all([
    options.page ? selectAccounts(context.db, actor, query) : [],
    options.totalCount ? countAccounts(context.db, actor, query) : null,
  ]);
  return pageOf(rows, { first, after, totalCount });
};
