import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decrypt, getSignature } from '@wecom/crypto';
import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({ parseTagValue: false });

/** Keys of a callback as an administrator would type them. */
export const KEYS = { token: 'hTq7sVn2LkX4', encodingAesKey: 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY' };

export interface Received {
  /** The outer envelope and the message in it. */
  readonly envelope: Readonly<Record<string, string>>;
  // biome-ignore lint/suspicious/noExplicitAny: events are looked into element by element
  readonly event: any;
  readonly message: string;
  readonly receiveId: string;
}

/** A customer's server that reads callbacks with the vendor's own library. */
export interface Receiver {
  readonly url: string;
  /** What came, decrypted, oldest first. */
  readonly received: Received[];
  readonly verified: URL[];
  /** Statuses for the next posts; 0 = never answers. 200 when there is none. */
  readonly statuses: number[];
  /** What is answered to a verification in place of the echo. */
  echo: ((text: string) => string) | undefined;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const receiver = { received: [] as Received[], verified: [] as URL[], statuses: [] as number[] };
  const whole = receiver as Omit<Receiver, 'url'> as { -readonly [K in keyof Receiver]: Receiver[K] };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://receiver');
    const value = (name: string): string => url.searchParams.get(name) ?? '';
    const signed = (encrypt: string): boolean =>
      getSignature(KEYS.token, value('timestamp'), value('nonce'), encrypt) === value('msg_signature');
    if (request.method === 'GET') {
      receiver.verified.push(url);
      const text = signed(value('echostr'))
        ? decrypt(KEYS.encodingAesKey, value('echostr')).message
        : 'unsigned';
      return void response.end(whole.echo ? whole.echo(text) : text);
    }
    let body = '';
    for await (const chunk of request) body += chunk;
    const envelope = parser.parse(body).xml;
    if (!signed(envelope.Encrypt)) return void response.writeHead(403).end();
    const { message, id } = decrypt(KEYS.encodingAesKey, envelope.Encrypt);
    receiver.received.push({ envelope, event: parser.parse(message).xml, message, receiveId: id });
    const status = receiver.statuses.shift() ?? 200;
    if (status > 0) response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback?corp=1`;
  return Object.assign(whole, { url, echo: undefined, close, [Symbol.asyncDispose]: close });
}
