import { createCipheriv } from 'node:crypto';
import { encryptMessage, signMessage } from '../../../simulators/callback/index.ts';
import {
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type OpenConnection,
} from '../../../src/domain/index.ts';
import type { CallbackRequest, FeedApp } from '../../../src/ports/change-feed.ts';

export const TOKEN = 'attackToken01';
export const AES_KEY = 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG';
/** The instant at which every request is received. */
export const NOW = new Date(1_795_219_200_000);

/** How a platform dresses what it pushes. */
export interface Dress {
  readonly name: string;
  readonly owner: string;
  /** Time stamp of the request. */
  time(at: Date): string;
  /** The plain text of an event about that person. */
  event(person: string): string;
  body(encrypted: string): string;
}

const connectionOf = (
  platform: string,
  settings: Readonly<Record<string, string>>,
  secrets: Readonly<Record<string, string>>,
): OpenConnection => ({
  id: newId<'Connection'>(),
  tenantId: newId<'Tenant'>(),
  platform,
  name: 'attacked',
  enabled: true,
  mode: 'READ_ONLY',
  settings,
  secrets,
  allowPrivateNetwork: false,
  pullRules: DEFAULT_PULL_RULES,
  pushRules: DEFAULT_PUSH_RULES,
  version: 1,
});

const appOf = (connection: OpenConnection): FeedApp => ({
  connection,
  app: {
    id: newId<'ConnectionApp'>(),
    connectionId: connection.id,
    name: 'attacked',
    agentId: null,
    homeAddress: null,
  },
  appKey: null,
  token: TOKEN,
  aesKey: AES_KEY,
});

export const DINGTALK: Dress & { readonly app: FeedApp } = {
  name: 'dingtalk',
  owner: 'dingclient0001',
  time: (at) => String(at.getTime()),
  event: (person) =>
    JSON.stringify({
      EventType: 'user_modify_org',
      EventTime: NOW.getTime(),
      CorpId: 'dingcorp0001',
      eventId: `event-${person}`,
      userId: [person],
    }),
  body: (encrypt) => JSON.stringify({ encrypt }),
  app: appOf(
    connectionOf(
      'dingtalk',
      { corpId: 'dingcorp0001', clientId: 'dingclient0001' },
      { clientSecret: 'secret' },
    ),
  ),
};

export const WECOM: Dress & { readonly app: FeedApp } = {
  name: 'wecom',
  owner: 'ww0a1b2c3d4e5f6789',
  time: (at) => String(Math.floor(at.getTime() / 1000)),
  event: (person) =>
    `<xml><ToUserName><![CDATA[ww0a1b2c3d4e5f6789]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>` +
    `<CreateTime>1795219200</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_contact]]></Event>` +
    `<ChangeType>update_user</ChangeType><UserID><![CDATA[${person}]]></UserID></xml>`,
  body: (encrypted) =>
    `<xml><ToUserName><![CDATA[ww0a1b2c3d4e5f6789]]></ToUserName><AgentID><![CDATA[]]></AgentID>` +
    `<Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`,
  app: appOf(
    connectionOf(
      'wecom',
      { corpId: 'ww0a1b2c3d4e5f6789', agentId: '1000002' },
      { appSecret: 's', contactsSecret: 's' },
    ),
  ),
};

export interface Sealing {
  /** Plain text; default: an event about `wanglei`. */
  readonly message?: string;
  readonly owner?: string;
  readonly token?: string;
  readonly aesKey?: string;
  readonly at?: Date;
  readonly nonce?: string;
  /** In place of the ciphertext of the message; it is signed. */
  readonly encrypted?: string;
}

/** What a request consists of; each part can be spoiled before it is dressed. */
export interface Parts {
  readonly signature: string;
  readonly timestamp: string;
  readonly nonce: string;
  readonly encrypted: string;
}

/** Parts that fit together, sealed as the platform does, or as somebody who has these keys. */
export const partsOf = (dress: Dress, sealing: Sealing = {}): Parts => {
  const { token = TOKEN, aesKey = AES_KEY, owner = dress.owner, nonce = 'n0nce123' } = sealing;
  const message = sealing.message ?? dress.event('wanglei');
  const encrypted =
    sealing.encrypted ?? encryptMessage({ encodingAesKey: aesKey, receiveId: owner }, message);
  const timestamp = dress.time(sealing.at ?? NOW);
  const signature = signMessage({ token, timestamp, nonce, encrypt: encrypted });
  return { signature, timestamp, nonce, encrypted };
};

export const queryOf = ({ signature, timestamp, nonce }: Parts): Record<string, string> => ({
  msg_signature: signature,
  timestamp,
  nonce,
});

/** The request of an event. */
export const postOf = (dress: Dress, parts: Parts, more: Partial<CallbackRequest> = {}): CallbackRequest => ({
  method: 'POST',
  query: queryOf(parts),
  body: dress.body(parts.encrypted),
  ...more,
});

/** Shorthand: a request of which the sealing is as told. */
export const sealedPost = (dress: Dress, sealing: Sealing = {}): CallbackRequest =>
  postOf(dress, partsOf(dress, sealing));

/** The request by which an address is verified. */
export const getOf = (dress: Dress, sealing: Sealing): CallbackRequest => {
  const parts = partsOf(dress, sealing);
  return { method: 'GET', query: { ...queryOf(parts), echostr: parts.encrypted }, body: '' };
};

/** Encrypts bytes as they are: for paddings and lengths that nobody should send. */
export const encryptedBytes = (plain: Buffer): string => {
  const key = Buffer.from(`${AES_KEY}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64');
};

/** Random bytes, length and message for the owner, without padding. */
export const unpaddedBytes = (dress: Dress, told?: number): Buffer => {
  const message = Buffer.from(dress.event('wanglei'));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(told ?? message.length);
  return Buffer.concat([Buffer.alloc(16, 'r'), length, message, Buffer.from(dress.owner)]);
};
