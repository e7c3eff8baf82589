import { Field, ID, InputType, Int } from 'type-graphql';
import type { AccountId, AccountStatus, OrgUnitId } from '../../src/domain/index.ts';
import { AccountStatusEnum } from '../enums.ts';
import { VERSION } from '../paging/arguments.ts';
import { AttributeMap, Json } from '../scalars.ts';

@InputType('AttributeFilter', { description: 'A custom attribute that must have a value.' })
export class AttributeFilterInput {
  @Field(() => String, { description: 'Name of an enabled attribute of accounts.' })
  readonly name!: string;

  @Field(() => Json, { description: 'The value, of the type that the attribute is defined with.' })
  readonly value!: unknown;
}

@InputType('AccountFilter', { description: 'Which accounts; all conditions must hold.' })
export class AccountFilterInput {
  @Field(() => ID, { nullable: true, description: 'Members of this org unit.' })
  readonly orgUnitId?: OrgUnitId;

  @Field(() => Boolean, { defaultValue: false, description: 'With `orgUnitId`: and of the units below it.' })
  readonly includeDescendants!: boolean;

  @Field(() => [AccountStatusEnum], { nullable: true, description: 'Default: ACTIVE and DISABLED.' })
  readonly statuses?: AccountStatus[];

  @Field(() => String, {
    nullable: true,
    description:
      'Part of the display name, user name, mail, mobile or job number, or the name in pinyin, in full or by initials; one Chinese character is enough. At most 100 characters.',
  })
  readonly search?: string;

  @Field(() => [AttributeFilterInput], { nullable: true, description: 'Custom attributes, at most 10.' })
  readonly attributes?: AttributeFilterInput[];
}

@InputType('CreateAccountInput', { description: 'A new account. Texts are trimmed and normalised.' })
export class CreateAccountInput {
  @Field(() => String, { description: '1 to 64 characters without blanks, unique without regard to case.' })
  readonly userName!: string;

  @Field(() => String, { description: '1 to 200 characters.' })
  readonly displayName!: string;

  @Field(() => ID, { description: 'The primary org unit.' })
  readonly orgUnitId!: OrgUnitId;

  @Field(() => String, { nullable: true, description: 'Mail address, at most 254 characters.' })
  readonly email?: string | null;

  @Field(() => String, { nullable: true, description: 'Mobile number; `+86` is taken off mainland numbers.' })
  readonly mobile?: string | null;

  @Field(() => String, { nullable: true, description: 'Job number, at most 64 characters.' })
  readonly jobNumber?: string | null;

  @Field(() => String, { nullable: true, description: 'Title, at most 200 characters.' })
  readonly title?: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that this one reports to.' })
  readonly managerId?: AccountId | null;

  @Field(() => AttributeMap, { nullable: true, description: 'Custom attributes by name.' })
  readonly attributes?: Readonly<Record<string, unknown>>;
}

@InputType('UpdateAccountInput', { description: 'Fields to change; absent ones stay, null empties.' })
export class UpdateAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 64 characters without blanks.' })
  readonly userName?: string;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly displayName?: string;

  @Field(() => String, { nullable: true, description: 'Mail address, at most 254 characters.' })
  readonly email?: string | null;

  @Field(() => String, { nullable: true, description: 'Mobile number.' })
  readonly mobile?: string | null;

  @Field(() => String, { nullable: true, description: 'Job number, at most 64 characters.' })
  readonly jobNumber?: string | null;

  @Field(() => String, { nullable: true, description: 'Title, at most 200 characters.' })
  readonly title?: string | null;

  @Field(() => ID, { nullable: true, description: 'The account that this one reports to.' })
  readonly managerId?: AccountId | null;

  @Field(() => AttributeMap, { nullable: true, description: 'Custom attributes to change, by name.' })
  readonly attributes?: Readonly<Record<string, unknown>>;
}

@InputType('DisableAccountInput', { description: 'Which account, and why.' })
export class DisableAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: 'Why, at most 200 characters.' })
  readonly reason?: string | null;
}

@InputType('AccountVersionInput', { description: 'Which account.' })
export class AccountVersionInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;
}

@InputType('RestoreAccountInput', { description: 'Which account, and where to put it.' })
export class RestoreAccountInput {
  @Field(() => ID, { description: 'The account.' })
  readonly id!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Its primary org unit from now on; absent = where it was. Needed when that unit is deleted.',
  })
  readonly orgUnitId?: OrgUnitId;
}

@InputType('MembershipInput', { description: 'A membership to add, or to change where there is one.' })
export class MembershipInput {
  @Field(() => ID, { description: 'The org unit.' })
  readonly orgUnitId!: OrgUnitId;

  @Field(() => Boolean, {
    nullable: true,
    description: 'The account leads the unit; absent = as it was, or no.',
  })
  readonly leader?: boolean;

  @Field(() => String, { nullable: true, description: 'Title in this unit, at most 200 characters.' })
  readonly title?: string | null;

  @Field(() => String, { nullable: true, description: 'Position, a whole number of up to 30 digits.' })
  readonly order?: string;
}

@InputType('SetMembershipsInput', {
  description: 'Changes to the memberships of an account, made all at once.',
})
export class SetMembershipsInput {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => [MembershipInput], { nullable: true, description: 'To add or to change.' })
  readonly put?: MembershipInput[];

  @Field(() => [ID], { nullable: true, description: 'Org units to leave. With `put` at most 100.' })
  readonly remove?: OrgUnitId[];

  @Field(() => ID, { nullable: true, description: 'The primary org unit from now on; absent = as it was.' })
  readonly primaryOrgUnitId?: OrgUnitId;
}

@InputType('SetManagerInput', { description: 'Whom an account reports to.' })
export class SetManagerInput {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: AccountId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => ID, { nullable: true, description: 'The manager; null = nobody.' })
  readonly managerId?: AccountId | null;
}
