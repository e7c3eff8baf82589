import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountId, ConnectionId } from '../../src/domain/index.ts';
import { type BenchRow, boundRow } from '../measure/row.ts';
import { quantile } from '../measure/samples.ts';
import type { JobsWorkerArgs } from '../workers/jobs.ts';
import { type Child, startChild } from '../world/child.ts';
import { deleteOperation, PushWorld } from '../world/push-world.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';

const QPS = 20;
/** The urgent calls go to the very API that all the queued ones wait for. */
const DELETE = '/topapi/v2/user/delete';
const CHANGES = 60;

interface Entry {
  readonly at: number;
  readonly params: Readonly<Record<string, unknown>>;
}

const useridOf = (at: number): string => `queued-${at}`;

/** Copies, links and a pull that vouches for the company, as if everybody had been pushed before. */
const linkAll = async (
  world: PushWorld,
  connectionId: ConnectionId,
  people: readonly AccountId[],
): Promise<void> => {
  const { tenantId } = world;
  await world.look(
    `insert into muster.remote_account (tenant_id, id, connection_id, external_id, name, value, content_hash)
     select $1, muster.new_id(), $2, 'queued-' || (n - 1), 'x', jsonb_build_object('externalId',
       'queued-' || (n - 1), 'ids', '[]'::jsonb, 'attributes', '{}'::jsonb, 'memberships',
       '[{"orgUnitExternalId": "1", "leader": false}]'::jsonb), '\\x00'
     from generate_series(1, $3) as n`,
    [tenantId, connectionId, people.length],
  );
  await world.look(
    `insert into muster.account_link
       (tenant_id, id, connection_id, remote_account_id, account_id, origin, agreed_version)
     select $1, muster.new_id(), $2, r.id, p.id, 'PUSH', 1 from unnest($3::uuid[]) with ordinality as p(id, n)
     join muster.remote_account r on r.tenant_id = $1 and r.connection_id = $2
       and r.external_id = 'queued-' || (p.n - 1)`,
    [tenantId, connectionId, people],
  );
  await world.look(
    `insert into muster.remote_org_unit (tenant_id, id, connection_id, external_id, name, value, content_hash)
     select $1, muster.new_id(), $2, '1', name, jsonb_build_object('externalId', '1', 'ids', '[]'::jsonb,
       'parentExternalId', null, 'name', name, 'attributes', '{}'::jsonb), '\\x00'
     from muster.org_unit where tenant_id = $1 and parent_id is null`,
    [tenantId, connectionId],
  );
  await world.look(
    `insert into muster.import_run (tenant_id, id, connection_id, scope, phase, trigger, statement, ended_at)
     values ($1, muster.new_id(), $2, 'ALL', 'DISCARDED', 'PUSH', '{"complete": true, "gaps": []}', now())`,
    [tenantId, connectionId],
  );
  await world.look(
    `insert into muster.push_state (tenant_id, connection_id) values ($1, $2)
     on conflict (tenant_id, connection_id) do update set settled = pg_current_snapshot()`,
    [tenantId, connectionId],
  );
};

/** Epoch milliseconds at which the platform was told of that person. */
const toldOf = async (company: SimulatedCompany, userid: string): Promise<number> => {
  for (;;) {
    const path = `/ledger?api=${encodeURIComponent(DELETE)}&limit=100000`;
    const entries = (await company.control('GET', path)) as readonly Entry[];
    const entry = entries.find(({ params }) => params['userid'] === userid);
    if (entry !== undefined) return entry.at;
    await sleep(100);
  }
};

const measureChanges = async (
  world: PushWorld,
  company: SimulatedCompany,
  people: readonly AccountId[],
): Promise<number[]> => {
  const latencies: number[] = [];
  for (let at = 0; at < CHANGES; at += 1) {
    const index = people.length - 1 - at;
    await world.look(
      `update muster.account set status = 'DELETED', deleted_at = now(), restore_until = now() + interval '30 days'
       where id = $1`,
      [people[index]],
    );
    const committed = Date.now();
    latencies.push((await toldOf(company, useridOf(index))) - committed);
    // At another place between two slots each time.
    await sleep(37 * (at % 7));
  }
  return latencies;
};

export const measureUrgent = async (server: BenchServer, queued = 100_000): Promise<BenchRow[]> => {
  const company = await startCompany({ people: 3, units: 3, seed: 13 });
  const database = await server.create('bench_urgent');
  const world = await PushWorld.create(database, company);
  let worker: Child | null = null;
  try {
    const connectionId = await world.connect(company, {
      name: '紧急',
      callsPerSecond: QPS,
      // So many leavers within one hour are held otherwise.
      pushRules: {
        incremental: 'APPLY',
        leaver: { action: 'DELETE' },
        guards: { ACCOUNT_DELETE: { fraction: 0.5, count: 1_000 } },
      },
    });
    await world.look(
      `update muster.org_unit set name = (select name from muster.tenant where id = tenant_id) where parent_id is null`,
    );
    const people = await world.hire(queued);
    await linkAll(world, connectionId, people);
    await world.begin(
      connectionId,
      people.map((id, at) => deleteOperation(id, at, useridOf(at))),
    );
    await world.look(
      'analyze muster.plan_operation, muster.account, muster.account_link, muster.remote_account',
    );
    const args: JobsWorkerArgs = { app: database.app, masterKey: world.place.masterKey };
    worker = startChild('workers/jobs.js', [JSON.stringify(args)]);
    await worker.ask({});
    await toldOf(company, useridOf(10));
    const latencies = await measureChanges(world, company, people);
    const p99 = quantile(latencies, 0.99);
    return [
      boundRow(
        {
          id: 'P13',
          what: `end of access while ${queued} changes are queued at ${QPS} calls/s, p99 of ${CHANGES}`,
          unit: 'ms',
          note: `from the commit in the roster to the call’s arrival; median ${quantile(latencies, 0.5)} ms`,
        },
        [p99],
        { atMost: 3_000 / QPS + 250 },
      ),
    ];
  } finally {
    await worker?.stop();
    await world.close();
    await server.drop(database);
    await company.stop();
  }
};
