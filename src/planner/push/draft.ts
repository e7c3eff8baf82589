import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import type { FieldChange } from '../../domain/staging.ts';
import type {
  HoldCode,
  OperationContent,
  PlannedOperation,
  PushIssue,
  PushIssueCode,
  PushReason,
} from '../../domain/sync.ts';
import type { OperationKind } from '../../domain/target.ts';

/** Units, then people, then references, then people who leave, then units that go. */
export const PHASES = { UNITS: 0, PEOPLE: 1, REFERENCES: 2, PEOPLE_LEAVE: 3, UNITS_GO: 4 } as const;
export type Phase = (typeof PHASES)[keyof typeof PHASES];

const NO_DRAFTS: readonly Draft[] = Object.freeze([]);
const NO_ISSUES: readonly PushIssue[] = Object.freeze([]);
const NO_HOLDS: readonly HoldCode[] = Object.freeze([]);
export const NO_CHANGES: readonly FieldChange[] = Object.freeze([]);
export const NO_EFFECTS: PlannedOperation['effects'] = Object.freeze([]);

/** A row in the making: later steps take from it, hold it, and put it into order. */
export interface Draft {
  kind: OperationKind;
  readonly phase: Phase;
  readonly objectId: OrgUnitId | AccountId | null;
  readonly externalId: string | null;
  readonly name: string;
  readonly reason: PushReason;
  readonly rule: string;
  changes: readonly FieldChange[];
  content: OperationContent;
  readonly base: PlannedOperation['base'];
  effects: PlannedOperation['effects'];
  /** Memberships that somebody loses by it. */
  leaves: number;
  /** What must have ended well before: the unit that it hangs in, the person that it names. */
  needs: readonly Draft[];
  /** What must have ended well before because it holds a name or a value that this one takes. */
  room: readonly Draft[];
  /** What comes earlier, however it ends. */
  follows: readonly Draft[];
  /** An extra step that gives a name or value away and has a point only when this one goes as well. */
  vacatedFor: Draft | null;
  state: PlannedOperation['state'];
  issues: readonly PushIssue[];
  holds: readonly HoldCode[];
  wave: number;
  ordinal: number;
}

type DraftFacts = Pick<
  Draft,
  'kind' | 'phase' | 'objectId' | 'externalId' | 'name' | 'reason' | 'rule' | 'base'
> &
  Partial<Pick<Draft, 'changes' | 'content' | 'needs' | 'follows' | 'issues'>>;

const NOTHING: OperationContent = Object.freeze({});

export const draft = (facts: DraftFacts): Draft => ({
  changes: NO_CHANGES,
  content: NOTHING,
  needs: NO_DRAFTS,
  follows: NO_DRAFTS,
  issues: NO_ISSUES,
  ...facts,
  effects: NO_EFFECTS,
  leaves: 0,
  room: NO_DRAFTS,
  vacatedFor: null,
  state: 'PLANNED',
  holds: NO_HOLDS,
  wave: 0,
  ordinal: -1,
});

export const issue = (
  code: PushIssueCode,
  field: string | null = null,
  value: string | null = null,
): PushIssue => ({ code, field, value });

/** Tells an issue once. */
export const tell = (row: Draft, told: PushIssue): void => {
  const known = row.issues.some((one) => one.code === told.code && one.field === told.field);
  if (!known) row.issues = [...row.issues, told];
};

/** Takes a row out of the plan, and says why. A row in quarantine stays there. */
export const skip = (row: Draft, why: PushIssue): void => {
  tell(row, why);
  if (row.state === 'PLANNED') row.state = 'SKIPPED';
};

export const hold = (row: Draft, code: HoldCode): void => {
  if (!row.holds.includes(code)) row.holds = [...row.holds, code];
};

/** Adds to a list that is shared while it is empty. */
export const added = <T>(list: readonly T[], item: T | null | undefined): readonly T[] =>
  item === null || item === undefined || list.includes(item) ? list : [...list, item];

export const isUnitRow = ({ kind }: Pick<Draft, 'kind'>): boolean =>
  kind.endsWith('_ORG_UNIT') || kind === 'SET_LEADERS';

/** Whether the row will not go: everything that needs it will not go either. */
export const isOut = ({ state }: Draft): boolean => state === 'SKIPPED' || state === 'QUARANTINED';
