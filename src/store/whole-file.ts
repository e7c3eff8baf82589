import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A rename or link lasts through a power failure only once the directory is on disk; Windows cannot ask for it. */
const syncDirectory = async (directory: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Writes beside the final place, for the owner alone, and has `publish` give the whole file its name. */
const written = async (
  file: string,
  text: string,
  publish: (unfinished: string) => Promise<void>,
): Promise<void> => {
  const unfinished = `${file}.new-${process.pid}-${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(unfinished, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(unfinished);
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncDirectory(dirname(file));
};

/**
 * Makes a file of mode 0600 that is there whole or not at all, whenever the process is killed and whoever reads
 * meanwhile. Of several that make it at once one wins; a file that exists is left alone.
 */
export const makeFileOnce = (file: string, text: string): Promise<void> =>
  written(file, text, (unfinished) =>
    link(unfinished, file).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }),
  );

/** Replaces a file, or makes it, mode 0600: readers see the old text or the new one, never a part. */
export const replaceFile = (file: string, text: string): Promise<void> =>
  written(file, text, (unfinished) => rename(unfinished, file));
