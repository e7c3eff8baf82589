import { randomUUID } from 'node:crypto';
import { type Answer, plainAnswer } from '../kit/transport.ts';
import type { Fault } from './faults.ts';

export { readBody, send, wait } from '../kit/transport.ts';

export const PUNISH_HTML =
  '<!DOCTYPE html><html><head><meta charset="utf-8"><title>亲，访问受限了</title></head>' +
  '<body><h1>亲，访问受限了</h1><p>访问太频繁，请稍后再试。</p></body></html>';

/** The answer to a punished address: no errcode, no code. */
export function punishment(body: 'json' | 'html'): Answer {
  if (body === 'html') return { status: 200, body: PUNISH_HTML, type: 'text/html;charset=UTF-8' };
  return {
    status: 200,
    body: JSON.stringify({ status: 1111, wait: 5, source: 'x5', punish: 'deny', uuid: randomUUID() }),
  };
}

/** An answer that a fault gives below the platform's envelopes; `undefined` when none does. */
export function bareAnswer(
  faults: readonly Fault[],
): { readonly kind: Fault['kind']; readonly answer: Answer } | undefined {
  for (const fault of faults) {
    const plain = plainAnswer([fault]);
    if (plain) return plain;
    if (fault.kind === 'html') {
      return {
        kind: fault.kind,
        answer: { status: fault.status ?? 200, body: PUNISH_HTML, type: 'text/html;charset=UTF-8' },
      };
    }
    if (fault.kind === 'ipBlocked') return { kind: fault.kind, answer: punishment(fault.body ?? 'json') };
  }
  return undefined;
}
