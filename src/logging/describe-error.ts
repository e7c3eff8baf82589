import { AppError } from '../domain/errors/index.ts';

const DEEPEST_CAUSE = 5;

const codeOf = (error: Error): string | undefined =>
  'code' in error && (typeof error.code === 'string' || typeof error.code === 'number')
    ? String(error.code)
    : undefined;

/** Frames only: the first lines of a stack repeat the message. */
const framesOf = (error: Error): string[] =>
  (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());

/** PostgreSQL's own words without DETAIL and WHERE, which quote the row: `Key (mobile)=(138…) already exists`. */
const postgresParts = (error: Error): Record<string, unknown> => {
  const parts: Record<string, unknown> = {};
  for (const name of ['constraint', 'table', 'schema', 'routine']) {
    const value: unknown = Reflect.get(error, name);
    if (typeof value === 'string') parts[name] = value;
  }
  return parts;
};

/**
 * An error as a log may hold it: what kind, where, why, but no personal records. Texts of domain errors are left
 * out, because they name people and objects; code and `debug` say what happened.
 */
export const describeError = (error: unknown, depth = 0): Record<string, unknown> => {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause =
    error.cause !== undefined && depth < DEEPEST_CAUSE ? describeError(error.cause, depth + 1) : undefined;
  const code = codeOf(error);
  return {
    type: error.name,
    ...(code === undefined ? {} : { code }),
    ...(error instanceof AppError ? { debug: error.debug } : { message: error.message }),
    ...postgresParts(error),
    stack: framesOf(error),
    ...(cause === undefined ? {} : { cause }),
  };
};
