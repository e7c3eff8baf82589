/** A page of a list that is read by position. */
export interface ListingPage<Row> {
  readonly rows: readonly Row[];
  /** How long the list is, by the platform's own word with this page. */
  readonly total: number;
}

/** Reads rows from a position on, which counts from 1; the platform may bring fewer or more than asked for. */
export type ReadPage<Row> = (startIndex: number, count: number) => Promise<ListingPage<Row>>;

/** Where one pass through a list stands. */
export interface Pass {
  /** Position of the next row. */
  next: number;
  /** Id of the row before it; `null` where that is not known. */
  lastId: string | null;
  /** Ids met so far. */
  readonly met: Set<string>;
  /** Nothing spoke for a list that changed while it was read, or for a platform that pages wrongly. */
  steady: boolean;
  total: number;
}

export const newPass = (): Pass => ({ next: 1, lastId: null, met: new Set(), steady: true, total: 0 });

/** Pages in a row that bring nobody new before the rest is given up. */
const IDLE_PAGES = 3;

/**
 * Reads a list to its end and yields the rows page by page, noting in `pass` whether it may be trusted. Each page
 * begins with the last row of the page before: another row there means that rows have moved, and the reading goes
 * back by a page, so that nobody slips through. Positions are counted by what came, never by what was asked for, and
 * a page of known rows again and again ends the reading. Source: RFC 7644 §3.4.2.4, which promises no stable order.
 */
export async function* readListing<Row extends { readonly id: string }>(
  read: ReadPage<Row>,
  pass: Pass,
  { pageSize }: { readonly pageSize: number },
): AsyncGenerator<Row[], void, void> {
  for (let idle = 0; idle < IDLE_PAGES; ) {
    const overlap = pass.lastId === null ? 0 : 1;
    const { rows, total } = await read(pass.next - overlap, pageSize + overlap);
    pass.total = total;
    const moved = overlap === 1 && rows[0] !== undefined && rows[0].id !== pass.lastId;
    const fresh = moved ? [...rows] : rows.slice(overlap);
    const known = pass.met.size;
    for (const { id } of fresh) pass.met.add(id);
    idle = pass.met.size === known ? idle + 1 : 0;
    if (moved || pass.met.size !== known + fresh.length) pass.steady = false;
    if (moved) {
      pass.next = Math.max(1, pass.next - pageSize);
      pass.lastId = null;
    } else {
      pass.next += fresh.length;
      // A page that held nothing but the known row is asked for once more without it.
      pass.lastId = fresh.at(-1)?.id ?? null;
    }
    yield fresh;
    if (pass.next > total) return;
  }
  pass.steady = false;
}

/** Those rows of the whole list that fit, each once. */
export const findInList = async <Row extends { readonly id: string }>(
  read: ReadPage<Row>,
  fits: (row: Row) => boolean,
  options: { readonly pageSize: number },
): Promise<readonly Row[]> => {
  const found = new Map<string, Row>();
  for await (const rows of readListing(read, newPass(), options))
    for (const row of rows) if (fits(row)) found.set(row.id, row);
  return [...found.values()];
};
