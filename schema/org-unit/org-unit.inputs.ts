import { Field, ID, InputType, Int } from 'type-graphql';
import type { OrgUnitId, OrgUnitStatus } from '../../src/domain/index.ts';
import { OrgUnitStatusEnum } from '../enums.ts';
import { VERSION } from '../paging/arguments.ts';
import { AttributeMap } from '../scalars.ts';

@InputType('OrgUnitFilter', { description: 'Which org units; all conditions must hold.' })
export class OrgUnitFilterInput {
  @Field(() => ID, { nullable: true, description: 'Directly below this unit.' })
  readonly parentId?: OrgUnitId;

  @Field(() => String, { nullable: true, description: 'Part of the name, without regard to case.' })
  readonly search?: string;

  @Field(() => [OrgUnitStatusEnum], { nullable: true, description: 'Default: ACTIVE.' })
  readonly statuses?: OrgUnitStatus[];
}

@InputType('CreateOrgUnitInput', { description: 'A new org unit. Texts are trimmed and normalised.' })
export class CreateOrgUnitInput {
  @Field(() => ID, { description: 'The unit above.' })
  readonly parentId!: OrgUnitId;

  @Field(() => String, { description: '1 to 200 characters, unique among its siblings.' })
  readonly name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Position among its siblings, a whole number of up to 30 digits; absent = last.',
  })
  readonly order?: string;

  @Field(() => AttributeMap, { nullable: true, description: 'Custom attributes by name.' })
  readonly attributes?: Readonly<Record<string, unknown>>;
}

@InputType('UpdateOrgUnitInput', { description: 'Fields to change; absent ones stay.' })
export class UpdateOrgUnitInput {
  @Field(() => ID, { description: 'The org unit.' })
  readonly id!: OrgUnitId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters, unique among its siblings.' })
  readonly name?: string;

  @Field(() => String, { nullable: true, description: 'Position among its siblings, a whole number.' })
  readonly order?: string;

  @Field(() => AttributeMap, { nullable: true, description: 'Custom attributes to change, by name.' })
  readonly attributes?: Readonly<Record<string, unknown>>;
}

@InputType('MoveOrgUnitInput', { description: 'Where an org unit shall go.' })
export class MoveOrgUnitInput {
  @Field(() => ID, { description: 'The org unit.' })
  readonly id!: OrgUnitId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => ID, { description: 'The new unit above; not itself, and not below it.' })
  readonly parentId!: OrgUnitId;

  @Field(() => String, {
    nullable: true,
    description: 'Position among its new siblings; absent = as it was.',
  })
  readonly order?: string;
}

@InputType('DeleteOrgUnitInput', { description: 'Which org unit, and what about its contents.' })
export class DeleteOrgUnitInput {
  @Field(() => ID, { description: 'The org unit.' })
  readonly id!: OrgUnitId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Delete the units below and the accounts whose primary unit is among them as well.',
  })
  readonly cascade!: boolean;
}

@InputType('RestoreOrgUnitInput', { description: 'Which org unit, and what about its former contents.' })
export class RestoreOrgUnitInput {
  @Field(() => ID, { description: 'The org unit.' })
  readonly id!: OrgUnitId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Restore what was deleted along with it as well.',
  })
  readonly cascade!: boolean;
}
