import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AppError } from '../../domain/errors/index.ts';
import { replaceFile } from '../whole-file.ts';
import type { Location } from './location.ts';
import { commandLine, isAlive, startedAt } from './process.ts';

const POLL_MS = 20;

const owner = z.object({ pid: z.number(), startedAt: z.string() });

const ownerFile = (location: Location): string => join(location.dataDir, 'muster.pid');

/** What PostgreSQL writes into `postmaster.pid`. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly isReady: boolean;
}

export const readPostmaster = async (location: Location): Promise<Postmaster | null> => {
  const text = await readFile(join(location.cluster, 'postmaster.pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
};

/** Writes down that this process runs the server. Called once PostgreSQL's own lock is held, never before. */
export const claim = (location: Location): Promise<void> =>
  replaceFile(
    ownerFile(location),
    JSON.stringify({ pid: process.pid, startedAt: startedAt(process.pid) ?? '' }),
  );

export const unclaim = (location: Location): Promise<void> => rm(ownerFile(location), { force: true });

/** What the file says, `null` when it is no such file: a torn one names nobody who could still be there. */
const parsedOwner = (text: string): z.infer<typeof owner> | null => {
  try {
    return owner.parse(JSON.parse(text));
  } catch {
    return null;
  }
};

/** Id of the live Muster process that runs the server of this data directory, `null` when there is none. */
export const liveOwner = async (location: Location): Promise<number | null> => {
  const text = await readFile(ownerFile(location), 'utf8').catch(() => null);
  if (text === null) return null;
  const named = parsedOwner(text);
  return named !== null && startedAt(named.pid) === named.startedAt ? named.pid : null;
};

const inUse = (location: Location, pid: number): AppError =>
  new AppError('DATA_DIR_IN_USE', { details: { dir: location.dataDir, pid } });

const isServerOf = (pid: number, location: Location): boolean =>
  isAlive(pid) && commandLine(pid).includes(location.cluster);

const endsWithin = async (pid: number, location: Location, milliseconds: number): Promise<boolean> => {
  for (const end = Date.now() + milliseconds; Date.now() < end; ) {
    if (!isServerOf(pid, location)) return true;
    const other = await liveOwner(location);
    if (other !== null) throw inUse(location, other);
    await sleep(POLL_MS);
  }
  return false;
};

/**
 * Makes the cluster free to be started, or says who has it.
 *
 *     no server                          → free
 *     server, its Muster lives           → DATA_DIR_IN_USE
 *     server, its Muster is gone         → its watchdog is stopping it: wait; then stop it, fast, then at once
 *     pid file names some other process  → stale (ids are reused after a reboot or in a container): remove it
 */
export const vacate = async (location: Location): Promise<void> => {
  const other = await liveOwner(location);
  if (other !== null && other !== process.pid) throw inUse(location, other);
  const postmaster = await readPostmaster(location);
  if (postmaster === null || !isAlive(postmaster.pid)) return;
  if (!isServerOf(postmaster.pid, location)) {
    await rm(join(location.cluster, 'postmaster.pid'), { force: true });
    return;
  }
  if (await endsWithin(postmaster.pid, location, 3_000)) return;
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    process.kill(postmaster.pid, signal);
    if (await endsWithin(postmaster.pid, location, 10_000)) return;
  }
  throw inUse(location, postmaster.pid);
};
