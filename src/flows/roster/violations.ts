import { AppError, type ErrorCode, type ErrorDetails } from '../../domain/index.ts';

const constraintOf = (error: unknown): string | undefined =>
  error instanceof Error && 'constraint' in error && typeof error.constraint === 'string'
    ? error.constraint
    : undefined;

/** What a broken constraint means to the caller. */
export interface Meaning {
  readonly constraint: string;
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly path?: readonly (string | number)[];
}

/**
 * Runs a statement; when it breaks one of the named constraints, says so in the words of the domain. The
 * constraints decide, not a look beforehand: two writers at once must not both be told yes.
 */
export const naming = async <T>(work: Promise<T>, meanings: readonly Meaning[]): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    const meaning = meanings.find(({ constraint }) => constraint === constraintOf(error));
    if (meaning === undefined) throw error;
    throw new AppError(meaning.code, {
      details: meaning.details,
      cause: error,
      ...(meaning.path === undefined ? {} : { path: meaning.path }),
    });
  }
};
