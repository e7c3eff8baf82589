import { isIP } from 'node:net';
import { AppError } from '../../domain/index.ts';
import type { ThrottleRule } from '../../store/queries/throttle.ts';

const MINUTE = 60;
const DAY = 86_400;

/** Lifetimes in seconds. */
export const LIFETIMES = {
  accessToken: 10 * MINUTE,
  /** A refresh token that is not used within this time is worth nothing. */
  refreshToken: 7 * DAY,
  /** After this a session ends, however often it was refreshed. */
  session: 30 * DAY,
} as const;

/** Wrong passwords for one account: the fifth locks it for 30 s, each further one doubles that, 15 min at most. */
export const ACCOUNT_RULE: ThrottleRule = {
  limit: 5,
  windowSeconds: 15 * MINUTE,
  firstLockSeconds: 30,
  longestLockSeconds: 15 * MINUTE,
};

/** Failures from one address, of whatever account; a company behind one address must be able to mistype. */
export const ADDRESS_RULE: ThrottleRule = {
  limit: 50,
  windowSeconds: 15 * MINUTE,
  firstLockSeconds: 30,
  longestLockSeconds: 15 * MINUTE,
};

/**
 * What failures of an address are counted under: an IPv6 client usually owns its whole /64 and could otherwise
 * take a new address for each attempt.
 */
export const addressGroup = (address: string | null): string => {
  if (address === null) return 'unknown';
  if (isIP(address) !== 6) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  const [head = '', tail] = address.split('%', 1)[0]?.toLowerCase().split('::') ?? [];
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
};

/** The refusal of a locked account or address; `seconds` until the next attempt is looked at. */
export const throttled = (seconds: number, now: Date): AppError =>
  new AppError('SIGN_IN_THROTTLED', { details: { seconds }, retryAt: now.getTime() + seconds * 1_000 });
