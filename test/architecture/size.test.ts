import { expect, test } from 'vitest';
import { sourceFiles } from './source-tree.ts';

const LONGEST_FILE = 400;
const LONGEST_FUNCTION = 80;
// Three is the aim (context, input, options).
const MOST_PARAMETERS = 4;

// Tables are exempt by glob: a row is a row, however many there are.
const TABLES = [
  /^src\/domain\/errors\//,
  /^src\/store\/migrations\//,
  /^src\/config\/options\.ts$/,
  /^src\/platforms\/[^/]+\/errors\.ts$/,
  /^simulators\/.*\/(names|words|data)\//,
];

const measured = sourceFiles.filter(({ path }) => !TABLES.some((table) => table.test(path)));

test('no file is longer than 400 lines', () => {
  const tooLong = measured
    .filter(({ lines }) => lines > LONGEST_FILE)
    .map(({ path, lines }) => `${path}: ${lines}`);
  expect(tooLong).toEqual([]);
});

test('no function is longer than 80 lines', () => {
  // The callback of a `describe` is a chapter, not a function.
  const tooLong = measured
    .filter(({ path }) => !path.startsWith('test/'))
    .flatMap(({ path, functions }) =>
      functions
        .filter(({ lines }) => lines > LONGEST_FUNCTION)
        .map(({ name, line, lines }) => `${path}:${line} ${name}: ${lines} lines`),
    );
  expect(tooLong).toEqual([]);
});

test('no function takes more than four parameters', () => {
  // Resolvers take one parameter for each argument of their field: that is the library's way.
  const tooMany = measured
    .filter(({ path }) => !path.startsWith('test/') && !path.startsWith('schema/'))
    .flatMap(({ path, functions }) =>
      functions
        .filter(({ parameters }) => parameters > MOST_PARAMETERS)
        .map(({ name, line, parameters }) => `${path}:${line} ${name}: ${parameters}`),
    );
  expect(tooMany).toEqual([]);
});

test('files are named in kebab-case and export by name', () => {
  const badName = sourceFiles.filter(
    ({ path }) => !/^([a-z0-9]+([-.][a-z0-9]+)*\/)*[a-z0-9]+([-.][a-z0-9]+)*\.tsx?$/.test(path),
  );
  expect(badName.map(({ path }) => path)).toEqual([]);
  const byDefault = sourceFiles.filter(
    ({ path, hasDefaultExport }) => hasDefaultExport && path !== 'vitest.config.ts',
  );
  expect(byDefault.map(({ path }) => path)).toEqual([]);
});
