import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { AccountStatus, Attributes } from '../../src/domain/index.ts';
import { AccountStatusEnum } from '../enums.ts';
import { FieldProvenanceType } from '../history/history.type.ts';
import { OrgUnitType } from '../org-unit/org-unit.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { AttributeMap, DateTime } from '../scalars.ts';

@ObjectType('Membership', { description: 'An account in an org unit.', simpleResolvers: true })
export class MembershipType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The org unit.' })
  readonly orgUnitId!: string;

  @Field(() => OrgUnitType, { description: 'The org unit.' })
  readonly orgUnit!: OrgUnitType;

  @Field(() => Boolean, { description: 'True for exactly one membership of an account.' })
  readonly primary!: boolean;

  @Field(() => Boolean, { description: 'The account leads the unit.' })
  readonly leader!: boolean;

  @Field(() => String, { nullable: true, description: 'Title in this unit, at most 200 characters.' })
  readonly title!: string | null;

  @Field(() => String, { description: 'Position in the unit, ascending; a whole number as text.' })
  readonly order!: string;
}

@ObjectType('Account', {
  description: "One person's (or service's) identity in the roster.",
  simpleResolvers: true,
})
export class AccountType {
  @Field(() => ID, { description: 'UUID version 7, made by Muster.' })
  readonly id!: string;

  @Field(() => String, {
    description:
      'Name to sign in with, 1 to 64 characters without blanks, unique in the tenant without regard to case.',
  })
  readonly userName!: string;

  @Field(() => String, { description: 'Name for people, 1 to 200 characters.' })
  readonly displayName!: string;

  @Field(() => AccountStatusEnum, { description: 'Life cycle.' })
  readonly status!: AccountStatus;

  @Field(() => String, { nullable: true, description: 'Why it has this status, as an administrator put it.' })
  readonly statusReason!: string | null;

  @Field(() => String, { nullable: true, description: 'Mail address, at most 254 characters.' })
  readonly email!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Mainland numbers as eleven digits, others as `+<country code>-<digits>`.',
  })
  readonly mobile!: string | null;

  @Field(() => String, { nullable: true, description: 'Job number, at most 64 characters; not unique.' })
  readonly jobNumber!: string | null;

  @Field(() => String, { nullable: true, description: 'Title, at most 200 characters.' })
  readonly title!: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that this one reports to.' })
  readonly managerId!: string | null;

  @Field(() => AccountType, { nullable: true, description: 'The account that this one reports to.' })
  readonly manager!: AccountType | null;

  @Field(() => ID, { description: 'The primary org unit.' })
  readonly orgUnitId!: string;

  @Field(() => OrgUnitType, { description: 'The primary org unit.' })
  readonly orgUnit!: OrgUnitType;

  @Field(() => [MembershipType], { description: 'All memberships, the primary one first.' })
  readonly memberships!: readonly MembershipType[];

  @Field(() => AttributeMap, {
    description: 'Custom attributes; sensitive ones only for administrators and the person.',
  })
  readonly attributes!: Attributes;

  @Field(() => [FieldProvenanceType], {
    description: 'For each field that has a value: who set it, when, through what and in which run.',
  })
  readonly provenance!: readonly FieldProvenanceType[];

  @Field(() => Int, { description: 'Grows with each change; give it back with an edit.' })
  readonly version!: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt!: string;

  @Field(() => DateTime, { description: 'When it was last changed.' })
  readonly changedAt!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was deleted.' })
  readonly deletedAt!: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'Until when it can be restored, 30 days after deletion.',
  })
  readonly restoreUntil!: string | null;
}

const AccountEdge = edgeOf('AccountEdge', () => AccountType);
export const AccountConnection = connectionOf('AccountConnection', {
  edge: () => AccountEdge,
  node: () => AccountType,
  what: 'accounts',
});
