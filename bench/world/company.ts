import { join } from 'node:path';
import type pg from 'pg';
import type { HttpClient } from '../../src/platforms/kit/http-client.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import { ImportWorld, type Place, UNLIMITED } from './import-world.ts';
import { playBack, recordTo } from './recording.ts';
import type { BenchDatabase, BenchServer } from './server.ts';
import { startCompany } from './simulator.ts';
import type { PlatformName } from './stand-ins.ts';

/** People and units of a generated company; its seed is fixed, so that every run sees the same one. */
export interface CompanySize {
  readonly people: number;
  readonly units: number;
}

const SEED = 20_261_121;
/** Share of the people who are different at the second pull, in percent. */
export const CHANGED_PERCENT = 9;

/**
 * The rate decides how many calls are in flight. Played back, each is answered at once, and as few answers wait to be
 * stored as at a real platform's pace.
 */
const CALLS_PER_SECOND = 1;

/** A company of which everything that the platform would answer is on disk, and a tenant that may import it. */
export interface RecordedCompany extends CompanySize {
  /** The platform's name as people read it. */
  readonly label: string;
  readonly database: BenchDatabase;
  readonly place: Place;
  /** Answers as they are, and with 9 % of the people changed. */
  readonly recording: string;
  readonly changedRecording: string;
}

/** Walks the company to its end and keeps nothing. */
const drain = async (app: pg.ClientConfig, place: Place, http: HttpClient): Promise<void> => {
  const world = ImportWorld.enter(app, place);
  const connection = await world.connection();
  const services = { ...createPlatformServices(), http, budget: UNLIMITED };
  const source = createPlatforms(services).get(connection.platform)?.directorySource;
  if (source === undefined) throw new TypeError('the platform cannot be read');
  const pages = source.snapshot(connection, { scope: 'ALL' }, new AbortController().signal);
  for (;;) {
    const next = await pages.next();
    if (next.done !== true) continue;
    if (!next.value.complete) throw new Error(`incomplete: ${JSON.stringify(next.value.gaps)}`);
    break;
  }
  await world.close();
};

/** Generates a company and records it in `folder`; the simulator is gone afterwards. */
export const recordCompany = async (
  server: BenchServer,
  folder: string,
  { platform, ...size }: CompanySize & { readonly platform: PlatformName },
): Promise<RecordedCompany> => {
  const database = await server.create(`bench_${platform}_${size.people}`);
  const company = await startCompany({ ...size, seed: SEED }, platform);
  const { label, people } = company.standIn;
  const recording = join(folder, `${platform}-${size.people}`);
  const changedRecording = `${recording}-changed`;
  try {
    const place = await ImportWorld.create(database.app, company.form(CALLS_PER_SECOND), newMasterKey());
    const live = createPlatformServices().http;
    const first = recordTo(recording, live);
    await drain(database.app, place, first.http);
    await first.finish();
    await live.close();
    const again = recordTo(changedRecording, await playBack(recording), {
      people,
      percent: CHANGED_PERCENT,
    });
    await drain(database.app, place, again.http);
    await again.finish();
    return { ...size, label, database, place, recording, changedRecording };
  } finally {
    await company.stop();
  }
};
