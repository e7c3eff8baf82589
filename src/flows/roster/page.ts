import { AppError, isId } from '../../domain/index.ts';

/** Highest number of objects in one page. */
export const PAGE_MAX = 200;

/** One page of a list. */
export interface Page<Node> {
  readonly nodes: readonly Node[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** Counted only when asked for. */
  readonly totalCount: number | null;
}

/** Where a page begins, by the order's text and the id that tells namesakes apart. */
export interface PageKey {
  readonly text: string;
  readonly id: string;
}

const CURSOR_MAX = 2048;

/** A cursor: opaque to clients, valid only for the same filter and order. */
export const writeCursor = (key: PageKey): string =>
  Buffer.from(JSON.stringify([key.text, key.id])).toString('base64url');

/** @throws AppError INPUT_INVALID for anything that {@link writeCursor} has not made */
export const readCursor = (cursor: string | null | undefined): PageKey | null => {
  if (cursor === null || cursor === undefined) return null;
  const invalid = new AppError('INPUT_INVALID', {
    details: { field: 'after', reason: 'it is not a cursor of this list', reasonZh: '不是这个列表的游标' },
    path: ['after'],
  });
  if (cursor.length > CURSOR_MAX) throw invalid;
  let key: unknown;
  try {
    key = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalid;
  }
  if (!Array.isArray(key) || key.length !== 2) throw invalid;
  const [text, id]: readonly unknown[] = key;
  if (typeof text !== 'string' || typeof id !== 'string' || !isId(id) || text.includes('\u0000'))
    throw invalid;
  return { text, id };
};

/** @throws AppError INPUT_INVALID unless 1 ≤ first ≤ 200 */
export const readFirst = (first: number): number => {
  if (Number.isInteger(first) && first >= 1 && first <= PAGE_MAX) return first;
  throw new AppError('INPUT_INVALID', {
    details: {
      field: 'first',
      reason: `it is not a whole number from 1 to ${PAGE_MAX}`,
      reasonZh: `应为 1 到 ${PAGE_MAX} 的整数`,
    },
    path: ['first'],
  });
};

/** Cuts the one row too many that tells whether there is a next page. */
export const pageOf = <Node>(
  rows: readonly Node[],
  options: { readonly first: number; readonly after: PageKey | null; readonly totalCount: number | null },
): Page<Node> => ({
  nodes: rows.length > options.first ? rows.slice(0, options.first) : rows,
  hasNextPage: rows.length > options.first,
  hasPreviousPage: options.after !== null,
  totalCount: options.totalCount,
});
