import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { Attributes, OrgUnitStatus } from '../../src/domain/index.ts';
import { OrgUnitStatusEnum } from '../enums.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { AttributeMap, DateTime } from '../scalars.ts';

@ObjectType('OrgUnit', { description: 'A node of the one tree of a tenant.', simpleResolvers: true })
export class OrgUnitType {
  @Field(() => ID, { description: 'UUID version 7, made by Muster.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name, 1 to 200 characters, unique among its siblings.' })
  readonly name!: string;

  @Field(() => [String], { description: 'Names from the root down to this unit.' })
  readonly path!: string[];

  @Field(() => ID, { nullable: true, description: 'The unit above; null for the root alone.' })
  readonly parentId!: string | null;

  @Field(() => Int, { description: 'Levels below the root, 0 for the root.' })
  readonly depth!: number;

  @Field(() => String, {
    description: 'Position among its siblings, ascending; a whole number of up to 30 digits as text.',
  })
  readonly order!: string;

  @Field(() => OrgUnitStatusEnum, { description: 'Life cycle.' })
  readonly status!: OrgUnitStatus;

  @Field(() => AttributeMap, { description: 'Custom attributes; sensitive ones only for administrators.' })
  readonly attributes!: Attributes;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of active units directly below; null with `asOf`.',
  })
  readonly childCount!: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Number of accounts that are not deleted directly in this unit; null with `asOf`.',
  })
  readonly accountCount!: number | null;

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

const OrgUnitEdge = edgeOf('OrgUnitEdge', () => OrgUnitType);
export const OrgUnitConnection = connectionOf('OrgUnitConnection', {
  edge: () => OrgUnitEdge,
  node: () => OrgUnitType,
  what: 'org units',
});

@ObjectType('OrgUnitTree', { description: 'The tree or a part of it, flat.', simpleResolvers: true })
export class OrgUnitTreeType {
  @Field(() => [OrgUnitType], {
    description:
      'Parents before children, siblings by `order` and then by name; the root of the answer first.',
  })
  readonly nodes!: readonly OrgUnitType[];

  @Field(() => Boolean, {
    description: 'True when more than 10,000 units were found and the rest is missing.',
  })
  readonly truncated!: boolean;
}
