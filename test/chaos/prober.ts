import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { App } from '../../src/app.ts';

/** What an outage of the database looked like from outside, in milliseconds. */
export interface Outage {
  /** From the kill until the server accepted connections again. */
  readonly accepted: number;
  /** From then until the gateway's first good answer. */
  readonly answered: number;
  /** How long each refusal took. */
  readonly refusals: readonly number[];
}

interface Answer {
  readonly at: number;
  readonly took: number;
  /** `null` = a good answer; otherwise the code of the refusal. */
  readonly code: string | null;
}

const QUERY = JSON.stringify({ query: '{ accounts(first: 1) { nodes { id } } }' });
const EVERY_MS = 20;

/** Asks a gateway for something that stands in the database, all the time, from outside. */
export class Prober {
  readonly #app: Pick<App, 'address'>;
  readonly #token: string;
  readonly #answers: Answer[] = [];
  readonly #asking: Promise<void>;
  #over = false;

  constructor(app: Pick<App, 'address'>, token: string) {
    this.#app = app;
    this.#token = token;
    this.#asking = this.#askOn();
  }

  /** Resolves after a good answer from now on. */
  async answered(): Promise<Answer> {
    const from = performance.now();
    for (;;) {
      const good = this.#answers.find(({ at, code }) => code === null && at >= from);
      if (good !== undefined) return good;
      await sleep(2);
    }
  }

  /** From the kill, which was now, to the first good answer. */
  async recovered(superuser: pg.ClientConfig): Promise<Outage> {
    const killed = performance.now();
    await accepts(superuser);
    const accepted = performance.now();
    const { at, took } = await this.answered();
    this.#over = true;
    await this.#asking;
    const refused = this.#answers.filter(({ code }) => code !== null);
    const untyped = refused.filter(({ code }) => code !== 'UNAVAILABLE');
    if (untyped.length > 0) throw new Error(`refused otherwise: ${JSON.stringify(untyped)}`);
    return {
      accepted: accepted - killed,
      answered: at + took - accepted,
      refusals: refused.map((answer) => answer.took),
    };
  }

  async #askOn(): Promise<void> {
    const open: Promise<void>[] = [];
    while (!this.#over) {
      open.push(this.#ask());
      await sleep(EVERY_MS);
    }
    await Promise.all(open);
  }

  async #ask(): Promise<void> {
    const at = performance.now();
    const answer = await fetch(`${this.#app.address}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` },
      body: QUERY,
    });
    const text = await answer.text();
    this.#answers.push({ at, took: performance.now() - at, code: codeOf(text) });
  }
}

const codeOf = (text: string): string | null => {
  const body = JSON.parse(text) as {
    errors?: { extensions?: { code?: string } }[];
    error?: { code?: string };
  };
  if (body.error !== undefined) return body.error.code ?? text;
  const [error] = body.errors ?? [];
  return error === undefined ? null : (error.extensions?.code ?? text);
};

const accepts = async (login: pg.ClientConfig): Promise<void> => {
  for (;;) {
    const client = new pg.Client(login);
    client.on('error', () => undefined);
    const connected = await client.connect().then(
      () => true,
      () => false,
    );
    await client.end().catch(() => undefined);
    if (connected) return;
    await sleep(5);
  }
};
