/** What was measured in the rounds of one run, in the order of the rounds. */
export type Samples = readonly number[];

/** The value that a share `q` (0…1) of the samples does not exceed (nearest rank); 0.5 = median. */
export const quantile = (samples: Samples, q: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const rank = Math.max(0, Math.ceil(q * sorted.length) - 1);
  return sorted[rank] ?? Number.NaN;
};

/** The middle of the samples; of an even number the mean of the two in the middle. */
export const median = (samples: Samples): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
};

export const range = (samples: Samples): readonly [number, number] => [
  Math.min(...samples),
  Math.max(...samples),
];

/** Rounds of every comparison: the fewest from which a median can be taken. */
export const ROUNDS = 3;

export type Measure = () => Promise<number>;

/**
 * Measures in turn, A B C A B C …, so that what the machine does meanwhile falls on all alike. One round before
 * the first warms up and is not counted, when `warmUp` says so.
 */
export const interleave = async <Name extends string>(
  measures: Readonly<Record<Name, Measure>>,
  options: { readonly rounds?: number; readonly warmUp?: boolean } = {},
): Promise<Readonly<Record<Name, Samples>>> => {
  const names = Object.keys(measures) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  if (options.warmUp === true) for (const name of names) await measures[name]();
  for (let round = 0; round < (options.rounds ?? ROUNDS); round += 1) {
    for (const name of names) samples[name].push(await measures[name]());
  }
  return samples;
};

/** Seconds that some work takes. */
export const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await work();
  return (performance.now() - started) / 1_000;
};
