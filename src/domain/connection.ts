import type { FieldMasters } from './agreed.ts';
import type { EventPolicy } from './events.ts';
import type { ConnectionAppId, ConnectionId, OrgUnitId, TenantId } from './ids.ts';
import type { PushRules } from './push-rules.ts';
import type { MatchKey } from './staging.ts';

export const CONNECTION_MODES = ['READ_ONLY', 'READ_WRITE'] as const;
/** `READ_ONLY` refuses every write to the platform but links (row W-DD-26). */
export type ConnectionMode = (typeof CONNECTION_MODES)[number];

/** One company on one platform. Secrets are not part of it: they are opened only for the adapter's call. */
export interface Connection {
  readonly id: ConnectionId;
  readonly tenantId: TenantId;
  /** Registry name of the platform, e.g. the name of its folder. */
  readonly platform: string;
  readonly name: string;
  readonly enabled: boolean;
  readonly mode: ConnectionMode;
  /** Settings that are not secret, by the platform's own settings table (`config.ts` of its folder). */
  readonly settings: Readonly<Record<string, string>>;
  /** The administrator allowed private addresses for this base. */
  readonly allowPrivateNetwork: boolean;
  readonly pullRules: PullRules;
  readonly pushRules: PushRules;
  readonly version: number;
}

/** A connection with its secrets opened: what an adapter is handed. Never stored, logged or cached. */
export interface OpenConnection extends Connection {
  readonly secrets: Readonly<Record<string, string>>;
}

export interface ConnectionApp {
  readonly id: ConnectionAppId;
  readonly connectionId: ConnectionId;
  readonly name: string;
  readonly agentId: string | null;
  readonly homeAddress: string | null;
}

export const USER_NAME_SOURCES = [
  'externalId',
  'mobile',
  'email',
  'emailLocalPart',
  'jobNumber',
  'pinyin',
] as const;
export type UserNameSource = (typeof USER_NAME_SOURCES)[number];

/** How a pull of this connection becomes staging rows. */
export interface PullRules {
  /** Platform ids of the units to start from; empty = the whole visible company (row W-DD-27). */
  readonly startOrgUnitExternalIds: readonly string[];
  /** Roster unit below which imported units are placed; `null` = the tenant's root (row ID-09). */
  readonly targetOrgUnitId: OrgUnitId | null;
  /** Which mailbox becomes the account's mail (row ID-08). */
  readonly emailField: 'personal' | 'company';
  /**
   * Ordered matching keys; empty = matching is off, the default. One setting for pull, push and the connection as a
   * whole (row W-DD-40).
   */
  readonly matchKeys: readonly MatchKey[];
  readonly userNameSource: UserNameSource;
  readonly requireMobile: boolean;
  /** What to propose for a leaver. Imports never delete. */
  readonly leaverAction: 'DISABLE' | 'NONE';
  /** Share of linked accounts (0..1) and number above which proposed disables are held; the smaller counts. */
  readonly guard: { readonly fraction: number; readonly count: number };
  /**
   * Minutes between timed pulls (row W-DD-29). 0 = none; but once a day where events are received and followed, because
   * they may get lost (field-notes rule 17).
   */
  readonly everyMinutes: number;
  /** What to do with what events bring. */
  readonly events: EventPolicy;
  /**
   * One master per field, for pull and push alike. Of a field without one a pull proposes what the platform says and a
   * push writes what the roster says; what an event brings is merged, as with `BOTH`.
   */
  readonly masters: FieldMasters;
}

export const DEFAULT_PULL_RULES: PullRules = {
  startOrgUnitExternalIds: [],
  targetOrgUnitId: null,
  emailField: 'personal',
  matchKeys: [],
  userNameSource: 'externalId',
  requireMobile: true,
  leaverAction: 'DISABLE',
  guard: { fraction: 0.05, count: 20 },
  everyMinutes: 0,
  events: 'HOLD',
  masters: {},
};

export const IMPORT_SCOPES = ['ORG_UNITS', 'ACCOUNTS', 'ALL'] as const;
export type ImportScope = (typeof IMPORT_SCOPES)[number];

export const IMPORT_KINDS = ['WHOLE', 'EVENTS', 'HELD'] as const;
/**
 * What a run is about. `WHOLE`: everything that can be seen. `EVENTS`: only what events have named, and what that cannot
 * be understood without. `HELD`: what such runs have left for a person to look at; one at a time for each connection.
 */
export type ImportKind = (typeof IMPORT_KINDS)[number];

export const IMPORT_PHASES = [
  'QUEUED',
  'READING',
  'FETCHING',
  'STAGING',
  'REVIEW',
  'COMMITTING',
  'COMMITTED',
  'DISCARDED',
  'REVERTED',
  'CANCELLED',
  'FAILED',
] as const;
/**
 * QUEUED → FETCHING → STAGING → REVIEW → COMMITTING → COMMITTED → REVERTED
 * with DISCARDED from REVIEW, CANCELLED from QUEUED, FETCHING or STAGING, FAILED from any working phase.
 * A run of events: READING → COMMITTED, or DISCARDED when it has brought nothing, or FAILED.
 */
export type ImportPhase = (typeof IMPORT_PHASES)[number];
