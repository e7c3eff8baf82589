import type { IncomingMessage, ServerResponse } from 'node:http';
import { retype } from '../kit/retype.ts';
import { fallSilent } from '../kit/silence.ts';
import { ipAllowed } from './apps.ts';
import { settle } from './corp.ts';
import { apiNameOf, type Envelope, failure, notServed, success, unknownPath } from './envelopes.ts';
import { business, Failure } from './failures.ts';
import { applyLasting, runBent, substitute } from './fault-effects.ts';
import type { Fault } from './faults.ts';
import { appOfToken, enter, legacyToken } from './gate.ts';
import { ipRefused } from './gate-failures.ts';
import { Params, parseLegacyBody, parseNewBody } from './params.ts';
import { type AnyRoute, type Host, type Match, matchRoute } from './routing.ts';
import { bareAnswer, punishment, readBody, send, wait } from './transport.ts';
import type { World } from './world.ts';

/** One request with everything read from it. */
interface Request {
  readonly route: AnyRoute;
  readonly path: Readonly<Record<string, string>>;
  readonly params: Params;
  /** A body that could not be read; told only to callers who pass the gate. */
  readonly badBody: Failure | undefined;
  readonly token: string | undefined;
  readonly ip: string;
  readonly now: number;
}

/** Answers one platform request from reading to the last byte. */
export async function exchange(
  world: World,
  host: Host,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const now = world.clock.now();
  settle(world.corp, now);
  world.scheduler.settle();
  const url = new URL(request.url ?? '/', 'http://sim');
  const ip = world.settings.clientIp ?? (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const text = await readBody(request);
  if (world.settings.latencyMs > 0 || world.settings.latencyJitterMs > 0) {
    await wait(world.settings.latencyMs + Math.random() * world.settings.latencyJitterMs);
  }
  const note = { at: now, ip };
  if (world.limits.punished(ip, now)) {
    const entry = world.ledger.record({ ...note, clientId: null, api: url.pathname, params: {} });
    world.ledger.finish(entry, 'ipBlocked', 200);
    await send(response, punishment(world.settings.ipLimit?.body ?? 'json'), []);
    return;
  }
  const match = matchRoute(host, request.method ?? 'GET', url.pathname);
  if (match.kind !== 'route') {
    const envelope = unmatched(host, url.pathname, match);
    const entry = world.ledger.record({ ...note, clientId: null, api: url.pathname, params: {} });
    world.ledger.finish(entry, envelope.outcome, envelope.status);
    await send(response, { status: envelope.status, body: JSON.stringify(envelope.body) }, []);
    return;
  }
  await serve(world, understand(request, url, { match, text, ip, now }), response);
}

function unmatched(host: Host, path: string, match: Exclude<Match, { kind: 'route' }>): Envelope {
  if (match.kind === 'method' && match.route.family === 'legacy') {
    return failure(match.route.shape, business(match.wanted === 'GET' ? 43001 : 43002).detail);
  }
  const isNew = /^\/v\d+\.\d+\//.test(path);
  if ((host === 'legacy' && isNew) || (host === 'new' && !isNew)) return notServed();
  return unknownPath(path);
}

function understand(
  request: IncomingMessage,
  url: URL,
  {
    match,
    text,
    ip,
    now,
  }: { match: Extract<Match, { kind: 'route' }>; text: string; ip: string; now: number },
): Request {
  const { route, path } = match;
  const contentType = request.headers['content-type'] ?? '';
  let values: Record<string, unknown> = {};
  let badBody: Failure | undefined;
  try {
    if (route.method === 'GET') values = Object.fromEntries(url.searchParams);
    else
      values =
        route.family === 'new' ? parseNewBody({ contentType, text }) : parseLegacyBody({ contentType, text });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    badBody = error;
  }
  const params = new Params(values);
  const header = request.headers['x-acs-dingtalk-access-token'];
  const isForm = contentType.includes('x-www-form-urlencoded');
  const token = route.family === 'new' ? header?.toString() : legacyToken(url.searchParams, params, isForm);
  return { route, path, params, badBody, token, ip, now };
}

async function serve(world: World, call: Request, response: ServerResponse): Promise<void> {
  const { route, params, ip, now } = call;
  const clientId = callerOf(world, call);
  const shown = redact(params.values);
  const entry = world.ledger.record({ at: now, ip, clientId, api: route.path, params: shown });
  const faults = world.faults.strike({
    api: route.path,
    clientId,
    writes: route.writes === true,
    params: params.values,
  });
  for (const fault of faults) if (fault.kind === 'latency') await wait(fault.ms);
  const finish = (outcome: string, status: number): void => world.ledger.finish(entry, outcome, status);

  if (faults.length > 0) {
    applyLasting(world, faults, { clientId, scope: 'scope' in route ? route.scope : null, params });
    if (faults.some((fault) => fault.kind === 'timeout')) {
      fallSilent(response);
      return finish('fault:timeout', 0);
    }
    if (faults.some((fault) => fault.kind === 'resetBefore')) {
      response.destroy();
      return finish('fault:resetBefore', 0);
    }
    const bare = bareAnswer(faults);
    if (bare) {
      finish(`fault:${bare.kind}`, bare.answer.status);
      return send(response, bare.answer, faults);
    }
  }
  const envelope = await answer(world, call, faults);
  retype(envelope.body, faults);
  finish(outcomeOf(envelope, faults), envelope.status);
  await send(response, { status: envelope.status, body: JSON.stringify(envelope.body) }, faults);
}

async function answer(world: World, call: Request, faults: readonly Fault[]): Promise<Envelope> {
  const { route, now } = call;
  const refused = { family: route.family, apiName: apiNameOf(route.path) };
  const planted = substitute(faults, route.shape, refused, now);
  if (planted) return planted;
  try {
    return success(route.shape, await run(world, call, faults));
  } catch (error) {
    if (error instanceof Failure) return failure(route.shape, error.detail);
    throw error;
  }
}

function run(world: World, call: Request, faults: readonly Fault[]): unknown {
  const { route, params, path, now, ip } = call;
  if ('grant' in route) {
    if (call.badBody) throw call.badBody;
    const app = world.apps.get(callerOf(world, call) ?? '');
    if (app && world.settings.ipListOnTokenEndpoints && !ipAllowed(app, ip)) {
      throw ipRefused({ family: route.family, apiName: route.path }, app.clientId, ip);
    }
    return route.grant(world, { params, path, now });
  }
  const app = enter(world, route, { route, token: call.token, ip, now });
  if (call.badBody) throw call.badBody;
  return runBent(world, route, { app, params, path, now }, faults);
}

function callerOf(world: World, { route, params, token }: Request): string | null {
  if (!('grant' in route)) return appOfToken(world, token)?.clientId ?? null;
  const named = ['appkey', 'appKey', 'client_id', 'clientId', 'corpid']
    .map((name) => params.values[name])
    .find(Boolean);
  return typeof named === 'string' && world.apps.has(named) ? named : null;
}

/** Faults that let the call through but spoil its answer are noted as faults as well. */
function outcomeOf(envelope: Envelope, faults: readonly Fault[]): string {
  const spoiling = faults.find((fault) => !LASTING.has(fault.kind));
  return spoiling && envelope.outcome === 'ok' ? `fault:${spoiling.kind}` : envelope.outcome;
}

const LASTING: ReadonlySet<Fault['kind']> = new Set([
  'latency',
  'tokenExpired',
  'permissionLost',
  'rangeLost',
  'ipListed',
  'departmentGone',
]);

const SECRETS = new Set([
  'appsecret',
  'appSecret',
  'client_secret',
  'clientSecret',
  'corpsecret',
  'access_token',
]);

function redact(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Object.keys(values).some((name) => SECRETS.has(name))) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, SECRETS.has(name) ? '***' : value]),
  );
}
