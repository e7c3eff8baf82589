import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import type { App } from '../../src/app.ts';
import { until } from '../jobs/probe.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are shaped by the query that a test wrote
export type Data = any;

export interface Refusal {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions: {
    readonly code: string;
    readonly details: Readonly<Record<string, unknown>>;
    readonly text: { readonly zh: string; readonly en: string };
    readonly field?: readonly (string | number)[];
  };
}

interface Answer {
  readonly data: Data;
  readonly errors?: readonly Refusal[];
}

/** A client of a running gateway, over HTTP and nothing else. */
export interface Client {
  /** The data of an answer; an answer with errors fails the test. */
  ask(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** The first error of an answer; an answer without errors fails the test. */
  refusal(query: string, variables?: Record<string, unknown>): Promise<Refusal>;
}

const post = (app: App, token: string | null, body: object): Promise<Response> =>
  fetch(`${app.address}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'accept-language': 'en',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });

/** A gateway that is too busy refuses before it does anything; a client then comes again, as it is told. */
const send = async (app: App, token: string | null, body: object): Promise<Answer> => {
  for (;;) {
    const answer = await post(app, token, body);
    if (answer.status !== 503) return (await answer.json()) as Answer;
    await sleep(1_000 * Number(answer.headers.get('retry-after')));
  }
};

const clientWith = (app: App, token: string | null): Client => ({
  ask: async (query, variables = {}) => {
    const { data, errors } = await send(app, token, { query, variables });
    expect(errors, query).toBeUndefined();
    return data;
  },
  refusal: async (query, variables = {}) => {
    const { errors } = await send(app, token, { query, variables });
    return errors?.[0] ?? expect.fail(`not refused: ${query}`);
  },
});

/** Signs in as the first administrator with the password that was told once, which must be changed at once. */
export const signInFirst = async (app: App): Promise<Client> => {
  const { tenantCode: tenant, userName, password } = app.bootstrapped ?? expect.fail('no administrator');
  const data = await clientWith(app, null).ask(
    'mutation ($input: ChangePasswordInput!) { changePassword(input: $input) { accessToken } }',
    { input: { tenant, userName, oldPassword: password, newPassword: 'Reise-eins-2026' } },
  );
  return clientWith(app, data.changePassword.accessToken);
};

const RUN = `query ($id: ID!) { importRun(id: $id) {
  id phase scope trigger digest reviewVersion
  progress { pages calls callsLeft orgUnits accounts eta }
  statement { complete gaps { code where } orgUnits accounts platformAccountCount visibleRange { wholeCompany } }
  guard { linked disables { counted limit tripped } leaversRefused }
  quota { used limit afterCommit }
  counts { unchangedAccounts unchangedOrgUnits
    accounts { rows blocking situations actions decisions issues outcomes } orgUnits { rows actions outcomes } }
  error { code text { zh en } remedy { zh en } }
  connection { name platform } } }`;

export const readRun = async (client: Client, id: string): Promise<Data> =>
  (await client.ask(RUN, { id })).importRun;

/** Pulls and waits for the job, by asking again and again as a console does. @returns the run under review */
export const pull = async (client: Client, connectionId: string): Promise<Data> => {
  const START =
    'mutation ($input: StartImportInput!) { startImport(input: $input) { importRun { id phase } } }';
  const started = await client.ask(START, { input: { connectionId, scope: 'ALL' } });
  const { id } = started.startImport.importRun;
  let run: Data;
  await until(async () => {
    run = await readRun(client, id);
    return !['QUEUED', 'FETCHING', 'STAGING'].includes(run.phase);
  });
  expect(run.error).toBeNull();
  expect(run.phase).toBe('REVIEW');
  return run;
};

const ROWS = `query ($runId: ID!, $filter: StagedFilter, $after: String) {
  stagedAccounts(runId: $runId, filter: $filter, first: 200, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    nodes { id externalId name situation action decision blocking reasonCode outcome after
      issues { code field value text { zh en } } changes { field before after }
      account { id userName } candidateAccounts { id userName } mended { field after } } } }`;

/** All staged people that a filter selects, page by page. */
export const stagedAccounts = async (client: Client, runId: string, filter: object = {}): Promise<Data[]> => {
  const rows: Data[] = [];
  for (let after: string | null = null; ; ) {
    const { stagedAccounts: page } = await client.ask(ROWS, { runId, filter, after });
    rows.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) {
      expect(rows).toHaveLength(page.totalCount);
      return rows;
    }
    after = page.pageInfo.endCursor;
  }
};
