import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

// How platforms seal what they push: a SHA-1 over four texts, and AES-256-CBC around
//   random(16) ‖ length of the message(4, big-endian) ‖ message(UTF-8) ‖ owner key
// padded to 32 bytes. Nothing here says why something is refused: whoever probes learns one bit, after the signature.

const CIPHER = 'aes-256-cbc';
const IV_BYTES = 16;
const RANDOM_BYTES = 16;
const HEAD_BYTES = RANDOM_BYTES + 4;
const PADDING_BLOCK = 32;
const CIPHER_BLOCK = 16;

/** What a signature covers, in any order. */
export interface Signed {
  readonly timestamp: string;
  readonly nonce: string;
  /** Base64, as it stands in the request. */
  readonly encrypted: string;
}

/** Lower-case hex of the SHA-1 over token, time stamp, nonce and ciphertext, sorted and joined. */
export const callbackSignature = (token: string, { timestamp, nonce, encrypted }: Signed): string =>
  createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join('')).digest('hex');

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two texts are the same, in a time that depends on neither. */
export const sameText = (one: string, other: string): boolean => timingSafeEqual(digest(one), digest(other));

/** 32 bytes; the last character carries four bits that mean nothing and may be anything. */
const keyBytes = (aesKey: string): Buffer => Buffer.from(`${aesKey}=`, 'base64');

/** Seals a message for the platform. `random` is for tests with known answers. */
export const encryptCallback = (
  aesKey: string,
  { message, owner, random = randomBytes(RANDOM_BYTES) }: CallbackPlain & { readonly random?: Buffer },
): string => {
  const text = Buffer.from(message, 'utf8');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(owner, 'utf8')]);
  const pad = PADDING_BLOCK - (plain.length % PADDING_BLOCK);
  const key = keyBytes(aesKey);
  const cipher = createCipheriv(CIPHER, key, key.subarray(0, IV_BYTES)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.alloc(pad, pad)),
    cipher.final(),
  ]).toString('base64');
};

export interface CallbackPlain {
  readonly message: string;
  /** Whom the platform sealed it for: a company's or an app's id. */
  readonly owner: string;
}

/** The bytes of a ciphertext; only the canonical spelling of base64 counts, whole blocks, at least two of them. */
const cipherBytes = (encrypted: string): Buffer | null => {
  const bytes = Buffer.from(encrypted, 'base64');
  const whole = bytes.length >= PADDING_BLOCK && bytes.length % CIPHER_BLOCK === 0;
  return whole && bytes.toString('base64') === encrypted ? bytes : null;
};

/**
 * Without its padding, `null` when that is none. One of the platforms' own libraries pads to 16, the others to 32, so
 * that 1 to 32 are met; all of its bytes are looked at.
 */
const unpadded = (plain: Buffer): Buffer | null => {
  const pad = plain.at(-1) ?? 0;
  if (pad < 1 || pad > PADDING_BLOCK || pad > plain.length) return null;
  return plain.subarray(-pad).every((byte) => byte === pad) ? plain.subarray(0, -pad) : null;
};

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Opens a ciphertext, whose signature must have been checked before; `null` for whatever is not sound in it. */
export const decryptCallback = (aesKey: string, encrypted: string): CallbackPlain | null => {
  try {
    const bytes = cipherBytes(encrypted);
    if (bytes === null) return null;
    const key = keyBytes(aesKey);
    const decipher = createDecipheriv(CIPHER, key, key.subarray(0, IV_BYTES)).setAutoPadding(false);
    const content = unpadded(Buffer.concat([decipher.update(bytes), decipher.final()]));
    if (content === null || content.length < HEAD_BYTES) return null;
    const end = HEAD_BYTES + content.readUInt32BE(RANDOM_BYTES);
    if (end > content.length) return null;
    return {
      message: decoder.decode(content.subarray(HEAD_BYTES, end)),
      owner: decoder.decode(content.subarray(end)),
    };
  } catch {
    // A key that is none, or bytes that are no text.
    return null;
  }
};
