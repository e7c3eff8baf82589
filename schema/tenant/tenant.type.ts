import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { VERSION } from '../paging/arguments.ts';

@ObjectType('PasswordPolicy', { description: 'What a password must look like.', simpleResolvers: true })
export class PasswordPolicyType {
  @Field(() => Int, { description: 'Shortest password, 8 to 128 characters.' })
  readonly minLength!: number;

  @Field(() => Boolean, { description: 'It needs an upper-case letter.' })
  readonly requireUpper!: boolean;

  @Field(() => Boolean, { description: 'It needs a lower-case letter.' })
  readonly requireLower!: boolean;

  @Field(() => Boolean, { description: 'It needs a digit.' })
  readonly requireDigit!: boolean;

  @Field(() => Boolean, { description: 'It needs a character that is neither letter nor digit.' })
  readonly requireSymbol!: boolean;

  @Field(() => Int, { description: 'Days after which it must be changed, 0 to 3,650; 0 = never.' })
  readonly maxAgeDays!: number;

  @Field(() => Boolean, {
    description: 'A password that somebody else has set must be changed at the first sign-in.',
  })
  readonly changeAtFirstSignIn!: boolean;
}

@ObjectType('Tenant', { description: 'One team or company; owns everything below.', simpleResolvers: true })
export class TenantType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => String, { description: 'Short name used when signing in; for ever.' })
  readonly code!: string;

  @Field(() => String, { description: 'Name for people, 1 to 200 characters.' })
  readonly name!: string;

  @Field(() => Int, { nullable: true, description: 'Most accounts that are not deleted; null = unlimited.' })
  readonly accountQuota!: number | null;

  @Field(() => Int, { description: 'Accounts that are not deleted; what the quota limits.' })
  readonly accountCount!: number;

  @Field(() => PasswordPolicyType, { description: 'What a password must look like.' })
  readonly passwordPolicy!: PasswordPolicyType;

  @Field(() => Int, { description: 'Grows with each change.' })
  readonly version!: number;
}

@ObjectType('TenantPayload', {
  description: 'The tenant as it is after the mutation.',
  simpleResolvers: true,
})
export class TenantPayload {
  @Field(() => TenantType, { description: 'The tenant.' })
  readonly tenant!: TenantType;
}

@InputType('PasswordPolicyInput', { description: 'Rules to change; absent ones stay.' })
export class PasswordPolicyInput {
  @Field(() => Int, { nullable: true, description: '8 to 128 characters.' })
  readonly minLength?: number;

  @Field(() => Boolean, { nullable: true, description: 'Needs an upper-case letter.' })
  readonly requireUpper?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Needs a lower-case letter.' })
  readonly requireLower?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Needs a digit.' })
  readonly requireDigit?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Needs another character.' })
  readonly requireSymbol?: boolean;

  @Field(() => Int, { nullable: true, description: 'Days, 0 to 3,650; 0 = never.' })
  readonly maxAgeDays?: number;

  @Field(() => Boolean, { nullable: true, description: 'Change at the first sign-in.' })
  readonly changeAtFirstSignIn?: boolean;
}

@InputType('UpdateTenantInput', { description: 'Settings to change; absent ones stay.' })
export class UpdateTenantInput {
  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string;

  @Field(() => Int, { nullable: true, description: '0 to 10,000,000; null = unlimited.' })
  readonly accountQuota?: number | null;

  @Field(() => PasswordPolicyInput, { nullable: true, description: 'Rules for passwords.' })
  readonly passwordPolicy?: PasswordPolicyInput;
}
