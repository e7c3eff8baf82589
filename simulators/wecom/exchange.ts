import type { IncomingMessage, ServerResponse } from 'node:http';
import { retype } from '../kit/retype.ts';
import { fallSilent } from '../kit/silence.ts';
import { type Answer, plainAnswer, readBytes, send, wait } from '../kit/transport.ts';
import { type Envelope, failure, success } from './envelopes.ts';
import { Failure, fail } from './failures.ts';
import { applyLasting, runBent, substitute } from './fault-effects.ts';
import type { Fault } from './faults.ts';
import { appOfToken, enter } from './gate.ts';
import { hasUnicodeEscape, Params, readBodyParams } from './params.ts';
import { routeOf } from './routing.ts';
import type { AnyRoute, World } from './world.ts';

/** One request with everything read from it. */
interface Request {
  readonly route: AnyRoute;
  readonly method: string;
  readonly params: Params;
  readonly token: string | null;
  readonly debug: boolean;
  readonly ip: string;
  readonly now: number;
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Answers one platform request from reading to the last byte. */
export async function exchange(
  world: World,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  world.scheduler.settle();
  const url = new URL(request.url ?? '/', 'http://sim');
  const ip = world.settings.clientIp ?? (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '');
  const bytes = await readBytes(request);
  const now = world.clock.now();
  const route = routeOf(url.pathname);
  if (!route) {
    const entry = world.ledger.record({ at: now, ip, clientId: null, api: url.pathname, params: {} });
    world.ledger.finish(entry, '404', 404);
    await send(response, { status: 404, body: '', type: 'text/html' }, []);
    return;
  }
  const inside = world.limits.begin(route.path);
  try {
    await serve(world, understand(request, url, { route, ip, now, bytes }), { response, inside });
  } finally {
    if (inside) world.limits.leave(route.path);
  }
}

/** Calls that want GET read the query and nothing else; calls that want POST read the body, and uploads both. */
function understand(
  request: IncomingMessage,
  url: URL,
  read: { route: AnyRoute; ip: string; now: number; bytes: Buffer },
): Request {
  const fromQuery = read.route.method === 'GET' || read.route.upload === true;
  return {
    ...read,
    method: request.method ?? 'GET',
    params: fromQuery
      ? new Params(Object.fromEntries(url.searchParams))
      : readBodyParams(read.bytes.toString('utf8')),
    token: url.searchParams.get('access_token'),
    debug: url.searchParams.get('debug') === '1',
    contentType: request.headers['content-type'] ?? '',
  };
}

async function serve(
  world: World,
  call: Request,
  { response, inside }: { response: ServerResponse; inside: boolean },
): Promise<void> {
  const { route, params, ip, now } = call;
  const clientId = callerOf(world, call);
  const entry = world.ledger.record({
    at: now,
    ip,
    clientId,
    api: route.path,
    params: redact(params.values),
  });
  const faults = world.faults.strike({
    api: route.path,
    clientId,
    writes: route.writes === true,
    params: params.values,
  });
  const { latencyMs, latencyJitterMs } = world.settings;
  if (latencyMs > 0 || latencyJitterMs > 0) await wait(latencyMs + Math.random() * latencyJitterMs);
  for (const fault of faults) if (fault.kind === 'latency') await wait(fault.ms);
  const finish = (outcome: string, status: number): void => world.ledger.finish(entry, outcome, status);

  applyLasting(world, faults, { clientId, path: route.path, params });
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
  const envelope = answer(world, call, { faults, inside });
  retype(envelope.body, faults);
  finish(outcomeOf(envelope, faults), 200);
  await send(response, toAnswer(world, envelope), faults);
}

function bareAnswer(faults: readonly Fault[]): { kind: Fault['kind']; answer: Answer } | undefined {
  for (const fault of faults) {
    const plain = plainAnswer([fault]);
    if (plain) return plain;
    if (fault.kind === 'html') {
      const body = '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body></body></html>';
      return { kind: fault.kind, answer: { status: fault.status ?? 200, body, type: 'text/html' } };
    }
  }
  return undefined;
}

function toAnswer({ settings }: World, { body }: Envelope): Answer {
  const text = JSON.stringify(body);
  const type = 'application/json; charset=UTF-8';
  if (!settings.errorHeaders) return { status: 200, body: text, type };
  // Header values are Latin-1 without control characters.
  const message = String(body['errmsg'] ?? '').replace(/[^\x20-\x7e]/g, '?');
  const headers = { 'Error-Code': String(body['errcode'] ?? 0), 'Error-Msg': message };
  return { status: 200, body: text, type, headers };
}

function answer(
  world: World,
  call: Request,
  { faults, inside }: { faults: readonly Fault[]; inside: boolean },
): Envelope {
  const { route, params, ip, now } = call;
  const told = (error: Failure): Envelope => failure(route, error, { ip, now, warned: params.warned });
  const planted = substitute(faults);
  if (planted) return { ...told(planted.failure), outcome: `fault:${planted.kind}` };
  try {
    return success(run(world, call, { faults, inside }), params.warned);
  } catch (error) {
    if (error instanceof Failure) return told(error);
    throw error;
  }
}

function run(
  world: World,
  call: Request,
  { faults, inside }: { faults: readonly Fault[]; inside: boolean },
): Readonly<Record<string, unknown>> {
  const { route, params, now, ip, bytes, contentType } = call;
  const limited = { path: route.path, ip, debug: call.debug };
  const given = { params, now, ip, bytes, contentType };
  if ('grant' in route) {
    admit();
    return route.grant(world, given);
  }
  const app = enter(world, route, { token: call.token, ip, now });
  admit();
  if (route.method === 'POST') checkPost(world, call);
  const result = runBent(world, route, { ...given, app }, faults);
  if (route.unlimitedWhenFine) world.limits.forgive(limited);
  return result;

  function admit(): void {
    if (!inside) fail(45033);
    if (!world.limits.admit(limited, now)) fail(45009);
  }
}

function checkPost({ settings }: World, { route, method, bytes }: Request): void {
  if (method !== 'POST') fail(settings.postByGetCode);
  if (!route.upload && settings.refuseUnicodeEscapes && hasUnicodeEscape(bytes.toString('utf8'))) fail(40033);
}

function callerOf(world: World, { route, params, token }: Request): string | null {
  if (!('grant' in route)) return appOfToken(world, token)?.clientId ?? null;
  const secret = params.values['corpsecret'];
  return [...world.apps.values()].find((app) => app.clientSecret === secret)?.clientId ?? null;
}

/** Faults that let the call through but spoil its answer are noted as faults as well. */
function outcomeOf(envelope: Envelope, faults: readonly Fault[]): string {
  const spoiling = faults.find((fault) => !LASTING.has(fault.kind));
  return spoiling && envelope.outcome === 'ok' ? `fault:${spoiling.kind}` : envelope.outcome;
}

const LASTING: ReadonlySet<Fault['kind']> = new Set([
  'latency',
  'tokenExpired',
  'tokenInvalid',
  'permissionLost',
  'rangeLost',
  'ipListed',
  'departmentGone',
]);

const SECRETS = new Set(['corpsecret', 'access_token', 'user_ticket', 'code']);

function redact(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (!Object.keys(values).some((name) => SECRETS.has(name))) return values;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, SECRETS.has(name) ? '***' : value]),
  );
}
