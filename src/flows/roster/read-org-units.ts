import { isId, type OrgUnitId, type OrgUnitStatus } from '../../domain/index.ts';
import { fold } from '../../planner/fold.ts';
import { searchQuery } from '../../planner/search-text.ts';
import {
  countOrgUnits,
  type OrgUnitQuery,
  selectOrgUnits,
  selectOrgUnitsById,
  selectOrgUnitTree,
} from '../../store/queries/org-units.ts';
import type { OrgUnitField, Row } from '../../store/queries/roster-projection.ts';
import type { FlowContext } from '../context.ts';
import { invalid, notFound } from './access.ts';
import { type Page, pageOf, readCursor, readFirst } from './page.ts';
import { readSubtreeOf, viewOf } from './read-access.ts';

/** Highest number of org units in one tree. */
export const TREE_MAX = 10_000;

/** Org units by id, in the order asked for; `null` where there is none or the caller may not see it. */
export const readOrgUnits = async (
  context: FlowContext,
  ids: readonly string[],
  fields: readonly OrgUnitField[],
): Promise<(Row | null)[]> => {
  const { principal } = context;
  const rows = await selectOrgUnitsById(context.db, principal.tenantId, {
    ids: ids.filter(isId) as OrgUnitId[],
    fields,
    view: viewOf(principal),
    subtree: readSubtreeOf(principal),
  });
  const found = new Map(rows.map((row) => [row['id'], row]));
  return ids.map((id) => found.get(id.toLowerCase()) ?? null);
};

export interface ListOrgUnitsInput {
  readonly parentId?: OrgUnitId | undefined;
  readonly search?: string | undefined;
  /** Default: active. */
  readonly statuses?: readonly OrgUnitStatus[] | undefined;
  readonly first: number;
  readonly after?: string | null | undefined;
}

export interface ListOrgUnitsOptions {
  readonly fields: readonly OrgUnitField[];
  readonly page: boolean;
  readonly totalCount: boolean;
}

/** A page of org units in the pinyin order of their names. @throws AppError INPUT_INVALID */
export const listOrgUnits = async (
  context: FlowContext,
  input: ListOrgUnitsInput,
  options: ListOrgUnitsOptions,
): Promise<Page<Row>> => {
  const { principal, db } = context;
  const first = readFirst(input.first);
  const after = readCursor(input.after);
  if (input.parentId !== undefined && !isId(input.parentId)) {
    throw notFound('OrgUnit', input.parentId, ['filter', 'parentId']);
  }
  const search = fold(input.search ?? '').trim();
  const query: OrgUnitQuery = {
    fields: options.fields,
    view: viewOf(principal),
    subtree: readSubtreeOf(principal),
    statuses: input.statuses?.length ? input.statuses : ['ACTIVE'],
    ...(input.parentId === undefined ? {} : { parentId: input.parentId }),
    ...(search === '' ? {} : { pattern: searchQuery(search).pattern }),
    after: after === null ? null : { name: after.text, id: after.id as OrgUnitId },
    limit: first + 1,
  };
  const [rows, totalCount] = await Promise.all([
    options.page ? selectOrgUnits(db, principal.tenantId, query) : [],
    options.totalCount ? countOrgUnits(db, principal.tenantId, query) : null,
  ]);
  return pageOf(rows, { first, after, totalCount });
};

export interface ReadTreeInput {
  readonly rootId?: OrgUnitId | undefined;
  /** Levels below the root, 0 to 50; absent = all. */
  readonly depth?: number | undefined;
}

/**
 * The tree of org units or a part of it, as a flat list, parents before children; at most 10,000 units, and
 * whether that cut something off.
 * @throws AppError INPUT_INVALID, NOT_FOUND
 */
export const readOrgUnitTree = async (
  context: FlowContext,
  input: ReadTreeInput,
  fields: readonly OrgUnitField[],
): Promise<{ readonly nodes: readonly Row[]; readonly truncated: boolean }> => {
  const { principal } = context;
  const { depth, rootId } = input;
  if (depth !== undefined && !(Number.isInteger(depth) && depth >= 0 && depth <= 50)) {
    throw invalid('depth', { zh: '应为 0 到 50 的整数', en: 'it is not a whole number from 0 to 50' }, [
      'depth',
    ]);
  }
  if (rootId !== undefined && !isId(rootId)) throw notFound('OrgUnit', rootId, ['rootId']);
  const rows = await selectOrgUnitTree(context.db, principal.tenantId, {
    fields,
    view: viewOf(principal),
    subtree: readSubtreeOf(principal),
    rootId: rootId ?? null,
    depth: depth ?? null,
    limit: TREE_MAX + 1,
  });
  if (rows.length === 0 && rootId !== undefined) throw notFound('OrgUnit', rootId, ['rootId']);
  return { nodes: rows.slice(0, TREE_MAX), truncated: rows.length > TREE_MAX };
};
