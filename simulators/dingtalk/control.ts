import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { faultRuleSchema } from './faults.ts';
import { settingsSchema } from './settings.ts';
import type { Control } from './simulator.ts';
import { readBody } from './transport.ts';

/** Where another process drives the simulator; see README.md. */
export const CONTROL_PREFIX = '/__control';

const appSchema = z.strictObject({
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  name: z.string().optional(),
  enabled: z.boolean().optional(),
  scopes: z.array(z.string()).optional(),
  mobileField: z.boolean().optional(),
  personalFields: z.boolean().optional(),
  ipList: z.array(z.string()).optional(),
  range: z.strictObject({ depts: z.array(z.int()), users: z.array(z.string()) }).optional(),
});

const clockSchema = z.strictObject({ advanceMs: z.number().optional(), freeze: z.literal(true).optional() });

const addressSchema = z.strictObject({
  clientId: z.string(),
  url: z.string(),
  token: z.string(),
  aesKey: z.string(),
  types: z.array(z.string()).nullable().optional(),
});
const planSchema = z.strictObject({
  lose: z.boolean().optional(),
  copies: z.int().positive().optional(),
  delayMs: z.number().nonnegative().optional(),
});
const releaseSchema = z.strictObject({
  order: z.enum(['inOrder', 'reversed', 'shuffled']).optional(),
  copies: z.int().positive().optional(),
});
const raiseSchema = z.strictObject({
  type: z.string(),
  userIds: z.array(z.string()).optional(),
  deptIds: z.array(z.int()).optional(),
  more: z.record(z.string(), z.unknown()).optional(),
});
const streamsSchema = z.strictObject({ reason: z.string().optional(), clientId: z.string().optional() });

const mobileSchema = z.strictObject({ mobile: z.string() });

const mutationSchema = z.strictObject({ op: z.string(), args: z.array(z.unknown()) });

type Action = (control: Control, body: unknown, query: URLSearchParams) => unknown;

function one<T>(value: T | readonly T[]): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}

const ACTIONS: Readonly<Record<string, Action>> = {
  'GET /': (control) => control.describe(),
  'POST /settings': (control, body) => control.set(dropUndefined(settingsSchema.partial().parse(body))),
  'POST /apps': (control, body) => {
    const { clientId, ...patch } = dropUndefined(appSchema.parse(body));
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
  'GET /invitations': (control) => control.invitations(),
  'POST /invitations/accept': (control, body) => ({
    userid: control.mutate.acceptInvitation(mobileSchema.parse(body).mobile),
  }),
  'POST /invitations/decline': (control, body) =>
    control.mutate.declineInvitation(mobileSchema.parse(body).mobile),
  'POST /subscriptions': ({ events }, body) => {
    const { clientId, ...input } = dropUndefined(addressSchema.parse(body));
    return events.subscribe(clientId, input);
  },
  'DELETE /subscriptions': ({ events }, _body, query) => events.unsubscribe(query.get('clientId') ?? ''),
  'POST /events': ({ events }, body) => {
    const { type, ...content } = dropUndefined(raiseSchema.parse(body));
    return { seq: events.raise(type, content) };
  },
  'GET /events': ({ events }, _body, query) => events.log(Number(query.get('since') ?? 0)),
  'POST /events/hold': ({ events }) => events.hold(),
  'POST /events/release': ({ events }, body) => {
    const { order, copies } = releaseSchema.parse(body);
    events.release(order, copies);
  },
  'POST /events/next': ({ events }, body) =>
    events.next(...one(z.union([planSchema, z.array(planSchema)]).parse(body)).map(dropUndefined)),
  'POST /events/redeliver': ({ events }, body) =>
    events.redeliver(z.strictObject({ seq: z.int() }).parse(body).seq),
  'POST /events/idle': ({ events }) => events.idle(),
  'GET /streams': ({ events }) => ({ connections: events.streams.connections() }),
  'POST /streams/disconnect': ({ events }, body) => {
    const { reason, clientId } = streamsSchema.parse(body);
    events.streams.disconnect(reason, clientId);
  },
  'POST /streams/drop': ({ events }, body) => events.streams.drop(streamsSchema.parse(body).clientId),
  'POST /streams/ping': async ({ events }) => ({ opaque: await events.streams.ping() }),
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
  'POST /tokens/expire': (control, body) =>
    control.tokens.expire(z.strictObject({ clientId: z.string().optional() }).parse(body).clientId),
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
