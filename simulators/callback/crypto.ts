import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/** Padding reaches to the next multiple of this many bytes; the cipher's own block is 16. */
const PADDING_BLOCK = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

/** What sender and receiver of callbacks share. */
export interface CallbackKeys {
  /** Goes into the signature. */
  readonly token: string;
  /** 43 characters of Base64 without its `=`: 32 bytes. */
  readonly encodingAesKey: string;
  /** Closes the plain text: WeCom's corpid, DingTalk's client id or corpid. */
  readonly receiveId: string;
}

/** Signature over the four values, sorted as strings: SHA-1 in lowercase hex. */
export function signMessage(input: {
  readonly token: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly encrypt: string;
}): string {
  const values = [input.token, input.timestamp, input.nonce, input.encrypt].sort();
  return createHash('sha1').update(values.join('')).digest('hex');
}

/**
 * Encrypts a text (UTF-8) to Base64: AES-256-CBC over random ‖ length ‖ text ‖ receiveId, padded to 32 bytes.
 * `random` is 16 bytes and only to be given where the outcome must repeat.
 */
export function encryptMessage(
  keys: Pick<CallbackKeys, 'encodingAesKey' | 'receiveId'>,
  message: string,
  random: Uint8Array = randomBytes(RANDOM_BYTES),
): string {
  if (random.length !== RANDOM_BYTES) throw new TypeError('random must be 16 bytes');
  const text = Buffer.from(message);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(keys.receiveId)]);
  const missing = PADDING_BLOCK - (plain.length % PADDING_BLOCK);
  const key = keyOf(keys.encodingAesKey);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([
    cipher.update(Buffer.concat([plain, Buffer.alloc(missing, missing)])),
    cipher.final(),
  ]).toString('base64');
}

/** What `encryptMessage` was given. Throws `TypeError` for anything that does not have its layout; checks no receiver. */
export function decryptMessage(
  keys: Pick<CallbackKeys, 'encodingAesKey'>,
  encrypted: string,
): { message: string; receiveId: string } {
  const sealed = Buffer.from(encrypted, 'base64');
  if (sealed.length === 0 || sealed.length % 16 !== 0) throw new TypeError('not an encrypted message');
  const key = keyOf(keys.encodingAesKey);
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const padding = padded[padded.length - 1] ?? 0;
  if (padding < 1 || padding > PADDING_BLOCK) throw new TypeError('wrong padding');
  const plain = padded.subarray(RANDOM_BYTES, padded.length - padding);
  if (plain.length < LENGTH_BYTES) throw new TypeError('message too short');
  const end = LENGTH_BYTES + plain.readUInt32BE();
  if (end > plain.length) throw new TypeError('wrong length');
  return { message: plain.toString('utf8', LENGTH_BYTES, end), receiveId: plain.toString('utf8', end) };
}

function keyOf(encodingAesKey: string): Buffer {
  const key = Buffer.from(`${encodingAesKey}=`, 'base64');
  if (encodingAesKey.length !== 43 || key.length !== 32)
    throw new TypeError('an EncodingAESKey has 43 characters');
  return key;
}
