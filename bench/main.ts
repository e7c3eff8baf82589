/*
 * `npm run bench`: measures the goals of performance, each beside its limit in the same run, and prints a table.
 * `-- --json` prints one JSON object instead, `-- --only P9,P10` measures some of them.
 */
import { parseArgs } from 'node:util';
import { GOALS, runBench } from './bench.ts';
import { table } from './measure/table.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});

const only = values.only?.split(',').map((id) => id.trim().toUpperCase()) ?? GOALS;
const unknown = only.filter((id) => !(GOALS as readonly string[]).includes(id));
if (unknown.length > 0) {
  console.error(`No such goal: ${unknown.join(', ')}. There are ${GOALS.join(', ')}.`);
  process.exit(2);
}

const result = await runBench({ only: new Set(only), tell: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : table(result.machine, result.rows));
