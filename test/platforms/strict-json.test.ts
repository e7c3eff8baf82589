import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseStrictObject } from '../../src/platforms/kit/strict-json.ts';
import { tries } from '../support/properties.ts';

describe('JSON from strangers', () => {
  test.each([
    ['a name twice', '{"encrypt":"a","encrypt":"b"}'],
    ['a name twice in another spelling', '{"encrypt":"a","\\u0065ncrypt":"b"}'],
    ['a name twice further down', '{"a":[{"b":{"c":1,"c":2}}]}'],
    ['__proto__', '{"__proto__":{"encrypt":"a"}}'],
    ['__proto__ in another spelling', '{"\\u005f_proto__":{"encrypt":"a"}}'],
    ['constructor', '{"encrypt":"a","constructor":{"prototype":{}}}'],
    ['nesting without end', `{"a":${'['.repeat(500)}${']'.repeat(500)}}`],
    ['a list', '[{"encrypt":"a"}]'],
    ['a text', '"encrypt"'],
    ['nothing', 'null'],
    ['no JSON', '{"encrypt":"a"'],
    ['two of them', '{"encrypt":"a"}{"encrypt":"b"}'],
    ['an empty text', ''],
  ])('is refused with %s', (_, text) => {
    expect(() => parseStrictObject(text)).toThrow(SyntaxError);
  });

  test('may hold in its texts whatever looks like a name or a bracket', () => {
    const value = {
      a: '"a": {"a"',
      b: 'x\\',
      c: ['{', '}', ':', '"'],
      'd"': { a: 1, b: [{ a: 1 }, { a: 2 }] },
    };
    expect(parseStrictObject(JSON.stringify(value))).toEqual(value);
    expect(parseStrictObject(JSON.stringify(value, null, 2))).toEqual(value);
  });

  test('is read as it would be otherwise', () => {
    const plain = fc.dictionary(
      fc.string().filter((name) => !['__proto__', 'constructor', 'prototype'].includes(name)),
      fc.jsonValue({ maxDepth: 4 }),
    );
    fc.assert(
      fc.property(plain, (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/__proto__|constructor|prototype/.test(text) && !/\\u|\d{16}/.test(text));
        expect(parseStrictObject(text)).toEqual(JSON.parse(text));
      }),
      tries(100),
    );
  });
});
