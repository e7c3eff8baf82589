import { compareCodePoints } from './fold.ts';

const encoder = new TextEncoder();
const ASCII = /^[\x20-\x7e]*$/;
const isAscii = (text: string): boolean => ASCII.test(text);
const byteLength = (text: string): number => encoder.encode(text).length;

const compareAscii = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
const compareBytes = (a: string, b: string): number =>
  byteLength(a) - byteLength(b) || compareCodePoints(a, b);

/** jsonb orders members by the length of their keys in bytes, then by bytes. */
const sortKeys = (keys: string[]): string[] => keys.sort(keys.every(isAscii) ? compareAscii : compareBytes);

/** A number without exponent: jsonb keeps numbers as numeric, which prints all digits. */
const numberText = (value: number): string => {
  if (!Number.isFinite(value)) throw new TypeError('JSON has no infinite numbers');
  const text = String(value);
  const at = text.indexOf('e');
  if (at < 0) return text === '-0' ? '0' : text;
  const exponent = Number(text.slice(at + 1));
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d+))?/.exec(text) ?? [];
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, '0');
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The text that PostgreSQL prints for a JSON value cast to `jsonb` and back to text (members by key length
 * and bytes, `", "` and `": "` between, numbers without exponent), so that a digest over stored changes can
 * be taken in SQL and here alike. Absent members are left out. Throws TypeError on what JSON cannot hold.
 */
export const jsonbText = (value: unknown): string => {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number') return numberText(value);
  if (Array.isArray(value)) return `[${value.map(jsonbText).join(', ')}]`;
  if (!isRecord(value)) throw new TypeError(`no JSON for a ${typeof value}`);
  let text = '';
  for (const key of sortKeys(Object.keys(value))) {
    if (value[key] === undefined) continue;
    text += `${text === '' ? '' : ', '}${JSON.stringify(key)}: ${jsonbText(value[key])}`;
  }
  return `{${text}}`;
};
