import { randomBytes } from 'node:crypto';
import { hash as argonHash, verify as argonVerify } from '@node-rs/argon2';
import { AppError } from '../../domain/index.ts';
import { WorkQueue } from './work-queue.ts';

/** OWASP's floor for argon2id: memory in KiB, passes, lanes. */
const PARAMETERS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/** Longest text that is hashed at all, in UTF-16 units: hashing must not be a way to burn the server's time. */
export const HASHED_MAX_LENGTH = 1_024;

const CURRENT = `$argon2id$v=19$m=${PARAMETERS.memoryCost},t=${PARAMETERS.timeCost},p=${PARAMETERS.parallelism}$`;

/** The two operations of argon2id; exchanged only by tests that count them. */
export interface PasswordAlgorithm {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

const ARGON2ID: PasswordAlgorithm = {
  hash: (password) => argonHash(password, PARAMETERS),
  verify: (hash, password) => argonVerify(hash, password),
};

export interface PasswordsOptions {
  /** Hashes computed at once; each takes 19 MiB and a core for about 9 ms. Default 2. */
  readonly concurrency?: number;
  /** Requests that may wait for their turn before the next one is refused. Default 256. */
  readonly maxWaiting?: number;
  readonly algorithm?: PasswordAlgorithm;
}

/** Hashes and verifies passwords behind one bounded queue, so that a storm of sign-ins cannot take the process. */
export interface Passwords {
  /** @throws AppError SIGN_IN_BUSY when too many wait */
  hash(password: string): Promise<string>;
  /**
   * Verifies; `hash: null` (no such account, no password set) costs the same time and is never right.
   * @throws AppError SIGN_IN_BUSY when too many wait
   */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** True when a hash was made with other parameters than today's. */
  isOutdated(hash: string): boolean;
}

/** One text for one password, however the keyboard composed it. */
const normalised = (password: string): string => password.normalize('NFC');

export const createPasswords = (options: PasswordsOptions = {}): Passwords => {
  const algorithm = options.algorithm ?? ARGON2ID;
  const queue = new WorkQueue(options.concurrency ?? 2, options.maxWaiting ?? 256);
  const queued = <T>(work: () => Promise<T>): Promise<T> =>
    queue.run(work, () => new AppError('SIGN_IN_BUSY'));
  // Made on first need with today's parameters, so that nobody can tell from the time whether there is an account.
  let dummy: Promise<string> | undefined;
  const dummyHash = (): Promise<string> => {
    dummy ??= algorithm.hash(randomBytes(24).toString('base64url'));
    return dummy;
  };
  return {
    hash: async (password) => {
      if (password.length > HASHED_MAX_LENGTH)
        throw new TypeError('a password is checked before it is hashed');
      return queued(() => algorithm.hash(normalised(password)));
    },
    verify: async (hash, password) => {
      const tooLong = password.length > HASHED_MAX_LENGTH;
      const against = hash ?? (await dummyHash());
      const right = await queued(() => algorithm.verify(against, tooLong ? '' : normalised(password)));
      return right && hash !== null && !tooLong;
    },
    isOutdated: (hash) => !hash.startsWith(CURRENT),
  };
};
