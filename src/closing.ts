import type { Logger } from './logging/index.ts';

/** Undoes in reverse order what has been opened, whatever fails on the way. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = [];
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  add(step: () => Promise<unknown>): void {
    this.#steps.push(step);
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) {
      await step().catch((error: unknown) => this.#logger.error({ err: error }, 'closing failed'));
    }
  }
}
