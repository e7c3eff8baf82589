/** Why a staged row has the action that it has. Stable: stored, exposed and explained. */
export const REASON_CODES = [
  'NEW_ON_PLATFORM',
  'MATCHED',
  'UNCHANGED',
  'ROSTER_STANDS',
  'FIELDS_CHANGED',
  'MEMBERSHIPS_CHANGED',
  'PARENT_CHANGED',
  'SEVERAL_MATCHES',
  'MATCH_TAKEN',
  'LEFT_PLATFORM',
  'LEAVER_RULE_NONE',
  'LEAVER_ALREADY_DISABLED',
  'LEAVER_PROTECTED',
  'REMOTE_INACTIVE',
  'RETURNED',
  'DELETED_IN_ROSTER',
  'UNIT_LEFT_PLATFORM',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];
