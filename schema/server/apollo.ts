import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import {
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  printSchema,
} from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../src/domain/index.ts';
import { recordDenial } from '../../src/flows/roster/record-denial.ts';
import type { GraphqlContext } from '../context.ts';
import { extensionsOf, presentError, presented, refusalOf, withoutSuggestions } from '../errors.ts';
import { asRequestError, Executor, isRequestError } from '../executor.ts';
import { DOCUMENT_LIMITS, requireWithin } from '../limits/document-limits.ts';
import { createDocumentStore } from './document-store.ts';

/** What Apollo hands to the executor: who asks is found out only when the document has been let through. */
export interface PendingContext {
  readonly open: () => Promise<GraphqlContext>;
}

type Gateway = ApolloServerOptionsWithGateway<PendingContext>['gateway'];

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  /** No suggestions, no stack, no details of the schema in errors. */
  readonly production: boolean;
  readonly introspection: boolean;
  /** Told of each executed operation, for metrics. */
  readonly onOperation?: (operation: ExecutedOperation) => void;
}

/** An operation as a metric may know it: no names, no variables. */
export interface ExecutedOperation {
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly outcome: 'ok' | 'errors';
  readonly seconds: number;
}

const FORBIDDEN = 403;
/** graphql-js validates nothing below a root type that the schema does not have. */
const NO_SUBSCRIPTIONS = new GraphQLError('Subscriptions are not offered; ask again instead.');

/** Errors that never reached a resolver (parse, validation, request); resolvers' own are finished before. */
const formatter =
  (production: boolean) =>
  (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    if (formatted.extensions?.['text'] !== undefined) return formatted;
    const refusal = refusalOf(error);
    if (refusal !== undefined) return { ...formatted, extensions: extensionsOf(refusal) };
    const code = formatted.extensions?.['code'];
    if (code === undefined || code === 'INTERNAL_SERVER_ERROR') {
      const internal = new AppError('INTERNAL', { details: { requestId: '–' } });
      return { message: internal.message, extensions: extensionsOf(internal) };
    }
    return production ? { ...formatted, message: withoutSuggestions(formatted.message) } : formatted;
  };

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
  options: ApolloOptions,
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

/** Apollo's gateway interface is the seam through which it lets somebody else execute. */
const compilingGateway = (options: ApolloOptions): Gateway => {
  const { schema } = options;
  const executor = new Executor(schema);
  return {
    onSchemaLoadOrUpdate: (callback) => {
      callback({ apiSchema: schema, coreSupergraphSdl: printSchema(schema) });
      return () => undefined;
    },
    load: async () => ({
      executor: async ({ document, operation: { operation: kind }, request, context }) => {
        if (kind === 'subscription') return { errors: [asRequestError(NO_SUBSCRIPTIONS)] };
        const pending = context as unknown as PendingContext;
        const operation = executor.prepare(document, request.operationName);
        const variables = request.variables ?? {};
        try {
          requireWithin('listCost', operation.cost(variables), DOCUMENT_LIMITS.cost);
        } catch (error) {
          if (error instanceof AppError) return { errors: [asRequestError(presented(error, 'en'))] };
          throw error;
        }
        let opened: GraphqlContext;
        try {
          opened = await pending.open();
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
      },
    }),
    stop: async () => undefined,
  };
};

/**
 * Apollo without the parts that cost and that nobody asked for: cache-control, usage and schema reports, inline
 * traces, landing page, persisted queries that strangers could register.
 */
export const createApollo = (options: ApolloOptions): ApolloServer<PendingContext> =>
  new ApolloServer<PendingContext>({
    gateway: compilingGateway(options),
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: options.production,
    includeStacktraceInErrorResponses: false,
    // Done before Apollo is asked, by csrf.ts, which lets a GET without credentials through.
    csrfPrevention: false,
    persistedQueries: false,
    allowBatchedHttpRequests: false,
    parseOptions: { maxTokens: DOCUMENT_LIMITS.tokens },
    documentStore: createDocumentStore(),
    formatError: formatter(options.production),
    stopOnTerminationSignals: false,
    logger: options.logger,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
