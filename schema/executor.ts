import { createRequire } from 'node:module';
import {
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  visit,
} from 'graphql';
import type { CompiledQuery } from 'graphql-jit';
import type { GraphqlContext } from './context.ts';
import { type CostOf, priceOf } from './limits/list-cost.ts';
import { hasPlainLeaves } from './plain-leaves.ts';

/** One operation of a document, ready to run. */
export interface PreparedOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** Objects that the answer may hold. */
  readonly cost: CostOf;
  run(context: GraphqlContext, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult>;
}

/**
 * Runs of an operation before it is compiled. Compiling costs milliseconds: what is asked once, like a scanner's
 * thousand different documents, is interpreted.
 */
const RUNS_BEFORE_COMPILING = 2;

const require = createRequire(import.meta.url);
/** The compiler with the JSON serialiser that it brings; a start, which compiles nothing yet, does without them. */
const compiler = (): typeof import('graphql-jit') => require('graphql-jit');

export type Run = (context: GraphqlContext, variables: Readonly<Record<string, unknown>>) => unknown;

/** `@skip` or `@include` anywhere in the document. */
const hasConditions = (document: DocumentNode): boolean => {
  let found = false;
  visit(document, {
    Directive: ({ name }) => {
      found ||= name.value === 'skip' || name.value === 'include';
    },
  });
  return found;
};

/**
 * An operation as a compiled function; undefined when it is better interpreted. What graphql-jit 0.8 does otherwise
 * than graphql-js, as the differential test found: it answers parts of a skipped field when another field of the
 * same name is not skipped, so documents with conditions are not compiled; and it leaves out defaults of required
 * variables and of input fields, so variables are coerced by graphql-js first.
 */
export const compileOperation = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Run | undefined => {
  if (hasConditions(document)) return undefined;
  const { compileQuery, isCompiledQuery } = compiler();
  const compiled: CompiledQuery | ExecutionResult = compileQuery(schema, document, operationName, {
    disablingCapturingStackErrors: true,
    // Checking a leaf makes two arrays for an error that never comes: half of what a list allocates.
    disableLeafSerialization: hasPlainLeaves(schema, document),
  });
  if (!isCompiledQuery(compiled)) return undefined;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  if (definitions.length === 0) return (context) => compiled.query({}, context, {});
  return (context, variables) => {
    const { coerced, errors } = getVariableValues(schema, definitions, variables, { maxErrors: 50 });
    return errors === undefined ? compiled.query({}, context, coerced) : { errors };
  };
};

const interpretedRun =
  (schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined): Run =>
  (contextValue, variableValues) =>
    execute({ schema, document, contextValue, variableValues, operationName: operationName ?? null });

class Operation implements PreparedOperation {
  readonly kind: PreparedOperation['kind'];
  readonly cost: CostOf;
  readonly #interpreted: Run;
  readonly #compile: () => Run | undefined;
  #compiled: Run | undefined;
  #runs = 0;

  constructor(schema: GraphQLSchema, document: DocumentNode, operationName: string | undefined) {
    const operation = getOperationAST(document, operationName);
    this.kind = operation?.operation ?? 'query';
    this.cost = operation ? priceOf(schema, document, operation) : () => 0;
    this.#interpreted = interpretedRun(schema, document, operationName);
    this.#compile = () => compileOperation(schema, document, operationName);
  }

  async run(context: GraphqlContext, variables: Readonly<Record<string, unknown>>): Promise<ExecutionResult> {
    this.#runs += 1;
    if (this.#runs === RUNS_BEFORE_COMPILING + 1) this.#compiled = this.#compile();
    return (await (this.#compiled ?? this.#interpreted)(context, variables)) as ExecutionResult;
  }
}

/** Prepares operations, each once for as long as its document is remembered. */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #prepared = new WeakMap<DocumentNode, Map<string, PreparedOperation>>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** An operation that was prepared before. */
  find(document: DocumentNode, operationName: string | undefined): PreparedOperation | undefined {
    return this.#prepared.get(document)?.get(operationName ?? '');
  }

  prepare(document: DocumentNode, operationName: string | undefined): PreparedOperation {
    let operations = this.#prepared.get(document);
    if (operations === undefined) {
      operations = new Map();
      this.#prepared.set(document, operations);
    }
    const key = operationName ?? '';
    let operation = operations.get(key);
    if (operation === undefined) {
      operation = new Operation(this.#schema, document, operationName);
      // A name that the document does not have is refused each time anew and not remembered.
      if (getOperationAST(document, operationName)) operations.set(key, operation);
    }
    return operation;
  }
}

/** The answer to variables that do not fit; it has errors and no data at all. */
export const isRequestError = (result: ExecutionResult): boolean =>
  result.data === undefined && (result.errors?.length ?? 0) > 0;

/** Marks an error as one of the request itself, so that the server answers with status 400. */
export const asRequestError = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, {
    nodes: error.nodes ?? null,
    extensions: { code: 'BAD_USER_INPUT', ...error.extensions, http: { status: 400 } },
  });
