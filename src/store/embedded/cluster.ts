import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../domain/errors/index.ts';
import { makeFileOnce } from '../whole-file.ts';
import type { Binaries } from './binaries.ts';
import { runCommand } from './command.ts';
import type { Location } from './location.ts';
import { isAlive } from './process.ts';
import type { SystemUser } from './system-user.ts';

const credentials = z.object({ superuser: z.string(), owner: z.string(), app: z.string() });

/** Generated passwords of the cluster's three logins. */
export type Credentials = z.infer<typeof credentials>;

const CREDENTIALS_FILE = 'postgres.json';

const newPassword = (): string => randomBytes(24).toString('base64url');

const refuse = (reason: string): AppError => new AppError('CONFIGURATION_INVALID', { details: { reason } });

/**
 * Passwords of a cluster that exists.
 * @throws AppError CONFIGURATION_INVALID when their file is damaged
 */
export const existingCredentials = async (location: Location): Promise<Credentials> => {
  const file = join(location.dataDir, CREDENTIALS_FILE);
  const text = await readFile(file, 'utf8');
  try {
    return credentials.parse(JSON.parse(text));
  } catch {
    // Without the cause: what cannot be parsed would be quoted, and it holds passwords.
    throw refuse(
      `${file}, which holds the passwords of the database beside it, is damaged; restore it from a backup`,
    );
  }
};

/** Reads the passwords of a cluster, or makes them (mode 0600) before there is one. */
const readCredentials = async (location: Location): Promise<Credentials> => {
  const file = join(location.dataDir, CREDENTIALS_FILE);
  if (!existsSync(file)) {
    if (existsSync(location.cluster)) {
      throw refuse(`${file}, which holds the passwords of the database beside it, is missing`);
    }
    const made: Credentials = { superuser: newPassword(), owner: newPassword(), app: newPassword() };
    // Of two processes that start at once, the first one's passwords count.
    await makeFileOnce(file, JSON.stringify(made));
  }
  return existingCredentials(location);
};

/** Removes what a killed initialisation left: `cluster.new-<pid>` of processes that are gone. */
const removeDebris = async (cluster: string): Promise<void> => {
  const prefix = `${basename(cluster)}.new-`;
  for (const name of await readdir(dirname(cluster))) {
    const pid = Number(name.slice(prefix.length).replace('.password', ''));
    if (name.startsWith(prefix) && !isAlive(pid)) {
      await rm(join(dirname(cluster), name), { recursive: true, force: true });
    }
  }
};

/**
 * Locale and collation are chosen, not inherited: the built-in provider sorts and folds the same on every
 * machine, and the pinyin order comes from an ICU collation that the schema names.
 */
const INITDB = [
  '--username=postgres',
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--data-checksums',
  '--auth=scram-sha-256',
  '--no-instructions',
];

const initialise = async (
  binaries: Binaries,
  location: Location,
  user: SystemUser | null,
  password: string,
): Promise<void> => {
  await removeDebris(location.cluster);
  const unfinished = `${location.cluster}.new-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (user !== null) await chown(passwordFile, user.uid, user.gid);
    const args = [...INITDB, `--pgdata=${unfinished}`, `--pwfile=${passwordFile}`];
    const { status, output } = await runCommand(join(binaries.directory, 'bin', 'initdb'), args, user);
    if (status !== 0) throw new Error(`initdb ended with ${status}: ${output}`);
    // A cluster appears whole or not at all; whoever comes second uses the first one's.
    await rename(unfinished, location.cluster).catch((error: unknown) => {
      if (!existsSync(join(location.cluster, 'PG_VERSION'))) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
  }
};

/**
 * Makes sure that there is an initialised cluster of this server's major version.
 * @returns the passwords of its logins
 * @throws AppError CONFIGURATION_INVALID when another major version wrote it
 */
export const ensureCluster = async (
  binaries: Binaries,
  location: Location,
  user: SystemUser | null,
): Promise<Credentials> => {
  const passwords = await readCredentials(location);
  const versionFile = join(location.cluster, 'PG_VERSION');
  if (!existsSync(versionFile)) await initialise(binaries, location, user, passwords.superuser);
  const written = (await readFile(versionFile, 'utf8')).trim();
  const major = binaries.version.split('.')[0];
  if (written !== major) {
    throw refuse(
      `${location.cluster} was written by PostgreSQL ${written}, this is ${major}; dump it with the old version first`,
    );
  }
  return passwords;
};
