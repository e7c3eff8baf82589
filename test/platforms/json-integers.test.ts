import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/platforms/kit/json.ts';
import { tries } from '../support/properties.ts';

/** The same by the engine's own account of the source of each number. */
const bySource = (text: string): unknown =>
  (JSON.parse as (text: string, reviver: unknown) => unknown)(
    text,
    (_key: string, value: unknown, { source }: { source?: string }) =>
      typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value) ? source : value,
  );

describe('integers beyond 2^53', () => {
  test.each([
    ['{"a":176275808490200512}', { a: '176275808490200512' }],
    ['[9007199254740993, -9007199254740993 ,1]', ['9007199254740993', '-9007199254740993', 1]],
    ['{"a" : 1234567890123456}', { a: 1234567890123456 }],
    ['{"a":0.1234567890123456789}', { a: 0.12345678901234568 }],
    // In a text they are text, whatever stands around them.
    [
      '{"a":"x,176275808490200512,y","b":176275808490200512}',
      { a: 'x,176275808490200512,y', b: '176275808490200512' },
    ],
    ['{"a":":176275808490200512,"}', { a: ':176275808490200512,' }],
    ['{"a\\\\":176275808490200512}', { 'a\\': '176275808490200512' }],
    ['176275808490200512', '176275808490200512'],
  ])('%s', (text, expected) => {
    expect(parseJson(text)).toEqual(expected);
  });

  test('are found wherever they stand, and nothing else is changed', () => {
    const digits = fc.stringMatching(/^-?[1-9]\d{14,20}(\.\d{1,3})?$/);
    const hostile = fc.stringMatching(/^[,:[\]{}"\\ 0-9-]{0,40}$/);
    const leaf = fc.oneof(
      digits,
      hostile.map((text) => JSON.stringify(text)),
      fc.constant('null'),
    );
    const spaced = fc.constantFrom('', ' ', '\n ');
    const list = fc
      .tuple(fc.array(leaf, { maxLength: 6 }), spaced)
      .map(([items, blank]) => `[${items.join(`${blank},${blank}`)}${blank}]`);
    const member = fc
      .tuple(hostile, fc.oneof(leaf, list), spaced)
      .map(([key, value, blank]) => `${JSON.stringify(key)}${blank}:${blank}${value}`);
    fc.assert(
      fc.property(fc.array(member, { maxLength: 6 }), (members) => {
        const text = `{${members.join(',')}}`;
        expect(parseJson(text)).toEqual(bySource(text));
      }),
      tries(2_000),
    );
  });

  test('what is no JSON stays an error', () => {
    expect(() => parseJson('{"a":176275808490200512')).toThrow(SyntaxError);
    expect(() => parseJson('{"a":176275808490200512 1}')).toThrow(SyntaxError);
  });
});
