import { ApolloServer, type ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../../src/domain/index.ts';
import { extensionsOf, refusalOf, withoutSuggestions } from '../errors.ts';
import { asRequestError } from '../executor.ts';
import { DOCUMENT_LIMITS } from '../limits/document-limits.ts';
import { createDocumentStore } from './document-store.ts';
import type { Execution } from './execution.ts';
import type { KnownOperations } from './known-operations.ts';

/** What Apollo hands to the executor. */
export interface ApolloContext {
  readonly execution: Execution;
}

type Gateway = ApolloServerOptionsWithGateway<ApolloContext>['gateway'];

export interface ApolloOptions {
  readonly schema: GraphQLSchema;
  readonly logger: Logger;
  /** No suggestions, no stack, no details of the schema in errors. */
  readonly production: boolean;
  readonly introspection: boolean;
  /** Learns each operation that is let through. */
  readonly known: KnownOperations;
}

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

/** Apollo's gateway interface is the seam through which it lets somebody else execute. */
const compilingGateway = ({ schema, known }: ApolloOptions): Gateway => ({
  onSchemaLoadOrUpdate: (callback) => {
    // The text is for schema reporting, which is switched off.
    callback({ apiSchema: schema, coreSupergraphSdl: '' });
    return () => undefined;
  },
  load: async () => ({
    executor: async ({ document, source, operation: { operation: kind }, request, context }) => {
      if (kind === 'subscription') return { errors: [asRequestError(NO_SUBSCRIPTIONS)] };
      const operation = known.learn({ document, source, operationName: request.operationName });
      // Apollo types the executor's context as a plain record; it is the one that this server was given.
      return (context as unknown as ApolloContext).execution.result(operation, request.variables ?? {});
    },
  }),
  stop: async () => undefined,
});

/**
 * Apollo without the parts that cost and that nobody asked for: cache-control, usage and schema reports, inline
 * traces, landing page, persisted queries that strangers could register.
 */
export const createApollo = (options: ApolloOptions): ApolloServer<ApolloContext> =>
  new ApolloServer<ApolloContext>({
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
