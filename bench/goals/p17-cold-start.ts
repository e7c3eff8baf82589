import { newMasterKey } from '../../src/store/master-keys.ts';
import { isSchemaCurrent } from '../../src/store/schema-state.ts';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { interleave, seconds } from '../measure/samples.ts';
import { startChild } from '../world/child.ts';
import { gatewayOn, startGateway } from '../world/gateway.ts';
import { ImportWorld } from '../world/import-world.ts';
import type { BenchServer } from '../world/server.ts';
import { STAND_INS } from '../world/stand-ins.ts';

const MS = 1_000;
const ROUNDS = 7;
const ME = '{ me { id displayName } }';

/** A connection to nobody. */
const NOWHERE = STAND_INS.dingtalk.form(
  {
    legacyUrl: 'http://127.0.0.1:9',
    newUrl: 'http://127.0.0.1:9',
    corpId: 'ding0',
    clientId: 'bench',
    clientSecret: 'bench',
  },
  1,
);

/** From the spawn of a process to its first answer. */
export const measureColdStart = async (server: BenchServer): Promise<BenchRow[]> => {
  const database = await server.create('bench_start');
  const place = await ImportWorld.create(database.app, NOWHERE, newMasterKey());
  // One address for all starts: a token of one process is good at the next.
  const settings = await gatewayOn(database.urls, place.masterKey);
  const first = startGateway(settings);
  const token = await first.signIn(place.owner);
  await first.stop();
  const args = [JSON.stringify({ databaseUrl: database.urls.superuser, tenantId: place.tenantId })];
  const starts = await interleave(
    {
      bare: async () => {
        const started = performance.now();
        const anchor = startChild('anchors/echo.js', args);
        const { url } = await anchor.ask<{ url: string }>({});
        await fetch(`${url}/echo`, { method: 'POST', body: JSON.stringify({ query: '' }) });
        const took = performance.now() - started;
        await anchor.stop();
        return took;
      },
      gateway: async () => {
        const started = performance.now();
        const gateway = startGateway(settings);
        const { me } = await gateway.ask<{ me: { id: string } | null }>(ME, { token });
        const took = performance.now() - started;
        await gateway.stop();
        if (me === null) throw new Error('the answer was for a stranger');
        return took;
      },
      check: async () => MS * (await seconds(() => isSchemaCurrent(database.owner))),
    },
    { rounds: ROUNDS, warmUp: true },
  );
  await server.drop(database);
  return [
    ratioRow(
      {
        id: 'P17',
        what: 'spawn → first GraphQL answer to somebody signed in',
        unit: 'ms',
        limitIs: 'spawn → first answer of a bare node:http server',
        note: 'database migrated and running, code compiled before (compile cache)',
      },
      { limit: starts.bare, subject: starts.gateway },
      { atMost: 3.5 },
    ),
    boundRow({ id: 'P17', what: 'the same, absolute', unit: 'ms' }, starts.gateway, { atMost: 350 }),
    boundRow({ id: 'P17', what: 'check that the schema is current', unit: 'ms' }, starts.check, {
      atMost: 100,
    }),
  ];
};
