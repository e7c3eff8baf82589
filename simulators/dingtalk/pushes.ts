import { randomBytes } from 'node:crypto';
import { type Attempt, decryptMessage, deliver, encryptMessage, signMessage } from '../callback/index.ts';
import type { Clock } from '../kit/clock.ts';
import { type CorpEvent, failedEntry, pushedText } from './event-payloads.ts';
import type { EventRecord, Send } from './event-way.ts';
import type { Settings } from './settings.ts';

/** An address that events are pushed to. */
export interface PushTarget {
  readonly url: string;
  readonly token: string;
  /** 43 letters and digits. */
  readonly aesKey: string;
  /** Whom messages are sealed for: the app's client id (console), or the corp id (the call to register). */
  readonly owner: string;
  /** Types of events that go there; `null` = all. */
  readonly types: readonly string[] | null;
}

export interface PushContext {
  readonly corpId: string;
  readonly settings: Settings;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Failed {
  readonly clientId: string;
  readonly event: CorpEvent;
  readonly readableAt: number;
}

export interface Pushes {
  /** One push of `check_url`, whose answer must be the sealed `success`. */
  check(target: PushTarget): Promise<Attempt>;
  /** Pushes to wherever the app's events go by then, with the repetitions of the settings. */
  sending(targetOf: () => PushTarget | undefined): Send;
  /** Pushes that have failed, as long as nobody has read them; reading takes them away. */
  readFailed(clientId: string): { has_more: boolean; failed_list: Record<string, unknown>[] };
  /** Entries that are there, readable or not. */
  readonly failed: readonly Failed[];
}

export function createPushes(context: PushContext): Pushes {
  const { corpId, settings, clock } = context;
  const failed: Failed[] = [];
  const fail = (record: EventRecord): void => {
    const [least, most] = settings.failedListDelayMs;
    record.state = 'failed';
    const readableAt = clock.now() + least + Math.random() * (most - least);
    failed.push({ clientId: record.clientId, event: record.event, readableAt });
  };
  return {
    failed,
    check: (target) => push(context, target, JSON.stringify({ EventType: 'check_url' })),
    sending: (targetOf) => async (record, again) => {
      const target = targetOf();
      const at = clock.now();
      const text = pushedText(record.event, corpId, settings.eventForm);
      const attempt = target && (await push(context, target, text));
      record.tries.push({ at, outcome: attempt?.outcome ?? 'nobody', status: attempt?.status ?? null });
      if (attempt?.outcome === 'accepted') {
        record.state = 'delivered';
        return;
      }
      const pause = settings.eventPausesMs[(record.tries.length - 1) % (settings.eventPausesMs.length + 1)];
      if (pause === undefined) fail(record);
      else again(pause);
    },
    readFailed: (clientId) => {
      const ready = failed.filter((entry) => entry.clientId === clientId && entry.readableAt <= clock.now());
      const page = ready.slice(0, settings.failedListPage);
      for (const entry of page) failed.splice(failed.indexOf(entry), 1);
      return {
        has_more: ready.length > page.length,
        failed_list: page.map(({ event }) => failedEntry(event, corpId)),
      };
    },
  };
}

/**
 * One POST. The time stamp is real time even where the platform's clock was moved: it says when the request was sent, and
 * receivers compare it with their own clock.
 */
async function push(context: PushContext, target: PushTarget, text: string): Promise<Attempt> {
  const { settings, signal } = context;
  const { url, token, aesKey: encodingAesKey, owner: receiveId } = target;
  const encrypt = encryptMessage({ encodingAesKey, receiveId }, text);
  const timestamp = String(Date.now());
  const nonce = randomBytes(6).toString('hex');
  const signature = signMessage({ token, timestamp, nonce, encrypt });
  const names =
    settings.signatureNames === 'both' ? ['msg_signature', 'signature'] : [settings.signatureNames];
  const query = new URLSearchParams({ timestamp, nonce });
  for (const name of names) query.set(name, signature);
  const [attempt] = await deliver(
    {
      url: `${url}${url.includes('?') ? '&' : '?'}${query}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ encrypt }),
    },
    {
      timeoutMs: settings.eventTimeoutMs,
      pausesMs: [],
      signal,
      accepts: ({ status, text: answer }) => status === 200 && isSuccess(answer, target),
    },
  );
  if (!attempt) throw new TypeError('a delivery without a try');
  return attempt;
}

/** `{msg_signature, timeStamp, nonce, encrypt}` around `success`, signed and sealed as the request was. */
function isSuccess(answer: string, { token, aesKey, owner }: PushTarget): boolean {
  try {
    const { msg_signature, timeStamp, nonce, encrypt } = JSON.parse(answer) as Record<string, string>;
    if (!msg_signature || !timeStamp || !nonce || !encrypt) return false;
    if (signMessage({ token, timestamp: timeStamp, nonce, encrypt }) !== msg_signature) return false;
    const { message, receiveId } = decryptMessage({ encodingAesKey: aesKey }, encrypt);
    return message === 'success' && receiveId === owner;
  } catch {
    return false;
  }
}
