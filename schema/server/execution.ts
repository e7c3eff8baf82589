import type { ExecutionResult, GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../src/domain/index.ts';
import { recordDenial } from '../../src/flows/roster/record-denial.ts';
import type { GraphqlContext } from '../context.ts';
import { presentError, presented, refusalOf } from '../errors.ts';
import { asRequestError, isRequestError, type PreparedOperation } from '../executor.ts';
import { DOCUMENT_LIMITS, requireWithin } from '../limits/document-limits.ts';

/** An operation as a metric may know it: no names, no variables. */
export interface ExecutedOperation {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly outcome: 'ok' | 'errors';
  readonly seconds: number;
}

export interface ExecutionOptions {
  readonly logger: Logger;
  /** No suggestions, no stack, no details of the schema in errors. */
  readonly production: boolean;
  /** Told of each executed operation, for metrics. */
  readonly onOperation?: (operation: ExecutedOperation) => void;
}

type Variables = Readonly<Record<string, unknown>>;

const FORBIDDEN = 403;

/** Refusals for want of a right go into the audit trail (S16); a stranger has no tenant to be written down in. */
const recordDenials = async (errors: readonly GraphQLError[], context: GraphqlContext): Promise<void> => {
  if (context.principal === null) return;
  for (const error of errors) {
    const refusal = refusalOf(error);
    if (refusal?.row.httpStatus !== FORBIDDEN) continue;
    await recordDenial(context.flow, refusal, (error.path ?? []).join('.'));
  }
};

const finished = async (
  result: ExecutionResult,
  context: GraphqlContext,
  options: ExecutionOptions,
): Promise<ExecutionResult> => {
  if (result.errors === undefined || result.errors.length === 0) return result;
  const view = {
    language: context.language,
    requestId: context.client.requestId,
    logger: options.logger,
    hideSchema: options.production,
  };
  await recordDenials(result.errors, context);
  const errors = result.errors.map((error) => presentError(error, view));
  return isRequestError(result) ? { errors: errors.map(asRequestError) } : { ...result, errors };
};

const execute = async (
  operation: PreparedOperation,
  variables: Variables,
  parts: { readonly options: ExecutionOptions; readonly open: () => Promise<GraphqlContext> },
): Promise<ExecutionResult> => {
  const { options } = parts;
  try {
    requireWithin('listCost', operation.cost(variables), DOCUMENT_LIMITS.cost);
  } catch (error) {
    if (error instanceof AppError) return { errors: [asRequestError(presented(error, 'en'))] };
    throw error;
  }
  let opened: GraphqlContext;
  try {
    opened = await parts.open();
  } catch (error) {
    if (error instanceof AppError) return { errors: [presented(error, 'en')] };
    throw error;
  }
  const started = performance.now();
  const result = await operation.run(opened, variables);
  options.onOperation?.({
    type: operation.kind,
    outcome: result.errors === undefined ? 'ok' : 'errors',
    seconds: (performance.now() - started) / 1_000,
  });
  return finished(result, opened, options);
};

/** The execution of one HTTP request's operation. Who asks is found out only when its document was let through. */
export class Execution {
  readonly #options: ExecutionOptions;
  readonly #open: () => Promise<GraphqlContext>;
  #result: Promise<ExecutionResult> | undefined;

  constructor(options: ExecutionOptions, open: () => Promise<GraphqlContext>) {
    this.#options = options;
    this.#open = open;
  }

  /** Executes once: whoever asks again gets the result that is there. */
  result(operation: PreparedOperation, variables: Variables): Promise<ExecutionResult> {
    this.#result ??= execute(operation, variables, { options: this.#options, open: this.#open });
    return this.#result;
  }
}
