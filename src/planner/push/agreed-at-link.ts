import type { AgreedAccount, AgreedOrgUnit } from '../../domain/agreed.ts';
import type { RemoteAccountValue, RemoteMembershipValue } from '../../domain/remote.ts';
import type { OperationContent } from '../../domain/sync.ts';
import type { FieldDiff, FieldPlan } from './field-values.ts';
import type { SeatPlan } from './memberships.ts';
import { platformMemberOf } from './push-masters.ts';

const NOTHING: OperationContent = Object.freeze({});

/**
 * What a link is told of two who have found each other: the fields that both hold the same of. They are what both agree
 * on from then on; of all others nobody knows yet.
 */
export const agreedAtLink = (
  plans: readonly FieldPlan[],
  remote: RemoteAccountValue,
  difference: { readonly fields: FieldDiff; readonly seats: SeatPlan },
): OperationContent => {
  const { fields, seats } = difference;
  const differing = new Set([
    ...fields.changes.map(({ field }) => field),
    ...fields.issues.map(({ field }) => field),
  ]);
  const agreed = plans.flatMap(({ target, when, seen }) =>
    when !== 'ALWAYS' || seen(remote) === undefined || differing.has(target.name) ? [] : [target.name],
  );
  if (seats.memberships === null && seats.issues.length === 0) agreed.push('memberships');
  return agreed.length === 0 ? NOTHING : { agreed };
};

const withoutFacts = ({ orgUnitExternalId, order }: RemoteMembershipValue): RemoteMembershipValue => ({
  orgUnitExternalId,
  ...(order === undefined ? {} : { order }),
});

/** The named fields of a copy as what both sides agree on. Of places it is only where they are. */
export const agreedOfCopy = (
  copy: Readonly<Record<string, unknown>>,
  names: readonly string[],
): AgreedAccount & AgreedOrgUnit => {
  const agreed: Record<string, unknown> = {};
  const attributes: Record<string, unknown> = {};
  for (const name of names) {
    const { [name]: own } = copy;
    if (name === 'memberships') agreed[name] = (own as RemoteMembershipValue[]).map(withoutFacts);
    else if (UNIT_MEMBERS.has(name) || platformMemberOf(name) !== null) agreed[name] = own;
    else attributes[name] = (copy['attributes'] as Record<string, unknown> | undefined)?.[name];
  }
  return { ...agreed, ...(Object.keys(attributes).length === 0 ? {} : { attributes }) };
};

const UNIT_MEMBERS: ReadonlySet<string> = new Set(['name', 'parentExternalId']);

/** What is agreed on of units that were found at the same place under the same name. */
export const AGREED_UNIT: readonly string[] = ['name', 'parentExternalId'];
