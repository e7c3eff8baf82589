import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Owner } from './import-world.ts';
import { keepTrackOf, killProcess, stopProcess } from './processes.ts';
import { freePort } from './server.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** How a gateway is started; the same address twice means that tokens of the first are good at the second. */
export interface GatewaySettings {
  readonly port: number;
  readonly appUrl: string;
  readonly ownerUrl: string;
  readonly masterKey: string;
}

/** A gateway as it is run for real: production mode, a process of its own. */
export interface Gateway {
  readonly url: string;
  readonly pid: number;
  /** One GraphQL request. */
  ask<Data>(query: string, options?: { readonly variables?: object; readonly token?: string }): Promise<Data>;
  /** Access token of an administrator. */
  signIn(owner: Owner): Promise<string>;
  stop(): Promise<void>;
  /** Ends it as a crash does, without a chance to finish anything. */
  kill(): Promise<void>;
}

const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';

const POLL_MS = 2;

const GIVE_UP_MS = 30_000;

/** What a gateway says that is there and cannot answer now. */
const BUSY = 503;

/** Asks until somebody answers. */
const untilAnswered = async (url: string, body: object, token?: string): Promise<Response> => {
  for (const until = performance.now() + GIVE_UP_MS; ; ) {
    try {
      const answer = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify(body),
      });
      if (answer.status !== BUSY || performance.now() > until) return answer;
      await answer.body?.cancel();
    } catch (error) {
      if (performance.now() > until) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};

const dataOf = async <Data>(answer: Response): Promise<Data> => {
  const text = await answer.text();
  const { data, errors } = JSON.parse(text) as { data?: Data; errors?: unknown };
  if (errors !== undefined || data === undefined) throw new Error(`gateway: ${answer.status} ${text}`);
  return data;
};

/** Settings of a gateway on a free port. */
export const gatewayOn = async (
  urls: { readonly app: string; readonly owner: string },
  masterKey: string,
): Promise<GatewaySettings> => ({
  port: await freePort(),
  appUrl: urls.app,
  ownerUrl: urls.owner,
  masterKey,
});

/** Starts a gateway; resolves when the process exists, not when it answers. */
export const startGateway = (settings: GatewaySettings): Gateway => {
  const url = `http://127.0.0.1:${settings.port}`;
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      HOST: '127.0.0.1',
      PORT: String(settings.port),
      PUBLIC_URL: url,
      LOG_LEVEL: 'warn',
      DATABASE_URL: settings.ownerUrl,
      MUSTER_DATABASE_APP_URL: settings.appUrl,
      MUSTER_MASTER_KEY: settings.masterKey,
    },
  });
  keepTrackOf(child);
  const { pid } = child;
  if (pid === undefined) throw new TypeError('the gateway did not start');
  const ask = async <Data>(
    query: string,
    options: { readonly variables?: object; readonly token?: string } = {},
  ): Promise<Data> => {
    if (child.exitCode !== null) throw new Error(`the gateway ended with code ${child.exitCode}`);
    const body = { query, variables: options.variables ?? {} };
    return dataOf(await untilAnswered(url, body, options.token));
  };
  return {
    url,
    pid,
    ask,
    signIn: async (owner) => {
      const variables = {
        input: { tenant: owner.tenant, userName: owner.userName, password: owner.password },
      };
      const { signIn } = await ask<{ signIn: { accessToken: string } }>(SIGN_IN, { variables });
      return signIn.accessToken;
    },
    stop: () => stopProcess(child),
    kill: () => killProcess(child),
  };
};
