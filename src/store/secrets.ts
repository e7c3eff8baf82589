import { CompactEncrypt, compactDecrypt, decodeProtectedHeader } from 'jose';
import { AppError } from '../domain/errors/index.ts';
import type { TenantId } from '../domain/index.ts';
import type { MasterKey, MasterKeys } from './master-keys.ts';

/** Where a ciphertext belongs. It opens there and nowhere else. */
export interface SecretPlace {
  /** `null` for what belongs to the installation, not to a tenant. */
  readonly tenantId: TenantId | null;
  readonly table: string;
  readonly rowId: string;
  /** Column, or `column.name` for a member of a JSON column. */
  readonly column: string;
}

/**
 * Secrets at rest, as JWE compact serialisation (RFC 7516): a random 256-bit content key for each record
 * (A256GCM), wrapped under the master key (A256KW). The protected header, which the cipher authenticates, names
 * the master key (`kid`) and the place (`at`).
 */
export interface Secrets {
  seal(plaintext: string, place: SecretPlace): Promise<string>;
  /** @throws AppError SECRET_UNREADABLE for another place, an unknown key or a damaged text */
  open(ciphertext: string, place: SecretPlace): Promise<string>;
  /** The same secret under the current master key; `null` when it already is. Throws as `open`. */
  rewrap(ciphertext: string, place: SecretPlace): Promise<string | null>;
}

const ALGORITHM = { alg: 'A256KW', enc: 'A256GCM' } as const;

const placeText = (place: SecretPlace): string =>
  [place.tenantId ?? '', place.table, place.rowId, place.column].join('|');

const unreadable = (place: SecretPlace, debug: string, cause?: unknown): AppError =>
  new AppError('SECRET_UNREADABLE', {
    details: { where: `${place.table}.${place.column} (${place.rowId})` },
    debug,
    cause,
  });

const headerOf = (ciphertext: string, place: SecretPlace): Readonly<Record<string, unknown>> => {
  try {
    return decodeProtectedHeader(ciphertext);
  } catch (cause) {
    throw unreadable(place, 'not a JWE', cause);
  }
};

class JweSecrets implements Secrets {
  readonly #keys: MasterKeys;

  constructor(keys: MasterKeys) {
    this.#keys = keys;
  }

  async seal(plaintext: string, place: SecretPlace): Promise<string> {
    const { id, bytes } = this.#keys.current;
    return new CompactEncrypt(new TextEncoder().encode(plaintext))
      .setProtectedHeader({ ...ALGORITHM, kid: id, at: placeText(place) })
      .encrypt(bytes);
  }

  async open(ciphertext: string, place: SecretPlace): Promise<string> {
    const key = this.#keyOf(ciphertext, place);
    try {
      const { plaintext, protectedHeader } = await compactDecrypt(ciphertext, key.bytes, {
        keyManagementAlgorithms: [ALGORITHM.alg],
        contentEncryptionAlgorithms: [ALGORITHM.enc],
      });
      if (protectedHeader['at'] !== placeText(place)) throw unreadable(place, 'sealed for another place');
      return new TextDecoder().decode(plaintext);
    } catch (cause) {
      if (cause instanceof AppError) throw cause;
      throw unreadable(place, 'damaged', cause);
    }
  }

  async rewrap(ciphertext: string, place: SecretPlace): Promise<string | null> {
    if (this.#keyOf(ciphertext, place).id === this.#keys.current.id) return null;
    return this.seal(await this.open(ciphertext, place), place);
  }

  #keyOf(ciphertext: string, place: SecretPlace): MasterKey {
    const { kid } = headerOf(ciphertext, place);
    const key = typeof kid === 'string' ? this.#keys.byId.get(kid) : undefined;
    if (key === undefined)
      throw unreadable(place, `sealed under master key ${String(kid)}, which is not given`);
    return key;
  }
}

export const createSecrets = (keys: MasterKeys): Secrets => new JweSecrets(keys);
