import type { AppError } from '../../domain/index.ts';
import type { ApiCall } from './api-client.ts';
import type { BasedClient } from './based-client.ts';

type Schema = ApiCall['schema'];
type Query = Readonly<Record<string, string>>;

/** Calls of a platform with a secret for reading and one for writing, which may be one and the same. */
export class SplitClient {
  readonly reading: BasedClient;
  /** Absent where its secret was not given. */
  readonly writer: BasedClient | undefined;
  readonly #prefix: string;
  readonly #missing: () => AppError;

  /** `missing` is thrown by what has to write without a secret for it. */
  constructor(
    clients: { readonly reading: BasedClient; readonly writer: BasedClient | undefined },
    { prefix, missing }: { readonly prefix: string; readonly missing: () => AppError },
  ) {
    this.reading = clients.reading;
    this.writer = clients.writer;
    this.#prefix = prefix;
    this.#missing = missing;
  }

  get #writing(): BasedClient {
    if (this.writer === undefined) throw this.#missing();
    return this.writer;
  }

  /** GET with the secret that reads; the first thing asked for is told with a failure. */
  read<Answer extends Schema>(path: string, schema: Answer, query: Query = {}) {
    const [object] = Object.values(query);
    return this.reading.get(this.#prefix + path, schema, {
      query,
      ...(object === undefined ? {} : { object }),
    });
  }

  /** POST with the secret that writes, of something that reads. */
  async look<Answer extends Schema>(path: string, json: Record<string, unknown>, schema: Answer) {
    return this.#writing.post(this.#prefix + path, json, { schema });
  }

  /** POST that changes something. */
  async write<Answer extends Schema>(
    path: string,
    json: Record<string, unknown>,
    told: { readonly schema: Answer; readonly object?: string },
  ) {
    return this.#writing.post(this.#prefix + path, json, { ...told, writes: true });
  }

  /** GET that changes something. */
  async remove(path: string, schema: Schema, query: Query): Promise<void> {
    const [object = ''] = Object.values(query);
    await this.#writing.get(this.#prefix + path, schema, { query, object, writes: true });
  }
}
