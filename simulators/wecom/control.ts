import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { readBody } from '../kit/transport.ts';
import type { AppInput } from './apps.ts';
import { faultRuleSchema } from './faults.ts';
import { settingsSchema } from './settings.ts';
import type { Control } from './simulator.ts';

/** Where another process drives the simulator; see README.md. */
export const CONTROL_PREFIX = '/__control';

const texts = z.array(z.string());

const appSchema = z.strictObject({
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  name: z.string().optional(),
  enabled: z.boolean().optional(),
  createdAt: z.number().optional(),
  ipList: texts.optional(),
  oldIps: texts.optional(),
  range: z.strictObject({ depts: z.array(z.int()), users: texts }).optional(),
  permission: z.enum(['read', 'edit']).optional(),
  forbidden: texts.optional(),
  privateFields: texts.optional(),
  weakSecret: z.boolean().optional(),
});

const clockSchema = z.strictObject({ advanceMs: z.number().optional(), freeze: z.literal(true).optional() });
const mutationSchema = z.strictObject({ op: z.string(), args: z.array(z.unknown()) });
const tokensSchema = z.strictObject({ clientId: z.string().optional() });
const callbackSchema = z.strictObject({
  clientId: z.string(),
  url: z.string(),
  token: z.string(),
  encodingAesKey: z.string(),
  form: z.enum(['full', 'reduced']).optional(),
});
const planSchema = z.strictObject({
  lose: z.boolean().optional(),
  copies: z.int().positive().optional(),
  delayMs: z.number().nonnegative().optional(),
});
const releaseSchema = z.strictObject({ order: z.enum(['inOrder', 'reversed', 'shuffled']).optional() });
const codeSchema = z.strictObject({
  clientId: z.string(),
  userid: z.string().optional(),
  openid: z.string().optional(),
  externalUserid: z.string().optional(),
  scope: z.enum(['snsapi_base', 'snsapi_privateinfo']).optional(),
  consent: texts.optional(),
});

export type Action = (control: Control, body: unknown, query: URLSearchParams) => unknown;

function one<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /': (control) => control.describe(),
  'POST /settings': (control, body) => control.set(dropUndefined(settingsSchema.partial().parse(body))),
  'POST /apps': (control, body) => {
    const { clientId, ...patch } = dropUndefined(appSchema.parse(body)) as AppInput;
    return clientId !== undefined && control.apps.has(clientId)
      ? control.changeApp(clientId, patch)
      : control.addApp(clientId === undefined ? patch : { clientId, ...patch });
  },
  'GET /faults': (control) => control.faults.list(),
  'POST /faults': (control, body) => ({
    ids: one(z.union([faultRuleSchema, z.array(faultRuleSchema)]).parse(body)).map((rule) =>
      control.faults.add(rule),
    ),
  }),
  'DELETE /faults': (control, _body, query) => {
    const id = query.get('id');
    if (id === null) control.faults.clear();
    else control.faults.remove(Number(id));
    return {};
  },
  'POST /mutations': (control, body) => ({
    results: one(z.union([mutationSchema, z.array(mutationSchema)]).parse(body)).map(({ op, args }) => {
      const action = (control.mutate as unknown as Record<string, unknown>)[op];
      if (!Object.hasOwn(control.mutate, op) || typeof action !== 'function')
        throw new TypeError(`no mutation ${op}`);
      return (action as (...values: unknown[]) => unknown)(...args) ?? null;
    }),
  }),
  'GET /invitations': (control) => control.invitations,
  'POST /codes': (control, body) => {
    const { clientId, ...visitor } = dropUndefined(codeSchema.parse(body));
    return { code: control.logins.issueCode(clientId, visitor) };
  },
  'GET /callbacks': ({ callbacks }) => callbacks.list(),
  'POST /callbacks': ({ callbacks }, body) => {
    const { clientId, ...input } = dropUndefined(callbackSchema.parse(body));
    return callbacks.configure(clientId, input);
  },
  'DELETE /callbacks': ({ callbacks }, _body, query) => callbacks.remove(query.get('clientId') ?? ''),
  'GET /deliveries': ({ callbacks }, _body, query) => callbacks.log(Number(query.get('since') ?? 0)),
  'POST /deliveries/hold': ({ callbacks }) => callbacks.hold(),
  'POST /deliveries/release': ({ callbacks }, body) => callbacks.release(releaseSchema.parse(body).order),
  'POST /deliveries/next': ({ callbacks }, body) =>
    callbacks.next(...one(z.union([planSchema, z.array(planSchema)]).parse(body)).map(dropUndefined)),
  'POST /deliveries/redeliver': ({ callbacks }, body) =>
    callbacks.redeliver(z.strictObject({ seq: z.int() }).parse(body).seq),
  'POST /deliveries/idle': ({ callbacks }) => callbacks.idle(),
  'GET /ledger': (control, _body, query) => {
    const api = query.get('api');
    const filter = { since: Number(query.get('since') ?? 0), limit: Number(query.get('limit') ?? 1000) };
    return control.ledger.entries(api ? { ...filter, api } : filter);
  },
  'GET /ledger/summary': (control) => control.ledger.summary(),
  'DELETE /ledger': (control) => control.ledger.clear(),
  'DELETE /limits': (control) => control.limits.reset(),
  'POST /clock': (control, body) => {
    const { advanceMs = 0, freeze } = clockSchema.parse(body);
    if (freeze) control.clock.freeze();
    control.clock.advance(advanceMs);
    return { now: control.clock.now() };
  },
  'POST /tokens/expire': (control, body) => control.tokens.expire(tokensSchema.parse(body).clientId),
  'POST /tokens/invalidate': (control, body) => control.tokens.invalidate(tokensSchema.parse(body).clientId),
  'GET /truth': (control) => control.company.truth,
  'GET /people': (control) => control.people(),
  'GET /departments': (control) => control.departments(),
};

/** zod's optional keys hold `undefined`, which must not overwrite anything. */
function dropUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}

/** Answers a control request: 200 JSON, 404 for an unknown action, 400 with the reason for a bad one. */
export async function handleControl(
  control: Control,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  control.scheduler.settle();
  const url = new URL(request.url ?? '/', 'http://sim');
  const action = ACTIONS[`${request.method} ${url.pathname.slice(CONTROL_PREFIX.length) || '/'}`];
  const reply = (status: number, body: unknown): void => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  };
  if (!action) return reply(404, { error: 'no such control action' });
  try {
    const text = await readBody(request);
    reply(200, await action(control, text ? JSON.parse(text) : {}, url.searchParams));
  } catch (error) {
    reply(400, { error: error instanceof Error ? error.message : String(error) });
  }
}
