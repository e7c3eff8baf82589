/*
 * `npm run test:hunt`: tries every property with cases that nobody has met, ten times as many as `npm test` does with
 * cases that are always the same. What falls out is told with its seed and path, and with the command that tries it
 * again. Arguments are handed to vitest, e.g. `-- test/planner/push`; `HUNT_ROUNDS` goes on for that many rounds,
 * `HUNT_TIMES` says how many times as many cases, `HUNT_SEED` from which seed the first round begins.
 */
import { spawnSync } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly title: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

const ROUNDS = Number(process.env['HUNT_ROUNDS'] ?? 1);
const TIMES = process.env['HUNT_TIMES'] ?? '10';
const FIRST_SEED = process.env['HUNT_SEED'];

const usesFastCheck = (path: string): boolean => readFileSync(path, 'utf8').includes("from 'fast-check'");
const asked = process.argv.slice(2);
const targets = asked.length > 0 ? asked : globSync('test/**/*.test.ts').filter(usesFastCheck).sort();

/** `-t` takes a regular expression, and the line is pasted into a shell. */
const patternOf = (title: string): string => title.replaceAll(/['"\\^$.*+?()[\]{}|`]/g, '.');

/** One line for each thing found. */
const foundIn = (report: Report): string[] =>
  report.testResults.flatMap(({ name, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter(({ status }) => status === 'failed');
    // A file that cannot be loaded.
    if (failed.length === 0) return message === '' ? [] : [`${file}: ${message}`];
    return failed.map(({ title, failureMessages }) => {
      const [, seed, path] = /seed: (-?\d+), path: "([^"]*)"/.exec(failureMessages.join('\n')) ?? [];
      if (seed === undefined) return `${file}: ${title}`;
      return `HUNT_SEED=${seed} HUNT_PATH='${path}' npx vitest run ${file} -t '${patternOf(title)}'`;
    });
  });

const hunt = (seed: string, folder: string): string[] => {
  console.log(`> seed ${seed}, ${TIMES} times as many cases`);
  const file = join(folder, 'report.json');
  rmSync(file, { force: true });
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const { status } = spawnSync('vitest', ['run', '--testTimeout=3600000', ...reporters, ...targets], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ...process.env, HUNT_SEED: seed, HUNT_TIMES: TIMES },
  });
  if (status === 0) return [];
  const found = foundIn(JSON.parse(readFileSync(file, 'utf8')) as Report);
  return found.length > 0 ? found : [`HUNT_SEED=${seed}: vitest ended with ${status}`];
};

const folder = mkdtempSync(join(tmpdir(), 'muster-hunt-'));
const found: string[] = [];
try {
  for (let round = 0; round < ROUNDS; round += 1) {
    const seed = round === 0 && FIRST_SEED !== undefined ? FIRST_SEED : String(randomInt(2 ** 31));
    found.push(...hunt(seed, folder));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
for (const line of found) console.log(line);
console.log(`${found.length} found`);
process.exitCode = found.length === 0 ? 0 : 1;
