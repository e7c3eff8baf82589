import { AppError } from '../../domain/index.ts';

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
// TypeScript's library does not know the third argument yet (ECMAScript "JSON.parse source text access").
const parseWithSource = JSON.parse as (text: string, reviver?: Reviver) => unknown;

const keepLongIntegers: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && source !== undefined
    ? source
    : value;

/**
 * Parses JSON; integers beyond 2^53 come as their decimal text, unaltered, everything else as `JSON.parse` does.
 * Throws `SyntaxError`.
 */
export const parseJson = (text: string): unknown =>
  /\d{16}/.test(text) ? parseWithSource(text, keepLongIntegers) : parseWithSource(text);

/** Parses the body of an answer. Throws `PLATFORM_ANSWER_INVALID` naming what came instead of JSON. */
export const parseAnswer = (text: string, api: string): unknown => {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = /^\s*</.test(text) ? 'HTML' : text.trim() === '' ? 'empty' : 'not JSON';
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason }, cause });
  }
};
