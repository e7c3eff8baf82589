import type { Machine } from './machine.ts';
import type { BenchRow } from './row.ts';

/** A number in as many digits as carry meaning. */
export const figure = (value: number): string => {
  if (!Number.isFinite(value)) return '–';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
};

const spread = ([least, most]: readonly [number, number], middle: number): string =>
  least === most ? figure(middle) : `${figure(middle)} (${figure(least)}–${figure(most)})`;

const HEAD = ['id', 'what', 'limit', 'subject', 'unit', 'ratio', 'goal', ''] as const;

const cells = (row: BenchRow): readonly string[] => [
  row.id,
  row.what,
  spread(row.limitRange, row.limit),
  spread(row.subjectRange, row.subject),
  row.unit,
  figure(row.ratio),
  row.goal,
  row.holds ? 'holds' : 'DOES NOT HOLD',
];

const describe = (machine: Machine): string =>
  `${machine.os}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGib} GiB, Node ${machine.node}, ` +
  `PostgreSQL ${machine.postgres} (${machine.durability}), load ${figure(machine.loadBefore)} before, ` +
  `${figure(machine.loadAfter)} after, ${machine.startedAt}, ${machine.seconds} s`;

/** The result as people read it: columns, then what each limit is, then the machine. */
export const table = (machine: Machine, rows: readonly BenchRow[]): string => {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, at) => Math.max(...lines.map((line) => (line[at] ?? '').length)));
  const body = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.map(
    ({ id, what, limitIs, note }) =>
      `${id} ${what}: limit = ${limitIs}${note === undefined ? '' : `; ${note}`}`,
  );
  return [...body, '', ...notes, '', describe(machine), ''].join('\n');
};
