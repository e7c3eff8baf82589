import { expect, it } from 'vitest';
import { parseJson } from '../../src/platforms/kit/json.ts';

const NUL = '\u0000';

it('takes out what no database text can hold: NUL characters and half surrogate pairs', () => {
  expect(parseJson('{"name":"李\\u0000四","list":["a\\ud800","\\udc00b"]}')).toEqual({
    name: '李四',
    list: ['a\ufffd', '\ufffdb'],
  });
  expect(parseJson('{"a\\u0000b":{"\\uD83D":1}}')).toEqual({ ab: { '\ufffd': 1 } });
  expect(JSON.stringify(parseJson('["x\\u0000"]'))).not.toContain(NUL);
});

it('leaves escapes alone that mean an honest character', () => {
  expect(parseJson('{"name":"\\ud83d\\ude00\\u4e2d","path":"c:\\\\u0000"}')).toEqual({
    name: '😀中',
    path: 'c:\\u0000',
  });
});

it('keeps integers beyond 2^53 to the digit, also beside odd texts', () => {
  expect(parseJson('{"order":176275808490200512,"name":"a\\u0000"}')).toEqual({
    order: '176275808490200512',
    name: 'a',
  });
});

it('takes a member called __proto__ for what it is', () => {
  const parsed = parseJson('{"a\\u0000":1,"__proto__":{"x":1}}') as Record<string, unknown>;
  expect(Object.keys(parsed)).toEqual(['a', '__proto__']);
  expect(parsed['x']).toBeUndefined();
});
