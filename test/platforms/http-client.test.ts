import { createServer, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { createHttpClient } from '../../src/platforms/kit/http-client.ts';
import { parseAnswer, parseJson } from '../../src/platforms/kit/json.ts';

const routes: Record<string, (response: ServerResponse) => void> = {
  '/json': (response) => response.end('{"a":1}'),
  '/silent': () => undefined,
  '/slow': (response) => {
    response.writeHead(200);
    response.write('{');
  },
  '/reset': (response) => response.destroy(),
  '/short': (response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('{"a":');
    setTimeout(() => response.destroy(), 20);
  },
  '/huge': (response) => response.end('x'.repeat(300_000)),
};
const server = createServer((request, response) => {
  const path = (request.url ?? '').split('?')[0] ?? '';
  routes[path]?.(response);
});
const client = createHttpClient({ totalTimeoutMs: 300, maxBodyBytes: 100_000 });
let base = '';

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

const call = (path: string, signal = new AbortController().signal, address = base) =>
  client.send({ base: address, path, method: 'GET', allowPrivateNetwork: true }, signal);
const codeOf = (error: unknown): string => (error instanceof AppError ? error.code : `not ours: ${error}`);
const failure = (path: string, address = base): Promise<string> =>
  call(path, undefined, address).then(() => 'answered', codeOf);

describe('one request', () => {
  it('returns status, headers and text', async () => {
    expect(await call('/json')).toMatchObject({ status: 200, text: '{"a":1}' });
  });

  it.each([
    ['/silent', 'PLATFORM_TIMEOUT'],
    ['/slow', 'PLATFORM_TIMEOUT'],
    ['/reset', 'PLATFORM_UNREACHABLE'],
    ['/short', 'PLATFORM_UNREACHABLE'],
    ['/huge', 'PLATFORM_ANSWER_INVALID'],
  ])('%s is %s', async (path, code) => {
    expect(await failure(path)).toBe(code);
  });

  it('tells a closed port and an unknown name apart', async () => {
    expect(await failure('/json', 'http://127.0.0.1:1024')).toBe('PLATFORM_UNREACHABLE');
    expect(await failure('/json', 'http://nosuch.invalid:8080')).toBe('PLATFORM_NAME_UNRESOLVED');
  });

  it('tells a failed handshake from a closed door', async () => {
    const tls = createTlsServer({}, (_, response) => response.end('{}'));
    await new Promise<void>((done) => tls.listen(0, '127.0.0.1', done));
    const address = `https://127.0.0.1:${(tls.address() as AddressInfo).port}`;
    expect(await failure('/json', address)).toBe('PLATFORM_TLS_FAILED');
    expect(await failure('/json', base.replace('http:', 'https:'))).toBe('PLATFORM_TLS_FAILED');
    tls.close();
  });

  it('ends with the reason of the caller who aborts', async () => {
    const abort = new AbortController();
    const pending = call('/silent', abort.signal);
    abort.abort(new Error('enough'));
    await expect(pending).rejects.toThrow('enough');
  });

  it('names neither token nor secret in an error', async () => {
    const request = { base, path: '/reset', method: 'GET', allowPrivateNetwork: true } as const;
    const error = await client
      .send({ ...request, query: { access_token: 'tok3n' } }, new AbortController().signal)
      .catch((caught: unknown) => caught);
    if (!(error instanceof AppError)) throw new TypeError('no error');
    expect(JSON.stringify([error.message, error.details, error.text, error.remedy])).not.toContain('tok3n');
  });
});

describe('JSON of a platform', () => {
  it('keeps integers beyond 2^53 as text', () => {
    expect(parseJson('{"order":176275808490200512,"id":900100200,"f":0.1234567890123456}')).toEqual({
      order: '176275808490200512',
      id: 900100200,
      f: 0.1234567890123456,
    });
    expect(parseJson('[-176275808490200512,9007199254740991]')).toEqual([
      '-176275808490200512',
      9007199254740991,
    ]);
  });

  it.each([
    ['<html><body>blocked</body></html>', 'HTML'],
    ['', 'empty'],
    ['{"errcode":0,"result":[{"dept', 'not JSON'],
    ['['.repeat(200_000), 'not JSON'],
  ])('names what came instead', (text, reason) => {
    const error = (() => {
      try {
        return parseAnswer(text, '/x');
      } catch (caught) {
        return caught;
      }
    })();
    expect(error).toMatchObject({ code: 'PLATFORM_ANSWER_INVALID', details: { reason } });
  });
});
