import { GraphQLError } from 'graphql';
import type { Logger } from 'pino';
import { AppError } from '../src/domain/index.ts';
import type { Language } from './context.ts';

/** What an error looks like to a client. */
export interface ErrorView {
  readonly language: Language;
  readonly requestId: string;
  readonly logger: Logger;
  /** Keep the server's own hints ("Did you mean …") from strangers. */
  readonly hideSchema: boolean;
}

const SUGGESTION = /\s*Did you mean [^?]*\?/g;

/** Takes names that the schema knows out of a message. */
export const withoutSuggestions = (message: string): string => message.replace(SUGGESTION, '').trim();

/**
 * Carries a refusal out of a resolver. graphql-js takes any error that has a `path` for one whose place in the
 * answer is known already; the path of an AppError is a place in the input.
 */
export class Refused extends Error {
  readonly refusal: AppError;

  constructor(refusal: AppError) {
    super(refusal.message, { cause: refusal });
    this.refusal = refusal;
  }
}

/** What a resolver may throw for an error. */
export const thrown = (error: unknown): unknown => (error instanceof AppError ? new Refused(error) : error);

/** The refusal behind an error of an execution, if it was one. */
export const refusalOf = (error: unknown): AppError | undefined => {
  let at: unknown = error;
  while (at instanceof GraphQLError && at.originalError !== undefined) at = at.originalError;
  if (at instanceof Refused) return at.refusal;
  return at instanceof AppError ? at : undefined;
};

const causeOf = (error: GraphQLError): unknown => {
  let cause: unknown = error;
  while (cause instanceof GraphQLError && cause.originalError !== undefined) cause = cause.originalError;
  return cause;
};

/** Extensions of a refusal: stable code, both languages, remedy, and the input field that it is about. */
export const extensionsOf = (error: AppError): Record<string, unknown> => ({
  code: error.code,
  text: error.text,
  remedy: error.remedy,
  details: error.details,
  ...(error.path === undefined ? {} : { field: error.path }),
  ...(error.row.retry.kind === 'after' ? { retryAfterSeconds: error.row.retry.seconds } : {}),
});

/** A refusal as GraphQL knows errors, in the caller's language. */
export const presented = (error: AppError, language: Language, at?: GraphQLError): GraphQLError =>
  new GraphQLError(error.text[language], {
    nodes: at?.nodes ?? null,
    path: at?.path ?? null,
    originalError: error,
    extensions: extensionsOf(error),
  });

/**
 * An error of an execution as the client may see it: refusals with code, text and remedy; whatever else happened
 * goes to the log and leaves only the request's id behind.
 */
export const presentError = (error: GraphQLError, view: ErrorView): GraphQLError => {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return presented(refusal, view.language, error);
  const cause = causeOf(error);
  if (cause === error || cause instanceof GraphQLError) {
    // graphql's own words: a value that does not fit its type.
    const message = view.hideSchema ? withoutSuggestions(error.message) : error.message;
    return new GraphQLError(message, {
      nodes: error.nodes ?? null,
      path: error.path ?? null,
      extensions: { code: 'BAD_USER_INPUT', ...error.extensions },
    });
  }
  view.logger.error({ err: cause, requestId: view.requestId, path: error.path }, 'a resolver failed');
  const internal = new AppError('INTERNAL', { details: { requestId: view.requestId }, cause });
  return presented(internal, view.language, error);
};
