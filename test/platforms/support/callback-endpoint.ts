import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError, type ChangeEvent } from '../../../src/domain/index.ts';
import type { CallbackRequest, ChangeFeed, FeedApp } from '../../../src/ports/change-feed.ts';

/** Query as the port wants it: decoded once, with a plus that stayed a plus. */
export const queryOf = (search: string): Record<string, string> =>
  Object.fromEntries(
    search
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => {
        const at = pair.indexOf('=');
        const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
        return [decodeURIComponent(name), decodeURIComponent(value)];
      }),
  );

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

export interface CallbackEndpoint {
  readonly url: string;
  /** What the adapter has read, in the order of arrival. */
  readonly events: ChangeEvent[];
  /** Every request that came, refused or not. */
  readonly requests: CallbackRequest[];
  /** Answers 500 without looking, as a server in trouble does. */
  fail(failing: boolean): void;
  /** Answers every request with that instead. */
  answer(status: number, body: string): void;
  close(): Promise<void>;
}

/** An address that hands every request to the adapter and answers as it says. */
export const openCallbackEndpoint = async (
  feed: ChangeFeed,
  app: () => FeedApp,
): Promise<CallbackEndpoint> => {
  const events: ChangeEvent[] = [];
  const requests: CallbackRequest[] = [];
  let instead: { readonly status: number; readonly body: string } | null = null;
  const receive = (request: CallbackRequest, response: ServerResponse): void => {
    requests.push(request);
    if (instead !== null) {
      response.writeHead(instead.status, { 'content-type': 'text/plain' }).end(instead.body);
      return;
    }
    try {
      const reception = feed.receive(app(), request, new Date());
      events.push(...reception.events);
      response.writeHead(200, { 'content-type': reception.answer.contentType }).end(reception.answer.body);
    } catch (error) {
      const refused = error instanceof AppError && error.code === 'CALLBACK_REFUSED';
      response.writeHead(refused ? 403 : 500).end();
    }
  };
  const server = createServer((request, response) => {
    const [, search = ''] = (request.url ?? '').split('?');
    const method = request.method === 'POST' ? 'POST' : 'GET';
    void bodyOf(request).then((body) => receive({ method, query: queryOf(search), body }, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/callbacks/key`,
    events,
    requests,
    fail(failing) {
      instead = failing ? { status: 500, body: '' } : null;
    },
    answer(status, body) {
      instead = { status, body };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
