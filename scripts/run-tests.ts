/*
 * `npm test`: type check, build, lint, all tests. The last line is always `N passed, N failed`; a check that fails,
 * a test that is skipped, and a run that dies count as failures. Arguments are handed to vitest.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface TestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
}

const run = (command: string, args: readonly string[]): boolean => {
  console.log(`> ${command} ${args.join(' ')}`);
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
};

const CHECKS: readonly (readonly [string, readonly string[]])[] = [
  ['tsc', ['-p', 'tsconfig.json']],
  ['tsc', ['-p', 'tsconfig.build.json']],
  ['biome', ['check', '--error-on-warnings', '.']],
];

const runTests = (): { readonly passed: number; readonly failed: number } => {
  const folder = mkdtempSync(join(tmpdir(), 'muster-report-'));
  const file = join(folder, 'report.json');
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const isGreen = run('vitest', [...args, ...process.argv.slice(2)]);
    const report: TestReport = JSON.parse(readFileSync(file, 'utf8'));
    const skipped = report.numPendingTests + report.numTodoTests;
    if (skipped > 0) console.log(`${skipped} skipped tests count as failed`);
    const failed = report.numFailedTests + skipped;
    // A file that cannot be loaded, or an error outside of any test, fails the run without failing a test.
    return { passed: report.numPassedTests, failed: isGreen ? failed : Math.max(failed, 1) };
  } catch {
    return { passed: 0, failed: 1 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const brokenChecks = CHECKS.filter(([command, args]) => !run(command, args)).length;
const { passed, failed } = runTests();
console.log(`${passed} passed, ${failed + brokenChecks} failed`);
process.exitCode = failed + brokenChecks === 0 ? 0 : 1;
