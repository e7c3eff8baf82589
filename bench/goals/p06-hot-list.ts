import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { interleave, type Samples } from '../measure/samples.ts';
import { type Child, residentMb, startChild } from '../world/child.ts';
import { type Gateway, gatewayOn, startGateway } from '../world/gateway.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { fire, type LoadOptions, type Shot } from '../world/load.ts';
import { withClient } from '../world/server.ts';
import { countStatements, throughPort } from '../world/statement-counter.ts';

/** The hot list: a page of accounts with the unit of each and the names on the way to it. */
export const HOT_LIST = `{
  accounts(first: 50) {
    nodes { id userName displayName email title orgUnit { id name path } }
  }
}`;

const LOAD: LoadOptions = { connections: 16, seconds: 4 };

interface ListAnswer {
  readonly data?: { readonly accounts?: { readonly nodes?: readonly { orgUnit: { path: unknown[] } }[] } };
}

const isFullPage = (answer: unknown): boolean => {
  const nodes = (answer as ListAnswer).data?.accounts?.nodes;
  return nodes?.length === 50 && nodes.every(({ orgUnit }) => orgUnit.path.length > 0);
};

/** An anchor that answers the hot list, as something to shoot at. */
const anchorShot = async (anchor: Child): Promise<Shot> => ({
  origin: (await anchor.ask<{ url: string }>({})).url,
  path: '/list',
  body: { query: HOT_LIST },
  isRight: isFullPage,
});

export const gatewayShot = (gateway: Gateway, token: string): Shot => ({
  origin: gateway.url,
  path: '/graphql',
  body: { query: HOT_LIST },
  token,
  isRight: isFullPage,
});

const BATCHES = 10;
const REQUESTS = 20;

/**
 * Statements of one hot list, counted on the wire to PostgreSQL. The gateway also asks for things of its own every
 * few seconds (what has changed, what there is to do); the batch that met fewest of them is the list's own.
 */
const statementsPerRequest = async (company: ImportedCompany): Promise<number> => {
  const { urls } = company.committed;
  const counter = await countStatements(Number(new URL(urls.app).port));
  const app = throughPort(urls.app, counter.port);
  const gateway = startGateway(await gatewayOn({ ...urls, app }, company.place.masterKey));
  try {
    const token = await gateway.signIn(company.place.owner);
    let fewest = Number.POSITIVE_INFINITY;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const before = counter.statements;
      for (let at = 0; at < REQUESTS; at += 1) await gateway.ask(HOT_LIST, { token });
      fewest = Math.min(fewest, (counter.statements - before) / REQUESTS);
    }
    return fewest;
  } finally {
    await gateway.stop();
    await counter.close();
  }
};

/** The list's statement by itself, under row-level security and without; statements per second. */
const bareStatements = async (
  company: ImportedCompany,
): Promise<Readonly<Record<'free' | 'secured', Samples>>> => {
  const { committed, place } = company;
  const text = `
    select a.id, a.user_name, a.display_name, a.email, a.title, u.id as unit_id, u.name
    from muster.account a
    join muster.org_unit u on u.tenant_id = a.tenant_id and u.id = a.primary_org_unit_id
    where a.tenant_id = muster.current_tenant() and a.status <> 'DELETED'
    order by a.display_name collate muster.pinyin, a.id limit 51`;
  const perSecond = (config: typeof committed.app) => () =>
    withClient(config, async (client) => {
      await client.query("select set_config('muster.tenant_id', $1, false)", [place.tenantId]);
      const started = performance.now();
      let count = 0;
      while (performance.now() - started < 1_500) {
        await client.query({ name: 'bare_list', text });
        count += 1;
      }
      return (count * 1_000) / (performance.now() - started);
    });
  return interleave({ free: perSecond(committed.superuser), secured: perSecond(committed.app) });
};

const measureLoads = async (company: ImportedCompany) => {
  const { urls } = company.committed;
  const { masterKey, owner, tenantId } = company.place;
  const args = [JSON.stringify({ databaseUrl: urls.superuser, tenantId })];
  const bare = startChild('anchors/node-http.js', args);
  const graphqlJs = startChild('anchors/graphql-js.js', args);
  const gateway = startGateway(await gatewayOn(urls, masterKey));
  try {
    const ours = gatewayShot(gateway, await gateway.signIn(owner));
    const [limit, peer] = [await anchorShot(bare), await anchorShot(graphqlJs)];
    const p99: number[] = [];
    const rates = await interleave(
      {
        limit: async () => (await fire(limit, LOAD)).perSecond,
        peer: async () => (await fire(peer, LOAD)).perSecond,
        subject: async () => {
          const load = await fire(ours, LOAD);
          p99.push(load.p99);
          return load.perSecond;
        },
      },
      { warmUp: true },
    );
    // The first round only warmed up.
    return { ...rates, p99: p99.slice(1), residentMb: residentMb(gateway.pid).now };
  } finally {
    await Promise.all([bare.stop(), graphqlJs.stop(), gateway.stop()]);
  }
};

/** The hot list through the whole gateway beside the two anchors that the goal names. */
export const measureHotList = async (company: ImportedCompany): Promise<BenchRow[]> => {
  const loads = await measureLoads(company);
  const statements = await statementsPerRequest(company);
  const security = await bareStatements(company);
  const what = 'list of 50 accounts with org path, signed in, row-level security on';
  const named = (name: string, unit: string) => ({ id: 'P6', what: `${what}: ${name}`, unit });
  return [
    ratioRow(
      {
        ...named('beside pg + JSON', 'requests/s'),
        limitIs: 'node:http, pg as superuser, one prepared statement of the same rows, JSON.stringify',
        note: `${LOAD.connections} connections; the load generator shares the cores`,
      },
      { limit: loads.limit, subject: loads.subject },
      { atLeast: 0.7 },
    ),
    ratioRow(
      {
        ...named('beside graphql-js + pg', 'requests/s'),
        limitIs: 'node:http, graphql-js with a cached document, the same rows as above',
      },
      { limit: loads.peer, subject: loads.subject },
      { atLeast: 1.1 },
    ),
    boundRow(named('p99', 'ms'), loads.p99, { atMost: 20 }),
    boundRow(named('statements per request', 'statements'), [statements], { atMost: 1 }),
    boundRow(named('resident memory after the load', 'MB'), [loads.residentMb], { atMost: 200 }),
    ratioRow(
      {
        ...named('its statement alone', 'statements/s'),
        limitIs: 'the same statement as superuser, whom row-level security does not bind',
      },
      { limit: security.free, subject: security.secured },
      { atLeast: 0.9 },
    ),
  ];
};
