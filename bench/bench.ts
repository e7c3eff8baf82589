import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportRunId } from '../src/domain/index.ts';
import { measureBatch } from './goals/batch-import.ts';
import { measureHotList } from './goals/p06-hot-list.ts';
import { measureTrivialRequest } from './goals/p07-trivial-request.ts';
import { measureStatementCounts } from './goals/p08-statement-counts.ts';
import { type ImportMeasured, importRows, measureImport } from './goals/p09-staged-import.ts';
import { type DiffMeasured, diffRows, measureDiff } from './goals/p10-diff.ts';
import { type CommitMeasured, commitRows, measureCommit } from './goals/p11-commit.ts';
import { measureHour } from './goals/p12-hour.ts';
import { measureCalm, measurePush } from './goals/p12-push.ts';
import { measureUrgent } from './goals/p13-urgent.ts';
import { measurePull } from './goals/p14-pull.ts';
import { measureCallbacks } from './goals/p15-callbacks.ts';
import { measureJobs } from './goals/p16-jobs.ts';
import { measureColdStart } from './goals/p17-cold-start.ts';
import { measureMemory } from './goals/p18-memory.ts';
import { growthRows, measureReadGrowth } from './goals/p19-growth.ts';
import { measurePlanning } from './goals/plan-push.ts';
import { type Machine, observeMachine } from './measure/machine.ts';
import type { BenchRow } from './measure/row.ts';
import { type CompanySize, recordCompany } from './world/company.ts';
import { type ImportedCompany, importCompany } from './world/imported.ts';
import { type BenchServer, startServer, withClient } from './world/server.ts';
import { type PlatformName, STAND_INS } from './world/stand-ins.ts';

export const GOALS = [
  'P6',
  'P7',
  'P8',
  'P9',
  'P10',
  'P11',
  'P12',
  'P13',
  'P14',
  'P15',
  'P16',
  'P17',
  'P18',
  'P19',
  'PLAN',
  'BATCH',
] as const;
export type Goal = (typeof GOALS)[number];

/** Goals that need a company in the roster, and the platform that it comes from; P9 is measured on the way there. */
const ROSTER_GOALS: readonly Goal[] = ['P6', 'P7', 'P8', 'P10', 'P11', 'P18', 'P19'];
const ROSTER_PLATFORM = 'dingtalk';

export interface BenchOptions {
  readonly only: ReadonlySet<string>;
  /** Platforms at which P9, P12 and P14 are measured; the other goals have one of their own. */
  readonly platforms: readonly PlatformName[];
  /** People of the large company; the small one, which growth is measured from, has a tenth of them. */
  readonly people: number;
  /** Told what is being done, one line each. */
  readonly tell: (line: string) => void;
}

export interface BenchResult {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
  /** What could not be measured, and why. */
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly id: string;
  readonly error: string;
}

/** A company with everything that was measured while it came in. */
export interface Measured {
  readonly company: ImportedCompany;
  readonly imported: ImportMeasured;
  readonly diff: DiffMeasured | null;
  readonly commit: CommitMeasured | null;
}

const sizeOf = (people: number): CompanySize => ({ people, units: Math.ceil(people / 20) });

interface Run extends BenchOptions {
  readonly server: BenchServer;
  readonly folder: string;
  readonly failures: Failure[];
}

