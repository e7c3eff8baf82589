import { readFile } from 'node:fs/promises';
import { isInputObjectType, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { buildMusterSchema } from '../../schema/build-schema.ts';
import { DOCUMENT_LIMITS, parseModest } from '../../schema/limits/document-limits.ts';
import { HOLD_CODES, OPERATION_STATES } from '../../src/domain/index.ts';
import { TEMPLATE_FUNCTIONS } from '../../src/planner/push/template-functions.ts';

const page = await readFile('docs/push.md', 'utf8');
const schema = buildMusterSchema();

test('the session of docs/push.md is one that the API takes', () => {
  const [, session = ''] = /```graphql\n([\s\S]+?)```/.exec(page) ?? [];
  const document = parse(session);
  expect(document.definitions.length).toBeGreaterThan(7);
  expect(validate(schema, document)).toEqual([]);
  for (const one of session.split(/\n\n(?=query|mutation)/)) {
    expect(() => parseModest(one, DOCUMENT_LIMITS)).not.toThrow();
  }
});

test('it tells of every push rule, state, hold and function', () => {
  const rules = schema.getType('PushRulesInput');
  if (!isInputObjectType(rules)) throw new TypeError('PushRulesInput');
  const words = [
    ...Object.keys(rules.getFields()),
    ...OPERATION_STATES,
    ...HOLD_CODES,
    ...Object.keys(TEMPLATE_FUNCTIONS),
  ];
  expect(words.filter((word) => !page.includes(`\`${word}`))).toEqual([]);
});
