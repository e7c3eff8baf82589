import { Field, ID, InputType } from 'type-graphql';
import type { OrgUnitId, OrgUnitStatus } from '../../src/domain/index.ts';
import { OrgUnitStatusEnum } from '../enums.ts';
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
