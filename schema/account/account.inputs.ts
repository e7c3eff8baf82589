import { Field, ID, InputType } from 'type-graphql';
import type { AccountId, AccountStatus, OrgUnitId } from '../../src/domain/index.ts';
import { AccountStatusEnum } from '../enums.ts';
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

export const FIRST = { defaultValue: 50, description: 'Size of the page, 1 to 200.' } as const;
export const AFTER = { nullable: true, description: 'Cursor after which the page begins.' } as const;
