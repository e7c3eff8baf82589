import { z } from 'zod';
import type { ChangeEvent } from '../../domain/index.ts';
import type { CallbackReception, CallbackRequest, FeedApp } from '../../ports/change-feed.ts';
import { openRequest, Refusal, sealedAnswer } from './callback.ts';
import { UNKNOWN_TYPE } from './change-event.ts';
import type { Tree } from './json-tree.ts';
import { parseStrictObject } from './strict-json.ts';

const envelope = z.object({ encrypt: z.string() });

/**
 * Reads a request of a platform that pushes `{"encrypt": …}` with one event of JSON in it, and wants a sealed `success`.
 * `event`: `null` = not of this company. `check`: type of the events by which it only tries the address.
 */
export const readJsonCallback = (
  feed: FeedApp,
  request: CallbackRequest,
  how: {
    readonly owners: readonly string[];
    readonly now: Date;
    readonly event: (told: Tree, raw: string) => ChangeEvent | null;
    readonly check: string;
  },
): CallbackReception => {
  const { owners, now, check } = how;
  if (request.method !== 'POST') throw new Refusal('method');
  const { encrypt: encrypted } = envelope.parse(parseStrictObject(request.body));
  const { message, owner } = openRequest(feed, request, { encrypted, owners, now });
  const event = how.event(parseStrictObject(message), message);
  if (event === null || event.type === UNKNOWN_TYPE) throw new Refusal('no event of this company');
  const answer = sealedAnswer(feed, { message: 'success', owner }, now);
  return { events: event.type === check ? [] : [event], answer };
};
