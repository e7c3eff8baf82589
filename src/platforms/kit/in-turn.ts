const TURNS = new Map<string, Promise<unknown>>();

/**
 * One after the other for the same key, within this process: what reads, changes and writes back as a whole would
 * otherwise undo what another call has written meanwhile.
 */
export const inTurn = async <Result>(key: string, work: () => Promise<Result>): Promise<Result> => {
  const before = TURNS.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  TURNS.set(key, mine);
  try {
    return await mine;
  } finally {
    if (TURNS.get(key) === mine) TURNS.delete(key);
  }
};
