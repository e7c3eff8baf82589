import type pg from 'pg';
import type { Database } from '../database.ts';

/** A signing key as stored: the public half in clear, the private half sealed or already erased. */
export interface SigningKeyRow {
  readonly kid: string;
  readonly algorithm: 'ES256';
  readonly publicJwk: Readonly<Record<string, unknown>>;
  readonly privateJwe: string | null;
  readonly createdAt: Date;
  /** From when on tokens are signed with it; it is published before. */
  readonly activeFrom: Date;
  /** From when on nothing signed with it is believed; `null` = still in use. */
  readonly retireAt: Date | null;
}

const COLUMNS = `kid, algorithm, public_jwk as "publicJwk", private_jwe as "privateJwe", created_at as "createdAt",
  active_from as "activeFrom", retire_at as "retireAt"`;

/** Any number that no other part of Muster uses for a transaction-level advisory lock. */
const SIGNING_KEY_LOCK = 7_215_482_002;

/** All keys that are not past their retirement, newest first. */
export const listSigningKeys = (db: Database): Promise<SigningKeyRow[]> => db.system(readSigningKeys);

/** As {@link listSigningKeys}, inside a transaction. */
export const readSigningKeys = async (client: pg.PoolClient): Promise<SigningKeyRow[]> => {
  const { rows } = await client.query<SigningKeyRow>(
    `select ${COLUMNS} from muster.signing_key
     where retire_at is null or retire_at > clock_timestamp() order by active_from desc, kid`,
  );
  return rows;
};

/** Lets one process at a time decide about the keys, until its transaction ends. */
export const lockSigningKeys = async (client: pg.PoolClient): Promise<void> => {
  await client.query('select pg_advisory_xact_lock($1)', [SIGNING_KEY_LOCK]);
};

/** Adds a key that signs from `delaySeconds` on. */
export const insertSigningKey = async (
  client: pg.PoolClient,
  key: { kid: string; publicJwk: object; privateJwe: string; delaySeconds: number },
): Promise<void> => {
  await client.query(
    `insert into muster.signing_key (kid, algorithm, public_jwk, private_jwe, active_from)
     values ($1, 'ES256', $2, $3, clock_timestamp() + make_interval(secs => $4))`,
    [key.kid, JSON.stringify(key.publicJwk), key.privateJwe, key.delaySeconds],
  );
};

/** Lets every other key end when its last token has expired. */
export const retireOtherKeys = async (
  client: pg.PoolClient,
  input: { keep: string; tokenSeconds: number },
): Promise<void> => {
  await client.query(
    `update muster.signing_key k set retire_at = successor.active_from + make_interval(secs => $2)
     from muster.signing_key successor
     where successor.kid = $1 and k.kid <> $1 and k.retire_at is null`,
    [input.keep, input.tokenSeconds],
  );
};

/**
 * Erases the private half of keys that sign no more, and keys that are past their retirement altogether.
 * `graceSeconds` covers processes that have not looked at the keys yet. Returns the number of rows touched.
 */
export const eraseOldKeys = async (
  client: pg.PoolClient,
  input: { tokenSeconds: number; graceSeconds: number },
): Promise<number> => {
  const erased = await client.query(
    `update muster.signing_key set private_jwe = null
     where private_jwe is not null
       and retire_at < clock_timestamp() + make_interval(secs => $1) - make_interval(secs => $2)`,
    [input.tokenSeconds, input.graceSeconds],
  );
  const removed = await client.query('delete from muster.signing_key where retire_at <= clock_timestamp()');
  return (erased.rowCount ?? 0) + (removed.rowCount ?? 0);
};
