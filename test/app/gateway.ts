import type pg from 'pg';
import { type App, startApp } from '../../src/app.ts';
import { type Environment, readConfig } from '../../src/config/index.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { silent } from '../jobs/probe.ts';
import type { TestDatabase } from '../support/index.ts';

/** A login as an address; the server of the tests listens on a socket, a detour to it on a port. */
export const urlOf = (login: pg.ClientConfig, way: 'socket' | 'tcp' = 'socket'): string => {
  const { user, password, database, host, port } = login;
  const address = `postgres://${user}:${encodeURIComponent(String(password))}@127.0.0.1:${port}/${database}`;
  return way === 'tcp' ? address : `${address}?host=${encodeURIComponent(host ?? '')}`;
};

/** The environment of a gateway on the test's own database. */
export const environmentOf = (test: TestDatabase): Environment => ({
  PORT: '0',
  HOST: '127.0.0.1',
  LOG_LEVEL: 'silent',
  DATABASE_URL: urlOf(test.owner),
  MUSTER_DATABASE_APP_URL: urlOf(test.app),
  MUSTER_MASTER_KEY: newMasterKey(),
});

export const startGateway = (environment: Environment): Promise<App> =>
  startApp(readConfig(environment), { logger: silent });

/** One GraphQL request. */
export const ask = async (
  app: Pick<App, 'address'>,
  query: string,
  options: { readonly variables?: Record<string, unknown>; readonly token?: string } = {},
): Promise<{ data: Record<string, unknown> | null; errors?: { extensions: { code: string } }[] }> => {
  const answer = await fetch(`${app.address}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
    },
    body: JSON.stringify({ query, variables: options.variables ?? {} }),
  });
  return (await answer.json()) as Awaited<ReturnType<typeof ask>>;
};

export const readiness = async (app: Pick<App, 'address'>): Promise<{ status: number; checks: unknown }> => {
  const answer = await fetch(`${app.address}/readyz`);
  const body = (await answer.json()) as { checks: unknown };
  return { status: answer.status, checks: body.checks };
};
