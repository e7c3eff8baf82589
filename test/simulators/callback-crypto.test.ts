import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decrypt, encrypt, getSignature } from '@wecom/crypto';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { decryptMessage, deliver, encryptMessage, signMessage } from '../../simulators/callback/index.ts';
import { tries } from '../support/properties.ts';

// wecom.md §5.3
const WECOM = {
  token: 'hTq7sVn2LkX4',
  encodingAesKey: 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY',
  receiveId: 'ww0a1b2c3d4e5f6789',
};
const VECTOR_B =
  '<xml><ToUserName><![CDATA[ww0a1b2c3d4e5f6789]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1795219201</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event><ChangeType>create_user</ChangeType><UserID><![CDATA[wanglei]]></UserID><Department><![CDATA[1,7]]></Department></xml>';
const VECTOR_C =
  '<xml><ToUserName><![CDATA[wanglei]]></ToUserName><FromUserName><![CDATA[ww0a1b2c3d4e5f6789]]></FromUserName><CreateTime>1795219203</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>';
// dingtalk.md §13
const DINGTALK = {
  token: 'gwtok2026',
  encodingAesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG',
  receiveId: 'dingclient0001',
};

const VECTORS = [
  {
    name: 'WeCom A, verification of an address',
    keys: WECOM,
    random: 'A1b2C3d4E5f6G7h8',
    message: '5927781386432055719',
    stamp: ['1795219200', '90417733'],
    encrypt: 'tYeqJX516ag9KIDje6YL60IO2V683PlDRAI8QcnXW4gjyTmV8TkKFWI+/4JYJZqx1l5L121V0c+uYDZ5fN+M3g==',
    signature: 'd47e237ca73fbb3c617132cc01cbdf0638fc47d2',
  },
  {
    name: 'WeCom B, an event',
    keys: WECOM,
    random: '0123456789abcdef',
    message: VECTOR_B,
    stamp: ['1795219202', 'nonce8842'],
    encrypt:
      'pbqN6hWHDksRD2jgVE3dra0l9b0FSJG8GeXxbDGY8aMNCsG5cPNpDM09596lBbhHNE7kkwpbXccUo/qC6jA/o1sSYp/DmAq2gFMoAHT6GxsFBzKUbfH4NuObsVBofvp6o40D+BvHzUjuxl/fNCI49Eg8f7LAF5WdYFuEBHbfsKTcLEJovl/9HWhN3k50ztSe6+B14VbEaA1kZQAei5SvSRdWmaQW8TEvDerYxdEWg6ZKs5yM2odhyyjC5zM/SE0J3bP9TKhC4XYb7JyOW7vFuQG0C/wiXyisBkmXWR3NA5p+Z0m4izjH8zSxBqK+5MgZlkBl/OUuPvuHuj3qzwaDAaf+QcaOqaHDfn6XxGDypO/p+prK4bd0AOtRpaNupFPcH1ZQh49MkONzgkZ6wjqmOZIMOQvh8eXcn00LvqfsiLSYl/WAsdyBmDkyM6yq3tdMEqzT04OHqgomOw93sogE1A/lEimUxRHgXGzgDpjT4Nh9MgZ5inpq53qSUrB0gp1X',
    signature: '07e2ff64fb456e9bc43154ea9fec2b90b2cc124d',
  },
  {
    name: 'WeCom C, padding of 29 bytes',
    keys: WECOM,
    random: 'zyxwvutsrqponmlk',
    message: VECTOR_C,
    stamp: ['1795219203', '551207'],
    encrypt:
      'tE1fr/rky/yjjIKlYbjI/34jqgrgGJb8TmNKZjddQzDDpGsgevDhzTYMcrZ5IlKL14qNOm2BpzGqszYBXg+ePGX/pDbKXkpefoDh5kX9A5nXFFYAORap6/pgpFFG0mjtbc2sreCDx9h+LXQUeKk1JQ1SBaO62TOIuTQ/E5HovOOmxKubnMlTQJeu3Hgx+iA8XUwZY0zcGtNil2G993FYhH4McZePTvBFVxdJjTqMmial1yol7dgXfUPR0iIQSxKDx4r69dp8YU+/g2KulSN6p1OLnnm5AuCYy5IRsdIuKijuey3uryTU+FMQkLVg4yiLK6odcW8Lb/0Btxx88IwSRpzo8AF5PcTjn/GV+OIziPZy8xwTmcmy4Ekg+5uwdDcF',
    signature: 'fb5ab1773be740bca39f217e83cf726890c6938a',
  },
  {
    name: 'DingTalk, the answer',
    keys: DINGTALK,
    random: '0123456789abcdef',
    message: 'success',
    stamp: ['1795219200000', 'n0nce123'],
    encrypt: 'Q3stYC6hdFzMh9T8HCvyDHLF+ACuTg+5kLV2iY2TFs4pv6TTKaY3/6Ge3VTWFv6TjuVfjew59gPuSvMsHLtjxA==',
    signature: '939d91b34f41de4cf09f30fba0797eceae26d8f4',
  },
] as const;

