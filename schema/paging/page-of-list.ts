import { AppError } from '../../src/domain/index.ts';
import { type Page, type PageKey, readCursor, readFirst } from '../../src/flows/roster/page.ts';
import type { Selection } from '../selection.ts';
import { wantsPage } from './connection.ts';

/** A list that is read forward from a key. */
export interface KeyedList<Row, Key> {
  readonly find: (after: Key | undefined, first: number) => Promise<readonly Row[]>;
  readonly keyOf: (row: Row) => Key;
  /** The key that a cursor names. @throws AppError INPUT_INVALID for a cursor of another list */
  readonly readKey: (cursor: PageKey) => Key;
  /** Absent = the list is not counted. */
  readonly count?: () => Promise<number>;
}

/** @throws AppError INPUT_INVALID unless the cursor names a place in an order of whole numbers */
export const readOrdinal = ({ text }: PageKey): number => {
  const ordinal = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(ordinal)) return ordinal;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'after', reason: 'it is not a cursor of this list' },
    path: ['after'],
  });
};

const readRows = async <Row, Key>(
  list: KeyedList<Row, Key>,
  after: Key | undefined,
  first: number,
): Promise<Pick<Page<Row>, 'hasNextPage' | 'nodes'>> => {
  // One row more than the page tells whether there is another one, without a second statement.
  const rows = await list.find(after, first + 1);
  return { nodes: rows.length > first ? rows.slice(0, first) : rows, hasNextPage: rows.length > first };
};

/**
 * What a selection wants of a page of a list: its rows, their number, or both.
 * @throws AppError INPUT_INVALID unless 1 ≤ first ≤ 200 and the cursor is one of the list
 */
export const pageOfList = async <Row, Key>(
  list: KeyedList<Row, Key>,
  page: { readonly first: number; readonly after: string | null },
  selection: Selection,
): Promise<Page<Row>> => {
  const first = readFirst(page.first);
  const cursor = readCursor(page.after);
  const after = cursor === null ? undefined : list.readKey(cursor);
  const [rows, totalCount] = await Promise.all([
    wantsPage(selection) ? readRows(list, after, first) : { nodes: [], hasNextPage: false },
    selection['totalCount'] === undefined || list.count === undefined ? null : list.count(),
  ]);
  return { ...rows, hasPreviousPage: cursor !== null, totalCount };
};
