import { type BenchRow, ratioRow } from '../measure/row.ts';
import { interleave } from '../measure/samples.ts';
import { type Child, startChild } from '../world/child.ts';
import { gatewayOn, startGateway } from '../world/gateway.ts';
import type { ImportedCompany } from '../world/imported.ts';
import { fire, type LoadOptions, type Shot } from '../world/load.ts';

const LOAD: LoadOptions = { connections: 32, seconds: 4 };
const TRIVIAL = { query: '{ __typename }' };

const isAnswered = (answer: unknown): boolean =>
  (answer as { data?: { __typename?: string } }).data?.__typename === 'Query';

const shotAt = async (anchor: Child, path: string): Promise<Shot> => ({
  origin: (await anchor.ask<{ url: string }>({})).url,
  path,
  body: TRIVIAL,
  isRight: isAnswered,
});

/** The smallest request through token check, CSRF guard and all limits, beside servers that have none of it. */
export const measureTrivialRequest = async (company: ImportedCompany): Promise<BenchRow[]> => {
  const { urls } = company.committed;
  const { masterKey, owner, tenantId } = company.place;
  const args = [JSON.stringify({ databaseUrl: urls.superuser, tenantId })];
  const echo = startChild('anchors/node-http.js', args);
  const stock = startChild('anchors/stock-apollo.js');
  const gateway = startGateway(await gatewayOn(urls, masterKey));
  try {
    const ours: Shot = {
      origin: gateway.url,
      path: '/graphql',
      body: TRIVIAL,
      token: await gateway.signIn(owner),
      isRight: isAnswered,
    };
    const [limit, peer] = [await shotAt(echo, '/echo'), await shotAt(stock, '/graphql')];
    const rates = await interleave(
      {
        limit: async () => (await fire(limit, LOAD)).perSecond,
        peer: async () => (await fire(peer, LOAD)).perSecond,
        subject: async () => (await fire(ours, LOAD)).perSecond,
      },
      { warmUp: true },
    );
    const what = 'trivial request, signed in, all limits on';
    return [
      ratioRow(
        {
          id: 'P7',
          what: `${what}: beside stock Apollo + Express`,
          unit: 'requests/s',
          limitIs: 'Apollo Server 5 on Express 5 as its guide sets it up, nobody signed in',
          note: `${LOAD.connections} connections; the load generator shares the cores`,
        },
        { limit: rates.peer, subject: rates.subject },
        { atLeast: 1.5 },
      ),
      ratioRow(
        {
          id: 'P7',
          what: `${what}: beside a JSON echo`,
          unit: 'requests/s',
          limitIs:
            'node:http parsing and answering JSON; the goal sets no ratio to it, stock Apollo has 0.14',
        },
        { limit: rates.limit, subject: rates.subject },
        { atLeast: 0.14 },
      ),
    ];
  } finally {
    await Promise.all([echo.stop(), stock.stop(), gateway.stop()]);
  }
};
