import type {
  GuardKind,
  IncrementalMode,
  OperationKind,
  PushFieldMoment,
  PushRules,
} from '../../src/domain/index.ts';
import { registerNames } from '../enum-of.ts';

export const OutOfScopeEnum = registerNames<PushRules['outOfScope']>(
  'OutOfScopeAction',
  'What a push does with linked people and units that are outside of its scope.',
  {
    REMOVE:
      'They are treated as leavers: with `leaver.action` DELETE they are deleted on the platform, which cannot be undone. Units are deleted.',
    KEEP: 'They are left alone.',
  },
);

export const MembershipOwnershipEnum = registerNames<PushRules['membershipOwnership']>(
  'MembershipOwnership',
  'Whose word counts about the units of a person who is in several units of the platform.',
  {
    REPLACE: "Only the roster's remain; the platform's others are taken away.",
    UNION: "The platform's others stay, the roster's are added.",
  },
);

export const PushLeaverActionEnum = registerNames<PushRules['leaver']['action']>(
  'PushLeaverAction',
  'What a push does with somebody who is disabled or deleted in the roster.',
  {
    DISABLE: 'Disable the person there, where the platform can.',
    DELETE: 'Delete a person whose account is deleted. This cannot be undone on most platforms.',
    NONE: 'Leave the person alone.',
  },
);

export const PushFieldMomentEnum = registerNames<PushFieldMoment>(
  'PushFieldMoment',
  'When a field is written.',
  {
    ON_CREATE: 'Only for a new person; what is changed there later stays.',
    ALWAYS: 'Whenever it differs; an empty value in the roster empties it there.',
    NEVER: 'Never.',
    CLEAR: 'Always set to empty.',
  },
);

export const IncrementalModeEnum = registerNames<IncrementalMode>(
  'IncrementalMode',
  'How a change of the roster reaches the platform by itself.',
  {
    OFF: 'Not at all.',
    HOLD: 'A plan is made within seconds, and waits for approval.',
    APPLY: 'A plan is made within seconds and applied; what a guard holds waits for people.',
  },
);

const GUARD_KINDS: Readonly<Record<GuardKind, string>> = {
  ACCOUNT_DELETE: 'People who are deleted.',
  ACCOUNT_DISABLE: 'People who are disabled.',
  ACCOUNT_MOVE: 'People who come into other units.',
  ACCOUNT_RENAME: 'People whose name changes.',
  ACCOUNT_LOGIN_ID: 'People who have to sign in with something else.',
  ACCOUNT_MANAGER_CLEAR: 'People who lose their manager.',
  ORG_UNIT_DELETE: 'Units that are deleted.',
  ORG_UNIT_MOVE: 'Units that come below another unit.',
  ORG_UNIT_RENAME: 'Units whose name changes.',
  MEMBERSHIP_REMOVE: 'Places in units that people lose.',
};

export const GuardKindEnum = registerNames<GuardKind>(
  'GuardKind',
  'What a guard counts over a whole plan, each kind by itself.',
  GUARD_KINDS,
);

export const GuardVerdictKindEnum = registerNames<GuardKind | 'SHRINK'>(
  'GuardVerdictKind',
  'What a guard has counted over a whole plan.',
  { ...GUARD_KINDS, SHRINK: 'Accounts in scope that are fewer than at the last full plan.' },
);

export const OperationKindEnum = registerNames<OperationKind>(
  'OperationKind',
  'What one row of a plan does. LINK and UNLINK write nothing on the platform.',
  {
    LINK_ORG_UNIT: 'Says that a unit of the platform is a unit of the roster.',
    UNLINK_ORG_UNIT: 'Takes that back.',
    CREATE_ORG_UNIT: 'Makes a unit.',
    UPDATE_ORG_UNIT: 'Changes the name or the position of a unit.',
    MOVE_ORG_UNIT: 'Puts a unit, with everything in it, below another one.',
    SET_LEADERS: 'Says who leads a unit.',
    DELETE_ORG_UNIT: 'Deletes a unit.',
    LINK_ACCOUNT: 'Says that a person of the platform is an account.',
    UNLINK_ACCOUNT: 'Takes that back.',
    CREATE_ACCOUNT: 'Makes a person.',
    UPDATE_ACCOUNT: 'Changes fields of a person, and the units along with them.',
    MOVE_ACCOUNT: 'Changes the units of a person alone.',
    SET_MANAGER: 'Says who manages a person.',
    ENABLE_ACCOUNT: 'Lets a person use the platform again.',
    DISABLE_ACCOUNT: 'Keeps a person from using the platform.',
    DELETE_ACCOUNT: 'Deletes a person. This cannot be undone on most platforms.',
  },
);

export const TextUnitEnum = registerNames<'utf16' | 'bytes' | 'codePoints'>(
  'TextUnit',
  'What the length of a text is counted in.',
  {
    codePoints: 'Characters (Unicode code points).',
    utf16: 'Units of UTF-16: a rare character counts twice.',
    bytes: 'Bytes of UTF-8: a Chinese character counts three.',
  },
);

export const AccountIdModeEnum = registerNames<'CHOSEN' | 'ASSIGNED'>(
  'AccountIdMode',
  'Who says which id a new person gets on the platform.',
  {
    CHOSEN: 'Muster may say it; see `PushRules.externalIdTemplate`.',
    ASSIGNED: 'The platform alone makes it.',
  },
);
