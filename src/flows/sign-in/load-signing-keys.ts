import type { JWK } from 'jose';
import { z } from 'zod';
import { listSigningKeys, type SigningKeyRow } from '../../store/queries/signing-keys.ts';
import { type SigningKeyDeps, signingKeyPlace } from './signing-keys.ts';

/** A signing key with its private half opened; to be kept in memory only. */
export interface OpenedSigningKey {
  readonly kid: string;
  readonly publicJwk: JWK;
  /** `null` when the key signs no more, here or anywhere. */
  readonly privateJwk: JWK | null;
  readonly activeFrom: Date;
  readonly retireAt: Date | null;
}

const EC_KEY = z.object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: z.string(), y: z.string() });
const PUBLIC_KEY = EC_KEY.extend({ kid: z.string(), alg: z.literal('ES256'), use: z.literal('sig') });
const PRIVATE_KEY = EC_KEY.extend({ d: z.string() });

const opened = async (
  deps: Pick<SigningKeyDeps, 'secrets'>,
  row: SigningKeyRow,
): Promise<OpenedSigningKey> => ({
  kid: row.kid,
  publicJwk: PUBLIC_KEY.parse(row.publicJwk),
  privateJwk:
    row.privateJwe === null
      ? null
      : PRIVATE_KEY.parse(JSON.parse(await deps.secrets.open(row.privateJwe, signingKeyPlace(row.kid)))),
  activeFrom: row.activeFrom,
  retireAt: row.retireAt,
});

/**
 * Keys that sign, will sign or may still verify, newest first.
 * @throws AppError SECRET_UNREADABLE when the master key is not the one they were sealed with
 */
export const loadSigningKeys = async (
  deps: Pick<SigningKeyDeps, 'db' | 'secrets'>,
): Promise<OpenedSigningKey[]> =>
  Promise.all((await listSigningKeys(deps.db)).map((row) => opened(deps, row)));
