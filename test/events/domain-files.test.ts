import { request as httpRequest } from 'node:http';
import pino from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import { createHttpServer } from '../../http/server.ts';
import type { Platform } from '../../src/ports/platform.ts';
import { type Company, type Gateway, openGateway } from '../schema/gateway.ts';
import { paperPlatform } from '../schema/paper-platform.ts';

let gateway: Gateway;
let mine: Company;
let theirs: Company;
let connection: string;
let port: number;

const NAME = 'WW_verify_a1B2c3D4e5F6g7H8.txt';
const CONTENT = 'a1B2c3D4e5F6g7H8';
const UPLOAD = `mutation ($input: UploadDomainFileInput!) {
  uploadDomainFile(input: $input) { domainFile { id host name url } } }`;

const makeConnection = async (company: Company, name: string): Promise<string> => {
  const { data } = await gateway.ask(
    company.owner,
    'mutation ($input: CreateConnectionInput!) { createConnection(input: $input) { connection { id } } }',
    { input: { platform: 'proving', name } },
  );
  return data.createConnection.connection.id;
};

beforeAll(async () => {
  gateway = await openGateway();
  const proving: Platform = {
    ...paperPlatform('proving'),
    domainFile: { accepts: (name, content) => name === `WW_verify_${content}.txt` },
  };
  (gateway.deps.platforms as Map<string, Platform>).set('proving', proving);
  mine = await gateway.company();
  theirs = await gateway.company('别家');
  connection = await makeConnection(mine, '企业微信');
  const http = createHttpServer({ logger: pino({ level: 'silent' }), trustProxy: [], secure: false });
  await http.fastify.register(gateway.graphql.plugin);
  port = Number(new URL(await http.listen({ host: '127.0.0.1', port: 0 })).port);
  return () => http.drain(1_000);
});

/** As a browser asks, with a host of the test's choosing and the path as it stands. */
const get = (path: string, host = 'muster.test'): Promise<{ status: number; type: string; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, headers: { host } }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          type: String(answer.headers['content-type']),
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });

describe('the file that proves a domain to a platform (row W-WX-05)', () => {
  test('is served at the root of its host as it was uploaded', async () => {
    const { data, errors } = await gateway.ask(mine.owner, UPLOAD, {
      input: { connectionId: connection, name: NAME, content: CONTENT },
    });
    expect(errors).toEqual([]);
    expect(data.uploadDomainFile.domainFile).toMatchObject({
      host: 'muster.test',
      name: NAME,
      url: `https://muster.test/${NAME}`,
    });
    expect(await get(`/${NAME}`)).toEqual({
      status: 200,
      type: 'text/plain; charset=utf-8',
      text: CONTENT,
    });
    expect(await get(`/${NAME}`, `MUSTER.test:${port}`)).toMatchObject({ status: 200, text: CONTENT });
  });

  test.each([
    ['at another host', `/${NAME}`, 'other.test'],
    ['in a folder', `/x/${NAME}`, 'muster.test'],
    ['by another way', `/x/../${NAME}`, 'muster.test'],
    ['by an encoded way', `/%2e%2e/${NAME}`, 'muster.test'],
    ['with another spelling', `/${NAME.toUpperCase()}`, 'muster.test'],
    ['with a blank behind it', `/${NAME}%20`, 'muster.test'],
    ['what nobody has uploaded', '/robots.txt', 'muster.test'],
    ['a file of the server itself', '/package.json', 'muster.test'],
  ])('is not served %s', async (_how, path, host) => {
    const answer = await get(path, host);
    expect(answer.status).toBe(404);
    expect(answer.text).not.toBe(CONTENT);
  });

  test.each([
    ['another content', { name: NAME, content: 'somebody else' }],
    ['a page', { name: 'index.html', content: '<script>' }],
    ['a way out', { name: '../WW_verify_x.txt', content: 'x' }],
    ['a long content', { name: `WW_verify_${'x'.repeat(2_000)}.txt`, content: 'x'.repeat(2_000) }],
  ])('is not taken with %s', async (_what, file) => {
    const { errors } = await gateway.ask(mine.owner, UPLOAD, {
      input: { connectionId: connection, ...file },
    });
    expect(errors[0]?.extensions.code).toBe('DOMAIN_FILE_INVALID');
  });

  test('belongs to one tenant, and the same file is not taken from another', async () => {
    const other = await makeConnection(theirs, '企业微信');
    const { errors } = await gateway.ask(theirs.owner, UPLOAD, {
      input: { connectionId: other, name: NAME, content: CONTENT },
    });
    expect(errors[0]?.extensions.code).toBe('DOMAIN_FILE_TAKEN');
    const { data } = await gateway.ask(theirs.owner, '{ domainFiles { name } }');
    expect(data.domainFiles).toEqual([]);
  });

  test('is served no longer once it is deleted', async () => {
    const { data } = await gateway.ask(mine.owner, '{ domainFiles { id name } }');
    const [file] = data.domainFiles;
    const remove = 'mutation ($input: DeleteDomainFileInput!) { deleteDomainFile(input: $input) { id } }';
    const stranger = await gateway.ask(theirs.owner, remove, { input: { id: file.id } });
    expect(stranger.errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect((await get(`/${NAME}`)).status).toBe(200);
    await gateway.ask(mine.owner, remove, { input: { id: file.id } });
    expect((await get(`/${NAME}`)).status).toBe(404);
  });
});
