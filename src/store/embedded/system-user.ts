import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { AppError } from '../../domain/errors/index.ts';

/** User that the server runs as when Muster itself is root, which PostgreSQL refuses. */
export interface SystemUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const SHARED = 'nobody';
/** In order of preference: the one made for PostgreSQL, then the one that owns nothing. */
const CANDIDATES = ['postgres', SHARED];

const passwdEntries = (): SystemUser[] =>
  readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ uid, gid }) => uid > 0 && gid > 0);

/**
 * The user to run PostgreSQL as, `null` when this process is not root and runs it itself.
 * @throws AppError CONFIGURATION_INVALID when root finds no such user
 */
export const systemUser = (): SystemUser | null => {
  if (process.getuid?.() !== 0) return null;
  const entries = passwdEntries();
  for (const name of CANDIDATES) {
    const found = entries.find((entry) => entry.name === name);
    if (found) return found;
  }
  throw new AppError('CONFIGURATION_INVALID', {
    details: { reason: 'PostgreSQL refuses to run as root and there is no user postgres or nobody' },
  });
};

/** What to tell an operator whose database runs as a user that other services may use too; `null` when all is well. */
export const sharedUserWarning = (user: SystemUser | null): string | null =>
  user?.name === SHARED
    ? `PostgreSQL runs as ${SHARED}, whose other processes can reach its files; run Muster as a user of its own, or make a system user postgres (docs/operations.md)`
    : null;

/** Asks the kernel, as that user: modes, ACLs and mounts all count. */
export const canEnter = (user: SystemUser, directory: string): boolean =>
  spawnSync('/bin/sh', ['-c', 'cd "$1" && [ -r . ]', 'sh', directory], {
    uid: user.uid,
    gid: user.gid,
    cwd: '/',
    stdio: 'ignore',
  }).status === 0;
