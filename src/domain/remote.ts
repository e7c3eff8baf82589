import type { ConnectionId } from './ids.ts';

/**
 * The name space of an external id. An external identity is always the triple (connection, kind, value):
 * the same text under another kind is another identity.
 */
export type ExternalIdKind = string & { readonly __brand?: 'ExternalIdKind' };

export interface ExternalId {
  readonly kind: ExternalIdKind;
  readonly value: string;
}

/**
 * Three-state field of a foreign object: a value, `null` for "known to be empty", and absent
 * (`undefined`) for "not supplied or not allowed to see". Absent never overwrites and is never a change.
 */
export type Seen<T> = T | null | undefined;

/** A department of a platform, in Muster's words. */
export interface RemoteOrgUnitValue {
  /** The platform's own id of the unit, e.g. `1` for a company's root. */
  readonly externalId: string;
  readonly ids: readonly ExternalId[];
  /** `null` for a top unit of what was fetched. */
  readonly parentExternalId: string | null;
  /** Absent = the platform does not show it. */
  readonly name?: string;
  /** Ascending; platforms that sort descending are negated by their adapter. Decimal text: may exceed 2^53. */
  readonly order?: string;
  readonly leaderExternalIds?: readonly string[];
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface RemoteMembershipValue {
  readonly orgUnitExternalId: string;
  /** Absent = the platform does not say who leads. */
  readonly leader?: boolean;
  /** It is the person's main unit, or is not; absent = the platform knows no such thing, or does not say. */
  readonly primary?: boolean;
  /** Ascending, as in {@link RemoteOrgUnitValue.order}. */
  readonly order?: string;
  readonly title?: string;
}

/** A person of a platform, in Muster's words. Texts are already trimmed and NFC-normalised. */
export interface RemoteAccountValue {
  readonly externalId: string;
  readonly ids: readonly ExternalId[];
  readonly name: Seen<string>;
  readonly mobile: Seen<string>;
  readonly email: Seen<string>;
  readonly jobNumber: Seen<string>;
  readonly title: Seen<string>;
  readonly managerExternalId: Seen<string>;
  /** `false` when the platform says the account may not be used; absent when it does not say. */
  readonly active: Seen<boolean>;
  readonly memberships: readonly RemoteMembershipValue[];
  /** Everything else worth keeping, canonical JSON values. */
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** What a fetch can vouch for. Absence means a leaver only when `complete` is true. */
export interface CompletenessStatement {
  readonly complete: boolean;
  /** Why not, one entry per cause; empty exactly when complete. */
  readonly gaps: readonly CompletenessGap[];
  readonly pages: number;
  readonly calls: number;
  readonly orgUnits: number;
  readonly accounts: number;
  /** The platform's own head count, `null` when it could not be asked. */
  readonly platformAccountCount: number | null;
  /** Ids of the units and people that the credentials may see, and a digest of the set (SHA-256, hex). */
  readonly visibleRange: VisibleRange;
}

export interface VisibleRange {
  readonly wholeCompany: boolean;
  readonly orgUnitExternalIds: readonly string[];
  readonly accountExternalIds: readonly string[];
  readonly digest: string;
}

export const GAP_CODES = [
  'ORG_UNIT_FETCH_FAILED',
  'ACCOUNT_PAGE_FAILED',
  'COUNT_MISMATCH',
  'RANGE_NARROWED',
  'RANGE_CHANGED',
  'PAGING_LOOPED',
  'START_UNITS_ONLY',
  'NAMED_ONLY',
  'CANCELLED',
] as const;

export interface CompletenessGap {
  readonly code: (typeof GAP_CODES)[number];
  /** Which object or page, in the platform's words. */
  readonly where: string;
  readonly detail: string;
}

/** One page of what a source delivers. A page is stored whole or not at all; `cursor` resumes behind it. */
export type SourcePage =
  | { readonly kind: 'orgUnits'; readonly items: readonly RemoteOrgUnitValue[]; readonly cursor: string }
  | { readonly kind: 'accounts'; readonly items: readonly RemoteAccountValue[]; readonly cursor: string };

/** Progress that a source reports while it works; totals grow while the tree is still being walked. */
export interface SourceProgress {
  readonly callsDone: number;
  /** Calls still to make as far as known; `null` while unknown. */
  readonly callsLeft: number | null;
  /** Calls per second that the platform allows for the calls that are left. */
  readonly callsPerSecond: number;
  /** Instant until which the platform has asked us to wait, epoch milliseconds. */
  readonly pausedUntil?: number;
}

export interface ConnectionRef {
  readonly id: ConnectionId;
}

export const LINK_ORIGINS = ['MANUAL', 'RULE', 'FILE', 'PUSH', 'IMPORT', 'FIRST_LOGIN'] as const;
/** How a link came about. */
export type LinkOrigin = (typeof LINK_ORIGINS)[number];
