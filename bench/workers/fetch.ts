/*
 * A process that only fetches: pages of a recorded company, by the production's own path, into PostgreSQL. Of its
 * own, so that its memory is the import's and nobody else's.
 */

import type pg from 'pg';
import { answerParent, residentMb } from '../world/child.ts';
import { ImportWorld, type Place } from '../world/import-world.ts';
import { playBack } from '../world/recording.ts';

/** What the process is started with, as one JSON argument. */
export interface FetchWorkerArgs {
  readonly app: pg.ClientConfig;
  readonly place: Place;
  readonly recording: string;
}

export interface Fetched {
  readonly runId: string;
  readonly seconds: number;
  readonly objects: number;
  readonly pages: number;
  /** Resident memory in MB: before the first page of this fetch, and the highest until now. */
  readonly residentBefore: number;
  readonly residentPeak: number;
}

const { app, place, recording } = JSON.parse(process.argv[2] ?? '{}') as FetchWorkerArgs;
const world = ImportWorld.enter(app, place, await playBack(recording));

answerParent(async (): Promise<Fetched> => {
  const run = await world.begin();
  const connection = await world.connection();
  const before = residentMb('self').now;
  const started = performance.now();
  await world.fetch(run, connection);
  const seconds = (performance.now() - started) / 1_000;
  const { accounts, orgUnits, pages } = await world.run(run.id);
  return {
    runId: run.id,
    seconds,
    objects: accounts + orgUnits,
    pages,
    residentBefore: before,
    residentPeak: residentMb('self').peak,
  };
});
