import { randomBytes } from 'node:crypto';
import { AppError } from '../../domain/index.ts';
import type { CallbackAnswer, CallbackReception, CallbackRequest, FeedApp } from '../../ports/change-feed.ts';
import {
  type CallbackPlain,
  callbackSignature,
  decryptCallback,
  encryptCallback,
  sameText,
} from './callback-crypto.ts';
import { instant } from './change-event.ts';

/** Minutes by which a platform's clock and ours may differ, or a request may have been on its way. */
const WINDOW_MS = 5 * 60_000;
const BODY_MAX_LENGTH = 256 * 1024;

/** Why a request is refused: for the log; whoever sent it is told one and the same thing whatever it was. */
export class Refusal extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Refusal';
  }
}

/** The one parameter of these names, in which all spellings that are there must agree. Throws {@link Refusal}. */
const parameter = ({ query }: CallbackRequest, ...names: readonly string[]): string => {
  const values = new Set(names.filter((name) => Object.hasOwn(query, name)).map((name) => query[name]));
  const [value] = values;
  if (values.size !== 1 || value === undefined || value === '') throw new Refusal(`no single ${names[0]}`);
  return value;
};

type Keys = Pick<FeedApp, 'token' | 'aesKey'>;

/**
 * The message of a sealed request: its signature is compared first, in constant time, then its time stamp, and only then
 * is it opened. `owners`: ids that it may be sealed for. Throws {@link Refusal}.
 */
export const openRequest = (
  { token, aesKey }: Keys,
  request: CallbackRequest,
  { encrypted, owners, now }: { encrypted: string; owners: readonly string[]; now: Date },
): CallbackPlain => {
  const signature = parameter(request, 'msg_signature', 'signature');
  const timestamp = parameter(request, 'timestamp', 'timeStamp');
  const signed = { timestamp, nonce: parameter(request, 'nonce'), encrypted };
  if (!sameText(callbackSignature(token, signed), signature)) throw new Refusal('signature');
  const sent = instant(timestamp);
  if (sent === null || Math.abs(sent.getTime() - now.getTime()) > WINDOW_MS) throw new Refusal('time stamp');
  const plain = decryptCallback(aesKey, encrypted);
  if (plain === null) throw new Refusal('ciphertext');
  // All of them are compared, so that the time does not tell which one is ours.
  const ours = owners.filter((owner) => owner !== '' && sameText(owner, plain.owner));
  if (ours.length === 0) throw new Refusal('sealed for somebody else');
  return plain;
};

/**
 * Reads a request, and refuses whatever goes wrong in that with one and the same error.
 * @throws AppError CALLBACK_REFUSED; its `debug` says why, for the log, and quotes nothing of the request
 */
export const receiving = (request: CallbackRequest, read: () => CallbackReception): CallbackReception => {
  try {
    if (request.body.length > BODY_MAX_LENGTH) throw new Refusal('too long');
    return read();
  } catch (error) {
    const debug =
      error instanceof Refusal ? error.message : `unreadable: ${String(Reflect.get(Object(error), 'name'))}`;
    throw new AppError('CALLBACK_REFUSED', { debug });
  }
};

/** A bare text as the answer: no quotes, no line end. */
export const textAnswer = (body: string): CallbackAnswer => ({ contentType: 'text/plain', body });

/** A message sealed as the answer to a request. */
export const sealedAnswer = ({ token, aesKey }: Keys, plain: CallbackPlain, now: Date): CallbackAnswer => {
  const encrypt = encryptCallback(aesKey, plain);
  const [timeStamp, nonce] = [String(now.getTime()), randomBytes(8).toString('hex')];
  const msg_signature = callbackSignature(token, { timestamp: timeStamp, nonce, encrypted: encrypt });
  return {
    contentType: 'application/json',
    body: JSON.stringify({ msg_signature, timeStamp, nonce, encrypt }),
  };
};
