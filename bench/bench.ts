import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportRunId } from '../src/domain/index.ts';
import { measureHotList } from './goals/p06-hot-list.ts';
import { measureTrivialRequest } from './goals/p07-trivial-request.ts';
import { measureStatementCounts } from './goals/p08-statement-counts.ts';
import { type ImportMeasured, importRows, measureImport } from './goals/p09-staged-import.ts';
import { type DiffMeasured, diffRows, measureDiff } from './goals/p10-diff.ts';
import { type CommitMeasured, commitRows, measureCommit } from './goals/p11-commit.ts';
import { measurePush } from './goals/p12-push.ts';
import { measureUrgent } from './goals/p13-urgent.ts';
import { measurePull } from './goals/p14-pull.ts';
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
  'P16',
  'P17',
  'P18',
  'P19',
  'PLAN',
] as const;
export type Goal = (typeof GOALS)[number];

export interface BenchOptions {
  readonly only: ReadonlySet<string>;
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
  const recorded = await recordCompany(server, run.folder, size);
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

/** What needs an imported company: the import itself, and what is read from it afterwards. */
const measureRoster = async (
  run: Run,
  wants: (...goals: readonly Goal[]) => boolean,
): Promise<BenchRow[]> => {
  const { only, tell, people } = run;
  const small = wants('P18', 'P19') ? await measureCompany(run, sizeOf(people / 10)) : null;
  const large = await measureCompany(run, sizeOf(people));
  const rows = companyRows(large, only);
  const step = async (goal: Goal, what: string, measure: () => Promise<BenchRow[]>): Promise<void> => {
    if (!wants(goal)) return;
    tell(`${what} (${goal})`);
    rows.push(...(await attempt(run, goal, measure)));
  };
  await step('P6', 'hot list', () => measureHotList(large.company));
  await step('P7', 'trivial request', () => measureTrivialRequest(large.company));
  await step('P8', 'statements of every list', () => measureStatementCounts(large.company));
  if (small !== null) {
    await step('P18', 'memory', () => measureMemory(small.company, large.company));
    await step('P19', 'growth', async () => [
      ...growthRows(small, large),
      ...(await measureReadGrowth(small.company, large.company)),
    ]);
  }
  return rows;
};

/** Rows stand as the list of goals has them. */
const goalPlace = ({ id }: BenchRow): number => GOALS.indexOf(id as Goal);

const measureAll = async (run: Run): Promise<BenchRow[]> => {
  const { only, server, tell } = run;
  const rows: BenchRow[] = [];
  const wants = (...goals: readonly Goal[]): boolean => goals.some((goal) => only.has(goal));
  if (wants('P17')) {
    tell('cold start (P17)');
    rows.push(...(await attempt(run, 'P17', () => measureColdStart(server))));
  }
  if (wants('PLAN')) {
    tell('plan a push (PLAN)');
    rows.push(...(await attempt(run, 'PLAN', () => measurePlanning(run.people))));
  }
  const alone = async (goal: Goal, what: string, measure: () => Promise<BenchRow[]>): Promise<void> => {
    if (!wants(goal)) return;
    tell(`${what} (${goal})`);
    rows.push(...(await attempt(run, goal, measure)));
  };
  await alone('P12', 'push to a paced platform', () => measurePush(server));
  await alone('P13', 'end of access behind a long queue', () => measureUrgent(server, run.people));
  await alone('P16', 'jobs and outbox', () => measureJobs(server));
  if (wants('P14')) {
    tell('pull from a paced platform (P14)');
    rows.push(...(await attempt(run, 'P14', () => measurePull(server))));
  }
  if (wants('P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P18', 'P19'))
    rows.push(...(await measureRoster(run, wants)));
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
