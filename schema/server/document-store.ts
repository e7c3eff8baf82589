import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { type DocumentLimits, parseModest } from '../limits/document-limits.ts';

type DocumentStore = NonNullable<ApolloServerOptionsWithGateway<object>['documentStore']>;

/** Documents that are remembered, parsed and validated. Clients have dozens; a scanner has thousands. */
const REMEMBERED = 1_000;

/** The last used of at most so many entries. */
export class Recent<Value> {
  readonly #entries = new Map<string, Value>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    const oldest = this.#entries.keys().next().value;
    if (oldest !== undefined) this.#entries.delete(oldest);
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }
}

/** Valid documents by the hash of their source, for Apollo. */
export const createDocumentStore = (): DocumentStore => {
  const documents = new Recent<DocumentNode>(REMEMBERED);
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
};

/** Refuses a source that is over a limit; remembers the ones that are not. */
export const createDocumentGuard = (limits: DocumentLimits): ((source: string) => void) => {
  const modest = new Recent<true>(REMEMBERED);
  return (source) => {
    if (modest.get(source) === true) return;
    if (parseModest(source, limits) !== undefined) modest.set(source, true);
  };
};
