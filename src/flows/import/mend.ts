import type {
  AccountId,
  FieldChange,
  OrgUnitId,
  RemoteAccountValue,
  RemoteOrgUnitValue,
} from '../../domain/index.ts';
import { canonicalJson } from '../../planner/canonical-hash.ts';
import type { AccountPlanContext } from '../../planner/facts.ts';
import type { Mended } from '../../store/queries/import-facts.ts';

/**
 * What a reviewer may put in place of what the platform said. `orgUnitId` seats a person in a unit of the roster
 * instead of units that nobody knows; `accountId` is the account chosen for a disputed person (`null` = a new one).
 */
export const MENDABLE_FIELDS = [
  'displayName',
  'userName',
  'mobile',
  'email',
  'jobNumber',
  'title',
  'orgUnitId',
] as const;
export type MendableField = (typeof MENDABLE_FIELDS)[number];

/** Under this name a reviewer's choice of account is kept among the mended fields. */
export const CHOICE = 'accountId';

const text = (mended: Mended, field: MendableField): string | null | undefined => {
  const after = mended[field]?.after;
  return typeof after === 'string' || after === null ? after : undefined;
};

const SEAT = '\u0000seat:';

/** User name that the reviewer typed for a new account. */
export const mendedUserName = (mended: Mended): string | undefined => text(mended, 'userName') ?? undefined;

/** The account that the reviewer chose; `null` = a new one, `undefined` = nothing was chosen. */
export const chosenAccount = (mended: Mended): AccountId | null | undefined => {
  const choice = mended[CHOICE];
  if (choice === undefined) return undefined;
  return typeof choice.after === 'string' ? (choice.after as AccountId) : null;
};

const FIELDS: readonly (readonly [MendableField, 'name' | 'mobile' | 'email' | 'jobNumber' | 'title'])[] = [
  ['displayName', 'name'],
  ['mobile', 'mobile'],
  ['email', 'email'],
  ['jobNumber', 'jobNumber'],
  ['title', 'title'],
];

const NOTHING_DECIDED: ReadonlySet<string> = new Set();

/** Fields of the roster in which the reviewer has put another value in place of the platform's. */
export const decidedFields = (mended: Mended): ReadonlySet<string> => {
  const fields = Object.keys(mended);
  return fields.length === 0
    ? NOTHING_DECIDED
    : new Set(fields.map((field) => (field === 'orgUnitId' ? 'memberships' : field)));
};

/** A person as the platform told it, with the reviewer's words over it. */
export const mendAccount = (
  remote: RemoteAccountValue,
  mended: Mended,
  context: Pick<AccountPlanContext, 'orgUnitOf'>,
): RemoteAccountValue => {
  const over: Partial<Record<'name' | 'mobile' | 'email' | 'jobNumber' | 'title', string | null>> = {};
  for (const [field, name] of FIELDS) {
    const value = text(mended, field);
    if (value !== undefined) over[name] = value;
  }
  const unit = text(mended, 'orgUnitId');
  if (unit === undefined || unit === null) return { ...remote, ...over };
  const known = remote.memberships.filter(({ orgUnitExternalId }) => context.orgUnitOf(orgUnitExternalId));
  const memberships = [...known, { orgUnitExternalId: SEAT + unit, leader: false }];
  return { ...remote, ...over, memberships };
};

/** The context in which a mended seat is found. */
export const withSeats = (context: AccountPlanContext): AccountPlanContext => ({
  ...context,
  orgUnitOf: (externalId) =>
    externalId.startsWith(SEAT)
      ? (externalId.slice(SEAT.length) as OrgUnitId)
      : context.orgUnitOf(externalId),
});

/** A unit as the platform told it, with the reviewer's name over it. */
export const mendOrgUnit = (remote: RemoteOrgUnitValue, mended: Mended | undefined): RemoteOrgUnitValue => {
  const name = mended?.['name']?.after;
  return typeof name === 'string' ? { ...remote, name } : remote;
};

/** True when two lists of changes say the same. */
export const sameChanges = (a: readonly FieldChange[], b: unknown): boolean =>
  Array.isArray(b) &&
  a.length === b.length &&
  a.every((change, at) => {
    const other: unknown = b[at];
    return (
      typeof other === 'object' &&
      other !== null &&
      'field' in other &&
      other.field === change.field &&
      'after' in other &&
      JSON.stringify(other.after) === JSON.stringify(change.after)
    );
  });

/** True when both rows tell of the same conflicts, with the same values on either side. */
export const sameContest = (
  row: { readonly changes: readonly FieldChange[]; readonly contested: object | null },
  other: { readonly changes: unknown; readonly contested: unknown },
): boolean =>
  canonicalJson(row.contested) === canonicalJson(other.contested) &&
  canonicalJson(row.changes) === canonicalJson(other.changes);
