import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type { Role } from '../../src/domain/index.ts';
import { RoleEnum } from '../enums.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('RoleGrant', { description: 'A role that an account has.', simpleResolvers: true })
export class RoleGrantType {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => String, { description: 'Display name of the account.' })
  readonly displayName!: string;

  @Field(() => RoleEnum, { description: 'The role.' })
  readonly role!: Role;

  @Field(() => ID, {
    nullable: true,
    description: 'Unit that a DIRECTORY_ADMIN is limited to, with all below it; null = the whole tenant.',
  })
  readonly orgUnitId!: string | null;

  @Field(() => DateTime, { description: 'When it was granted.' })
  readonly grantedAt!: Date;

  @Field(() => ID, { nullable: true, description: 'Account that granted it; null = Muster itself.' })
  readonly grantedById!: string | null;
}

@InputType('GrantRoleInput', { description: 'A role for an account.' })
export class GrantRoleInput {
  @Field(() => ID, { description: 'The account; it must be active.' })
  readonly accountId!: string;

  @Field(() => RoleEnum, { description: 'Any but MEMBER, which every account is.' })
  readonly role!: Role;

  @Field(() => ID, {
    nullable: true,
    description: 'Limits a DIRECTORY_ADMIN to this unit and what is below it.',
  })
  readonly orgUnitId?: string | null;
}

@InputType('RevokeRoleInput', { description: 'A role to take away.' })
export class RevokeRoleInput {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => RoleEnum, { description: 'The role.' })
  readonly role!: Role;
}

@ObjectType('GrantRolePayload', { description: 'The role as granted.', simpleResolvers: true })
export class GrantRolePayload {
  @Field(() => RoleGrantType, { description: 'The grant.' })
  readonly roleGrant!: RoleGrantType;
}

@ObjectType('RevokeRolePayload', { description: 'What was taken away.', simpleResolvers: true })
export class RevokeRolePayload {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => RoleEnum, { description: 'The role it does not have any more.' })
  readonly role!: Role;
}
