import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../domain/errors/index.ts';
import { makeFileOnce } from './whole-file.ts';

const KEY_BYTES = 32;
const FILE = 'master.key';

/** One key-encryption key and the short public name under which ciphertexts refer to it. */
export interface MasterKey {
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The first key encrypts; all of them decrypt, so that keys can be exchanged while Muster runs. */
export interface MasterKeys {
  readonly current: MasterKey;
  readonly byId: ReadonlyMap<string, MasterKey>;
}

const refuse = (reason: string): AppError => new AppError('CONFIGURATION_INVALID', { details: { reason } });

const masterKey = (text: string): MasterKey => {
  const bytes = Buffer.from(text, 'base64url');
  if (!/^[\w-]{43}=?$/.test(text) || bytes.length !== KEY_BYTES) {
    throw refuse(`a master key is ${KEY_BYTES} random bytes in base64url (43 characters)`);
  }
  const id = createHash('sha256')
    .update('muster master key id\n')
    .update(bytes)
    .digest('base64url')
    .slice(0, 12);
  return { id, bytes };
};

/**
 * Master keys as `MUSTER_MASTER_KEY` gives them: one, or several separated by commas, the one to encrypt with first.
 * @throws AppError CONFIGURATION_INVALID; the message never repeats the text
 */
export const parseMasterKeys = (text: string): MasterKeys => {
  const keys = text.split(',').map((part) => masterKey(part.trim()));
  const [current] = keys;
  if (current === undefined) throw refuse('MUSTER_MASTER_KEY is empty');
  return { current, byId: new Map(keys.map((key) => [key.id, key])) };
};

/** A new master key, as text for `MUSTER_MASTER_KEY`. */
export const newMasterKey = (): string => randomBytes(KEY_BYTES).toString('base64url');

/**
 * The generated key of an installation without `MUSTER_MASTER_KEY`: a file in the data directory, mode 0600, made
 * the first time.
 * @throws AppError CONFIGURATION_INVALID when others may read the file, or when it is damaged
 */
export const masterKeysFromFile = async (dataDir: string): Promise<MasterKeys> => {
  const file = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true });
  // Of two processes that start at once, the first one's key counts.
  if (!existsSync(file)) await makeFileOnce(file, `${newMasterKey()}\n`);
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw refuse(`${file} may be read by others; run: chmod 600 ${file}`);
  }
  const text = (await readFile(file, 'utf8')).trim();
  try {
    return parseMasterKeys(text);
  } catch {
    // Never made anew: secrets that were sealed with it would be lost for good.
    throw refuse(
      `${file} is damaged (${KEY_BYTES} random bytes in base64url belong there); restore it from a backup`,
    );
  }
};
