import { fail } from './failures.ts';

const INT32_MOST = 2 ** 31 - 1;
const UINT32_MOST = 2 ** 32 - 1;

/**
 * Parameters of one call. A value of the wrong type is taken for what it can be read as, or passed over as if it were
 * absent, and marks the answer with `Warning: wrong json format`.
 */
export class Params {
  readonly values: Readonly<Record<string, unknown>>;
  warned: boolean;

  constructor(values: Readonly<Record<string, unknown>>, warned = false) {
    this.values = values;
    this.warned = warned;
  }

  /** Absent, `null` and — as everywhere in queries — empty text are the same. */
  has(name: string): boolean {
    const value = this.values[name];
    return value !== undefined && value !== null && value !== '';
  }

  /** Sent at all, be it empty. */
  given(name: string): boolean {
    return this.values[name] !== undefined && this.values[name] !== null;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'string') return value;
    this.warned = true;
    return typeof value === 'number' ? String(value) : undefined;
  }

  number(name: string): number | undefined {
    if (!this.has(name)) return undefined;
    const value = this.values[name];
    if (typeof value === 'number' && Number.isInteger(value)) return value;
    this.warned = true;
    return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  }

  /** Query values are texts by nature: no warning. */
  queryNumber(name: string): number | undefined {
    const before = this.warned;
    const value = this.number(name);
    if (typeof this.values[name] === 'string') this.warned = before;
    return value;
  }

  /** A department id: 32 bits, signed. */
  id(name: string): number | undefined {
    const value = this.number(name);
    if (value !== undefined && Math.abs(value) > INT32_MOST) fail(40058, `${name} exceed int32`);
    return value;
  }

  order(name: string): number | undefined {
    const value = this.number(name);
    if (value !== undefined && !isOrder(value)) fail(40058, `${name} exceed uint32`);
    return value;
  }

  /** 0 or 1. */
  flag(name: string): boolean | undefined {
    const value = this.number(name);
    if (value !== undefined && value !== 0 && value !== 1) fail(40058, `${name} must be 0 or 1`);
    return value === undefined ? undefined : value === 1;
  }

  bool(name: string): boolean | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'boolean') return value;
    this.warned = true;
    return value === 1 || value === '1' || value === 'true';
  }

  /** An array of texts; `undefined` when it is absent or no array at all. */
  texts(name: string): string[] | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (!Array.isArray(value)) {
      this.warned = true;
      return undefined;
    }
    return value.map(String);
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.values[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    this.warned = true;
    return undefined;
  }
}

export function isOrder(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= UINT32_MOST;
}

export function isId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0 && (value as number) <= INT32_MOST;
}

/** A body; what is no JSON object is read as an empty one, with the warning. */
export function readBodyParams(text: string): Params {
  if (text.trim() === '') return new Params({});
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Params(value as Record<string, unknown>);
    }
  } catch {
    // Told by the warning.
  }
  return new Params({}, true);
}

/** `\uXXXX` in a body, apart from a backslash that was itself escaped. */
export function hasUnicodeEscape(text: string): boolean {
  return /(?<!\\)(?:\\\\)*\\u[0-9a-fA-F]{4}/.test(text);
}
