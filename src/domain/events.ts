/** How word of a change came: pushed to our address, through a long connection, or read from the list of failed pushes. */
export const EVENT_TRANSPORTS = ['CALLBACK', 'STREAM', 'FAILED_LIST'] as const;
export type EventTransport = (typeof EVENT_TRANSPORTS)[number];

/** `COMPANY`: anything may have changed, only a whole pull can tell. */
export const HINT_KINDS = ['ORG_UNIT', 'ACCOUNT', 'COMPANY'] as const;
export type HintKind = (typeof HINT_KINDS)[number];

/**
 * "Something about this object has changed": never what. The object is read afresh through the source, so that a forged,
 * stale, doubled or reordered event cannot write data (field-notes rule 16).
 */
export interface ChangeHint {
  readonly kind: HintKind;
  /** The platform's own id; empty exactly for `COMPANY`. */
  readonly externalId: string;
}

/** One event of a platform, decrypted, verified and read. */
export interface ChangeEvent {
  /** The same for every delivery of the same event, at most 200 characters. */
  readonly dedupeKey: string;
  /** The platform's word for it, e.g. `user_modify_org`. */
  readonly type: string;
  readonly occurredAt: Date | null;
  /** Empty when the event is of no concern to the directory: it is answered and otherwise ignored (row O2-28). */
  readonly hints: readonly ChangeHint[];
}

/** What a connection does with what events bring. */
export const EVENT_POLICIES = ['OFF', 'HOLD', 'COMMIT'] as const;
/**
 * `OFF`: events are received and not followed. `HOLD`: what they bring waits in staging for a reviewer. `COMMIT`: what is
 * clean and below the guard is committed at once, the rest waits.
 */
export type EventPolicy = (typeof EVENT_POLICIES)[number];

/** Where an app's events come from. */
export const EVENT_SOURCES = ['OFF', 'CALLBACK', 'STREAM'] as const;
export type EventSource = (typeof EVENT_SOURCES)[number];

/** Who may say what a field holds. */
export const FIELD_MASTERS = ['PLATFORM', 'ROSTER', 'BOTH'] as const;
/**
 * `PLATFORM`: pulls write the field, pushes never do once the object is there. `ROSTER`: pushes write it, pulls never
 * do. `BOTH`: either side may write it; both are compared with the value on which they last agreed, and where both have
 * changed it, to different values, a person decides: the last writer never wins by itself.
 */
export type FieldMaster = (typeof FIELD_MASTERS)[number];

/** Fields of people and units that can have a master; any other name is that of a custom attribute (`attributes.x`). */
export const MASTERED_FIELDS = [
  'displayName',
  'mobile',
  'email',
  'jobNumber',
  'title',
  'manager',
  'memberships',
  'orgUnit.name',
  'orgUnit.parent',
  'orgUnit.order',
] as const;
export type MasteredField = (typeof MASTERED_FIELDS)[number] | `attributes.${string}`;
