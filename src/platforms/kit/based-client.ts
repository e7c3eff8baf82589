import { type ApiCall, ApiClient, type ApiDialect } from './api-client.ts';
import type { PlatformServices } from './services.ts';

/** How all calls of a client are made. */
export interface CallManner {
  readonly signal: AbortSignal;
  /** Goes before everything that waits without it. */
  readonly urgent?: boolean;
}

type Rest<Schema extends ApiCall['schema']> = Pick<ApiCall<Schema>, 'schema' | 'object' | 'writes'>;
type Asked = Pick<ApiCall, 'query' | 'object' | 'writes'>;

/** Calls of a platform nearly all of which go to one base address. */
export class BasedClient extends ApiClient {
  readonly #base: string;
  readonly #urgent: boolean;

  constructor(
    services: PlatformServices,
    dialect: ApiDialect,
    manner: CallManner & { readonly base: string },
  ) {
    super(services, dialect, manner.signal);
    this.#base = manner.base;
    this.#urgent = manner.urgent === true;
  }

  override call<Schema extends ApiCall['schema']>(call: ApiCall<Schema>) {
    return super.call(this.#urgent ? { ...call, urgent: true } : call);
  }

  get<Schema extends ApiCall['schema']>(path: string, schema: Schema, asked: Asked = {}) {
    return this.call({ base: this.#base, method: 'GET', path, schema, ...asked });
  }

  post<Schema extends ApiCall['schema']>(
    path: string,
    json: Readonly<Record<string, unknown>>,
    rest: Rest<Schema>,
  ) {
    return this.call({ base: this.#base, method: 'POST', path, json, ...rest });
  }
}
