import type {
  HoldCode,
  OperationState,
  PushIssueCode,
  PushReason,
  SyncPlanKind,
  SyncPlanPhase,
  SyncRunPhase,
} from '../../src/domain/index.ts';
import { registerNames } from '../enum-of.ts';

export const SyncPlanKindEnum = registerNames<SyncPlanKind>('SyncPlanKind', 'What a plan looks at.', {
  FULL: 'Everything; it begins with a pull.',
  UNITS: 'Units alone.',
  ACCOUNTS: 'People alone.',
  FILTER: 'The units and people that it names.',
  INCREMENTAL: 'What has changed in the roster.',
  UNDO: 'What a run has done, to take it back.',
});

export const PlannableKindEnum = registerNames<'FULL' | 'UNITS' | 'ACCOUNTS' | 'FILTER'>(
  'PlannableKind',
  'What somebody may ask a plan of.',
  {
    FULL: 'Everything; it begins with a pull.',
    UNITS: 'Units alone.',
    ACCOUNTS: 'People alone.',
    FILTER: 'The units and people that are named.',
  },
);

export const SyncPlanPhaseEnum = registerNames<SyncPlanPhase>('SyncPlanPhase', 'Where a plan stands.', {
  PLANNING: 'Being made.',
  REVIEW: 'Waits for a reviewer; nothing was written.',
  APPROVED: 'Approved; it can be applied until it expires.',
  APPLYING: 'Being applied; see the run.',
  APPLIED: 'Applied; each row says how it ended.',
  EMPTY: 'There was nothing to do.',
  DISCARDED: 'Ended by somebody, without writing anything.',
  EXPIRED: 'Not applied in time.',
  SUPERSEDED: 'A newer plan covers it.',
  FAILED: 'Could not be made; see `error`. Nothing was written.',
});

export const SyncPlanTriggerEnum = registerNames<'MANUAL' | 'SCHEDULE' | 'CHANGE' | 'UNDO'>(
  'SyncPlanTrigger',
  'What made a plan.',
  {
    MANUAL: 'Somebody asked for it.',
    SCHEDULE: 'It was due, by `PushRules.everyMinutes`.',
    CHANGE: 'The roster has changed.',
    UNDO: 'Somebody wants to take a run back.',
  },
);

export const OperationStateEnum = registerNames<OperationState>(
  'OperationState',
  'How a row of a plan stands. Each ends in exactly one of the last seven, with an outcome code.',
  {
    PLANNED: 'Will be done when the plan is applied.',
    RUNNING: 'Being done; the intent is written down before the call.',
    WAITING: 'Tried again later.',
    INVITED: 'The person was invited and has to agree first.',
    APPLIED: 'Done.',
    UNCHANGED: 'It was so already; nothing was written.',
    SKIPPED: 'Left out: by a rule, because of an issue, or rejected by a reviewer.',
    HELD: 'Waits until somebody releases or rejects it.',
    FAILED: 'Could not be done.',
    QUARANTINED: 'Left out, because it failed in the same way five times in a row.',
    SUPERSEDED: 'What it was planned from has changed; a newer plan sees to it.',
  },
);

export const PushReasonEnum = registerNames<PushReason>('PushReason', 'Why a row is in a plan.', {
  NEW_IN_ROSTER: 'In the roster and not on the platform.',
  SAME_NAME_AND_LEVEL: 'A unit of the same name at the same place.',
  MATCHED: 'A matching rule found exactly one person on both sides.',
  ROSTER_CHANGED: 'The roster has changed since both last agreed.',
  DRIFT: 'Differs on the platform, although the roster has not changed since both agreed.',
  DISABLED_IN_ROSTER: 'The account is disabled.',
  DELETED_IN_ROSTER: 'Deleted in the roster.',
  DELETE_DUE: 'Disabled for as many days as `leaver.deleteAfterDays` says.',
  PARKED: 'Disabled people are put into a unit of their own.',
  OUT_OF_SCOPE: 'Linked and outside of the scope.',
  EXCLUDED: 'Linked and excluded.',
  RETURNED: 'Active again.',
  GONE_ON_PLATFORM: 'Linked, and gone from the platform.',
  VACATE_NAME: 'Gives up a name that a sibling is going to have.',
  VACATE_VALUE: 'Gives up a value that somebody else is going to have.',
  INVITATION_ACCEPTED: 'The invited person has agreed.',
  INVITATION_PENDING: 'The invited person has not agreed yet.',
  UNDO: 'Takes a run back.',
});

