import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../src/domain/index.ts';
import { addressAllowed, callAddress, checkBase } from '../../src/platforms/kit/address-guard.ts';
import { createHttpClient } from '../../src/platforms/kit/http-client.ts';

/** Listens where no call may ever arrive and counts who came (S10). */
const canary = { connections: 0, port: 0, servers: [] as Server[] };
/** The one server that may be called; answers as the test says. */
const allowed = { url: '', location: '', status: 200, server: createHttpServer() };

const names: Record<string, string[]> = {
  'inner.example.com': ['127.0.0.1'],
  'inner6.example.com': ['::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'nat64.example.com': ['64:ff9b::7f00:1'],
  'metadata.example.com': ['169.254.169.254'],
  'alibaba-metadata.example.com': ['100.100.100.200'],
  'zero.example.com': ['0.0.0.0'],
  'private.example.com': ['10.0.0.1', '192.168.1.1', '172.16.0.1'],
  'rebinding.example.com': ['127.0.0.1'],
};
const lookups: string[] = [];
const resolve = async (host: string) => {
  lookups.push(host);
  const found = names[host];
  if (found === undefined) throw Object.assign(new Error('unknown'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

const client = createHttpClient({ resolve, totalTimeoutMs: 3_000, connectTimeoutMs: 1_000 });
const signal = new AbortController().signal;
const call = (base: string, options: { path?: string; allowPrivateNetwork?: boolean } = {}) =>
  client.send(
    {
      base,
      path: options.path ?? '/gettoken',
      method: 'GET',
      allowPrivateNetwork: options.allowPrivateNetwork ?? false,
    },
    signal,
  );

const listen = async (host: string, port: number): Promise<number> => {
  const server = createServer((socket) => {
    canary.connections += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => server.listen(port, host, done));
  canary.servers.push(server);
  return (server.address() as AddressInfo).port;
};

beforeAll(async () => {
  canary.port = await listen('127.0.0.1', 0);
  await listen('::1', canary.port);
  allowed.server.on('request', (_, response) => {
    response.writeHead(allowed.status, allowed.location === '' ? {} : { location: allowed.location });
    response.end('{"errcode":0}');
  });
  await new Promise<void>((done) => allowed.server.listen(0, '127.0.0.1', done));
  allowed.url = `http://127.0.0.1:${(allowed.server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await client.close();
  for (const server of [...canary.servers, allowed.server]) server.close();
});

const refusal = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
    return 'answered';
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
};

/** `PORT` is the canary's. */
const HOSTILE_BASES = [
  'https://127.0.0.1:PORT',
  'https://127.1:PORT',
  'https://127.0.1:PORT',
  'https://2130706433:PORT',
  'https://0x7f000001:PORT',
  'https://0x7f.0.0.1:PORT',
  'https://0177.0.0.1:PORT',
  'https://017700000001:PORT',
  'https://0:PORT',
  'https://0.0.0.0:PORT',
  'https://127.127.127.127:PORT',
  'https://[::1]:PORT',
  'https://[0:0:0:0:0:0:0:1]:PORT',
  'https://[::]:PORT',
  'https://[::ffff:127.0.0.1]:PORT',
  'https://[::ffff:7f00:1]:PORT',
  'https://[::127.0.0.1]:PORT',
  'https://[64:ff9b::127.0.0.1]:PORT',
  'https://[64:ff9b:1::7f00:1]:PORT',
  'https://[2002:7f00:1::]:PORT',
  'https://[2001:0:7f00:1::]:PORT',
  'https://[fe80::1]:PORT',
  'https://[fc00::1]:PORT',
  'https://[fec0::1]:PORT',
  'https://[ff02::1]:PORT',
  'https://10.0.0.1:PORT',
  'https://172.16.0.1:PORT',
  'https://192.168.0.1:PORT',
  'https://169.254.169.254/latest/meta-data',
  'https://100.100.100.200/latest/meta-data',
  'https://168.63.129.16/machine?comp=goalstate',
  'https://100.64.0.1:PORT',
  'https://198.18.0.1:PORT',
  'https://192.0.2.1:PORT',
  'https://224.0.0.1:PORT',
  'https://255.255.255.255:PORT',
  'https://localhost:PORT',
  'https://LOCALHOST:PORT',
  'https://localhost.:PORT',
  'https://foo.localhost:PORT',
  'https://metadata.google.internal',
  'https://printer.local:PORT',
  'https://intranet:PORT',
  'https://user:secret@127.0.0.1:PORT',
  'https://oapi.dingtalk.com@127.0.0.1:PORT',
  'https://oapi.dingtalk.com:443@127.0.0.1:PORT',
  'https://oapi.dingtalk.com%40127.0.0.1:PORT',
  'https://127.0.0.1:PORT#@oapi.dingtalk.com',
  'https://127.0.0.1:PORT?@oapi.dingtalk.com',
  'https://127.0.0.1:PORT\\@oapi.dingtalk.com',
  'https://①②⑦.⓪.⓪.①:PORT',
  'https://127。0。0。1:PORT',
  'https://ｌｏｃａｌｈｏｓｔ:PORT',
  'https://oapi.dingtalk。com',
  'https://oapi.dingtаlk.com',
  ' https://127.0.0.1:PORT',
  'https://127.0.0.1:PORT\n',
  'https://127.0.0.1\t:PORT',
  'https://oapi.dingtalk.com:22',
  'https://oapi.dingtalk.com:25',
  'https://oapi.dingtalk.com:6379@127.0.0.1:PORT',
  'https://oapi.dingtalk.com:6667',
  'http://oapi.dingtalk.com',
  'http://127.0.0.1:PORT',
  'ftp://127.0.0.1:PORT',
  'file:///etc/passwd',
  'gopher://127.0.0.1:PORT/_x',
  'data:text/plain,x',
  'javascript:alert(1)',
  'unix:///var/run/docker.sock',
  '//127.0.0.1:PORT',
  '127.0.0.1:PORT',
  '',
  'https://inner.example.com:PORT',
  'https://inner6.example.com:PORT',
  'https://mapped.example.com:PORT',
  'https://nat64.example.com:PORT',
  'https://metadata.example.com',
  'https://alibaba-metadata.example.com',
  'https://zero.example.com:PORT',
  'https://private.example.com:PORT',
  'https://rebinding.example.com:PORT',
  'https://oapi.dingtalk.com/../x',
  'https://oapi.dingtalk.com/%2e%2e/x',
];

describe('addresses that a connection may name', () => {
  it.each(HOSTILE_BASES)('refuses %j', async (template) => {
    const base = template.replace('PORT', String(canary.port));
    expect(await refusal(call(base))).toBe('PLATFORM_ADDRESS_FORBIDDEN');
    expect(canary.connections).toBe(0);
  });

  /** What stays refused when an administrator has allowed the private network. */
  const FORBIDDEN_EVEN_INSIDE = [
    'http://169.254.169.254',
    'http://100.100.100.200',
    'http://168.63.129.16',
    'http://0.0.0.0:PORT',
    'http://[::ffff:127.0.0.1]:PORT',
    'http://[64:ff9b::127.0.0.1]:PORT',
    'http://[fd00:ec2::254]',
    'http://[fe80::1]:PORT',
    'http://127.1:PORT',
    'http://2130706433:PORT',
    'http://user@127.0.0.1:PORT',
    'http://metadata.example.com',
    'http://mapped.example.com:PORT',
  ];
  it.each(FORBIDDEN_EVEN_INSIDE)('refuses %j even inside the private network', async (template) => {
    const base = template.replace('PORT', String(canary.port));
    expect(await refusal(call(base, { allowPrivateNetwork: true }))).toBe('PLATFORM_ADDRESS_FORBIDDEN');
    expect(canary.connections).toBe(0);
  });

  it('accepts the vendor, and a simulator once private addresses are allowed', () => {
    expect(checkBase('https://oapi.dingtalk.com', false).origin).toBe('https://oapi.dingtalk.com');
    expect(checkBase('https://gateway.example.com:8443/ding/', false).pathname).toBe('/ding/');
    expect(checkBase('http://127.0.0.1:9100', true).port).toBe('9100');
    expect(checkBase('http://simulator:9100', true).hostname).toBe('simulator');
    expect(addressAllowed('93.184.216.34', false)).toBe(true);
    expect(addressAllowed('2606:2800:220:1::1', false)).toBe(true);
  });
});

describe('ways out of a permitted base', () => {
  it.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    allowed.status = status;
    allowed.location = `http://127.0.0.1:${canary.port}/steal`;
    const answer = await call(allowed.url, { allowPrivateNetwork: true });
    expect(answer.status).toBe(status);
    expect(canary.connections).toBe(0);
    allowed.status = 200;
    allowed.location = '';
  });

  it.each(['//127.0.0.1/x', 'http://127.0.0.1/x', '\\\\127.0.0.1\\x', '@127.0.0.1/x', 'gettoken', '/\\x'])(
    'refuses the path %j',
    async (path) => {
      const refused = await refusal(call(allowed.url, { path, allowPrivateNetwork: true }));
      expect(refused).toBe('PLATFORM_ADDRESS_FORBIDDEN');
    },
  );

  it('keeps a path with dots below the prefix of the base', () => {
    const base = checkBase('https://gateway.example.com/ding', false);
    expect(callAddress(base, '/gettoken').href).toBe('https://gateway.example.com/ding/gettoken');
    expect(() => callAddress(base, '/../admin')).toThrow(AppError);
    expect(() => callAddress(base, '/%2e%2e/admin')).toThrow(AppError);
    expect(callAddress(base, '/x', { access_token: 'a&b=c#d' }).search).toBe('?access_token=a%26b%3Dc%23d');
  });

  it('asks no proxy that the environment names', async () => {
    const before = { ...process.env };
    for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'])
      process.env[name] = `http://127.0.0.1:${canary.port}`;
    const answer = await call(allowed.url, { allowPrivateNetwork: true });
    process.env = before;
    expect(answer.status).toBe(200);
    expect(canary.connections).toBe(0);
  });

  it('connects to the very address that was checked, asking for it once', async () => {
    const port = new URL(allowed.url).port;
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    const rebinding = createHttpClient({
      resolve: async () => (answers.shift() ?? []).map((address) => ({ address, family: 4 })),
    });
    const request = {
      base: `http://rebinding.example.com:${port}`,
      path: '/gettoken',
      method: 'GET',
      allowPrivateNetwork: true,
    } as const;
    expect((await rebinding.send(request, signal)).status).toBe(200);
    expect(answers).toHaveLength(1);
    await rebinding.close();
  });

  it('drops the forbidden of several addresses and uses the rest', async () => {
    const port = new URL(allowed.url).port;
    names['both.example.com'] = ['169.254.169.254', '127.0.0.1'];
    const answer = await call(`http://both.example.com:${port}`, { allowPrivateNetwork: true });
    expect(answer.status).toBe(200);
  });

  it('has met the canary not once', () => {
    expect(canary.connections).toBe(0);
    expect(lookups).toContain('inner.example.com');
  });
});
