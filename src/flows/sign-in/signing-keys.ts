import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import type { Logger } from 'pino';
import type { Database } from '../../store/database.ts';
import {
  eraseOldKeys,
  insertSigningKey,
  lockSigningKeys,
  readSigningKeys,
  retireOtherKeys,
  type SigningKeyRow,
} from '../../store/queries/signing-keys.ts';
import type { SecretPlace, Secrets } from '../../store/secrets.ts';
import { LIFETIMES } from './limits.ts';

export interface SigningKeyDeps {
  readonly db: Database;
  readonly secrets: Secrets;
  readonly logger: Logger;
}

export interface RotateInput {
  /** Rotate even when the newest key is young, e.g. because it may be known. */
  readonly force?: boolean;
  /** Seconds for which a new key is only published. Default {@link PUBLISH_SECONDS}. */
  readonly publishSeconds?: number;
}

/** How long relying parties may keep our key set (`Cache-Control: max-age`), and so how long a key waits. */
export const PUBLISH_SECONDS = 300;
/** A key signs for this long, in seconds, before the next one is made. */
const KEY_AGE_SECONDS = 30 * 86_400;
/** What clocks of processes and relying parties may differ by, in seconds. */
const SKEW_SECONDS = 60;

/** Where the private half of a key is sealed. */
export const signingKeyPlace = (kid: string): SecretPlace => ({
  tenantId: null,
  table: 'signing_key',
  rowId: kid,
  column: 'private_jwe',
});

/** A new key pair for ES256; its id is its thumbprint (RFC 7638). */
const newKey = async (secrets: Secrets): Promise<{ kid: string; publicJwk: object; privateJwe: string }> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(publicJwk);
  const privateJwe = await secrets.seal(JSON.stringify(await exportJWK(privateKey)), signingKeyPlace(kid));
  return { kid, publicJwk: { ...publicJwk, kid, alg: 'ES256', use: 'sig' }, privateJwe };
};

/** Makes the first signing key unless there is one; of several processes that start at once one does it. */
export const ensureSigningKey = async (deps: SigningKeyDeps): Promise<void> => {
  const key = await newKey(deps.secrets);
  await deps.db.system(async (client) => {
    await lockSigningKeys(client);
    const keys = await readSigningKeys(client);
    if (keys.some(({ retireAt }) => retireAt === null)) return;
    await insertSigningKey(client, { ...key, delaySeconds: 0 });
    deps.logger.info({ kid: key.kid }, 'made the first signing key');
  });
};

const isDue = (newest: SigningKeyRow | undefined, now: Date): boolean =>
  newest === undefined || now.getTime() - newest.activeFrom.getTime() > KEY_AGE_SECONDS * 1_000;

/**
 * Replaces the signing key when it is due, and erases what nobody needs any more: the private half as soon as
 * the key has stopped signing, all of it when its last token has expired. The new key is published before it
 * signs. Meant to run every few minutes in any number of processes. True when a key was made.
 *
 *     published --publishSeconds--> signing --next key signs--> verifying --last token expired--> gone
 */
export const rotateSigningKeys = async (deps: SigningKeyDeps, input: RotateInput = {}): Promise<boolean> => {
  const key = await newKey(deps.secrets);
  const tokenSeconds = LIFETIMES.accessToken + SKEW_SECONDS;
  return deps.db.system(async (client) => {
    await lockSigningKeys(client);
    await eraseOldKeys(client, { tokenSeconds, graceSeconds: SKEW_SECONDS });
    const [newest] = (await readSigningKeys(client)).filter(({ retireAt }) => retireAt === null);
    if (input.force !== true && !isDue(newest, new Date())) return false;
    const delaySeconds = newest === undefined ? 0 : (input.publishSeconds ?? PUBLISH_SECONDS);
    await insertSigningKey(client, { ...key, delaySeconds });
    await retireOtherKeys(client, { keep: key.kid, tokenSeconds });
    deps.logger.info({ kid: key.kid, delaySeconds }, 'made a signing key');
    return true;
  });
};
