import { AppError } from '../../domain/index.ts';

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
// TypeScript's library does not know the third argument yet (ECMAScript "JSON.parse source text access").
const parseWithSource = JSON.parse as (text: string, reviver?: Reviver) => unknown;

const keepLongIntegers: Reviver = (_key, value, { source }) =>
  typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) && source !== undefined
    ? source
    : value;

/** A number of 16 digits or more where a value may stand; a text may hold the same. */
const LONG_NUMBER = /(?<=(?:^|[:,[])\s*)-?\d{16,}(?:\.\d+)?(?=\s*(?:[,}\]]|$))/g;

const quotedWhenLong = (number: string): string => {
  const value = Number(number);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? `"${number}"` : number;
};

/**
 * Long integers are put into quotes before the text is parsed: asking a reviver about every value would make the
 * parsing of a page of people five times as slow. Quotes inside a text would end it before a digit, which is no
 * JSON, so that such a page goes the slow way.
 */
const parseLongIntegers = (text: string): unknown => {
  try {
    return JSON.parse(text.replace(LONG_NUMBER, quotedWhenLong));
  } catch {
    return parseWithSource(text, keepLongIntegers);
  }
};

/** Escapes that may stand for a character which no database text can hold. */
const ODD_ESCAPE = /\\u(?:0000|[dD][89a-fA-F])/;

const storable = (text: string): string => text.toWellFormed().replaceAll('\u0000', '');

const withStorableTexts = (value: unknown): unknown => {
  if (typeof value === 'string') return storable(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withStorableTexts);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [storable(key), withStorableTexts(member)]),
  );
};

/**
 * Parses JSON; integers beyond 2^53 come as their decimal text, unaltered. PostgreSQL takes neither U+0000 nor
 * half a surrogate pair, and one such character must not cost a whole company: the first is left out, the second
 * becomes U+FFFD. Everything else as `JSON.parse` does. Throws `SyntaxError`.
 */
export const parseJson = (text: string): unknown => {
  const parsed: unknown = /\d{16}/.test(text) ? parseLongIntegers(text) : JSON.parse(text);
  return ODD_ESCAPE.test(text) ? withStorableTexts(parsed) : parsed;
};

/** JSON that stands within a text of a platform; what is not of that form stays the text that it is. */
export const parseInnerJson = (text: string, schema: { parse(value: unknown): unknown }): unknown => {
  try {
    return schema.parse(parseJson(text));
  } catch {
    return text;
  }
};

/** In Node.js since 22 (ECMA-262 proposal JSON.parse source text access), not in the compiler's library yet. */
const raw = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

/** A decimal integer as a JSON number of exactly these digits, for bodies that are sent. Throws `SyntaxError`. */
export const exactInteger = (decimal: string): unknown => raw(decimal);

/** Id of a unit on a platform that counts them. Throws `PLATFORM_ORG_UNIT_INVALID` for what is no number. */
export const unitNumber = (id: string): unknown => {
  if (!/^\d+$/.test(id)) throw new AppError('PLATFORM_ORG_UNIT_INVALID', { details: { object: id } });
  return exactInteger(id);
};

/** Parses the body of an answer. Throws `PLATFORM_ANSWER_INVALID` naming what came instead of JSON. */
export const parseAnswer = (text: string, api: string): unknown => {
  try {
    return parseJson(text);
  } catch (cause) {
    const reason = /^\s*</.test(text) ? 'HTML' : text.trim() === '' ? 'empty' : 'not JSON';
    throw new AppError('PLATFORM_ANSWER_INVALID', { details: { api, reason }, cause });
  }
};
