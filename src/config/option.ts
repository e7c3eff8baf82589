import { isIP } from 'node:net';
import type { Text } from '../domain/errors/index.ts';

/** How one kind of value is read: its name for people, and a parser that throws what is expected instead. */
export interface Parser<T> {
  readonly kind: string;
  /** @throws ExpectedError */
  readonly read: (text: string) => T;
}

/** Says what a value should have been; never repeats the value, which may be a secret. */
export class ExpectedError extends Error {
  constructor(expected: string) {
    super(expected);
    this.name = 'ExpectedError';
  }
}

export interface Option<T, Fallback extends string | null> {
  readonly name: string;
  readonly parse: Parser<T>;
  /** Text that stands for an absent variable; `null` when absence itself means something. */
  readonly fallback: Fallback;
  /** What the reference page shows when there is no plain default. */
  readonly shownFallback?: string;
  readonly unit?: string;
  readonly secret?: boolean;
  readonly example: string;
  readonly meaning: Text;
}

export const option = <T, const Fallback extends string | null>(
  one: Option<T, Fallback>,
): Option<T, Fallback> => one;

/** Value of an option once the environment was read: without a fallback it may be absent. */
export type OptionValue<O> = O extends Option<infer T, infer F> ? (F extends null ? T | null : T) : never;

export const text: Parser<string> = { kind: 'text', read: (value) => value };

export const integer = (range: { readonly from: number; readonly to: number }): Parser<number> => ({
  kind: `integer, ${range.from} to ${range.to}`,
  read: (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < range.from || number > range.to) {
      throw new ExpectedError(`a whole number from ${range.from} to ${range.to}`);
    }
    return number;
  },
});

export const choice = <const Choice extends string>(...choices: readonly Choice[]): Parser<Choice> => ({
  kind: choices.join(', '),
  read: (value) => {
    const found = choices.find((one) => one === value.toLowerCase());
    if (found === undefined) throw new ExpectedError(`one of ${choices.join(', ')}`);
    return found;
  },
});

const SWITCH: ReadonlyMap<string, boolean> = new Map([
  ['on', true],
  ['true', true],
  ['1', true],
  ['off', false],
  ['false', false],
  ['0', false],
]);

export const booleanOption: Parser<boolean> = {
  kind: 'on, off',
  read: (value) => {
    const found = SWITCH.get(value.toLowerCase());
    if (found === undefined) throw new ExpectedError('on or off');
    return found;
  },
};

/** Names that the HTTP server knows for groups of networks. */
const NAMED_NETWORKS: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

const isNetwork = (text: string): boolean => {
  const [address = '', prefix, ...more] = text.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  if (longest === undefined || more.length > 0) return NAMED_NETWORKS.has(text);
  return (
    prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) > 0 && Number(prefix) <= longest)
  );
};

/** IP addresses and CIDR networks; never one that holds every address. */
export const networks: Parser<readonly string[]> = {
  kind: 'list of addresses and networks',
  read: (value) => {
    const parts = value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
    if (parts.every(isNetwork)) return parts;
    throw new ExpectedError('addresses or networks such as 10.0.0.0/8,127.0.0.1');
  },
};

/** Absolute http or https address without query, fragment or login, returned without a trailing slash. */
export const url: Parser<string> = {
  kind: 'address',
  read: (value) => {
    const parsed = URL.parse(value);
    const isPlain = parsed !== null && !parsed.search && !parsed.hash && !parsed.username;
    if (!isPlain || !['http:', 'https:'].includes(parsed.protocol)) {
      throw new ExpectedError('an address such as https://id.example.com');
    }
    return value.replace(/\/+$/, '');
  },
};

export const postgresUrl: Parser<string> = {
  kind: 'PostgreSQL address',
  read: (value) => {
    const parsed = URL.parse(value);
    const names = parsed !== null && ['postgres:', 'postgresql:'].includes(parsed.protocol);
    if (!names || parsed.pathname.length < 2) {
      throw new ExpectedError('an address such as postgres://user:password@host:5432/database');
    }
    return value;
  },
};
