import {
  type DingTalkSimulator,
  type SimulatorOptions,
  startDingTalkSimulator,
} from '../../simulators/dingtalk/index.ts';

export interface Reply {
  readonly status: number;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: bodies are looked into field by field, right or wrong
  readonly body: any;
  readonly headers: Headers;
}

/** A bare caller of both families, without any cleverness of its own. */
export interface Caller {
  readonly sim: DingTalkSimulator;
  readonly token: string;
  /** `/topapi/…` with a JSON body and the token in the query. */
  top(path: string, body?: object, token?: string | null): Promise<Reply>;
  get(path: string, query?: Record<string, string>): Promise<Reply>;
  /** The new family, token in the header; without a body a GET. */
  fresh(path: string, body?: object, token?: string | null): Promise<Reply>;
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

const JSON_HEADERS = { 'content-type': 'application/json' };

/** A simulator (no limits unless asked for) and a caller with the token of its first app. */
export async function startCaller(options: SimulatorOptions = {}): Promise<Caller> {
  const settings = { qpsPerApp: null, ipLimit: null, ...options.settings };
  const sim = await startDingTalkSimulator({ company: { seed: 5, people: 60 }, ...options, settings });
  const token = await tokenOf(sim);
  const withToken = (path: string, value: string | null): string =>
    value === null ? `${sim.url}${path}` : `${sim.url}${path}?access_token=${value}`;
  return {
    sim,
    token,
    top: (path, body = {}, value = token) =>
      request(withToken(path, value), { method: 'POST', headers: JSON_HEADERS, body: JSON.stringify(body) }),
    get: (path, query = {}) => request(`${sim.url}${path}?${new URLSearchParams(query)}`),
    fresh: (path, body, value = token) => {
      const headers: Record<string, string> = { ...JSON_HEADERS };
      if (value !== null) headers['x-acs-dingtalk-access-token'] = value;
      return request(
        sim.newUrl + path,
        body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers },
      );
    },
  };
}

export async function tokenOf(sim: DingTalkSimulator, clientId = sim.app.clientId): Promise<string> {
  const secret = sim.apps.get(clientId)?.clientSecret ?? '';
  const reply = await request(
    `${sim.url}/gettoken?appkey=${clientId}&appsecret=${encodeURIComponent(secret)}`,
  );
  return String(reply.body.access_token);
}

/** A body without the ids that differ from call to call. */
export function settled(reply: Reply): object {
  const { request_id, requestid, ...rest } = reply.body;
  return rest;
}
