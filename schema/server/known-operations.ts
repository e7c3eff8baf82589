import type { FastifyRequest } from 'fastify';
import type { DocumentNode } from 'graphql';
import { BoundedCache } from '../../sso/session/bounded-cache.ts';
import type { Executor, PreparedOperation } from '../executor.ts';
import { REMEMBERED_DOCUMENTS } from './document-store.ts';

/** Values of `Accept` that are remembered. Clients have a handful; whoever makes up more gains nothing. */
const REMEMBERED_ACCEPTS = 100;

/** A request whose document Apollo has let through before, and that says nothing else that Apollo must judge. */
export interface KnownRequest {
  readonly operation: PreparedOperation;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Content type that Apollo chose for this `Accept`. */
  readonly contentType: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isAbsent = (value: unknown): value is null | undefined => value === undefined || value === null;

/**
 * What Apollo has judged: documents that were parsed, found valid and within the limits, and media types that were
 * agreed on. A request that brings nothing new is recognised here and need not be judged again, which is most of
 * what a small request costs.
 */
export class KnownOperations {
  readonly #executor: Executor;
  readonly #documents = new BoundedCache<DocumentNode>(REMEMBERED_DOCUMENTS);
  readonly #contentTypes = new BoundedCache<string>(REMEMBERED_ACCEPTS);

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Takes note of an operation that Apollo lets through. */
  learn(known: {
    readonly document: DocumentNode;
    readonly source: string;
    readonly operationName: string | undefined;
  }): PreparedOperation {
    this.#documents.set(known.source, known.document);
    return this.#executor.prepare(known.document, known.operationName);
  }

  /** Takes note of the content type of an answer without errors. */
  learnContentType({ headers }: FastifyRequest, contentType: string): void {
    this.#contentTypes.set(headers.accept ?? '', contentType);
  }

  /** Undefined for whatever Apollo has to look at. */
  find({ method, headers, body }: FastifyRequest): KnownRequest | undefined {
    if (method !== 'POST' || !isRecord(body)) return undefined;
    const { query, variables, operationName, extensions } = body;
    if (typeof query !== 'string' || !isAbsent(extensions)) return undefined;
    if (!isAbsent(variables) && !isRecord(variables)) return undefined;
    if (!isAbsent(operationName) && (typeof operationName !== 'string' || operationName === ''))
      return undefined;
    const contentType = this.#contentTypes.get(headers.accept ?? '');
    const document = this.#documents.get(query);
    if (contentType === undefined || document === undefined) return undefined;
    const operation = this.#executor.find(document, operationName ?? undefined);
    return operation === undefined ? undefined : { operation, variables: variables ?? {}, contentType };
  }
}
