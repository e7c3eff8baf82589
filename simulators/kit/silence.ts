import { channel } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';

/** Tells whoever runs in the same process that a request stays without (the rest of) its answer. */
const SILENCE = channel('simulator.silence');

/**
 * Leaves a request without an answer: the connection stays open until somebody gives up. The request itself is
 * published, so that a test can let the caller's time run out at once instead of waiting for it.
 */
export const fallSilent = ({ req }: ServerResponse): void => SILENCE.publish(req);
