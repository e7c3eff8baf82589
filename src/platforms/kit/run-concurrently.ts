export interface ConcurrencyOptions {
  /** Items in work at once. */
  readonly limit: number;
  /** Rejects the run when aborted. */
  readonly signal: AbortSignal;
}

/**
 * Works on the queue, several items at once, and yields the results as they come, all that are ready in one batch.
 * The consumer may push onto the queue between batches. The first failure ends the run.
 */
export async function* runConcurrently<Item, Result>(
  queue: Item[],
  work: (item: Item) => Promise<Result>,
  { limit, signal }: ConcurrencyOptions,
): AsyncGenerator<Result[], void, void> {
  const ready: Result[] = [];
  let active = 0;
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  const fail = (error: unknown): void => {
    failure ??= { error };
    wake.resolve();
  };
  const launch = (item: Item): void => {
    active += 1;
    work(item).then(
      (result) => {
        active -= 1;
        ready.push(result);
        wake.resolve();
      },
      (error: unknown) => {
        active -= 1;
        fail(error);
      },
    );
  };
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (;;) {
      signal.throwIfAborted();
      if (failure !== undefined) throw failure.error;
      while (active < limit && next < queue.length) {
        launch(queue[next] as Item);
        next += 1;
      }
      if (ready.length > 0) yield ready.splice(0);
      else if (active === 0) return;
      else await wake.promise;
      wake = Promise.withResolvers<void>();
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
