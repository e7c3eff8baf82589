import { readdirSync, rmSync, statfsSync } from 'node:fs';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/store/embedded/process.ts';

const MEMORY = '/dev/shm';
/** Bytes; containers often have no more than 64 MiB there, and a whole run takes less than one GiB. */
const ENOUGH = 4 * 1024 ** 3;

/** In memory where there is room: whole databases come and go, and none of them needs to reach a disk. */
const scratchRoot = (): string => {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (process.platform === 'linux' && bavail * bsize >= ENOUGH) return MEMORY;
  } catch {
    // No such place on this machine.
  }
  return tmpdir();
};

/**
 * A directory for the data of an embedded server, to be removed by whoever asked for it.
 * @param kind a word for its name, in small letters
 */
export const scratchDirectory = async (kind: string): Promise<string> => {
  const directory = await mkdtemp(join(scratchRoot(), `muster-${kind}-${process.pid}-`));
  // When root runs the tests, PostgreSQL runs as somebody else, who must get in.
  await chmod(directory, 0o755);
  return directory;
};

/** Removes what runs that were killed have left behind: memory that nobody else would give back. */
export const sweepScratch = (): void => {
  const root = scratchRoot();
  for (const name of readdirSync(root)) {
    const [, pid] = /^muster-[a-z]+-(\d+)-\w+$/.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // Somebody else's, who will remove it.
    }
  }
};
