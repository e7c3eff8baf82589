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

export const EVENT_STATES = ['OPEN', 'HELD', 'DONE'] as const;
/** Of a received event: `OPEN` until its objects have been read, `HELD` while a person has to look at what it brought. */
export type EventState = (typeof EVENT_STATES)[number];

export const EVENT_OUTCOMES = [
  'FAILED',
  'HELD',
  'COMMITTED',
  'DISCARDED',
  'GONE',
  'UNCHANGED',
  'ECHO',
  'IGNORED',
] as const;
/**
 * What became of a received event, and of each object that it named; of several objects the one that stands first here
 * speaks for the event. `GONE`: the platform does not have it, and neither had we. `ECHO`: what Muster itself had written.
 * `DISCARDED`: a person has looked at it and did not want it.
 */
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** An app's long connection, by the word of whoever holds it; `IDLE` when nobody does. */
export const STREAM_STATES = ['IDLE', 'WAITING', 'CONNECTED', 'FAILED'] as const;
export type StreamState = (typeof STREAM_STATES)[number];

/** The most objects of which one run of events reads each singly; where more have changed, a whole pull is quicker. */
export const MOST_NAMED = 500;
