import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type {
  ExternalId,
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../domain/remote.ts';
import { compareCodePoints } from './fold.ts';

/**
 * SHA-256 (hex, lower case) of a text's UTF-8 bytes, the same as PostgreSQL's
 * `encode(sha256(convert_to(text, 'UTF8')), 'hex')`.
 */
export const sha256Hex = (text: string): string => hash('sha256', text, 'hex');

/** Canonical JSON of a value (RFC 8785); absent members are left out. Throws on NaN and on lone surrogates. */
export const canonicalJson = (value: unknown): string => canonicalize(value) ?? 'null';

const quote = JSON.stringify;

const optional = (key: string, value: string | number | boolean | null | undefined): string =>
  value === undefined ? '' : `,"${key}":${quote(value)}`;

const byKindAndValue = (a: ExternalId, b: ExternalId): number =>
  compareCodePoints(a.kind, b.kind) || compareCodePoints(a.value, b.value);

const byUnit = (a: RemoteMembershipValue, b: RemoteMembershipValue): number =>
  compareCodePoints(a.orgUnitExternalId, b.orgUnitExternalId);

const idText = (id: ExternalId): string => `{"kind":${quote(id.kind)},"value":${quote(id.value)}}`;

const membershipText = (membership: RemoteMembershipValue): string => {
  const members =
    optional('leader', membership.leader) +
    optional('order', membership.order) +
    optional('orgUnitExternalId', membership.orgUnitExternalId) +
    optional('primary', membership.primary) +
    optional('title', membership.title);
  return `{${members.slice(1)}}`;
};

/** Texts of a list whose order means nothing, in a declared order. */
const unordered = <T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  text: (item: T) => string,
): string => {
  const first = items[0];
  if (first === undefined) return '[]';
  if (items.length === 1) return `[${text(first)}]`;
  return `[${items.toSorted(compare).map(text).join(',')}]`;
};

const isFlat = (value: unknown): boolean =>
  value === null ||
  typeof value === 'boolean' ||
  typeof value === 'string' ||
  (typeof value === 'number' && Number.isFinite(value));

const attributesText = (attributes: Readonly<Record<string, unknown>>): string => {
  let text = '';
  // Default order of sort() is by UTF-16 unit, the order that RFC 8785 section 3.2.3 asks for.
  for (const key of Object.keys(attributes).sort()) {
    const value = attributes[key];
    if (value === undefined) continue;
    const member = `${quote(key)}:${isFlat(value) ? quote(value) : canonicalJson(value)}`;
    text = text === '' ? member : `${text},${member}`;
  }
  return `{${text}}`;
};

/**
 * Canonical JSON (RFC 8785) of a remote person; lists whose order means nothing (ids, memberships) are
 * sorted first. Written out member by member because a pull hashes every person of a company: three times
 * as fast as the general routine, and a property test holds the two together.
 */
export const canonicalAccountText = (value: RemoteAccountValue): string => {
  const active = value.active === undefined ? '' : `"active":${value.active},`;
  const head = `{${active}"attributes":${attributesText(value.attributes)}${optional('email', value.email)}`;
  const ids = `,"externalId":${quote(value.externalId)},"ids":${unordered(value.ids, byKindAndValue, idText)}`;
  const job = optional('jobNumber', value.jobNumber) + optional('managerExternalId', value.managerExternalId);
  const memberships = `,"memberships":${unordered(value.memberships, byUnit, membershipText)}`;
  const rest =
    optional('mobile', value.mobile) + optional('name', value.name) + optional('title', value.title);
  return `${head}${ids}${job}${memberships}${rest}}`;
};

/** Canonical JSON (RFC 8785) of a remote unit; ids and leaders are sorted first. */
export const canonicalOrgUnitText = (value: RemoteOrgUnitValue): string => {
  const head = `{"attributes":${attributesText(value.attributes)},"externalId":${quote(value.externalId)}`;
  const ids = `,"ids":${unordered(value.ids, byKindAndValue, idText)}`;
  const leaders =
    value.leaderExternalIds === undefined
      ? ''
      : `,"leaderExternalIds":${unordered(value.leaderExternalIds, compareCodePoints, quote)}`;
  const name = optional('name', value.name) + optional('order', value.order);
  return `${head}${ids}${leaders}${name},"parentExternalId":${quote(value.parentExternalId)}}`;
};
