import { lookup as dnsLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { AppError } from '../../domain/index.ts';

/** Resolves a host name to all of its addresses; injected for tests. */
export type ResolveHost = (hostname: string) => Promise<readonly { address: string; family: number }[]>;

export const resolveHost: ResolveHost = (hostname) => dnsLookup(hostname, { all: true, verbatim: true });

const PUBLIC = new Set(['unicast']);
const PUBLIC_OR_PRIVATE = new Set(['unicast', 'private', 'loopback', 'uniqueLocal', 'carrierGradeNat']);

/** Services of clouds for their own machines at addresses that the ranges let through. */
const METADATA = new Set([
  '100.100.100.200', // Alibaba Cloud
  'fd00:ec2::254', // AWS
  'fd20:ce::254', // Google Cloud
  '168.63.129.16', // Azure, in public space
]);

/** Ports above 1023 that the Fetch standard blocks because other protocols listen there. */
const BLOCKED_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

const forbidden = (address: string, reason: string): AppError =>
  new AppError('PLATFORM_ADDRESS_FORBIDDEN', { details: { address: address.slice(0, 200), reason } });

/**
 * True when a connection may be opened to that IP address. Public means IANA's global unicast only: mapped,
 * NAT64, 6to4, Teredo, link-local, multicast and reserved forms are refused even where private ones are allowed,
 * because each of them can name an inner address that no rule has seen.
 */
export const addressAllowed = (address: string, allowPrivateNetwork: boolean): boolean => {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (METADATA.has(parsed.toString())) return false;
  const range = parsed.range();
  if (!(allowPrivateNetwork ? PUBLIC_OR_PRIVATE : PUBLIC).has(range)) return false;
  // Unassigned IPv6 space also counts as "unicast" there; only 2000::/3 is given out.
  return range !== 'unicast' || parsed.kind() === 'ipv4' || /^[23]/.test(parsed.toNormalizedString());
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const HIDDEN = /[\u0000-\u0020\u007f-\u00a0\\\u200b-\u200f\u2028\u2029\ufeff]/;

const checkHost = (raw: string, url: URL, allowPrivateNetwork: boolean): void => {
  const rawHost = /^[a-z]+:\/\/(\[[^\]]*\]|[^/:?#]*)/i.exec(raw)?.[1] ?? '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: everything that is not ASCII
  if (/[^\u0000-\u007f]/.test(rawHost))
    throw forbidden(raw, 'write international host names in punycode (xn--)');
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (ipaddr.isValid(bare)) {
    // 0x7f.1, 2130706433 or 127.1 are read as an address by one library and as a name by the next.
    if (!bare.includes(':') && rawHost !== bare)
      throw forbidden(raw, 'write an IPv4 address as four decimal numbers');
    if (!addressAllowed(bare, allowPrivateNetwork))
      throw forbidden(raw, `${bare} is not a permitted address`);
    return;
  }
  if (url.hostname === '' || !/^(?!-)[a-z0-9_-]+(\.[a-z0-9_-]+)*$/.test(url.hostname))
    throw forbidden(raw, 'not a host name');
  if (
    !allowPrivateNetwork &&
    (!url.hostname.includes('.') || /(^|\.)(localhost|local|internal)$/.test(url.hostname))
  )
    throw forbidden(raw, 'not a public host name');
};

/**
 * Reads the configured base address of a connection: scheme, host, port and optionally a path prefix.
 *
 * Plain http is accepted only together with `allowPrivateNetwork`: credentials never cross the open net unencrypted.
 * Throws `PLATFORM_ADDRESS_FORBIDDEN`. Source: OWASP SSRF prevention; WHATWG URL; Fetch, "port blocking".
 */
export const checkBase = (raw: string, allowPrivateNetwork: boolean): URL => {
  if (HIDDEN.test(raw)) throw forbidden(raw, 'it contains blanks or hidden characters');
  if (!URL.canParse(raw)) throw forbidden(raw, 'not an address');
  const url = new URL(raw);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowPrivateNetwork))
    throw forbidden(raw, url.protocol === 'http:' ? 'use https' : 'only http and https are possible');
  if (url.username !== '' || url.password !== '' || /^[a-z]+:\/\/[^/?#]*@/i.test(raw))
    throw forbidden(`${url.protocol}//${url.host}`, 'no user name or password may stand in it');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(raw))
    throw forbidden(raw, 'no query or fragment may follow');
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(raw.replace(/^[a-z]+:\/\//i, '')))
    throw forbidden(raw, 'the path has dots');
  const port = url.port === '' ? 0 : Number(url.port);
  if (BLOCKED_PORTS.has(port) || (port > 0 && port < 1024 && port !== 80 && port !== 443))
    throw forbidden(raw, `port ${port} is not permitted`);
  checkHost(raw, url, allowPrivateNetwork);
  return url;
};

/** Address of one call below a checked base; the path cannot climb out of it. Throws `PLATFORM_ADDRESS_FORBIDDEN`. */
export const callAddress = (base: URL, path: string, query: Readonly<Record<string, string>> = {}): URL => {
  const prefix = base.pathname.replace(/\/+$/, '');
  const url = new URL(base.origin);
  url.pathname = prefix + path;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const inside = url.origin === base.origin && url.pathname.startsWith(`${prefix}/`);
  if (!path.startsWith('/') || path.startsWith('//') || path.includes('\\') || !inside)
    throw forbidden(url.origin, 'the path leaves the configured base');
  return url;
};

/**
 * Name resolution for sockets: what is checked is what is connected to, so a name that answers differently the
 * second time (DNS rebinding) gains nothing. Addresses that may not be used are dropped; none left = refused.
 */
export const guardedLookup =
  (resolve: ResolveHost, allowPrivateNetwork: boolean): LookupFunction =>
  (hostname, options, callback) => {
    const answer = async (): Promise<{ address: string; family: number }[]> => {
      const found = await resolve(hostname);
      const usable = found.filter(({ address }) => addressAllowed(address, allowPrivateNetwork));
      if (found.length > 0 && usable.length === 0)
        throw forbidden(hostname, `it resolves to ${found.map(({ address }) => address).join(', ')}`);
      return usable;
    };
    answer().then(
      (usable) => {
        const [first] = usable;
        if (first === undefined)
          callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), '', 4);
        else if (options.all === true) callback(null, usable);
        else callback(null, first.address, first.family);
      },
      (error: Error) => callback(error, '', 4),
    );
  };
