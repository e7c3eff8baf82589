import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import type { DocumentNode } from 'graphql';
import { BoundedCache } from '../../sso/session/bounded-cache.ts';
import { type DocumentLimits, parseModest } from '../limits/document-limits.ts';

type DocumentStore = NonNullable<ApolloServerOptionsWithGateway<object>['documentStore']>;

/** Documents that are remembered, parsed and validated. Clients have dozens; a scanner has thousands. */
export const REMEMBERED_DOCUMENTS = 1_000;

/** Valid documents by the hash of their source, for Apollo. */
export const createDocumentStore = (): DocumentStore => {
  const documents = new BoundedCache<DocumentNode>(REMEMBERED_DOCUMENTS);
  return {
    get: async (key) => documents.get(key),
    set: async (key, document) => documents.set(key, document),
    delete: async (key) => documents.delete(key),
  };
};

/** Refuses a source that is over a limit; remembers the ones that are not. */
export const createDocumentGuard = (limits: DocumentLimits): ((source: string) => void) => {
  const modest = new BoundedCache<true>(REMEMBERED_DOCUMENTS);
  return (source) => {
    if (modest.get(source) === true) return;
    if (parseModest(source, limits) !== undefined) modest.set(source, true);
  };
};
