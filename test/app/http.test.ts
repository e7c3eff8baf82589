import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { addHealthRoutes, type HealthOptions } from '../../http/health.ts';
import { createMetrics } from '../../http/metrics.ts';
import { watchOverload } from '../../http/overload.ts';
import { createHttpServer, type HttpServer } from '../../http/server.ts';
import { AppError } from '../../src/domain/index.ts';
import { createLogger } from '../../src/logging/index.ts';
import { until } from '../jobs/probe.ts';

const logged: string[] = [];
const logger = createLogger({ level: 'info', to: { write: (line) => logged.push(line) } });

let server: HttpServer;
let base: string;

const serve = async (
  routes: (server: HttpServer) => void,
  options: {
    secure?: boolean;
    trustProxy?: readonly string[];
    onAnswer?: Parameters<typeof createHttpServer>[0]['onAnswer'];
  } = {},
): Promise<void> => {
  server = createHttpServer({
    logger,
    trustProxy: options.trustProxy ?? [],
    secure: options.secure ?? false,
    ...(options.onAnswer === undefined ? {} : { onAnswer: options.onAnswer }),
  });
  routes(server);
  base = await server.listen({ host: '127.0.0.1', port: 0 });
};

afterEach(() => server.drain(1_000));

describe('every answer', () => {
  it('carries a request id: the given one when it is harmless, a new one otherwise', async () => {
    await serve(({ fastify }) => fastify.get('/', async (asked) => ({ id: asked.id })));
    const given = await fetch(base, { headers: { 'x-request-id': 'proxy-0001' } });
    expect(given.headers.get('x-request-id')).toBe('proxy-0001');
    expect(await given.json()).toEqual({ id: 'proxy-0001' });
    const odd = await fetch(base, { headers: { 'x-request-id': '"><script>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('carries the security headers, and the one about https where there is https', async () => {
    await serve(({ fastify }) => fastify.get('/', async () => 'ok'), { secure: true });
    const { headers } = await fetch(base);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
    expect(headers.get('server')).toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  it('is counted by route pattern, never by address', async () => {
    const metrics = createMetrics();
    await serve(({ fastify }) => fastify.get('/people/:id', async () => 'ok'), {
      onAnswer: metrics.answered,
    });
    await fetch(`${base}/people/zhang-san`);
    await fetch(`${base}/nowhere/zhang-san`);
    const text = await metrics.text();
    expect(text).toContain(
      'muster_http_request_seconds_count{route="/people/:id",method="GET",status="2xx"} 1',
    );
    expect(text).toContain('muster_http_request_seconds_count{route="none",method="GET",status="4xx"} 1');
    expect(text).not.toContain('zhang-san');
  });
});

describe('errors', () => {
  it('are told with code, text and remedy in both languages', async () => {
    await serve(({ fastify }) =>
      fastify.get('/', async () => {
        throw new AppError('FORBIDDEN', { details: { action: 'look' } });
      }),
    );
    const answer = await fetch(base);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      error: { code: 'FORBIDDEN', message: { zh: expect.any(String), en: 'You may not do this: look' } },
    });
  });

  it('that nobody foresaw say nothing but the request id, and are logged under it', async () => {
    await serve(({ fastify }) =>
      fastify.get('/', async () => {
        throw new Error('the key (mobile)=(13800000000) already exists');
      }),
    );
    const answer = await fetch(base, { headers: { 'x-request-id': 'request-0042' } });
    const text = await answer.text();
    expect(answer.status).toBe(500);
    expect(text).toContain('request-0042');
    expect(text).not.toContain('13800000000');
    expect(logged.some((line) => line.includes('request-0042') && line.includes('request failed'))).toBe(
      true,
    );
  });

  it('tell when to come back where that is known', async () => {
    await serve(({ fastify }) =>
      fastify.get('/', async () => {
        throw new AppError('UNAVAILABLE', { details: { reason: 'x' } });
      }),
    );
    const answer = await fetch(base);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('1');
  });

  it('of the sender keep the exact status: too long, not JSON, not found', async () => {
    await serve(({ fastify }) => fastify.post('/', async () => 'ok'));
    const post = (body: string, type = 'application/json') =>
      fetch(base, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post(JSON.stringify('x'.repeat(1_100_000)))).status).toBe(413);
    expect((await post('{')).status).toBe(400);
    expect((await post('<a/>', 'application/xml')).status).toBe(415);
    expect((await fetch(`${base}/nowhere?secret=1`)).status).toBe(404);
  });

  it('PORT_IN_USE names the port', async () => {
    await serve(() => undefined);
    const second = createHttpServer({ logger, trustProxy: [], secure: false });
    const port = Number(new URL(base).port);
    await expect(second.listen({ host: '127.0.0.1', port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      details: { port },
    });
    await second.drain(100);
  });

  it.each([
    ['nohost.invalid', 0],
    // Documentation addresses (RFC 5737) belong to no machine.
    ['192.0.2.1', 0],
  ])('name HOST and PORT when %s cannot be listened on', async (host, port) => {
    await serve(() => undefined);
    const other = createHttpServer({ logger, trustProxy: [], secure: false });
    const refused = await other.listen({ host, port }).catch((error: unknown) => error);
    await other.drain(100);
    expect(refused).toMatchObject({ code: 'CONFIGURATION_INVALID' });
    expect(String(refused)).toContain(`HOST=${host}`);
    expect(String(refused)).toContain(`PORT=${port}`);
  });
});

describe('readiness', () => {
  const ready = async (checks: HealthOptions['checks']): Promise<[number, unknown]> => {
    await serve(({ fastify }) =>
      addHealthRoutes(fastify, { checks, metrics: createMetrics(), metricsFor: 'local' }),
    );
    const answer = await fetch(`${base}/readyz`);
    return [answer.status, await answer.json()];
  };

  it('is the sum of its checks', async () => {
    expect(await ready([{ name: 'database', isOk: () => true }])).toEqual([
      200,
      { status: 'ready', checks: { database: 'ok' } },
    ]);
  });

  it('fails with the check that throws, is false or never answers', async () => {
    const never = new Promise<boolean>(() => undefined);
    const [status, body] = await ready([
      { name: 'a', isOk: () => true },
      { name: 'b', isOk: () => Promise.reject(new Error('no')) },
      { name: 'c', isOk: () => never },
    ]);
    expect(status).toBe(503);
    expect(body).toEqual({ status: 'not ready', checks: { a: 'ok', b: 'failed', c: 'failed' } });
  });
});

describe('metrics', () => {
  type Question = { readonly from: string; readonly headers?: Record<string, string> };

  const offer = (
    metricsFor: HealthOptions['metricsFor'],
    trustProxy: readonly string[] = [],
  ): Promise<void> =>
    serve(({ fastify }) => addHealthRoutes(fastify, { checks: [], metrics: createMetrics(), metricsFor }), {
      trustProxy,
    });
  // Packets from those addresses cannot be had in a test; the server is told that they came.
  const statusFor = async ({ from, headers = {} }: Question): Promise<number> =>
    (await server.fastify.inject({ url: '/metrics', remoteAddress: from, headers })).statusCode;

  it('are for this machine and private networks, and for no stranger', async () => {
    await offer('local');
    expect((await fetch(`${base}/metrics`)).status).toBe(200);
    for (const from of [
      '127.0.0.1',
      '10.1.2.3',
      '192.168.0.9',
      '172.20.0.1',
      '::1',
      'fd00::1',
      '::ffff:10.0.0.1',
    ]) {
      expect([from, await statusFor({ from })]).toEqual([from, 200]);
    }
    for (const from of ['203.0.113.9', '8.8.8.8', '2001:db8::1', '::ffff:8.8.8.8', '172.32.0.1']) {
      expect([from, await statusFor({ from })]).toEqual([from, 403]);
    }
  });

  it('are not given to whoever comes through a proxy that is not trusted', async () => {
    await offer('local');
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
      expect((await fetch(`${base}/metrics`, { headers: { [name]: '10.0.0.1' } })).status).toBe(403);
    }
  });

  it('go by the address that a trusted proxy names', async () => {
    await offer('local', ['127.0.0.1']);
    const through = (client: string): Promise<number> =>
      statusFor({ from: '127.0.0.1', headers: { 'x-forwarded-for': client } });
    expect(await through('10.0.0.7')).toBe(200);
    expect(await through('203.0.113.9')).toBe(403);
    // What the client says of itself stands to the left of what the proxy saw.
    expect(await through('10.0.0.7, 203.0.113.9')).toBe(403);
    expect(await statusFor({ from: '10.0.0.5', headers: { 'x-forwarded-for': '10.0.0.7' } })).toBe(403);
  });

  it('are for everybody, or for nobody, where that was chosen', async () => {
    await offer('public');
    expect(await statusFor({ from: '203.0.113.9', headers: { via: '1.1 proxy' } })).toBe(200);
    await server.drain(100);
    await offer('off');
    expect((await fetch(`${base}/metrics`)).status).toBe(404);
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
  });
});

describe('overload', () => {
  it('is seen while the event loop is late, and over when it has caught up', async () => {
    let clock = 0;
    const guard = watchOverload(() => clock);
    expect(guard.refusal(100)).toBeNull();
    clock = 300;
    expect(guard.refusal(100)).toBe('overloaded');
    // A start, or a neighbour on the machine, holds the loop up as well: nobody is sent away for that.
    expect(guard.refusal(10)).toBeNull();
    expect(guard.refusal(2_000)).toBe('too many requests in progress');
    guard.close();
    await serve(() => undefined);
  });

  it('refuses a crowd with 503 and the time to come back, but not the question whether we live', async () => {
    const released = Promise.withResolvers<void>();
    await serve(({ fastify }) => {
      addHealthRoutes(fastify, { checks: [], metrics: createMetrics(), metricsFor: 'local' });
      fastify.get('/', async () => {
        await released.promise;
        return 'ok';
      });
      fastify.get('/block', async () => {
        const until = performance.now() + 600;
        while (performance.now() < until);
        return 'done';
      });
    });
    // With the next one 50, of whom none is sent away however busy the machine is.
    const crowd = Array.from({ length: 49 }, () => fetch(base));
    await until(async () => server.inProgress === 49);
    const blocked = fetch(`${base}/block`);
    // These are looked at right after the block.
    const late = Array.from({ length: 60 }, () => fetch(base));
    const health = await fetch(`${base}/healthz`);
    released.resolve();
    expect(health.status).toBe(200);
    const refused = (await Promise.all(late)).filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused) expect(headers.get('retry-after')).toBe('1');
    await Promise.all([blocked, ...crowd]);
    await until(async () => (await fetch(base)).status === 200);
  });
});

describe('draining', () => {
  it('answers what has begun and refuses new connections', async () => {
    const begun = Promise.withResolvers<void>();
    await serve(({ fastify }) =>
      fastify.get('/slow', async () => {
        begun.resolve();
        await sleep(300);
        return 'finished';
      }),
    );
    const slow = fetch(`${base}/slow`);
    await begun.promise;
    const drained = server.drain(5_000);
    expect(await (await slow).text()).toBe('finished');
    await drained;
    await expect(fetch(base)).rejects.toThrow();
    expect(server.inProgress).toBe(0);
  });

  it('cuts off what takes longer than it may', async () => {
    const begun = Promise.withResolvers<void>();
    await serve(({ fastify }) =>
      fastify.get('/endless', async () => {
        begun.resolve();
        await sleep(60_000, undefined, { ref: false });
      }),
    );
    const endless = fetch(`${base}/endless`).catch(() => 'cut off');
    await begun.promise;
    await server.drain(100);
    expect(await endless).toBe('cut off');
  });

  it('forgets a request whose client went away', async () => {
    const begun = Promise.withResolvers<void>();
    await serve(({ fastify }) =>
      fastify.get('/', async () => {
        begun.resolve();
        await sleep(60_000, undefined, { ref: false });
      }),
    );
    const asked = request(base).on('error', () => undefined);
    asked.end();
    await begun.promise;
    expect(server.inProgress).toBe(1);
    asked.destroy();
    while (server.inProgress > 0) await sleep(10);
  });
});
