import { fail } from './failures.ts';

/** A table as it was uploaded: cells by the name of their column. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, string>>[];
}

/** Reads a CSV file in UTF-8, with or without a byte-order mark; 40092 when it is empty or lacks a column. */
export function readTable(bytes: Buffer, needed: readonly string[]): Table {
  const lines = readCells(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  const [columns = [], ...rest] = lines.map((cells) => cells.map((cell) => cell.trim()));
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) fail(40092, `invalid csv file, missing column ${missing.join(',')}`);
  const rows = rest
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map((cells) => Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ''])));
  if (rows.length === 0) fail(40092);
  return { columns, rows };
}

function readCells(text: string): string[][] {
  const lines: string[][] = [];
  let line: string[] = [];
  // A cell in quotes, in which two quotes stand for one, or a bare one; then what ends it.
  const pattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text);
    if (!match) fail(40092);
    line.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] !== ',') {
      lines.push(line);
      line = [];
    }
  }
  if (line.length > 0) lines.push(line);
  return lines;
}

const MEMBER_COLUMNS: Readonly<Record<string, string>> = {
  姓名: 'name',
  帐号: 'userid',
  手机号: 'mobile',
  邮箱: 'email',
  职位: 'position',
  别名: 'alias',
  地址: 'address',
  座机: 'telephone',
};
const LIST_COLUMNS: Readonly<Record<string, string>> = {
  所在部门: 'department',
  是否部门内领导: 'is_leader_in_dept',
  排序: 'order',
};
/** Explains the column before it and holds nothing. */
const REMARK = '禁用项说明：(0-启用;1-禁用)';
const WORDS: Readonly<Record<string, string>> = { 男: '1', 女: '2', 是: '1', 否: '0' };

/** A row of members as the parameters of a create or update; only columns of the file are among them. */
export function memberParams(row: Readonly<Record<string, string>>): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const attrs: object[] = [];
  for (const [column, cell] of Object.entries(row)) {
    const plain = MEMBER_COLUMNS[column];
    const list = LIST_COLUMNS[column];
    if (plain !== undefined) values[plain] = cell;
    else if (list !== undefined) {
      if (cell !== '') values[list] = cell.split(';').map((part) => Number(WORDS[part] ?? part));
    } else if (column === '性别') {
      if (cell !== '') values['gender'] = WORDS[cell] ?? cell;
    } else if (column === '禁用') {
      if (cell !== '') values['enable'] = 1 - Number(WORDS[cell] ?? cell);
    } else if (column !== REMARK && column !== '') {
      attrs.push({ type: 0, name: column, text: { value: cell } });
    }
  }
  return attrs.length > 0 ? { ...values, extattr: { attrs } } : values;
}

export interface PartyRow {
  readonly id: number;
  readonly parentId: number;
  readonly name: string;
  /** Empty and 0 leave the order alone. */
  readonly order: number;
}

/** Rows of departments, each parent before its children; 302004, 302006 and 302007 when they are no tree. */
export function partyRows(table: Table, known: (id: number) => boolean): PartyRow[] {
  const rows = table.rows.map((row) => ({
    id: Number(row['部门ID']),
    parentId: Number(row['父部门ID']),
    name: row['部门名称'] ?? '',
    order: Number(row['排序'] ?? 0),
  }));
  const byId = new Map(rows.map((row) => [row.id, row]));
  if (byId.size < rows.length) fail(302006);
  const siblings = new Set(rows.map((row) => `${row.parentId} ${row.name}`));
  if (siblings.size < rows.length) fail(302007);
  const sorted = new Set<PartyRow>();
  const visit = (row: PartyRow, below: ReadonlySet<number>): void => {
    if (sorted.has(row)) return;
    if (below.has(row.id)) fail(302004);
    const parent = byId.get(row.parentId);
    if (parent) visit(parent, new Set(below).add(row.id));
    else if (row.parentId !== 0 && !known(row.parentId)) fail(302004);
    sorted.add(row);
  };
  for (const row of rows) visit(row, new Set());
  return [...sorted];
}
