import { type CryptoKey, importJWK, type JWK } from 'jose';
import type { OpenedSigningKey } from '../../src/flows/sign-in/load-signing-keys.ts';

/** The installation's signing keys as of the last load. */
export interface KeyRing {
  /** The key that signs now. */
  signing(now: Date): { readonly kid: string; readonly key: CryptoKey };
  /** The public key of an id, while anything signed with it may be believed. */
  verifying(kid: string, now: Date): CryptoKey | null;
  /** Public keys as a JWK Set (RFC 7517 section 5), those that will sign soon among them. */
  publicSet(now: Date): { readonly keys: readonly JWK[] };
  reload(): Promise<void>;
}

interface RingKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  readonly publicKey: CryptoKey;
  readonly privateKey: CryptoKey | null;
  readonly activeFrom: number;
  readonly retireAt: number;
}

const importKey = async (jwk: JWK): Promise<CryptoKey> => {
  const key = await importJWK(jwk, 'ES256');
  if (key instanceof Uint8Array) throw new TypeError('an EC key is not a byte string');
  return key;
};

const ringKey = async (key: OpenedSigningKey): Promise<RingKey> => ({
  kid: key.kid,
  publicJwk: key.publicJwk,
  publicKey: await importKey(key.publicJwk),
  privateKey: key.privateJwk === null ? null : await importKey(key.privateJwk),
  activeFrom: key.activeFrom.getTime(),
  retireAt: key.retireAt?.getTime() ?? Number.POSITIVE_INFINITY,
});

/** Loads the keys and keeps them; `load` is called again by `reload`. */
export const openKeyRing = async (load: () => Promise<readonly OpenedSigningKey[]>): Promise<KeyRing> => {
  let keys: readonly RingKey[] = [];
  const reload = async (): Promise<void> => {
    keys = await Promise.all((await load()).map(ringKey));
  };
  await reload();
  const living = (now: Date): RingKey[] => keys.filter(({ retireAt }) => retireAt > now.getTime());
  return {
    signing: (now) => {
      // Newest first. A key of the future signs only when no other is left: a clock may be behind.
      const able = living(now).filter(({ privateKey }) => privateKey !== null);
      const chosen = able.find(({ activeFrom }) => activeFrom <= now.getTime()) ?? able.at(-1);
      if (chosen === undefined || chosen.privateKey === null) throw new TypeError('there is no signing key');
      return { kid: chosen.kid, key: chosen.privateKey };
    },
    verifying: (kid, now) => living(now).find((key) => key.kid === kid)?.publicKey ?? null,
    publicSet: (now) => ({ keys: living(now).map(({ publicJwk }) => publicJwk) }),
    reload,
  };
};
