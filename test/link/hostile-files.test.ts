import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { permits } from '../../schema/authorisation.ts';
import { LINK_FILE_RULES } from '../../schema/link/link.rules.ts';
import { storedEntry, writeZip, type ZipEntry } from '../../src/flows/link/file/zip.ts';
import { actorsOf } from '../schema/actors.ts';
import { accountsIn, csvOf, openLinks } from './support.ts';

const links = await openLinks();
const { gateway, company, copies, download, upload } = links;
const connection = await copies.connection('敌意文件');
await copies.person(connection, 'p1');
await accountsIn(links, [{ userName: '王小明', jobNumber: 'X' }]);

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const send = (content: Buffer | string, type = 'application/octet-stream') =>
  upload(connection, { content, type, query: 'field=userName&dryRun=true' });
const codeOf = async (content: Buffer | string): Promise<string> => (await send(content)).json.error.code;

/** A file of an archive that states another size than it has. */
const lying = (name: string, data: Buffer, size: number): ZipEntry => ({
  name,
  method: 'deflated',
  data: deflateRawSync(data),
  size,
  crc: 0,
});

const sheetWith = (sheet: ZipEntry): Buffer =>
  writeZip([storedEntry('xl/workbook.xml', Buffer.from('<workbook/>')), sheet]);

describe('a file that is none', () => {
  test.each([
    ['nothing', Buffer.alloc(0), 'LINK_FILE_COLUMN_MISSING'],
    [
      'an archive of something else',
      writeZip([storedEntry('a.txt', Buffer.from('a'))]),
      'LINK_FILE_UNREADABLE',
    ],
    [
      'half of an archive',
      writeZip([storedEntry('a.xml', Buffer.alloc(999))]).subarray(0, 500),
      'LINK_FILE_UNREADABLE',
    ],
    ['the head of an archive', Buffer.from('PK\u0003\u0004'), 'LINK_FILE_UNREADABLE'],
    [
      'a sheet that is no XML',
      sheetWith(storedEntry('xl/worksheets/sheet1.xml', Buffer.from('<<<'))),
      'LINK_FILE_UNREADABLE',
    ],
    [
      'bytes',
      Buffer.from(Array.from({ length: 2_000 }, (_, i) => (i * 7) % 256)),
      'LINK_FILE_COLUMN_MISSING',
    ],
    ['a table without the column to be filled', 'externalId,name\r\np1,x\r\n', 'LINK_FILE_COLUMN_MISSING'],
    ['a table without ids', 'name,link\r\nx,y\r\n', 'LINK_FILE_COLUMN_MISSING'],
  ])('%s', async (_what, content, code) => {
    expect(await codeOf(content)).toBe(code);
  });

  test('says in both languages what is wrong', async () => {
    const { json } = await send('name,link\r\n');
    expect(json.error).toMatchObject({
      message: { zh: expect.stringContaining('externalId'), en: expect.stringContaining('externalId') },
      remedy: { zh: expect.any(String) },
    });
  });
});

describe('a file that is too much', () => {
  test('of packed nothing is unpacked no further than it may be, whatever size it states', async () => {
    const bomb = deflateRawSync(Buffer.alloc(300 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(1024 * 1024);
    const before = process.memoryUsage().rss;
    const entry: ZipEntry = {
      name: 'xl/worksheets/sheet1.xml',
      method: 'deflated',
      data: bomb,
      size: 100,
      crc: 0,
    };
    const answer = await send(sheetWith(entry));
    expect(answer).toMatchObject({
      status: 400,
      json: {
        error: { code: 'LINK_FILE_UNREADABLE', details: { reason: expect.stringContaining('unpacks') } },
      },
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * 1024 * 1024);
  });

  test('of a file that states a size of gigabytes nothing is set aside', async () => {
    const entry = lying('xl/worksheets/sheet1.xml', Buffer.from('<worksheet/>'), 0xfffffff0);
    expect(await codeOf(sheetWith(entry))).toBe('LINK_FILE_UNREADABLE');
  });

  test('nor are thousands of files in one archive read', async () => {
    const many = Array.from({ length: 2_000 }, (_, i) => storedEntry(`${i}.xml`, Buffer.from('<a/>')));
    expect(await codeOf(writeZip(many))).toBe('LINK_FILE_UNREADABLE');
  });

  test('entities that grow are not filled in', async () => {
    const laughs = `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "${'ha'.repeat(100)}">${Array.from(
      { length: 9 },
      (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`,
    ).join(
      '',
    )}]><worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>`;
    expect(await codeOf(sheetWith(storedEntry('xl/worksheets/sheet1.xml', Buffer.from(laughs))))).toMatch(
      /LINK_FILE/,
    );
  });

  test('more rows than a file may have, and more bytes', async () => {
    const rows = `externalId,link\n${'p1,x\n'.repeat(200_001)}`;
    expect(await codeOf(rows)).toBe('LINK_FILE_UNREADABLE');
    expect((await send(Buffer.alloc(16 * 1024 * 1024 + 1, 'a'))).status).toBe(413);
  });
});

describe('what people really send', () => {
  test.each([
    [
      'the encoding of Chinese Excel',
      Buffer.concat([
        Buffer.from('externalId,link\r\np1,'),
        Buffer.from([0xcd, 0xf5, 0xd0, 0xa1, 0xc3, 0xf7]),
      ]),
    ],
    ['semicolons', 'externalId;name;link\r\np1;x;王小明\r\n'],
    ['tabs', 'externalId\tlink\r\np1\t王小明'],
    ['Chinese headers and other columns', '\ufeff"姓名 name","关联值","平台标识"\r\nx,王小明,p1\r\n'],
    ['rows of nothing', 'externalId,link\r\n\r\n,\r\np1,王小明\r\n\r\n'],
  ])('%s', async (_what, content) => {
    const answer = await send(content, 'text/csv');
    expect(answer.json.counts, JSON.stringify(answer.json)).toMatchObject({ LINKED: 1, NOT_FOUND: 0 });
  });
});

describe('who may (S12)', () => {
  const actors = Object.entries(actorsOf(company));

  test.each(actors)('%s', async (_name, who) => {
    const file = { content: csvOf([['p1', 'x']]), query: 'field=userName&dryRun=true', type: XLSX };
    for (const [rule, answer] of [
      [LINK_FILE_RULES['GET links.xlsx, links.csv'], await download(connection, 'links.csv', who)],
      [LINK_FILE_RULES['GET links.xlsx, links.csv'], await download(connection, 'links.xlsx', who)],
      [LINK_FILE_RULES['POST links'], await upload(connection, file, who)],
    ] as const) {
      const isScoped = who?.kind === 'MACHINE' && !who.scopes.includes('directory:read');
      const allowed = permits(rule, who) && !(rule === LINK_FILE_RULES['POST links'] && isScoped);
      expect(answer.status).toBe(allowed ? 200 : who === null ? 401 : 403);
    }
  });

  test('a refusal is written down, and is given before the file is looked at', async () => {
    const member = actorsOf(company)['MEMBER'] ?? null;
    const answer = await upload(
      connection,
      { content: Buffer.alloc(64), query: 'field=x', type: XLSX },
      member,
    );
    expect(answer.status).toBe(403);
    const rows = await gateway.testDatabase.look(
      `select details from muster.audit_event where action = 'access.deny' and actor_id = $1`,
      [member?.id],
    );
    expect(rows).toMatchObject([{ details: { action: 'importLinks' } }]);
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json',
  ])('what a page of another site can send is not taken: %s', async (type) => {
    const answer = await upload(connection, { content: '{}', query: 'field=userName', type });
    expect(answer.status).toBe(415);
  });
});
