/**
 * How often a property is tried, for `fc.assert`. Every run tries the same cases, so that no change fails by a case
 * which nobody had met and which it has nothing to do with. Others are met by `npm run test:hunt`, which sets:
 *
 * - `HUNT_SEED`: where the cases come from, an integer;
 * - `HUNT_TIMES`: how many times as many cases as usual;
 * - `HUNT_PATH`: with the seed, the one case that was reported, and nothing else.
 */
export interface Tries {
  readonly numRuns: number;
  readonly seed: number;
  readonly path?: string;
  readonly endOnFailure?: boolean;
}

const USUAL_SEED = 20261128;

const { HUNT_SEED, HUNT_TIMES, HUNT_PATH } = process.env;

/** @param usual cases in `npm test` */
export const tries = (usual: number): Tries => {
  const seed = HUNT_SEED === undefined ? USUAL_SEED : Number(HUNT_SEED);
  if (HUNT_PATH !== undefined) return { seed, path: HUNT_PATH, numRuns: 1, endOnFailure: true };
  return { seed, numRuns: usual * Number(HUNT_TIMES ?? 1) };
};
