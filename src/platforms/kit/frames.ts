import { z } from 'zod';
import type { ChangeEvent } from '../../domain/index.ts';
import type { Tree } from './json-tree.ts';
import { orAbsent, text } from './lenient.ts';
import type { Frame, StreamDialect } from './stream.ts';
import { parseStrictObject, strictObjectOrNone } from './strict-json.ts';

const frame = z.object({
  type: z.string(),
  headers: z.looseObject({ messageId: text, topic: text }),
  data: orAbsent(z.string()).transform((data) => data ?? ''),
});

/**
 * Streams of JSON frames `{type, headers: {messageId, topic, …}, data}` that are answered under their `messageId`.
 * `event` reads what stands in the data and, where both name something, in the headers; `raw` = the whole frame. `null` = not
 * for us: it is acknowledged and dropped.
 */
export const framedStream = (platform: {
  /** Asks for an address and the ticket of one connection to it. Throws `PLATFORM_*`. */
  readonly open: (signal: AbortSignal) => Promise<{ readonly endpoint: string; readonly ticket: string }>;
  readonly allowPrivateNetwork: boolean;
  readonly event: (told: Tree, raw: string) => ChangeEvent | null;
}): StreamDialect => ({
  async ticket(signal) {
    const { endpoint: address, ticket } = await platform.open(signal);
    return { address, query: { ticket }, allowPrivateNetwork: platform.allowPrivateNetwork };
  },
  read(raw): Frame {
    const { type, headers: told, data } = frame.parse(parseStrictObject(raw));
    const headers = { messageId: told.messageId, contentType: 'application/json' };
    const answer = (data: string): string => JSON.stringify({ code: 200, message: 'OK', headers, data });
    if (type === 'SYSTEM' && told.topic === 'ping') return { kind: 'ANSWER', text: answer(data) };
    if (type === 'SYSTEM' && told.topic === 'disconnect') return { kind: 'LEAVE', reason: data };
    if (type !== 'EVENT') return { kind: 'NONE' };
    const taken = answer('{"status":"SUCCESS"}');
    // Data that are missing or cannot be read say as much as none: the event is told by its headers alone.
    const event = platform.event({ ...strictObjectOrNone(data), ...told }, raw);
    if (event === null) return { kind: 'ANSWER', text: taken };
    return { kind: 'EVENT', event, taken, later: answer('{"status":"LATER"}') };
  },
});
