import { parse } from 'csv-parse/sync';
import { readSheet } from 'read-excel-file/node';
import { type LinkColumnWord, placeOf, undefuse } from './columns.ts';
import { readZip, storedEntry, writeZip, ZipFault } from './zip.ts';

export const LINK_FILE_FORMATS = ['XLSX', 'CSV'] as const;
export type LinkFileFormat = (typeof LINK_FILE_FORMATS)[number];

/** Most rows of a file, its header not counted. */
export const LINK_ROWS_MAX = 200_000;
/** Bytes that a workbook may unpack to. A hundred thousand exported rows take about eighty million. */
const UNPACKED_MAX = 256 * 1024 * 1024;
const ENTRIES_MAX = 1_000;
const CELL_MAX = 1_000;

/** A row of a file of links: its number in the file, the platform's id, and what was filled in. */
export type FileRow = readonly [row: number, externalId: string, value: string];

export type ParsedFile =
  | { readonly kind: 'rows'; readonly rows: readonly FileRow[] }
  | { readonly kind: 'unreadable'; readonly reason: string; readonly reasonZh: string }
  | { readonly kind: 'column'; readonly column: LinkColumnWord };

const unreadable = (reason: string, reasonZh: string): ParsedFile => ({
  kind: 'unreadable',
  reason,
  reasonZh,
});

type Table = readonly (readonly unknown[])[];

/** A number that Excel wrote with an exponent, without it. */
const plainNumber = (text: string): string => (/e/i.test(text) ? String(Number(text)) : text);

const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  return undefuse(String(value).slice(0, CELL_MAX).trim());
};

/**
 * The workbook is unpacked here, within bounds, and handed over unpacked: a reader that unpacks by itself believes the
 * sizes that the file states.
 */
const readWorkbook = async (content: Buffer): Promise<Table> => {
  const isWanted = (name: string): boolean => name.endsWith('.xml') || name.endsWith('.rels');
  const parts = readZip(content, isWanted, { entries: ENTRIES_MAX, bytes: UNPACKED_MAX });
  const plain = writeZip([...parts].map(([name, data]) => storedEntry(name, data)));
  return readSheet<string>(plain, { parseNumber: plainNumber });
};

/** UTF-8, or what Excel in Chinese writes unless it is asked for UTF-8. */
const decode = (content: Buffer): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return new TextDecoder('gb18030').decode(content);
  }
};

const delimiterOf = (text: string): string => {
  const [header = ''] = text.split(/\r?\n/, 1);
  return ['\t', ';'].find((one) => header.includes(one)) ?? ',';
};

const readCsv = (content: Buffer): Table => {
  const text = decode(content);
  return parse(text, {
    bom: true,
    delimiter: delimiterOf(text),
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: 100_000,
  });
};

const rowsOf = (table: Table): ParsedFile => {
  const [header = [], ...body] = table;
  if (body.length > LINK_ROWS_MAX) {
    return unreadable(`it has more than ${LINK_ROWS_MAX} rows`, `超过 ${LINK_ROWS_MAX} 行`);
  }
  const headers = header.map(textOf);
  const [idAt, linkAt] = [placeOf(headers, 'externalId'), placeOf(headers, 'link')];
  if (idAt < 0) return { kind: 'column', column: 'externalId' };
  if (linkAt < 0) return { kind: 'column', column: 'link' };
  const rows = body.flatMap((cells, at): FileRow[] => {
    const row: FileRow = [at + 2, textOf(cells[idAt]), textOf(cells[linkAt])];
    return row[1] === '' && row[2] === '' ? [] : [row];
  });
  return { kind: 'rows', rows };
};

/** Rows of a file of links, or why it cannot be read. Takes seconds of a processor: it belongs into a thread. */
export const parseLinkFile = async (content: Buffer, format: LinkFileFormat): Promise<ParsedFile> => {
  try {
    return rowsOf(format === 'XLSX' ? await readWorkbook(content) : readCsv(content));
  } catch (error) {
    if (error instanceof ZipFault && error.kind === 'TOO_LARGE') {
      return unreadable('it unpacks to far more than a list of links can be', '解压后过大');
    }
    const kind = format === 'XLSX' ? 'an .xlsx workbook' : 'a .csv file';
    return unreadable(`it is not ${kind}`, `不是${format === 'XLSX' ? ' .xlsx 工作簿' : ' .csv 文件'}`);
  }
};
