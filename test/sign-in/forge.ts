import { createHmac, createSign, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { CryptoKey } from 'jose';

/** Builds tokens by hand, so that nothing a library would refuse to make is missing. */
export const base64url = (value: string | Buffer): string => Buffer.from(value).toString('base64url');
export const part = (value: unknown): string => base64url(JSON.stringify(value));

export const ecKey = (curve: 'P-256' | 'P-384' | 'P-521' | 'secp256k1') =>
  generateKeyPairSync('ec', { namedCurve: curve });

/** Signature of a JWS by a key of node:crypto; EC signatures as r || s. */
export const signInput = (input: string, key: KeyObject, hash: string | null): string => {
  const options = key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' as const } : key;
  return base64url(sign(hash, Buffer.from(input), options));
};

export const hmac = (input: string, secret: string | Buffer, hash: string): string =>
  base64url(createHmac(hash, secret).update(input).digest());

export const derSignature = (input: string, key: KeyObject): string =>
  base64url(createSign('sha256').update(input).sign(key));

/** Signs with the gateway's own key: what remains wrong then is what the signature covers. */
export const ownSignature = async (input: string, key: CryptoKey): Promise<string> =>
  base64url(
    Buffer.from(
      await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(input)),
    ),
  );
