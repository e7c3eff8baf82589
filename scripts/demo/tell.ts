/** A step that did not hold, said to whoever runs the demo. */
export class StepFailed extends Error {}

let step = 0;

export const headline = (text: string): void => {
  step += 1;
  console.log(`\n${step}. ${text}`);
};

export const line = (text: string): void => console.log(`   ${text}`);

/** Says what was expected when it is not so, and thereby ends the demo with code 1. */
export function must(holds: boolean, expectation: string): asserts holds {
  if (!holds) throw new StepFailed(`this did not hold: ${expectation}`);
  line(`✓ ${expectation}`);
}

/** `CREATE 190 · LINK 3`; without the zeros. */
export const countsOf = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${name} ${count}`)
    .join(' · ') || 'none';

export const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
