import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type BenchRow, boundRow } from '../measure/row.ts';

const run = promisify(execFile);
const ROUNDS = 3;

interface Measured {
  readonly seconds: number;
  readonly mebibytes: number;
  readonly operations: number;
}

/** A process of its own: what is measured is one plan, not what came before it. */
const measureOnce = async (people: number, what: 'SAME' | 'CHANGED'): Promise<Measured> => {
  const worker = fileURLToPath(
    new URL(import.meta.url.replace(/goals\/plan-push\.(ts|js)$/, 'workers/plan-push.$1')),
  );
  const { stdout } = await run(process.execPath, [worker, String(people), what], { maxBuffer: 1 << 20 });
  return JSON.parse(stdout) as Measured;
};

const rowsOf = (people: number, what: string, rounds: readonly Measured[]): BenchRow[] => {
  const pair = `${people.toLocaleString('en')} people × ${(people / 10).toLocaleString('en')} units, both sides`;
  const note = `${rounds[0]?.operations ?? 0} operations; people, units and copies are in memory already`;
  const seconds = { id: 'PLAN', what: `plan a push of ${pair}, ${what}`, unit: 's', note };
  const memory = { ...seconds, what: `${seconds.what}: memory at the peak, the facts included`, unit: 'MiB' };
  return [
    boundRow(
      seconds,
      rounds.map((round) => round.seconds),
      { atMost: 10 },
    ),
    boundRow(
      memory,
      rounds.map((round) => round.mebibytes),
      { atMost: 1024 },
    ),
  ];
};

/** Planning a full push: nothing changed, and a tenth of everything. */
export const measurePlanning = async (people: number): Promise<BenchRow[]> => {
  const same: Measured[] = [];
  const changed: Measured[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    same.push(await measureOnce(people, 'SAME'));
    changed.push(await measureOnce(people, 'CHANGED'));
  }
  return [...rowsOf(people, 'nothing changed', same), ...rowsOf(people, '10 % changed', changed)];
};
