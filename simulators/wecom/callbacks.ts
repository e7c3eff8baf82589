import { randomInt } from 'node:crypto';
import { type Attempt, deliver, encryptMessage, signMessage } from '../callback/index.ts';
import type { Clock } from '../kit/clock.ts';
import { createDeliveries, type Deliveries } from './deliveries.ts';
import type { EventForm } from './events.ts';
import type { Scheduler } from './scheduler.ts';
import type { Settings } from './settings.ts';
import { writeXml, type XmlElement } from './xml.ts';

/** Where events go, and the keys that both sides know. */
export interface CallbackTarget {
  readonly url: string;
  /** Letters and digits, at most 32. */
  readonly token: string;
  /** 43 letters and digits. */
  readonly encodingAesKey: string;
}

export interface Callback extends CallbackTarget {
  readonly form: EventForm;
}

export type Verification =
  | { readonly ok: true }
  /** 40057: not saved. `attempt` is the request that failed, unless the input was wrong. */
  | { readonly ok: false; readonly errcode: 40057; readonly reason: string; readonly attempt?: Attempt };

/** Callback addresses of the corp's apps, and what is sent to them. */
export interface Callbacks extends Deliveries {
  /** Saves an address in the console, after a GET that its server has answered rightly. `form` defaults to reduced. */
  configure(clientId: string, input: CallbackTarget & { readonly form?: EventForm }): Promise<Verification>;
  remove(clientId: string): void;
  get(clientId: string): Callback | undefined;
  list(): (Callback & { readonly clientId: string })[];
  /** Posts an event to the app's address; returns its number in the log, 0 when there is no address. */
  send(clientId: string, elements: readonly XmlElement[]): number;
  /** Posts an event to an address that came with a call. */
  sendTo(target: CallbackTarget, clientId: string, elements: readonly XmlElement[]): number;
}

export interface CallbackContext {
  readonly corpId: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** The agent id of a self-built app; `null` for contacts-sync. */
  readonly agentIdOf: (clientId: string) => number | null;
}

export function createCallbacks(context: CallbackContext): Callbacks {
  const saved = new Map<string, Callback>();
  const deliveries = createDeliveries(context);
  const sendTo: Callbacks['sendTo'] = (target, clientId, elements) => {
    const message = writeXml(elements);
    return deliveries.enqueue({
      clientId,
      message,
      request: () => dataPost(context, target, { clientId, message }),
    });
  };
  return {
    ...deliveries,
    configure: async (clientId, { form = 'reduced', ...target }) => {
      const verdict = await verify(context, target);
      if (verdict.ok) saved.set(clientId, { ...target, form });
      return verdict;
    },
    remove: (clientId) => void saved.delete(clientId),
    get: (clientId) => saved.get(clientId),
    list: () => [...saved].map(([clientId, callback]) => ({ clientId, ...callback })),
    send: (clientId, elements) => {
      const callback = saved.get(clientId);
      return callback ? sendTo(callback, clientId, elements) : 0;
    },
    sendTo,
  };
}

function stamp({ clock }: CallbackContext): { timestamp: string; nonce: string } {
  return { timestamp: String(Math.floor(clock.now() / 1000)), nonce: String(randomInt(10 ** 9, 10 ** 10)) };
}

function signedUrl(url: string, values: Readonly<Record<string, string>>): string {
  const query = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return `${url}${url.includes('?') ? '&' : '?'}${query.join('&')}`;
}

/** `GET url?msg_signature&timestamp&nonce&echostr`: the answer is the decrypted text, bare. */
async function verify(context: CallbackContext, target: CallbackTarget): Promise<Verification> {
  const { settings, corpId } = context;
  const refused = (reason: string): Verification => ({ ok: false, errcode: 40057, reason });
  if (!/^[0-9A-Za-z]{1,32}$/.test(target.token))
    return refused('token must be letters and digits, at most 32');
  if (!/^[0-9A-Za-z]{43}$/.test(target.encodingAesKey))
    return refused('EncodingAESKey must be 43 letters and digits');
  if (!/^https?:\/\//.test(target.url)) return refused('url must be http or https');
  const text = `${randomInt(10 ** 9, 10 ** 10)}${randomInt(10 ** 9, 10 ** 10)}`;
  const echo = encryptMessage({ ...target, receiveId: corpId }, text);
  const { timestamp, nonce } = stamp(context);
  const signature = signMessage({ token: target.token, timestamp, nonce, encrypt: echo });
  const echostr = settings.echoPlusRaw
    ? encodeURIComponent(echo).replaceAll('%2B', '+')
    : encodeURIComponent(echo);
  const url = signedUrl(target.url, { msg_signature: signature, timestamp, nonce, echostr });
  const accepts = (answer: { status: number; text: string }): boolean =>
    answer.status === 200 && answer.text === text;
  const options = { timeoutMs: settings.verificationTimeoutMs, pausesMs: [], accepts };
  const [attempt] = await deliver({ url, method: 'GET' }, options);
  if (attempt?.outcome === 'accepted') return { ok: true };
  const reason =
    attempt?.outcome === 'refused' ? 'the answer is not the decrypted echostr' : `${attempt?.outcome}`;
  return { ok: false, errcode: 40057, reason, ...(attempt ? { attempt } : {}) };
}

/** Encrypted afresh for every delivery, the same for its tries. */
function dataPost(
  context: CallbackContext,
  target: CallbackTarget,
  { clientId, message }: { clientId: string; message: string },
): { url: string; body: string; headers: Record<string, string> } {
  const { corpId, settings } = context;
  const encrypt = encryptMessage({ ...target, receiveId: corpId }, message);
  const { timestamp, nonce } = stamp(context);
  const signature = signMessage({ token: target.token, timestamp, nonce, encrypt });
  const agentId = context.agentIdOf(clientId);
  const agent: XmlElement[] =
    agentId === null && settings.contactsAgentId === 'absent'
      ? []
      : [['AgentID', agentId === null ? '' : `${agentId}`]];
  return {
    url: signedUrl(target.url, { msg_signature: signature, timestamp, nonce }),
    body: writeXml([['ToUserName', corpId], ...agent, ['Encrypt', encrypt]]),
    headers: { 'content-type': 'text/xml; charset=utf-8' },
  };
}
