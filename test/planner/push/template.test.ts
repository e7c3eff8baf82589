import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkTemplate,
  fillTemplate,
  readTemplate,
  TEMPLATE_OUTPUT_LIMIT,
} from '../../../src/planner/push/template.ts';
import { tries } from '../../support/properties.ts';

const PERSON: Readonly<Record<string, string>> = {
  displayName: '欧阳修',
  userName: 'Ou.Yang',
  mobile: '+852-51234567',
  long: 'x'.repeat(400),
};

const fill = (text: string): string | null | 'FAILED' => {
  const read = readTemplate(text);
  if ('fault' in read) throw new Error(read.fault.message.en);
  const filled = fillTemplate(read.template, (field) => PERSON[field] ?? null);
  return filled === 'FAILED' ? 'FAILED' : filled.value;
};

describe('a template', () => {
  it.each([
    ['{displayName}', '欧阳修'],
    ['{ userName | lower }@example.com', 'ou.yang@example.com'],
    ['{userName|upper}', 'OU.YANG'],
    ['{mobile|digits|last(4)}', '4567'],
    ['{displayName|pinyin|first(6)}', 'ouyang'],
    ['{displayName|initials}', 'oyx'],
    ["{jobNumber|default('none')}", 'none'],
    ["p{jobNumber|default('')}", 'p'],
    ['{{{userName}}}', '{Ou.Yang}'],
    ['{jobNumber}@example.com', null],
    ['{long}{long}{long}', 'FAILED'],
  ])('%s becomes %s', (text, value) => {
    expect(fill(text)).toBe(value);
  });

  it.each([
    ['{displayName', 12],
    ['ab}', 2],
    ['{}', 1],
    ['{a|}', 3],
    ['{a|eval}', 3],
    ['{a|first}', 3],
    ['{a|upper(2)}', 3],
    ["{a|default('x}", 11],
    ['{a}'.repeat(21), 60],
  ])('%s is refused and says where', (text, at) => {
    expect(checkTemplate(text)).toMatchObject({
      at,
      message: { zh: expect.any(String), en: expect.any(String) },
    });
  });

  it('of an unknown field is refused only where the fields are known', () => {
    expect(checkTemplate('{nobody}')).toBeNull();
    expect(checkTemplate('x{nobody}', (name) => name !== 'nobody')).toMatchObject({ at: 2 });
  });

  it('never throws and never makes more than it may, whatever is typed', () => {
    const piece = fc.constantFrom('{', '}', '|', '(', ')', "'", 'long', 'first', '9', ' ', 'default', '中');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const read = readTemplate(pieces.join(''));
        if ('fault' in read) {
          expect(read.fault.at).toBeLessThanOrEqual(pieces.join('').length);
          return;
        }
        const filled = fillTemplate(read.template, (field) => PERSON[field] ?? null);
        if (filled !== 'FAILED') expect(filled.value?.length ?? 0).toBeLessThanOrEqual(TEMPLATE_OUTPUT_LIMIT);
      }),
      tries(2000),
    );
  });
});
