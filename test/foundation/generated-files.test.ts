import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { existingCredentials } from '../../src/store/embedded/cluster.ts';
import { claim, liveOwner } from '../../src/store/embedded/instance.ts';
import { masterKeysFromFile, newMasterKey } from '../../src/store/master-keys.ts';

const newDirectory = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'muster-files-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
};

const locationIn = (dataDir: string) => ({
  dataDir,
  cluster: join(dataDir, 'postgres', 'cluster'),
  sockets: join(dataDir, 'postgres', 'sockets'),
});

const MODULE = new URL('../../src/store/master-keys.ts', import.meta.url).href;

test('a start that dies between making the key file and writing it does not spoil the next', async () => {
  const directory = await newDirectory();
  const script = `await (await import(${JSON.stringify(MODULE)})).masterKeysFromFile(${JSON.stringify(directory)})`;
  // Files may be made, but not one byte be written to them.
  const dying = spawn('/bin/sh', [
    '-c',
    'ulimit -f 0; exec "$@"',
    'sh',
    process.execPath,
    '--input-type=module',
    '-e',
    script,
  ]);
  const [code] = await once(dying, 'close');
  expect(code).not.toBe(0);
  const { current } = await masterKeysFromFile(directory);
  expect((await masterKeysFromFile(directory)).current.id).toBe(current.id);
});

test('many first starts at once agree on one whole key, which only its owner may read', async () => {
  const directory = await newDirectory();
  const all = await Promise.all(Array.from({ length: 40 }, () => masterKeysFromFile(directory)));
  expect(new Set(all.map(({ current }) => current.id)).size).toBe(1);
  expect(await readdir(directory)).toEqual(['master.key']);
  expect((await stat(join(directory, 'master.key'))).mode & 0o777).toBe(0o600);
});

test.each([
  ['empty', ''],
  ['cut off', newMasterKey().slice(0, 20)],
])('a key file that is %s is named in a sentence and left as it is', async (_, text) => {
  const directory = await newDirectory();
  const file = join(directory, 'master.key');
  await writeFile(file, text, { mode: 0o600 });
  const refused = await masterKeysFromFile(directory).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'CONFIGURATION_INVALID' });
  expect(String(refused)).toContain(`${file} is damaged`);
  if (text !== '') expect(String(refused)).not.toContain(text);
  expect(await readFile(file, 'utf8')).toBe(text);
});

test.each([
  ['empty', ''],
  ['cut off', '{"superuser":"abc","own'],
  ['of another shape', '{"superuser":"abc"}'],
])('a password file that is %s is named in a sentence', async (_, text) => {
  const directory = await newDirectory();
  await writeFile(join(directory, 'postgres.json'), text, { mode: 0o600 });
  const refused = await existingCredentials(locationIn(directory)).catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: 'CONFIGURATION_INVALID' });
  expect(String(refused)).toContain(`${join(directory, 'postgres.json')}`);
  expect(String(refused)).toContain('is damaged');
  expect(String(refused)).not.toContain('abc');
});

test('a pid file that was torn is as good as none, and is replaced whole', async () => {
  const location = locationIn(await newDirectory());
  const file = join(location.dataDir, 'muster.pid');
  for (const torn of ['', '{"pid":12', 'null', '{"pid":"x"}']) {
    await writeFile(file, torn);
    expect(await liveOwner(location)).toBeNull();
  }
  await claim(location);
  expect(await liveOwner(location)).toBe(process.pid);
  expect(await readdir(location.dataDir)).toEqual(['muster.pid']);
});

test('a pid file that cannot be replaced leaves nothing beside it', async () => {
  const location = locationIn(await newDirectory());
  await mkdir(join(location.dataDir, 'muster.pid', 'x'), { recursive: true });
  await expect(claim(location)).rejects.toThrow();
  expect(await readdir(location.dataDir)).toEqual(['muster.pid']);
});
