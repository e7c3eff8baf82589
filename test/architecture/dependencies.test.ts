import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT, type SourceFile, sourceFiles } from './source-tree.ts';

/**
 * The dependency rule: who may import from whom, a row per part. What is not written here is forbidden.
 *
 *     domain ← planner     domain ← ports ← platforms     domain ← store
 *     domain, planner, ports, store ← flows ← sso, schema, jobs     app, main compose everything
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  planner: ['domain'],
  ports: ['domain'],
  kit: ['domain', 'ports'],
  platform: ['domain', 'ports', 'kit'],
  registry: ['domain', 'ports', 'kit', 'platform'],
  store: ['domain'],
  config: ['domain'],
  logging: ['domain'],
  flows: ['domain', 'planner', 'ports', 'store'],
  sso: ['domain', 'ports', 'flows', 'store'],
  schema: ['domain', 'ports', 'flows', 'sso'],
  jobs: ['domain', 'ports', 'flows', 'store', 'logging'],
  http: ['domain', 'logging'],
  app: [
    'domain',
    'planner',
    'ports',
    'kit',
    'registry',
    'store',
    'config',
    'logging',
    'flows',
    'sso',
    'schema',
    'jobs',
    'http',
  ],
  console: [],
  simulators: [],
  scripts: [
    'domain',
    'planner',
    'ports',
    'kit',
    'registry',
    'store',
    'config',
    'logging',
    'flows',
    'sso',
    'schema',
    'jobs',
    'http',
    'app',
    'simulators',
  ],
  bench: [
    'domain',
    'planner',
    'ports',
    'kit',
    'platform',
    'registry',
    'store',
    'config',
    'logging',
    'flows',
    'sso',
    'schema',
    'jobs',
    'http',
    'app',
    'simulators',
  ],
};

/** Entries of processes and threads: each composes what runs in it. */
const ENTRIES = ['jobs/worker.ts'];

const partOf = (path: string): string => {
  if (ENTRIES.includes(path)) return 'app';
  const [top = '', second = '', third = ''] = path.split('/');
  if (top !== 'src') return top;
  if (second === 'platforms') {
    if (third === 'kit') return 'kit';
    return third.includes('.') ? 'registry' : 'platform';
  }
  return second.includes('.') ? 'app' : second;
};

const isTest = (file: SourceFile): boolean => file.path.startsWith('test/') || !file.path.includes('/');

const violations = (file: SourceFile): string[] => {
  const part = partOf(file.path);
  const allowed = MAY_IMPORT[part];
  if (allowed === undefined) return [`${file.path} lies in a part that the rule does not know: ${part}`];
  return file.imports
    .filter((one) => one.file !== null)
    .filter((one) => {
      const target = partOf(one.file ?? '');
      // Two platforms never meet, although both are of the part `platform`.
      if (part === 'platform' && target === 'platform') {
        return one.file?.split('/')[2] !== file.path.split('/')[2];
      }
      return target !== part && !allowed.includes(target);
    })
    .map((one) => `${file.path} imports ${one.file}`);
};

const ours = sourceFiles.filter((file) => !isTest(file));

describe('dependencies', () => {
  test('point where the rule lets them', () => {
    expect(ours.flatMap(violations)).toEqual([]);
  });

  test('name files that exist, with their extension', () => {
    const known = new Set(sourceFiles.map(({ path }) => path));
    const broken = sourceFiles.flatMap((file) =>
      file.imports
        .filter((one) => one.file !== null && !known.has(one.file) && !one.specifier.endsWith('.json'))
        .map((one) => `${file.path} imports ${one.specifier}`),
    );
    expect(broken).toEqual([]);
  });

  test('never form a circle between files', () => {
    const graph = new Map(
      ours.map((file) => [file.path, file.imports.filter((one) => !one.typeOnly).map((one) => one.file)]),
    );
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (trail.includes(path) || done.has(path)) return;
      for (const next of graph.get(path) ?? []) if (next !== null) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(circles).toEqual([]);
  });

  test('of the core reach no web server, no GraphQL and no decorators', () => {
    const forbidden =
      /^(fastify|@fastify\/|@as-integrations\/|@apollo\/|graphql$|graphql-|type-graphql|bree$)/;
    const core = ours.filter(({ path }) => path.startsWith('src/') && partOf(path) !== 'app');
    expect(
      core.flatMap((file) =>
        file.imports
          .filter((one) => forbidden.test(one.specifier))
          .map((one) => `${file.path} imports ${one.specifier}`),
      ),
    ).toEqual([]);
    expect(
      ours.filter((file) => file.hasDecorators && partOf(file.path) !== 'schema').map(({ path }) => path),
    ).toEqual([]);
  });

  test('of the planner leave clock, chance, promises and the outside alone', () => {
    const impure = /\bawait\b|\basync\b|Date\.now|new Date\(\)|Math\.random|randomUUID|\bprocess\./;
    const planner = ours.filter(({ path }) => partOf(path) === 'planner');
    expect(planner.length).toBeGreaterThan(0);
    const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
    expect(planner.filter(({ text }) => impure.test(withoutComments(text))).map(({ path }) => path)).toEqual(
      [],
    );
    const packages = planner.flatMap((file) =>
      file.imports.filter((one) => one.file === null).map((one) => one.specifier),
    );
    expect(packages.filter((name) => /orm|^pg|kysely|^node:(fs|net|http|child)/.test(name))).toEqual([]);
  });
});

describe('a platform', () => {
  const names = readdirSync(join(ROOT, 'src/platforms'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'kit')
    .map((entry) => entry.name);

  /** Other spellings under which the platforms are known. */
  const SPELLINGS = ['dingtalk', 'ding_talk', '钉钉', 'wecom', 'wework', '企业微信', 'qyapi', 'oapi'];

  /** Names of standards are no products': whatever speaks the standard, the other way round as well, says so. */
  const STANDARDS = ['scim'];

  test('is named only in its own folder, the registry, its simulator, tests and docs', () => {
    expect(names.length).toBeGreaterThan(0);
    const products = names.filter((name) => !STANDARDS.includes(name));
    const word = new RegExp([...products, ...SPELLINGS].join('|'), 'i');
    const strangers = ours.filter(
      ({ path }) => !['platform', 'registry', 'simulators', 'scripts', 'bench'].includes(partOf(path)),
    );
    const hits = strangers.flatMap(({ path, text }) =>
      text
        .split('\n')
        .flatMap((line, index) => (word.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
    );
    expect(hits).toEqual([]);
  });

  test.each(names)('%s has at most 9 files and 900 lines', (name) => {
    const files = ours.filter(({ path }) => path.startsWith(`src/platforms/${name}/`));
    expect(files.length).toBeLessThanOrEqual(9);
    expect(files.reduce((sum, { lines }) => sum + lines, 0)).toBeLessThanOrEqual(900);
  });
});