export const HoldCodeEnum = registerNames<HoldCode>('HoldCode', 'Why a row waits for a word.', {
  GUARD_TRIPPED: 'More changes of its kind than a guard lets pass.',
  SHRINK_GUARD: 'Too many accounts are missing from the scope.',
  REMOTE_INCOMPLETE: 'The platform could not be read completely.',
  GONE_ON_PLATFORM: 'It may have been removed from the platform on purpose.',
  FIELD_CONFLICT: 'Both sides have changed a field, to different values; releasing writes the roster’s.',
  DEPENDS_ON_HELD: 'It depends on a row that is held.',
});

export const PushIssueCodeEnum = registerNames<PushIssueCode>(
  'PushIssueCode',
  'Why a row is skipped, or what the reviewer should know.',
  {
    SWITCHED_OFF: 'Operations of this kind are switched off.',
    UNSUPPORTED: 'The platform cannot do it.',
    PROTECTED: 'Protected by rule.',
    QUARANTINED: 'Failed in the same way too often.',
    MATCH_DISPUTED: 'Several match.',
    MATCH_TAKEN: 'The match is linked to somebody else.',
    NAME_ILLEGAL: 'The platform does not take the name.',
    NAME_TOO_LONG: 'The name is too long.',
    SIBLING_NAME_TAKEN: 'A sibling has the name.',
    DEPTH_EXCEEDED: 'Deeper than the platform allows.',
    CHILDREN_EXCEEDED: 'More units below one than the platform allows.',
    FIELD_REQUIRED: 'A required field is empty.',
    FIELD_ILLEGAL: 'The platform does not take the value.',
    FIELD_TOO_LONG: 'The value is too long.',
    FIELD_NOT_UPDATABLE: 'Differs, and cannot be changed there.',
    FIELD_NOT_CLEARABLE: 'Empty in the roster, and cannot be emptied there.',
    VALUE_TAKEN: 'Somebody else there has the value.',
    TEMPLATE_FAILED: 'The template cannot be worked out.',
    EXTERNAL_ID_ILLEGAL: 'The platform does not take the id.',
    EXTERNAL_ID_TAKEN: 'The id is taken.',
    ORG_UNIT_MISSING: 'The unit is not there.',
    MEMBERSHIPS_EXCEEDED: 'In more units than the platform allows.',
    MEMBERSHIP_REQUIRED: 'In no unit, where one is required.',
    ORG_UNIT_NOT_EMPTY: 'The unit holds what is not ours.',
    PARENT_BLOCKED: 'The unit above is skipped.',
    REFERENCE_MISSING: 'Whoever it refers to is not there.',
    ROOT_FIXED: "The platform's root cannot be changed.",
    IRREVERSIBLE: 'Cannot be undone on the platform.',
    FIELD_CONFLICT:
      'Both sides have changed the field, to different values; the value is what both last agreed on, null when nothing tells.',
    PLATFORM_MASTER: 'The platform is the master of the field: it is not pushed.',
    WAITS_FOR_PULL: 'The platform alone has changed the field: it waits for a pull.',
  },
);

export const SyncObjectTypeEnum = registerNames<'ORG_UNIT' | 'ACCOUNT'>(
  'SyncObjectType',
  'What a row of a plan is about.',
  { ORG_UNIT: 'A unit.', ACCOUNT: 'A person.' },
);

export const RowDecisionEnum = registerNames<'RELEASE' | 'REJECT'>(
  'RowDecision',
  'What a reviewer says about rows that are held.',
  { RELEASE: 'Do it.', REJECT: 'Leave it out, now and without asking again in this plan.' },
);

export const OperationDecisionEnum = registerNames<'RELEASED' | 'REJECTED'>(
  'OperationDecision',
  'What a reviewer said about a row that was held.',
  { RELEASED: 'Do it.', REJECTED: 'Leave it out.' },
);

export const SyncRunPhaseEnum = registerNames<SyncRunPhase>('SyncRunPhase', 'Where a run stands.', {
  QUEUED: 'Waits for a worker.',
  RUNNING: 'Writes to the platform.',
  WAITING: 'All that is left waits for its next attempt, or the connection is in quarantine.',
  STOPPED: 'Stopped by somebody; it can be resumed.',
  DONE: 'Every row has ended.',
  FAILED: 'The run itself could not go on; see `error`.',
});
