/*
 * `npm run test:chaos`: what `npm test` does in short, with the counts that the goals of reliability name. Takes hours.
 * Arguments are handed to vitest, e.g. `-- test/chaos/push`; a count that the environment sets already stays.
 */
import { spawnSync } from 'node:child_process';

/** Counts by the variable that sets them; CONTRIBUTING.md says what each is. */
const COUNTS: Readonly<Record<string, string>> = {
  ORACLE_COMPANIES: '1000',
  INTERLEAVINGS: '10000',
  PUSH_COMPANIES: '2000',
  INPUT_COMPANIES: '1000',
  CRASH_ROUNDS: '3',
  MUSTER_CHAOS_ROUNDS: '50',
  MUSTER_CHAOS_PEOPLE: '10000',
  SHORT_READS: '500',
  TRUNCATION_ROUNDS: '500',
  PUSH_BOUNDARIES: 'all',
  PUSH_STORM_KILLS: '200',
  PUSH_STORM_PEOPLE: '10000',
  PUSH_DATABASE_KILLS: '36',
  PUSH_LOST_ANSWERS: 'all',
  REPLAYS: '100',
};

const FILES = [
  'test/chaos',
  'test/import/oracle.test.ts',
  'test/import/concurrency-interleavings.test.ts',
  'test/planner/push/properties.test.ts',
  'test/platforms/dingtalk-truncation.test.ts',
  'test/sync/input-oracle.test.ts',
  'test/sync-apply/replay.test.ts',
];

const asked = process.argv.slice(2);
const args = ['run', '--testTimeout=7200000', ...(asked.length > 0 ? asked : FILES)];
const { status } = spawnSync('vitest', args, {
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...COUNTS, ...process.env },
});
process.exitCode = status ?? 1;
