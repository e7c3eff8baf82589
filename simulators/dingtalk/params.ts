import { business, fresh } from './failures.ts';

/**
 * Parameters of one call. The gateway converts between text and number (form bodies hold nothing but text); what
 * cannot be converted is 400002.
 */
export class Params {
  readonly values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.values = values;
  }

  has(name: string): boolean {
    const value = this.values[name];
    return value !== undefined && value !== null && value !== '';
  }

  int(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    const number = typeof value === 'string' && /^-?\d{1,16}$/.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isSafeInteger(number)) throw business(400002);
    return number;
  }

  needInt(name: string): number {
    const value = this.int(name);
    if (value === undefined) throw business(40035, `不合法的参数 缺少参数 ${name}`);
    return value;
  }

  text(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (typeof value === 'number') return String(value);
    if (typeof value !== 'string') throw business(400002);
    return value;
  }

  needText(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw business(40035, `不合法的参数 缺少参数 ${name}`);
    return value;
  }

  bool(name: string): boolean | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    throw business(400002);
  }

  /** A comma list, as legacy writes take them; an array is accepted as well. */
  list(name: string): string[] | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (Array.isArray(value)) return value.map(String);
    if (typeof value === 'string' || typeof value === 'number')
      return String(value).split(',').filter(Boolean);
    throw business(400002);
  }

  /** An object or array, also as JSON text inside a form value. */
  structure(name: string): unknown {
    const value = this.values[name];
    if (typeof value !== 'string') return value ?? undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw business(400002);
    }
  }
}

export interface RawBody {
  readonly contentType: string;
  readonly text: string;
}

/** Legacy bodies: JSON or form, or none. */
export function parseLegacyBody({ contentType, text }: RawBody): Record<string, unknown> {
  if (text.trim() === '') return {};
  if (contentType.includes('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text));
  if (!contentType.includes('json')) throw business(43004);
  return parseObject(text) ?? fail(business(400002));
}

/** Bodies of the new family: JSON only. */
export function parseNewBody({ contentType, text }: RawBody): Record<string, unknown> {
  const body = contentType.includes('json') ? parseObject(text) : undefined;
  return body ?? fail(fresh(400, 'MissingBody', 'body is mandatory for this action.'));
}

/** The value of a mandatory parameter of the new family. */
export function needNew(params: Params, name: string): string {
  return params.text(name) ?? fail(fresh(400, `Missing${name}`, `${name} is mandatory for this action.`));
}

/** Orders exceed 2^53: such numbers stay text. */
function keepBig(_key: string, value: unknown, context: { readonly source?: string }): unknown {
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? context.source : value;
}

/** `JSON.parse` whose reviver sees the source text. */
const parseExactly = JSON.parse as (text: string, reviver: typeof keepBig) => unknown;

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = parseExactly(text, keepBig);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function fail(failure: Error): never {
  throw failure;
}
