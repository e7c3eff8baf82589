import { once } from 'node:events';
import { crc32, createDeflateRaw } from 'node:zlib';
import { storedEntry, writeZip, type ZipEntry } from './zip.ts';

/*
 * The least that ECMA-376 (SpreadsheetML) wants of a workbook with one sheet of texts. Written here because what the
 * libraries do at once, and in memory, holds up the whole process for many seconds at a hundred thousand rows.
 */

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

const PARTS: Readonly<Record<string, string>> = {
  '[Content_Types].xml': `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${TYPE}.worksheet+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/></Types>`,
  '_rels/.rels': `<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  'xl/workbook.xml': `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="links" sheetId="1" r:id="rId1"/></sheets></workbook>`,
  'xl/_rels/workbook.xml.rels': `<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/></Relationships>`,
  // Style 1 is text: a number that is typed into such a cell keeps its zeros and is not rounded.
  'xl/styles.xml': `<styleSheet xmlns="${MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>`,
};

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };
// biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 cannot hold is what is removed
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Name of a column, `A` to `Z`: a file of links has ten. */
const letterOf = (column: number): string => String.fromCharCode(65 + column);

const cell = (text: string, place: string): string => {
  if (text === '') return `<c r="${place}" s="1"/>`;
  const safe = text
    .toWellFormed()
    .replace(NOT_XML, '')
    .replace(/[&<>]/g, (character) => ESCAPES[character] ?? character);
  return `<c r="${place}" s="1" t="inlineStr"><is><t xml:space="preserve">${safe}</t></is></c>`;
};

const rowText = (row: readonly string[], number: number): string =>
  `<row r="${number}">${row.map((text, column) => cell(text, `${letterOf(column)}${number}`)).join('')}</row>`;

const head = (columns: number): string =>
  `${XML}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols><col min="1" max="${columns}" width="18" style="1" customWidth="1"/></cols><sheetData>`;

/** Packs the sheet while it is made: what is kept are its packed bytes alone. */
const packSheet = async (
  columns: number,
  rows: AsyncIterable<readonly (readonly string[])[]>,
): Promise<ZipEntry> => {
  const deflate = createDeflateRaw();
  const packed: Buffer[] = [];
  deflate.on('data', (chunk: Buffer) => packed.push(chunk));
  const ended = once(deflate, 'end');
  let size = 0;
  let crc = 0;
  let number = 0;
  const write = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text);
    size += bytes.length;
    crc = crc32(bytes, crc);
    if (!deflate.write(bytes)) await once(deflate, 'drain');
  };
  await write(head(columns));
  for await (const page of rows) {
    const first = number + 1;
    await write(page.map((row, at) => rowText(row, first + at)).join(''));
    number += page.length;
  }
  await write('</sheetData></worksheet>');
  deflate.end();
  await ended;
  return { name: 'xl/worksheets/sheet1.xml', method: 'deflated', data: Buffer.concat(packed), size, crc };
};

/** A workbook with one sheet of texts; pages of rows, the first of which begins with the header. */
export const writeXlsx = async (
  columns: number,
  rows: AsyncIterable<readonly (readonly string[])[]>,
): Promise<Buffer> => {
  const sheet = await packSheet(columns, rows);
  const parts = Object.entries(PARTS).map(([name, text]) => storedEntry(name, Buffer.from(XML + text)));
  return writeZip([...parts, sheet]);
};
