import type {
  CompletenessGap,
  Decision,
  ImportPhase,
  ImportScope,
  IssueCode,
  Outcome,
  Situation,
  StagedAction,
} from '../../src/domain/index.ts';
import { registerNames } from '../enum-of.ts';

export const ImportScopeEnum = registerNames<ImportScope>('ImportScope', 'What is pulled.', {
  ORG_UNITS: 'Org units.',
  ACCOUNTS: 'People; units must have been imported before.',
  ALL: 'Both, units first.',
});

export const ImportPhaseEnum = registerNames<ImportPhase>('ImportPhase', 'Where an import stands.', {
  QUEUED: 'Waits for a worker.',
  READING: 'Reads the objects that events have named, and what these cannot be understood without.',
  FETCHING: 'Fetches from the platform.',
  STAGING: 'Compares what was fetched with the roster.',
  REVIEW: 'Waits for a reviewer; nothing has touched the roster.',
  COMMITTING: 'Writes into the roster.',
  COMMITTED: 'Written.',
  DISCARDED: 'Ended without writing anything.',
  REVERTED: 'Written and taken back.',
  CANCELLED: 'Stopped while it worked.',
  FAILED: 'Could not go on; see `error`.',
});

export const ImportTriggerEnum = registerNames<'MANUAL' | 'SCHEDULE' | 'EVENT' | 'PUSH'>(
  'ImportTrigger',
  'What started an import.',
  {
    MANUAL: 'Somebody asked for it.',
    SCHEDULE: 'It was due, by `PullRules.everyMinutes`.',
    EVENT: 'The platform told of a change.',
    PUSH: 'A push refreshes the copies first.',
  },
);

export const GapCodeEnum = registerNames<CompletenessGap['code']>(
  'GapCode',
  'Why a fetch cannot vouch for having seen everything.',
  {
    ORG_UNIT_FETCH_FAILED: 'An org unit could not be read.',
    ACCOUNT_PAGE_FAILED: 'A page of people could not be read.',
    COUNT_MISMATCH: "As many people as the platform's own head count says were not seen.",
    RANGE_NARROWED: 'The credentials see only a part of the company.',
    RANGE_CHANGED: 'What the credentials see has changed since the last commit, or during the fetch.',
    PAGING_LOOPED: 'The pages of a list repeated themselves.',
    START_UNITS_ONLY: 'By rule only some org units were read.',
    NAMED_ONLY: 'Only what events have named was read.',
    CANCELLED: 'The fetch was stopped.',
  },
);

export const LeaverRefusalEnum = registerNames<'NOT_ASKED' | 'INCOMPLETE' | 'COUNT_MISMATCH' | 'EMPTY'>(
  'LeaverRefusal',
  'Why absence was not read as leaving.',
  {
    NOT_ASKED: 'The run did not ask for people.',
    INCOMPLETE: 'The fetch was not complete.',
    COUNT_MISMATCH: "The count differs from the platform's own.",
    EMPTY: 'The platform returned nobody at all.',
  },
);

export const SituationEnum = registerNames<Situation>(
  'Situation',
  'How a platform object stands to the roster.',
  {
    LINKED: 'Linked.',
    UNLINKED: 'Exactly one match, not linked.',
    UNMATCHED: 'No match.',
    DISPUTED: 'Several matches, or a match that is taken.',
    DELETED: 'Linked, and absent from a complete fetch.',
  },
);

export const StagedActionEnum = registerNames<StagedAction>('StagedAction', 'What the commit would do.', {
  CREATE: 'Make it.',
  UPDATE: 'Change fields.',
  MOVE: 'Put it into other units.',
  LINK: 'Link it, and change what differs.',
  DISABLE: 'Disable the account.',
  NONE: 'Nothing.',
});

export const DecisionEnum = registerNames<Decision>('Decision', 'What the reviewer says about a row.', {
  PENDING: 'Held: nothing happens until it is accepted.',
  ACCEPTED: 'Commit it.',
  SKIPPED: 'Leave it out.',
});

export const OutcomeEnum = registerNames<Outcome>('Outcome', 'How a row ended.', {
  APPLIED: 'Written.',
  UNCHANGED: 'There was nothing to write.',
  SKIPPED: 'Left out by the reviewer.',
  HELD: 'Held, not written.',
  FAILED: 'Could not be written.',
});

export const IssueCodeEnum = registerNames<IssueCode>(
  'IssueCode',
  'What is wrong with a row, or worth knowing.',
  {
    NAME_MISSING: 'No name.',
    NAME_TOO_LONG: 'The name is too long.',
    MOBILE_MISSING: 'No mobile number, where one is required.',
    MOBILE_ILLEGAL: 'Not a mobile number.',
    MOBILE_DUPLICATE: 'Somebody else has the mobile number.',
    EMAIL_ILLEGAL: 'Not a mail address.',
    EMAIL_DUPLICATE: 'Somebody else has the mail address.',
    USER_NAME_MISSING: 'Nothing to make a user name of.',
    USER_NAME_ILLEGAL: 'Not a user name.',
    USER_NAME_DUPLICATE: 'Somebody else has the user name.',
    ORG_UNIT_UNKNOWN: 'An org unit that is not there.',
    ORG_UNIT_MISSING: 'No org unit.',
    PARENT_UNKNOWN: 'The unit above is not there.',
    PARENT_CYCLE: 'The units above form a circle.',
    SIBLING_NAME_DUPLICATE: 'A sibling has the name.',
    MATCH_DISPUTED: 'Several accounts match.',
    MATCH_TAKEN: 'The account that matches belongs to somebody else.',
    QUOTA_EXCEEDED: 'No room within the account quota.',
    ATTRIBUTE_ILLEGAL: 'A custom attribute has a value that it may not have.',
    ATTRIBUTE_REQUIRED: 'A required custom attribute is empty.',
    ATTRIBUTE_DUPLICATE: 'Somebody else has the value of a unique attribute.',
    IDENTITY_DUPLICATE: 'The platform gives an id of the person to somebody else, too.',
    LEAVER: 'Is no longer on the platform.',
    PROTECTED_ACCOUNT: 'The account holds a role and is not touched by imports.',
    GUARD_TRIPPED: 'Held, because so many rows would do the same.',
    MANAGER_UNKNOWN: 'The manager is not there.',
    FIELD_CONFLICT:
      'Both sides have changed the field, to different values; the value is what both last agreed on, null when nothing tells. Held: accepting takes the platform’s value, mending another one, skipping leaves the roster’s.',
    FIELD_KEPT: 'The roster’s value stands; the value is what the platform says.',
  },
);

export const StagedKindEnum = registerNames<'ACCOUNT' | 'ORG_UNIT'>('StagedKind', 'Kind of a staged row.', {
  ACCOUNT: 'A person.',
  ORG_UNIT: 'An org unit.',
});
