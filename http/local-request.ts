import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';

/** As `ipaddr.js` names the ranges of RFC 6890 that no stranger's packets come from. */
const LOCAL_RANGES: ReadonlySet<string> = new Set(['loopback', 'private', 'uniqueLocal', 'linkLocal']);

/** Headers by which a proxy says that it asks for somebody else. */
const FORWARDING = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/** True for loopback, link-local and private addresses, with a zone or mapped into IPv6 as well. */
const isLocalAddress = (address: string): boolean => {
  const [bare = ''] = address.split('%', 1);
  return ipaddr.isValid(bare) && LOCAL_RANGES.has(ipaddr.process(bare).range());
};

/**
 * True when this machine or a private network asks. A proxy stands for strangers: unless it is a trusted one, whose
 * word about the client's address was believed, what it forwards does not count as local.
 */
export const isLocalRequest = (request: FastifyRequest): boolean => {
  const isForwarded = FORWARDING.some((name) => request.headers[name] !== undefined);
  const wasBelieved = (request.ips?.length ?? 1) > 1;
  return (wasBelieved || !isForwarded) && isLocalAddress(request.ip);
};
