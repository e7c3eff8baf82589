import { CONTACT_TYPES } from './event-payloads.ts';
import { business, type Failure, fresh } from './failures.ts';
import type { Params } from './params.ts';
import type { PushTarget } from './pushes.ts';
import { STREAM_PATH } from './stream-gateway.ts';
import type { Handler, Route, TokenRoute, World } from './world.ts';

const KNOWN = new Set<string>(CONTACT_TYPES);

/** What a registration asks for, checked as far as it can be without calling the address. */
function readTarget({ corp }: World, params: Params): PushTarget {
  const types = params.list('call_back_tag') ?? [];
  const token = params.needText('token');
  const aesKey = params.needText('aes_key');
  const url = params.needText('url');
  if (types.length === 0 || types.some((type) => !KNOWN.has(type))) throw business(71008);
  if (!/^[0-9A-Za-z]{6,63}$/.test(token)) throw business(40035, '不合法的参数 token');
  if (!/^[0-9A-Za-z]{43}$/.test(aesKey)) throw business(900004);
  if (!/^https?:\/\/\S+$/.test(url)) throw business(71011);
  return { url, token, aesKey, owner: corp.corpId, types };
}

/** Calls the address before it is kept: it must answer `check_url` with the sealed `success`. */
async function checked({ events }: World, target: PushTarget): Promise<void> {
  const { outcome, status, answer } = await events.check(target);
  if (outcome === 'accepted') return;
  throw refusal(status, outcome, answer);
}

function refusal(status: number | null, outcome: string, answer: string): Failure {
  if (status === null) return business(71012, `url地址访问异常,错误原因为:${outcome}`);
  if (status !== 200) return business(71012, `url地址访问异常,错误原因为:http statusCode is:${status}`);
  return business(/^\s*\{/.test(answer) ? 71009 : 71010);
}

const register: Handler = async (world, { app, params }) => {
  const { events } = world;
  if (events.target(app.clientId)) throw business(71006);
  const target = readTarget(world, params);
  await checked(world, target);
  events.register(app.clientId, target);
  return undefined;
};

const update: Handler = async (world, { app, params }) => {
  const { events } = world;
  if (!events.target(app.clientId)) throw business(71007);
  const target = readTarget(world, params);
  await checked(world, target);
  events.register(app.clientId, target);
  return undefined;
};

const get: Handler = ({ events }, { app }) => {
  const target = events.target(app.clientId);
  if (!target) throw business(71007);
  const { url, token, aesKey, types } = target;
  return { call_back_tag: types ?? [...KNOWN], token, aes_key: aesKey, url };
};

const remove: Handler = ({ events }, { app }) => {
  if (!events.target(app.clientId)) throw business(71007);
  events.unsubscribe(app.clientId);
  return undefined;
};

const failedResult: Handler = ({ events }, { app }) => events.pushes.readFailed(app.clientId);

/** The address of a long connection, for the app's own credentials; there is no token. */
const open: TokenRoute['grant'] = ({ apps, events, addresses }, { params }) => {
  const app = apps.get(params.text('clientId') ?? '');
  if (!app?.enabled || app.clientSecret !== params.text('clientSecret'))
    throw fresh(401, 'authFailed', '鉴权失败');
  const subscriptions = params.structure('subscriptions');
  if (!Array.isArray(subscriptions) || subscriptions.length === 0)
    throw fresh(400, 'MissingSubscriptions', 'subscriptions is mandatory for this action.');
  const endpoint = `${addresses.new.replace(/^http/, 'ws')}${STREAM_PATH}`;
  return { endpoint, ticket: events.streams.ticket(app.clientId) };
};

const CALL = { family: 'legacy', shape: 'flat', scope: null } as const;
const POST = { ...CALL, method: 'POST', writes: true } as const;
const GET = { ...CALL, method: 'GET' } as const;

export const EVENT_ROUTES: readonly (Route | TokenRoute)[] = [
  { ...POST, path: '/call_back/register_call_back', handle: register },
  { ...POST, path: '/call_back/update_call_back', handle: update },
  { ...GET, path: '/call_back/get_call_back', handle: get },
  { ...GET, path: '/call_back/delete_call_back', handle: remove, writes: true },
  { ...GET, path: '/call_back/get_call_back_failed_result', handle: failedResult, writes: true },
  { method: 'POST', path: '/v1.0/gateway/connections/open', family: 'new', shape: 'new', grant: open },
];