/** Rows of one goal; one that cannot be measured must not cost the others. */
const attempt = async (run: Run, id: Goal, measure: () => Promise<BenchRow[]>): Promise<BenchRow[]> => {
  try {
    return await measure();
  } catch (error) {
    run.failures.push({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    return [];
  }
};

const measureCompany = async (run: Run, size: CompanySize): Promise<Measured> => {
  const { only, server, tell } = run;
  const wants = (goal: Goal): boolean => only.has(goal) || only.has('P19');
  tell(`${size.people} people: record`);
  const recorded = await recordCompany(server, run.folder, { ...size, platform: ROSTER_PLATFORM });
  tell(`${size.people} people: fetch (P9)`);
  const imported = await measureImport(recorded, wants('P9') ? undefined : 1);
  tell(`${size.people} people: stage and commit`);
  const company = await importCompany(server, recorded, imported.runId as ImportRunId);
  if (wants('P11')) tell(`${size.people} people: commits (P11)`);
  const commit = wants('P11') ? await measureCommit(server, company) : null;
  if (wants('P10')) tell(`${size.people} people: diffs (P10)`);
  const diff = wants('P10') ? await measureDiff(company) : null;
  return { company, imported, diff, commit };
};

const companyRows = (
  { company, imported, diff, commit }: Measured,
  only: BenchOptions['only'],
): BenchRow[] => [
  ...(only.has('P9') ? importRows(company, imported) : []),
  ...(only.has('P10') && diff !== null ? diffRows(company, diff) : []),
  ...(only.has('P11') && commit !== null ? commitRows(company, commit) : []),
];

/** Measures one goal where it is asked for. */
const step = async (
  run: Run,
  goal: Goal,
  { what, measure }: { readonly what: string; readonly measure: () => Promise<BenchRow[]> },
): Promise<BenchRow[]> => {
  if (!run.only.has(goal)) return [];
  run.tell(`${what} (${goal})`);
  return attempt(run, goal, measure);
};

/** What needs an imported company: the import itself, and what is read from it afterwards. */
const measureRoster = async (run: Run): Promise<BenchRow[]> => {
  const { only, people } = run;
  const small = only.has('P18') || only.has('P19') ? await measureCompany(run, sizeOf(people / 10)) : null;
  const large = await measureCompany(run, sizeOf(people));
  const { company } = large;
  const rows = [
    ...companyRows(large, only),
    ...(await step(run, 'P6', { what: 'hot list', measure: () => measureHotList(company) })),
    ...(await step(run, 'P7', { what: 'trivial request', measure: () => measureTrivialRequest(company) })),
    ...(await step(run, 'P8', {
      what: 'statements of every list',
      measure: () => measureStatementCounts(company),
    })),
  ];
  if (small === null) return rows;
  const growth = async (): Promise<BenchRow[]> => [
    ...growthRows(small, large),
    ...(await measureReadGrowth(small.company, company)),
  ];
  return [
    ...rows,
    ...(await step(run, 'P18', { what: 'memory', measure: () => measureMemory(small.company, company) })),
    ...(await step(run, 'P19', { what: 'growth', measure: growth })),
  ];
};

/** The import alone, of a company that nothing else is measured with. */
const measureFetch = async (run: Run, platform: PlatformName): Promise<BenchRow[]> => {
  const recorded = await recordCompany(run.server, run.folder, { ...sizeOf(run.people), platform });
  return importRows(recorded, await measureImport(recorded));
};

/** Goals that every platform has, each under its own limits. */
const measurePlatform = async (run: Run, platform: PlatformName): Promise<BenchRow[]> => {
  const { server } = run;
  const { label } = STAND_INS[platform];
  const push = async (): Promise<BenchRow[]> => [
    ...(await measurePush(server, platform)),
    ...(platform === ROSTER_PLATFORM ? await measureCalm(server) : await measureHour(server)),
  ];
  return [
    ...(platform === ROSTER_PLATFORM
      ? []
      : await step(run, 'P9', { what: `fetch from ${label}`, measure: () => measureFetch(run, platform) })),
    ...(await step(run, 'P12', { what: `push to ${label}`, measure: push })),
    ...(await step(run, 'P14', {
      what: `pull from ${label}`,
      measure: () => measurePull(server, platform),
    })),
  ];
};

/** Whether anything is asked for that needs the imported company. */
const wantsRoster = ({ only, platforms }: Run): boolean =>
  ROSTER_GOALS.some((goal) => only.has(goal)) || (only.has('P9') && platforms.includes(ROSTER_PLATFORM));

/** Rows stand as the list of goals has them. */
const goalPlace = ({ id }: BenchRow): number => GOALS.indexOf(id as Goal);

const measureAll = async (run: Run): Promise<BenchRow[]> => {
  const { server, people, platforms } = run;
  const rows = [
    ...(await step(run, 'P17', { what: 'cold start', measure: () => measureColdStart(server) })),
    ...(await step(run, 'PLAN', { what: 'plan a push', measure: () => measurePlanning(people) })),
  ];
  for (const platform of platforms) rows.push(...(await measurePlatform(run, platform)));
  rows.push(
    ...(await step(run, 'P13', {
      what: 'end of access behind a long queue',
      measure: () => measureUrgent(server, people),
    })),
    ...(await step(run, 'P15', { what: 'callbacks', measure: () => measureCallbacks(server) })),
    ...(await step(run, 'P16', { what: 'jobs and outbox', measure: () => measureJobs(server) })),
    ...(await step(run, 'BATCH', { what: 'import of a file', measure: () => measureBatch(server) })),
  );
  if (wantsRoster(run)) rows.push(...(await measureRoster(run)));
  return rows.sort((a, b) => goalPlace(a) - goalPlace(b));
};

/** Measures the goals that were asked for; a process, a port and a folder of its own, all gone afterwards. */
export const runBench = async (options: BenchOptions): Promise<BenchResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-pages-'));
  const server = await startServer();
  try {
    const close = await withClient(server.superuser, observeMachine);
    const failures: Failure[] = [];
    const rows = await measureAll({ ...options, server, folder, failures });
    return { machine: close(), rows, failures };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
