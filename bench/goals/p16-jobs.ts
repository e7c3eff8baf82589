import { setTimeout as sleep } from 'node:timers/promises';
import { newId } from '../../src/domain/index.ts';
import { type BenchRow, boundRow } from '../measure/row.ts';
import { quantile, ROUNDS, seconds } from '../measure/samples.ts';
import type { JobsWorkerArgs } from '../workers/jobs.ts';
import { type Child, startChild } from '../world/child.ts';
import { PushWorld } from '../world/push-world.ts';
import type { BenchServer } from '../world/server.ts';
import { type SimulatedCompany, startCompany } from '../world/simulator.ts';

const JOBS = 300;
const CHANGES = 100_000;

/** Milliseconds from the commit that adds a job to its start; the job finds that there is nothing to execute. */
const startLatencies = async (world: PushWorld): Promise<number[]> => {
  const committed = new Map<string, number>();
  for (let job = 0; job < JOBS; job += 1) {
    const runId = newId();
    const payload = JSON.stringify({ tenantId: world.tenantId, runId });
    await world.look(
      `select from graphile_worker.add_job(identifier => 'run-sync'::text, payload => $1::json, job_key => $2::text)`,
      [payload, `bench:${runId}`],
    );
    committed.set(runId, Date.now());
    await sleep(7 + (job % 5));
  }
  for (;;) {
    const rows = await world.look<{ id: string; at: number }>(
      `select object_id as id, extract(epoch from started_at) * 1000 as at from muster.job_run where task = 'run-sync'`,
    );
    if (rows.length >= JOBS) return rows.map(({ id, at }) => Number(at) - (committed.get(id) ?? Number.NaN));
    await sleep(50);
  }
};

/** Changes a second that the outbox gives out to a connection that has nothing to write because of them. */
const drain = async (world: PushWorld, company: SimulatedCompany): Promise<number> => {
  const connectionId = await world.connect(company, {
    name: `空 ${newId()}`,
    callsPerSecond: 20,
    // Nobody is in its scope.
    pushRules: { incremental: 'APPLY', operations: NOTHING },
  });
  await world.look(
    `insert into muster.push_state (tenant_id, connection_id) values ($1, $2)
     on conflict (tenant_id, connection_id) do update set settled = pg_current_snapshot()`,
    [world.tenantId, connectionId],
  );
  await world.hire(CHANGES);
  await world.look('analyze muster.directory_change, muster.account, muster.membership');
  const took = await seconds(() => world.planChanges());
  await world.look('update muster.connection set enabled = false where id = $1', [connectionId]);
  return CHANGES / took;
};

const NOTHING = {
  createOrgUnits: false,
  updateOrgUnits: false,
  moveOrgUnits: false,
  deleteOrgUnits: false,
  createAccounts: false,
  updateAccounts: false,
  moveAccounts: false,
  removeAccounts: false,
  setReferences: false,
  link: false,
} as const;

export const measureJobs = async (server: BenchServer): Promise<BenchRow[]> => {
  const company = await startCompany({ people: 3, units: 3, seed: 16 });
  const database = await server.create('bench_jobs');
  const world = await PushWorld.create(database, company);
  let worker: Child | null = null;
  try {
    const rates: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) rates.push(await drain(world, company));
    await world.look('delete from graphile_worker._private_jobs');
    const args: JobsWorkerArgs = { app: database.app, masterKey: world.place.masterKey };
    worker = startChild('workers/jobs.js', [JSON.stringify(args)]);
    await worker.ask({});
    const latencies = await startLatencies(world);
    return [
      boundRow(
        { id: 'P16', what: `commit to the start of a job, median of ${JOBS}`, unit: 'ms' },
        [quantile(latencies, 0.5)],
        { atMost: 5 },
      ),
      boundRow(
        { id: 'P16', what: `commit to the start of a job, p99 of ${JOBS}`, unit: 'ms' },
        [quantile(latencies, 0.99)],
        { atMost: 25 },
      ),
      boundRow(
        {
          id: 'P16',
          what: `${CHANGES} changes planned for a connection that writes nothing`,
          unit: 'changes/s',
          note: 'each is looked up in roster and copies, judged, and stored as a row with its reason',
        },
        rates,
        { atLeast: 20_000 },
      ),
    ];
  } finally {
    await worker?.stop();
    await world.close();
    await server.drop(database);
    await company.stop();
  }
};
