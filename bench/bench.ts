import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ImportRunId } from '../src/domain/index.ts';
import { type ImportMeasured, importRows, measureImport } from './goals/p09-staged-import.ts';
import { type DiffMeasured, diffRows, measureDiff } from './goals/p10-diff.ts';
import { type CommitMeasured, commitRows, measureCommit } from './goals/p11-commit.ts';
import { measurePull } from './goals/p14-pull.ts';
import { growthRows } from './goals/p19-growth.ts';
import { type Machine, observeMachine } from './measure/machine.ts';
import type { BenchRow } from './measure/row.ts';
import { type CompanySize, recordCompany } from './world/company.ts';
import { type ImportedCompany, importCompany } from './world/imported.ts';
import { type BenchServer, startServer, withClient } from './world/server.ts';

export const GOALS = ['P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P14', 'P17', 'P18', 'P19'] as const;
export type Goal = (typeof GOALS)[number];

export interface BenchOptions {
  readonly only: ReadonlySet<string>;
  /** Told what is being done, one line each. */
  readonly tell: (line: string) => void;
}

export interface BenchResult {
  readonly machine: Machine;
  readonly rows: readonly BenchRow[];
}

/** A company with everything that was measured while it came in. */
export interface Measured {
  readonly company: ImportedCompany;
  readonly imported: ImportMeasured;
  readonly diff: DiffMeasured | null;
  readonly commit: CommitMeasured | null;
}

const SMALL: CompanySize = { people: 10_000, units: 500 };
const LARGE: CompanySize = { people: 100_000, units: 5_000 };

interface Run extends BenchOptions {
  readonly server: BenchServer;
  readonly folder: string;
}

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

const measureAll = async (run: Run): Promise<BenchRow[]> => {
  const { only, server, tell } = run;
  const rows: BenchRow[] = [];
  const any = (...goals: readonly Goal[]): boolean => goals.some((goal) => only.has(goal));
  if (any('P14')) {
    tell('pull from a paced platform (P14)');
    rows.push(...(await measurePull(server)));
  }
  if (any('P6', 'P8', 'P9', 'P10', 'P11', 'P18', 'P19')) {
    const small = any('P18', 'P19') ? await measureCompany(run, SMALL) : null;
    const large = await measureCompany(run, LARGE);
    rows.push(...companyRows(large, only));
    if (small !== null && any('P19')) rows.push(...growthRows(small, large));
  }
  return rows.sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));
};

/** Measures the goals that were asked for; a process, a port and a folder of its own, all gone afterwards. */
export const runBench = async (options: BenchOptions): Promise<BenchResult> => {
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-pages-'));
  const server = await startServer();
  try {
    const close = await withClient(server.superuser, observeMachine);
    const rows = await measureAll({ ...options, server, folder });
    return { machine: close(), rows };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
};
