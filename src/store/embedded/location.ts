import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readFile, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { AppError } from '../../domain/errors/index.ts';
import { replaceFile } from '../whole-file.ts';
import { canEnter, type SystemUser } from './system-user.ts';

/** Where root keeps what the server's user must reach; the second one where the first cannot be written. */
const SYSTEM_ROOTS = ['/var/lib/muster', join(tmpdir(), 'muster-system')];

/** File that names the place of the cluster when that is not below the data directory itself. */
const POINTER = 'postgres.location';

// A socket's path may have 103 bytes on macOS and 107 on Linux; its file name takes 18.
const LONGEST_SOCKET_DIRECTORY = 80;

export interface Location {
  /** The data directory that was configured, absolute, without links. */
  readonly dataDir: string;
  /** PostgreSQL's own directory. */
  readonly cluster: string;
  /** Holds the socket; only the server's user and root may enter. */
  readonly sockets: string;
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

const refuse = (reason: string): AppError => new AppError('CONFIGURATION_INVALID', { details: { reason } });

/** Makes a directory for the server's user alone, or makes sure that one which exists is nobody else's. */
const own = async (directory: string, user: SystemUser | null): Promise<void> => {
  await mkdir(dirname(directory), { recursive: true, mode: 0o755 });
  await mkdir(directory, { mode: 0o700 }).catch(() => undefined);
  const found = await lstat(directory);
  const us = process.getuid?.() ?? found.uid;
  if (!found.isDirectory() || (found.uid !== us && found.uid !== user?.uid)) {
    throw refuse(`${directory} belongs to somebody else (uid ${found.uid})`);
  }
  if (user !== null) await chown(directory, user.uid, user.gid);
};

/** A directory of this process's own that everybody may enter, whatever the umask says. */
const openToAll = async (directory: string): Promise<void> => {
  const made = await mkdir(directory, { recursive: true, mode: 0o755 });
  const { uid } = await lstat(directory);
  if (uid !== process.getuid?.()) throw refuse(`${directory} belongs to somebody else (uid ${uid})`);
  if (made !== undefined) await chmod(directory, 0o755);
};

/**
 * The directory for what the server's user must reach although Muster's own places are closed to that user.
 * @throws AppError CONFIGURATION_INVALID when none can be made
 */
export const systemRootFor = async (user: SystemUser | null, given?: string): Promise<string> => {
  const candidates = given === undefined ? SYSTEM_ROOTS : [given];
  // An ordinary user runs the server itself and needs no such place.
  if (user === null) return candidates[0] ?? '';
  const failures: string[] = [];
  for (const directory of candidates) {
    try {
      await openToAll(directory);
      return directory;
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw refuse(`no place for the embedded PostgreSQL: ${failures.join('; ')}`);
};

/** `<data>/postgres`, or, when the server's user cannot enter there, a place that follows from the path alone. */
const clusterHome = async (dataDir: string, user: SystemUser | null, systemRoot: string): Promise<string> => {
  const pointer = join(dataDir, POINTER);
  if (existsSync(pointer)) return (await readFile(pointer, 'utf8')).trim();
  if (user === null || canEnter(user, dataDir)) return join(dataDir, 'postgres');
  const outside = join(systemRoot, digestOf(dataDir));
  await own(outside, user);
  if (!canEnter(user, outside)) {
    throw refuse(`PostgreSQL runs as ${user.name}, who can enter neither ${dataDir} nor ${outside}`);
  }
  await replaceFile(pointer, `${outside}\n`);
  return outside;
};

/**
 * Finds, or chooses and records, where the cluster of a data directory lies.
 * @throws AppError CONFIGURATION_INVALID when no place suits
 */
export const locate = async (
  configured: string,
  user: SystemUser | null,
  systemRoot: string,
): Promise<Location> => {
  await mkdir(configured, { recursive: true, mode: user === null ? 0o700 : 0o755 });
  const dataDir = await realpath(configured);
  const home = await clusterHome(dataDir, user, systemRoot);
  await own(home, user);
  const near = join(home, 'sockets');
  const isShort = Buffer.byteLength(near) <= LONGEST_SOCKET_DIRECTORY;
  const sockets = isShort ? near : join(tmpdir(), `muster-${digestOf(dataDir)}`);
  await own(sockets, user);
  return { dataDir, cluster: join(home, 'cluster'), sockets };
};
