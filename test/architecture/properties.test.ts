import { expect, test } from 'vitest';
import { sourceFiles } from './source-tree.ts';

const count = (text: string, what: RegExp): number => text.match(what)?.length ?? 0;

test('every property is tried as often, and with the cases, that test/support/properties.ts says', () => {
  const others = sourceFiles
    .filter(({ path }) => path !== 'test/architecture/properties.test.ts')
    .filter(({ text }) => count(text, /\bfc\.assert\(/g) !== count(text, /\btries\(/g))
    .map(({ path }) => path);
  expect(others).toEqual([]);
});
