import { randomBytes } from 'node:crypto';
import { encryptMessage, signMessage } from '../../simulators/callback/index.ts';
import type { PlatformName } from './stand-ins.ts';

/** A callback address of an app, and what its platform knows of it. */
export interface CallbackTarget {
  readonly platform: PlatformName;
  readonly connectionId: string;
  /** Path of the address. */
  readonly path: string;
  readonly corpId: string;
  readonly token: string;
  /** 43 letters and digits. */
  readonly aesKey: string;
  /** Whom events are about, in turn. */
  readonly people: readonly string[];
}

/** One event as a platform knows it: delivered again it is the same. */
export interface PlatformEvent {
  readonly target: CallbackTarget;
  readonly userid: string;
  /** Epoch milliseconds; with the person this tells any two events of a platform apart. */
  readonly at: number;
}

/** A request to be posted. */
export interface SealedEvent {
  readonly path: string;
  readonly body: string;
  readonly contentType: string;
}

/** The `ordinal`-th event of a target since `sinceMs`: everybody once, then everybody again a second later. */
export const eventOf = (
  target: CallbackTarget,
  { ordinal, sinceMs }: { readonly ordinal: number; readonly sinceMs: number },
): PlatformEvent => {
  const { people } = target;
  const userid = people[ordinal % people.length];
  if (userid === undefined) throw new TypeError('nobody to tell of');
  return { target, userid, at: sinceMs + 1_000 * Math.floor(ordinal / people.length) };
};

/** What tells an event from every other, in the words of the database. */
export const eventKey = (connectionId: string, userid: string, at: number): string =>
  `${connectionId} ${userid} ${at}`;

const textOf = ({ target, userid, at }: PlatformEvent): string => {
  const { platform, corpId } = target;
  if (platform === 'dingtalk') {
    const eventId = `bench-${userid}-${at}`;
    return JSON.stringify({
      EventType: 'user_modify_org',
      EventTime: at,
      CorpId: corpId,
      eventId,
      UserId: [userid],
    });
  }
  return (
    `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>` +
    `<CreateTime>${Math.floor(at / 1_000)}</CreateTime><MsgType><![CDATA[event]]></MsgType>` +
    '<Event><![CDATA[change_contact]]></Event><ChangeType><![CDATA[update_user]]></ChangeType>' +
    `<UserID><![CDATA[${userid}]]></UserID><Department><![CDATA[1]]></Department></xml>`
  );
};

/** Seals an event as its platform does for one delivery: the ciphertext differs from delivery to delivery. */
export const sealEvent = (event: PlatformEvent): SealedEvent => {
  const { platform, path, corpId, token, aesKey } = event.target;
  const encrypt = encryptMessage({ encodingAesKey: aesKey, receiveId: corpId }, textOf(event));
  const now = Date.now();
  const timestamp = String(platform === 'dingtalk' ? now : Math.floor(now / 1_000));
  const nonce = randomBytes(6).toString('hex');
  const signature = signMessage({ token, timestamp, nonce, encrypt });
  const body =
    platform === 'dingtalk'
      ? JSON.stringify({ encrypt })
      : `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
  return {
    path: `${path}?msg_signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`,
    body,
    contentType: platform === 'dingtalk' ? 'application/json' : 'text/xml; charset=utf-8',
  };
};
