import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareCodePoints, fold } from '../../src/planner/fold.ts';
import {
  cleanText,
  fits,
  isLegalEmail,
  isLegalMobile,
  isLegalUserName,
  normaliseEmail,
  normaliseMobile,
} from '../../src/planner/normalise.ts';
import { tries } from '../support/properties.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 20 });

describe('cleaning a text', () => {
  it.each([
    ['\u3000王小明\u00a0', '王小明'],
    ['\u200b王\u200b小明\ufeff', '王小明'],
    ['a\t\u3000\n b', 'a b'],
    ['e\u0301', 'é'],
    ['\u202eabc', 'abc'],
    ['a\u0000b', 'ab'],
    ['\ud800x', '\ufffdx'],
    [' \u3000\u200d ', ''],
  ])('%j becomes %j', (dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it('is idempotent and leaves no blank at an end', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = cleanText(text);
        expect(cleanText(once)).toBe(once);
        expect(once.trim()).toBe(once);
        expect(once.isWellFormed()).toBe(true);
      }),
      tries(1000),
    );
  });
});

describe('folding', () => {
  it('is idempotent', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(fold(fold(text))).toBe(fold(text));
      }),
      tries(1000),
    );
  });

  it('does not depend on case, width or composition', () => {
    expect(fold('ＡNN')).toBe('ann');
    expect(fold('É')).toBe(fold('e\u0301'));
  });

  it('orders as UTF-8 bytes do', () => {
    fc.assert(
      fc.property(anyText, anyText, (a, b) => {
        const bytes = Buffer.compare(Buffer.from(a.toWellFormed()), Buffer.from(b.toWellFormed()));
        expect(Math.sign(compareCodePoints(a.toWellFormed(), b.toWellFormed()))).toBe(bytes);
      }),
      tries(100),
    );
  });
});

describe('a mobile number', () => {
  it.each([
    ['13800000001', '13800000001', true],
    ['+86-13800000001', '13800000001', true],
    ['+86 138 0000 0001', '13800000001', true],
    ['008613800000001', '13800000001', true],
    ['86-138-0000-0001', '13800000001', true],
    ['１３８０００００００１', '13800000001', true],
    ['+852-51234567', '+852-51234567', true],
    ['+85251234567', '+852-51234567', true],
    ['+1 (202) 555-0123', '+1-2025550123', true],
    ['+44 7700 900123', '+44-7700900123', true],
    ['0044 7700 900123', '+44-7700900123', true],
    ['852-51234567', '852-51234567', false],
    ['1380000000', '1380000000', false],
    ['+86-2012345678', '+86-2012345678', false],
    ['none', 'none', false],
    ['', '', false],
  ])('%j is kept as %j, legal: %s', (text, kept, legal) => {
    expect(normaliseMobile(text)).toBe(kept);
    expect(isLegalMobile(kept)).toBe(legal);
    expect(normaliseMobile(kept)).toBe(kept);
  });
});

describe('a mail address', () => {
  it.each([
    ['Ann.Lee+x@EXAMPLE.com', 'Ann.Lee+x@example.com', true],
    ['ａｎｎ＠example.com', 'ann@example.com', true],
    [' ann@example.com\u3000', 'ann@example.com', true],
    ['ann@localhost', 'ann@localhost', false],
    ['ann.@example.com', 'ann.@example.com', false],
    ['a..b@example.com', 'a..b@example.com', false],
    ['ann@-x.com', 'ann@-x.com', false],
    ['ann@x.123', 'ann@x.123', false],
    ['@example.com', '@example.com', false],
    ['ann', 'ann', false],
    ['王@example.com', '王@example.com', false],
    [`${'a'.repeat(65)}@example.com`, `${'a'.repeat(65)}@example.com`, false],
    [`a@${'b'.repeat(64)}.com`, `a@${'b'.repeat(64)}.com`, false],
    [`a@${'bb.'.repeat(84)}com`, `a@${'bb.'.repeat(84)}com`, false],
  ])('%j is kept as %j, legal: %s', (text, kept, legal) => {
    expect(normaliseEmail(text)).toBe(kept);
    expect(isLegalEmail(kept)).toBe(legal);
  });
});

describe('a user name', () => {
  it.each([
    ['wangxm', true],
    ['王小明', true],
    ['a@b.c', true],
    ['', false],
    ['a b', false],
    ['a\u3000b', false],
    ['a\u200bb', false],
    ['a\u0007', false],
    ['x'.repeat(64), true],
    ['x'.repeat(65), false],
    ['𠮷'.repeat(64), true],
    ['𠮷'.repeat(65), false],
  ])('%j is legal: %s', (userName, legal) => {
    expect(isLegalUserName(userName)).toBe(legal);
  });

  it('counts characters, not units', () => {
    expect(fits('𠮷'.repeat(3), 3)).toBe(true);
    expect(fits('𠮷'.repeat(3), 2)).toBe(false);
  });
});
