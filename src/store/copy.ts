import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Tx } from './transaction.ts';

export type CopyValue = string | number | boolean | Date | null | Buffer | object;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

const copyField = (value: CopyValue): string => {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  if (value instanceof Date) return value.toISOString();
  if (Buffer.isBuffer(value)) return `\\\\x${value.toString('hex')}`;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
};

/** One line in PostgreSQL's COPY text format: strings, numbers, booleans, instants, bytea, objects as JSON. */
export const copyLine = (values: readonly CopyValue[]): string => `${values.map(copyField).join('\t')}\n`;

/** Characters that are sent together: a stream costs as much for a line as for a thousand. */
const CHUNK = 64 * 1024;

/** The same bytes in fewer pieces. */
function* inChunks(rows: Iterable<Buffer | string>): Generator<Buffer | string> {
  let text = '';
  for (const row of rows) {
    if (typeof row === 'string') text += row;
    if (typeof row === 'string' && text.length < CHUNK) continue;
    if (text !== '') yield text;
    text = '';
    if (typeof row !== 'string') yield row;
  }
  if (text !== '') yield text;
}

/**
 * Streams lines made by `copyLine` into a table, as fast as the server takes them.
 *
 * PostgreSQL refuses COPY into a table under row-level security, so the target is a temporary table of this
 * transaction (`create temporary table … on commit drop`), from which one statement moves the rows on.
 * @returns number of rows copied
 */
export const copyInto = async (
  tx: Tx,
  target: { readonly table: string; readonly columns: readonly string[] },
  rows: AsyncIterable<Buffer | string> | Iterable<Buffer | string>,
): Promise<number> => {
  const columns = target.columns.map((column) => pg.escapeIdentifier(column)).join(', ');
  const stream = tx.client.query(
    copyFrom(`copy pg_temp.${pg.escapeIdentifier(target.table)} (${columns}) from stdin`),
  );
  await pipeline(Readable.from(Symbol.iterator in rows ? inChunks(rows) : rows), stream);
  return stream.rowCount;
};
