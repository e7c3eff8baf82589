import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GIVE_UP_TASK, TASKS } from '../../jobs/tasks.ts';
import { REFERENCE_PAGES } from '../../scripts/reference/index.ts';
import { OPTIONS } from '../../src/config/index.ts';
import { ERROR_TABLE } from '../../src/domain/errors/index.ts';
import { ROOT, sourceFiles } from './source-tree.ts';

const read = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8');

describe('generated pages', () => {
  test.each(Object.keys(REFERENCE_PAGES))('%s is fresh (otherwise: npm run docs)', async (path) => {
    expect(await read(path)).toBe(REFERENCE_PAGES[path]?.());
  });
});

describe('the table of error codes', () => {
  test('and its page list the same codes, both ways', async () => {
    const page = await read('docs/errors.md');
    const listed = [...page.matchAll(/^\| `([A-Z0-9_]+)` \|/gm)].map((match) => match[1]);
    expect(listed).toEqual(Object.keys(ERROR_TABLE).sort());
  });

  test('says in both languages what happened and what to do, with the same placeholders', () => {
    // A fact that reads differently in Chinese is handed over twice: {violations} and {violationsZh}.
    const holes = (text: string): string[] =>
      [...new Set((text.match(/\{\w+\}/g) ?? []).map((hole) => hole.replace(/Zh\}$/, '}')))].sort();
    for (const [code, { text, remedy }] of Object.entries(ERROR_TABLE)) {
      for (const both of [text, remedy]) {
        expect(both.zh, code).toMatch(/[一-鿿]/);
        expect(both.en, code).toMatch(/[a-z]/);
        expect(holes(both.zh), code).toEqual(holes(both.en));
      }
    }
  });

  test('has no code twice in its parts', () => {
    const codes = sourceFiles
      .filter(({ path }) => /^src\/domain\/errors\//.test(path))
      .flatMap(({ text }) => [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): \{/gm)].map((match) => match[1]));
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });
});

test('every option is documented, and only src/config and the entries read the environment', async () => {
  const page = await read('docs/configuration.md');
  for (const { name } of Object.values(OPTIONS)) expect(page).toContain(`## \`${name}\``);
  const readers = sourceFiles
    .filter(({ path }) => !/^(test|bench|scripts|simulators|src\/config)\/|^src\/(main|app)\.ts$/.test(path))
    .filter(({ text }) => /process\.env(?!\['SystemRoot'\])/.test(text))
    .map(({ path }) => path);
  expect(readers).toEqual([]);
});

test('CI and README name the same command', async () => {
  const [ci, readme] = await Promise.all([read('.ci/run'), read('README.md')]);
  const command = /^command='(.+)'$/m.exec(ci)?.[1];
  expect(command).toBe('npm ci && npm test');
  expect(readme).toContain(command);
});

test('test:chaos sets every count that CONTRIBUTING names, and runs the files that take them', async () => {
  const [guide, script] = await Promise.all([read('CONTRIBUTING.md'), read('scripts/run-chaos.ts')]);
  const rows = guide.split('\n').filter((line) => /^\| `[A-Z_]+=/.test(line));
  const counts = rows.flatMap((row) =>
    [...row.matchAll(/\b([A-Z_]{5,})=(\w+)/g)].map((match) => match.slice(1)),
  );
  expect(counts.length).toBeGreaterThan(10);
  const wanted = counts.filter(([, value]) => value !== 'seed');
  expect(wanted.filter(([name, value]) => !script.includes(`${name}: '${value}'`))).toEqual([]);
  const files = rows.flatMap((row) =>
    [...row.matchAll(/`(test\/[\w/.-]+\.ts)`/g)].map((match) => match[1] ?? ''),
  );
  const run = [...script.matchAll(/'(test\/[\w/.-]+)'/g)].map((match) => match[1] ?? '');
  expect(files.filter((file) => !run.some((one) => file === one || file.startsWith(`${one}/`)))).toEqual([]);
});

test('docs/operations.md tells when each task of the worker runs', async () => {
  const page = await read('docs/operations.md');
  const listed = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  const names = TASKS.map(({ name }) => name).filter((name) => name !== GIVE_UP_TASK);
  expect(listed.toSorted()).toEqual(names.toSorted());
});

test('modules do nothing when imported', async () => {
  // Entries are for running, not for importing.
  const files = (await readdir(join(ROOT, 'src'), { recursive: true }))
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
    .filter((file) => !file.startsWith('store/migrations'));
  const handles = (): number =>
    process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Pipe|Server/.test(name)).length;
  const listeners = (): number =>
    process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
  const before = { handles: handles(), listeners: listeners() };
  for (const file of files) await import(join(ROOT, 'src', file));
  expect(handles()).toBeLessThanOrEqual(before.handles);
  expect(listeners()).toBe(before.listeners);
});
