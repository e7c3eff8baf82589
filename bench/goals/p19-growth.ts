import type { Measured } from '../bench.ts';
import { type BenchRow, ratioRow } from '../measure/row.ts';
import type { Samples } from '../measure/samples.ts';

/**
 * What ten times the people may cost. The goals name a hundredfold (10k → 1M); of the same power law a tenfold is
 * allowed the square root.
 */
const tenfold = (hundredfold: number): number => Math.round(Math.sqrt(hundredfold) * 100) / 100;

const step = (
  what: string,
  measured: { readonly small: Samples; readonly large: Samples },
  hundredfold: number,
): BenchRow =>
  ratioRow(
    {
      id: 'P19',
      what: `${what}: 100k beside 10k people`,
      unit: 's',
      limitIs: 'the same at 10k people; ten times the work is a ratio of 10',
      note: `the goal for 10k → 1M is ≤ ${hundredfold} ×; this is its square root`,
    },
    { limit: measured.small, subject: measured.large },
    { atMost: tenfold(hundredfold) },
  );

const inSeconds = (samples: Samples): Samples => samples.map((ms) => ms / 1_000);

/** How import, diff and commit grow with the company. */
export const growthRows = (small: Measured, large: Measured): BenchRow[] => {
  const rows = [
    step('import', { small: small.imported.fetchSeconds, large: large.imported.fetchSeconds }, 110),
  ];
  if (small.diff !== null && large.diff !== null)
    rows.push(step('diff', { small: inSeconds(small.diff.stage), large: inSeconds(large.diff.stage) }, 160));
  if (small.commit !== null && large.commit !== null)
    rows.push(step('commit', { small: small.commit.seconds, large: large.commit.seconds }, 150));
  return rows;
};
