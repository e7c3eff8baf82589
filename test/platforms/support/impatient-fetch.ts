import { subscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { fetch } from 'undici';
import type { Fetch } from '../../../src/platforms/kit/http-client.ts';

const CALL = 'x-test-call';

/** Calls on their way, by the number that is sent along. */
const calls = new Map<string, AbortController>();
let number = 0;

subscribe('simulator.silence', (request) => {
  const call = (request as IncomingMessage).headers[CALL];
  calls.get(String(call))?.abort(new DOMException('The simulator has fallen silent', 'TimeoutError'));
});

/**
 * Time runs out for a call as soon as a simulator in this process leaves it without an answer, by the very signal that
 * the client's own time-out would give; nothing else is hurried. Saves the wait, and lets the time-out itself be so
 * long that a slow machine never meets it. That the clock ends a call is proved in `http-client.test.ts`.
 */
export const impatientFetch: Fetch = async (input, init) => {
  number += 1;
  const id = String(number);
  const given = new AbortController();
  calls.set(id, given);
  const signals = [given.signal, ...(init?.signal ? [init.signal] : [])];
  const headers = { ...(init?.headers as Record<string, string> | undefined), [CALL]: id };
  return fetch(input, { ...init, headers, signal: AbortSignal.any(signals) });
};
