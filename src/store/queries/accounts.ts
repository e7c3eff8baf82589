import { createHash } from 'node:crypto';
import type { AccountId, AccountStatus, OrgUnitId, TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../actor-context.ts';
import type { Database } from '../database.ts';
import {
  type AccountProjection,
  type AttributeView,
  accountSelect,
  nestOrgUnit,
  Params,
  type Row,
} from './roster-projection.ts';

/** Which accounts a reader may see at all. */
export type AccountScope =
  | { readonly kind: 'ALL' }
  /** Accounts with a membership in this unit or below it. */
  | { readonly kind: 'SUBTREE'; readonly orgUnitId: OrgUnitId };

export interface AccountFilter {
  readonly statuses: readonly AccountStatus[];
  readonly orgUnitId?: OrgUnitId;
  readonly includeDescendants?: boolean;
  /** Pieces that an account's search row must contain all of; see planner/search-text.ts. */
  readonly grams?: readonly string[];
  /** Right-hand side of LIKE over the search text. */
  readonly pattern?: string;
  /** Custom attributes with the exact value, as JSON. */
  readonly attributes?: Readonly<Record<string, unknown>>;
}

/** Where a page begins: the last row of the one before. */
export interface AccountKey {
  readonly displayName: string;
  readonly id: AccountId;
}

export interface AccountQuery {
  readonly filter: AccountFilter;
  readonly scope: AccountScope;
  readonly view: AttributeView;
  readonly projection: AccountProjection;
  readonly after: AccountKey | null;
  readonly limit: number;
}

/** Paths below and including that of a unit: paths are digits and dots, and ':' comes after both. */
const below = (alias: string, path: string): string =>
  `${alias}.path >= ${path} and ${alias}.path < ${path} || ':'`;

const inSubtree = (unit: string): string =>
  `exists (select from muster.membership m join muster.org_unit mu on mu.tenant_id = m.tenant_id and mu.id = m.org_unit_id
    where m.tenant_id = a.tenant_id and m.account_id = a.id
    and ${below('mu', `(select p.path from muster.org_unit p where p.id = ${unit}::uuid and p.tenant_id = muster.current_tenant())`)})`;

const conditions = (query: Omit<AccountQuery, 'projection' | 'limit'>, params: Params): string[] => {
  const { filter, scope } = query;
  const found = ['a.tenant_id = muster.current_tenant()'];
  if (!filter.statuses.includes('DELETED')) found.push("a.status <> 'DELETED'");
  if (filter.statuses.length === 1 || filter.statuses.includes('DELETED')) {
    found.push(`a.status = any (${params.add(filter.statuses)}::text[])`);
  }
  if (scope.kind === 'SUBTREE') found.push(inSubtree(params.add(scope.orgUnitId)));
  if (filter.orgUnitId !== undefined) {
    const unit = params.add(filter.orgUnitId);
    found.push(
      filter.includeDescendants === true
        ? inSubtree(unit)
        : `exists (select from muster.membership m where m.tenant_id = a.tenant_id and m.account_id = a.id
            and m.org_unit_id = ${unit}::uuid)`,
    );
  }
  if (filter.grams !== undefined) {
    const like = filter.pattern === undefined ? '' : `and s.search_text like ${params.add(filter.pattern)}`;
    found.push(
      `exists (select from muster.account_search s where s.tenant_id = a.tenant_id and s.account_id = a.id ${like})`,
    );
  }
  if (filter.attributes !== undefined) {
    found.push(`a.attributes @> ${params.add(JSON.stringify(filter.attributes))}::jsonb`);
  }
  return found;
};

const listStatement = (query: AccountQuery): { readonly text: string; readonly params: Params } => {
  const params = new Params();
  const { list, join } = accountSelect(query.projection, query.view, params);
  const where = conditions(query, params);
  if (query.after !== null) {
    const name = params.add(query.after.displayName);
    where.push(
      `(a.display_name collate muster.pinyin, a.id) > (${name}::text collate muster.pinyin, ${params.add(query.after.id)}::uuid)`,
    );
  }
  const text = `select ${list} from muster.account a ${join} where ${where.join(' and ')}
    order by a.display_name collate muster.pinyin, a.id limit ${params.add(query.limit)}`;
  return { text, params };
};

const countStatement = (query: AccountQuery): { readonly text: string; readonly params: Params } => {
  const params = new Params();
  const where = conditions(query, params).join(' and ');
  return { text: `select count(*)::int as count from muster.account a where ${where}`, params };
};

const isHot = ({ filter, scope }: AccountQuery): boolean =>
  filter.orgUnitId === undefined && filter.attributes === undefined && scope.kind === 'ALL';

/** Texts are put together from a closed set of columns, so that there are few of them; each gets one name. */
const names = new Map<string, string>();
const NAMES = 500;
const nameOf = (text: string): string => {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `accounts_${createHash('sha256').update(text).digest('hex').slice(0, 20)}`;
  if (names.size < NAMES) names.set(text, name);
  return name;
};

const searchLiteral = (grams: readonly string[]): string =>
  `{${grams.map((gram) => `"${gram.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

/**
 * Rows of one statement, in a transaction that carries the search terms when there are any: they are part of
 * the row-level security policy of the search table.
 */
const run = async (
  db: Database,
  context: ActorContext,
  options: {
    readonly grams: readonly string[] | undefined;
    readonly statement: { readonly text: string; readonly params: Params };
    readonly hot: boolean;
  },
): Promise<Row[]> => {
  const { text, params } = options.statement;
  const { grams } = options;
  if (grams === undefined) {
    const statement = options.hot ? { name: nameOf(text), text } : text;
    return db.read<Row>(context.tenantId, statement, params.values);
  }
  return db.transaction(context, async (tx) => {
    await tx.execute("select set_config('muster.search', $1, true)", [searchLiteral(grams)]);
    return tx.query<Row>(text, params.values);
  });
};

/**
 * Accounts in the pinyin order of their names, one statement shaped for the projection. `displayName` and `id`
 * are always among the fields, the next page begins after them.
 */
export const selectAccounts = async (
  db: Database,
  context: ActorContext,
  query: AccountQuery,
): Promise<Row[]> => {
  const statement = listStatement(query);
  const rows = await run(db, context, { grams: query.filter.grams, statement, hot: isHot(query) });
  nestOrgUnit(rows, query.projection.orgUnit);
  return rows;
};

/** Number of accounts that the filter selects. */
export const countAccounts = async (
  db: Database,
  context: ActorContext,
  query: AccountQuery,
): Promise<number> => {
  const statement = countStatement(query);
  const rows = await run(db, context, { grams: query.filter.grams, statement, hot: isHot(query) });
  return Number(rows[0]?.['count'] ?? 0);
};

/** Accounts by id, deleted ones included; those that do not exist or lie outside the scope are left out. */
export const selectAccountsById = async (
  db: Database,
  tenantId: TenantId,
  query: Pick<AccountQuery, 'projection' | 'scope' | 'view'> & { readonly ids: readonly AccountId[] },
): Promise<Row[]> => {
  const params = new Params();
  const { list, join } = accountSelect(query.projection, query.view, params);
  const where = [`a.tenant_id = muster.current_tenant() and a.id = any (${params.add(query.ids)}::uuid[])`];
  if (query.scope.kind === 'SUBTREE') where.push(inSubtree(params.add(query.scope.orgUnitId)));
  const text = `select ${list} from muster.account a ${join} where ${where.join(' and ')}`;
  const rows = await db.read<Row>(tenantId, { name: nameOf(text), text }, params.values);
  nestOrgUnit(rows, query.projection.orgUnit);
  return rows;
};