test.each(VECTORS)('$name', ({ keys, random, message, stamp, encrypt: sealed, signature }) => {
  const [timestamp, nonce] = stamp;
  expect(encryptMessage(keys, message, Buffer.from(random))).toBe(sealed);
  expect(signMessage({ token: keys.token, timestamp, nonce, encrypt: sealed })).toBe(signature);
  expect(decryptMessage(keys, sealed)).toEqual({ message, receiveId: keys.receiveId });
});

test('what is encrypted here, the vendor library reads, and the other way round', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }), (text) => {
      const message = Buffer.from(text).toString();
      const ours = encryptMessage(WECOM, message);
      expect(decrypt(WECOM.encodingAesKey, ours)).toMatchObject({ message, id: WECOM.receiveId });
      expect(decryptMessage(WECOM, encrypt(WECOM.encodingAesKey, message, WECOM.receiveId))).toEqual({
        message,
        receiveId: WECOM.receiveId,
      });
      const signed = { token: WECOM.token, timestamp: '1795219200', nonce: 'n1', encrypt: ours };
      expect(signMessage(signed)).toBe(getSignature(WECOM.token, '1795219200', 'n1', ours));
    }),
    tries(100),
  );
});

test('what does not have the layout is refused', () => {
  const sealed = encryptMessage(WECOM, 'text');
  expect(() => decryptMessage(WECOM, '')).toThrow(TypeError);
  expect(() => decryptMessage(WECOM, sealed.slice(0, 30))).toThrow(TypeError);
  expect(() => decryptMessage({ encodingAesKey: 'short' }, sealed)).toThrow(TypeError);
  expect(() => encryptMessage(WECOM, 'text', Buffer.alloc(3))).toThrow(TypeError);
});

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});

/** A receiver that answers the n-th request with the n-th status; 0 = never. */
async function receiver(...statuses: number[]): Promise<{ url: string; bodies: string[] }> {
  const bodies: string[] = [];
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const status = statuses[bodies.push(body) - 1] ?? 200;
    if (status > 0) response.writeHead(status).end(`answer ${bodies.length}`);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/in`, bodies };
}

const FAST = { timeoutMs: 2000, pausesMs: [0, 0] };

test('a delivery ends with the first accepted try', async () => {
  const { url, bodies } = await receiver(500, 200);
  const seen: number[] = [];
  const options = { ...FAST, onAttempt: (entry: { attempt: number }) => seen.push(entry.attempt) };
  const attempts = await deliver({ url, body: '<xml/>' }, options);
  expect(attempts).toMatchObject([
    { attempt: 1, outcome: 'refused', status: 500, answer: 'answer 1' },
    { attempt: 2, outcome: 'accepted', status: 200, answer: 'answer 2' },
  ]);
  expect(bodies).toEqual(['<xml/>', '<xml/>']);
  expect(seen).toEqual([1, 2]);
});

test('three tries in all; a receiver that is silent, gone, or says the wrong thing is tried again', async () => {
  const silent = await receiver(0, 0, 0);
  expect(
    (await deliver({ url: silent.url, body: '' }, { ...FAST, timeoutMs: 50 })).map((a) => a.outcome),
  ).toEqual(['timeout', 'timeout', 'timeout']);
  const gone = await deliver({ url: 'http://127.0.0.1:1/', body: '' }, { timeoutMs: 2000, pausesMs: [] });
  expect(gone).toMatchObject([{ outcome: 'unreachable', status: null }]);
  const wrong = await deliver(
    { url: silent.url, body: '' },
    { ...FAST, accepts: ({ text }) => text === 'answer 5' },
  );
  expect(wrong.map((a) => a.outcome)).toEqual(['refused', 'accepted']);
});

test('closing ends the waiting', async () => {
  const { url } = await receiver(500);
  const stop = new AbortController();
  const running = deliver(
    { url, body: '' },
    { timeoutMs: 2000, pausesMs: [60_000], signal: stop.signal, onAttempt: () => stop.abort() },
  );
  expect(await running).toHaveLength(1);
});
