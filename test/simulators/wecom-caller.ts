import {
  BEFORE_RESTRICTIONS,
  type SimulatorOptions,
  startWeComSimulator,
  type WeComSimulator,
} from '../../simulators/wecom/index.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into field by field, right or wrong
  readonly body: any;
  readonly headers: Headers;
}

type Query = Readonly<Record<string, string | number>>;

/** A bare caller without any cleverness of its own. */
export interface Caller {
  readonly sim: WeComSimulator;
  /** Token of the first self-built app, and of contacts-sync. */
  readonly token: string;
  readonly contactsToken: string;
  /** With the self-built app's token unless another is given; `null` = without any. */
  get(path: string, query?: Query, token?: string | null): Promise<Reply>;
  /** With the contacts-sync token unless another is given. */
  post(path: string, body?: unknown, token?: string | null): Promise<Reply>;
  /** GET with the contacts-sync token. */
  sync(path: string, query?: Query): Promise<Reply>;
}

export async function request(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, text, body, headers: response.headers };
}

/** An app and a contacts-sync from before the restrictions of 2022: every field, no address list. */
export const UNRESTRICTED: SimulatorOptions = {
  apps: [{ createdAt: BEFORE_RESTRICTIONS }],
  contacts: { createdAt: BEFORE_RESTRICTIONS, oldIps: ['127.0.0.1'] },
};

export async function startCaller(options: SimulatorOptions = {}): Promise<Caller> {
  const sim = await startWeComSimulator({ company: { seed: 5, people: 60 }, ...options });
  const token = await tokenOf(sim);
  const contactsToken = await tokenOf(sim, 'contacts');
  const address = (path: string, query: Query, value: string | null): string => {
    const all = { ...(value === null ? {} : { access_token: value }), ...query };
    const texts = Object.fromEntries(Object.entries(all).map(([name, part]) => [name, String(part)]));
    return `${sim.url}/cgi-bin/${path}?${new URLSearchParams(texts)}`;
  };
  const get: Caller['get'] = (path, query = {}, value = token) => request(address(path, query, value));
  return {
    sim,
    token,
    contactsToken,
    get,
    sync: (path, query = {}) => get(path, query, contactsToken),
    post: (path, body = {}, value = contactsToken) =>
      request(address(path, {}, value), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  };
}

export async function tokenOf(sim: WeComSimulator, clientId = sim.app.clientId): Promise<string> {
  const query = { corpid: sim.corp.corpId, corpsecret: sim.apps.get(clientId)?.clientSecret ?? '' };
  const reply = await request(`${sim.url}/cgi-bin/gettoken?${new URLSearchParams(query)}`);
  return String(reply.body.access_token);
}

/** The code of an answer. */
export async function codeOf(reply: Promise<Reply>): Promise<number> {
  return (await reply).body.errcode;
}
