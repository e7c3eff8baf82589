import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { type BenchRow, boundRow, ratioRow } from '../measure/row.ts';
import { interleave, ROUNDS, type Samples, seconds } from '../measure/samples.ts';
import type { Fetched, FetchWorkerArgs } from '../workers/fetch.ts';
import { type Child, startChild } from '../world/child.ts';
import type { RecordedCompany } from '../world/company.ts';
import { withClient } from '../world/server.ts';

/** What the measurement leaves behind for others. */
export interface ImportMeasured {
  readonly rowsPerSecond: { readonly limit: Samples; readonly subject: Samples };
  /** Seconds of one fetch with everything stored. */
  readonly fetchSeconds: Samples;
  /** MB by which the resident memory grew while the company was fetched the first time. */
  readonly grownMb: number;
  readonly pages: number;
  /** The run that was fetched last; nothing of it is staged yet. */
  readonly runId: string;
}

const TABLES = ['fetched_account', 'fetched_org_unit'] as const;
const CHUNK = 64 * 1024;

/** The very bytes that the last fetch stored, in PostgreSQL's COPY text format, per table. */
const storedBytes = async (client: pg.Client): Promise<ReadonlyMap<string, Buffer>> => {
  const bytes = new Map<string, Buffer>();
  for (const table of TABLES) {
    const chunks: Buffer[] = [];
    await pipeline(client.query(copyTo(`copy muster.${table} to stdout`)), async (stream) => {
      for await (const chunk of stream) chunks.push(chunk as Buffer);
    });
    bytes.set(table, Buffer.concat(chunks));
  }
  return bytes;
};

function* inChunks(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}

/** Tables of the same columns with the same primary key and nothing else. */
const makeBare = async (client: pg.Client): Promise<void> => {
  for (const table of TABLES) {
    await client.query(`drop table if exists public.bare_${table}`);
    await client.query(`create table public.bare_${table} (like muster.${table})`);
    await client.query(`alter table public.bare_${table} add primary key (tenant_id, run_id, external_id)`);
  }
};

const copyAll = async (client: pg.Client, bytes: ReadonlyMap<string, Buffer>): Promise<void> => {
  await client.query('begin');
  for (const [table, content] of bytes) {
    await pipeline(
      Readable.from(inChunks(content)),
      client.query(copyFrom(`copy public.bare_${table} from stdin`)),
    );
  }
  await client.query('commit');
};

/** Makes room for another run of the same connection. */
const forget = async (client: pg.Client): Promise<void> => {
  await client.query("update muster.import_run set phase = 'DISCARDED'");
  await client.query('truncate muster.fetched_account, muster.fetched_org_unit, muster.import_page');
};

/** Fetches a recorded company again and again beside raw COPY of the same bytes. */
export const measureImport = async (company: RecordedCompany, rounds = ROUNDS): Promise<ImportMeasured> => {
  const args: FetchWorkerArgs = {
    app: company.database.app,
    place: company.place,
    recording: company.recording,
  };
  const worker: Child = startChild('workers/fetch.js', [JSON.stringify(args)]);
  const fetchSeconds: number[] = [];
  try {
    return await withClient(company.database.superuser, async (client) => {
      // The first fetch warms up, and is the one whose memory counts: nothing is left over from another.
      const first = await worker.ask<Fetched>({});
      const bytes = await storedBytes(client);
      let last = first;
      const measures = {
        limit: async () => {
          await makeBare(client);
          return first.objects / (await seconds(() => copyAll(client, bytes)));
        },
        subject: async () => {
          await forget(client);
          last = await worker.ask<Fetched>({});
          fetchSeconds.push(last.seconds);
          return last.objects / last.seconds;
        },
      };
      const rowsPerSecond = await interleave(measures, { rounds });
      await makeBare(client);
      return {
        rowsPerSecond,
        fetchSeconds,
        grownMb: first.residentPeak - first.residentBefore,
        pages: first.pages,
        runId: last.runId,
      };
    });
  } finally {
    await worker.stop();
  }
};

const ENTRA_ROWS_PER_SECOND = 2_000;

export const importRows = (company: RecordedCompany, measured: ImportMeasured): BenchRow[] => [
  ratioRow(
    {
      id: 'P9',
      what: `fetch ${company.people} people + ${company.units} units from ${company.label} into staging`,
      unit: 'objects/s',
      limitIs: 'raw COPY of the stored bytes into bare tables with the primary key, one transaction',
      note:
        'subject = answers of the platform (JSON) → adapter with validation → normalise → canonical hash → ' +
        `stored with cursor and progress (${measured.pages} stored pages, each durable)`,
    },
    measured.rowsPerSecond,
    { atLeast: 0.75 },
  ),
  boundRow(
    { id: 'P9', what: `${company.label}: the same, times the inbound ceiling of Entra (2,000/s)`, unit: '×' },
    measured.rowsPerSecond.subject.map((rate) => rate / ENTRA_ROWS_PER_SECOND),
    { atLeast: 90 },
  ),
  boundRow(
    {
      id: 'P9',
      what: `peak memory growth while ${company.people} people are fetched from ${company.label}`,
      unit: 'MB',
    },
    [measured.grownMb],
    { atMost: 64 },
  ),
];
