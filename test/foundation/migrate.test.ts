import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { isMigrated, migrateDown, migrateUp } from '../../src/store/migrate.ts';
import { MIGRATIONS } from '../../src/store/migrations/index.ts';
import { catalogue } from '../support/catalogue.ts';
import { createTestDatabase } from '../support/index.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../src/store/migrations/', import.meta.url));
const names = MIGRATIONS.map(({ name }) => name);

test('every file is listed, in the order of its time', async () => {
  const files = (await readdir(folder)).filter((file) => /^\d/.test(file)).sort();
  const stamps = files.map((file) => file.slice(0, 14));
  expect(names.map((name) => name.slice(-14))).toEqual(stamps);
  expect(new Set(stamps).size).toBe(stamps.length);
});

test('down takes everything back, and up again makes the same schema', async () => {
  const { owner } = await createTestDatabase({ template: null });
  const before = await catalogue(owner);
  expect(await isMigrated(owner)).toBe(false);
  expect((await migrateUp(owner)).ran).toEqual(names);
  expect(await isMigrated(owner)).toBe(true);
  const fresh = await catalogue(owner);
  expect(fresh.length).toBeGreaterThan(before.length + 100);
  expect((await migrateDown(owner)).ran).toEqual(names.toReversed());
  const emptied = (await catalogue(owner)).filter(
    (line) => !line.includes('graphile_worker') && !line.includes('schema_migration'),
  );
  expect(emptied).toEqual(before);
  await migrateUp(owner);
  expect(await catalogue(owner)).toEqual(fresh);
});

test('ten processes at once do no harm: each migration runs once', async () => {
  const { owner } = await createTestDatabase({ template: null });
  const script = fileURLToPath(new URL('../support/migrate-process.ts', import.meta.url));
  const outputs = await Promise.all(
    Array.from({ length: 10 }, () => run(process.execPath, [script, JSON.stringify(owner)])),
  );
  const ran = outputs.map(({ stdout }): string[] => JSON.parse(stdout).ran);
  expect(ran.filter((list) => list.length > 0)).toEqual([names]);
  expect(await isMigrated(owner)).toBe(true);
});

test('an upgraded database equals a fresh one', async () => {
  const { owner } = await createTestDatabase({ template: null });
  const template = await createTestDatabase();
  for (const [index] of names.entries()) await migrateUp(owner, { upTo: index + 1 });
  expect(await catalogue(owner)).toEqual(await catalogue(template.owner));
});
