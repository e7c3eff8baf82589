/*
 * `npm run bench`: measures the goals of performance, each beside its limit in the same run, and prints a table.
 * `-- --json` prints one JSON object instead, `-- --only P9,P10` measures some of them,
 * `-- --people 20000` takes another company than the one of 100,000 that the goals name, `-- --platforms wecom` measures
 * P9, P12 and P14 at one platform only.
 */
import { parseArgs } from 'node:util';
import { GOALS, runBench } from './bench.ts';
import { table } from './measure/table.ts';
import { PLATFORMS } from './world/stand-ins.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    platforms: { type: 'string', default: PLATFORMS.join(',') },
    people: { type: 'string', default: '100000' },
  },
});

const only = values.only?.split(',').map((id) => id.trim().toUpperCase()) ?? GOALS;
const unknown = only.filter((id) => !(GOALS as readonly string[]).includes(id));
if (unknown.length > 0) {
  console.error(`No such goal: ${unknown.join(', ')}. There are ${GOALS.join(', ')}.`);
  process.exit(2);
}

const platforms = PLATFORMS.filter((name) => values.platforms.split(',').includes(name));
if (platforms.length !== values.platforms.split(',').length) {
  console.error(`--platforms takes some of ${PLATFORMS.join(',')}.`);
  process.exit(2);
}

const people = Number(values.people);
if (!Number.isInteger(people) || people < 500 || people > 1_000_000) {
  console.error('--people takes a number from 500 to 1000000.');
  process.exit(2);
}

// Whoever interrupts gets an exit that takes everything along.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const result = await runBench({
  only: new Set(only),
  platforms,
  people,
  tell: (line) => process.stderr.write(`${line}\n`),
});
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result.machine, result.rows));
for (const { id, error } of result.failures) console.error(`${id} could not be measured: ${error}`);
process.exitCode = result.failures.length === 0 ? 0 : 1;
