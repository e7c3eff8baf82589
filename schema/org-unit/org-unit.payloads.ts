import { Field, ObjectType } from 'type-graphql';
import { OrgUnitType } from './org-unit.type.ts';

@ObjectType('OrgUnitPayload', {
  description: 'The org unit as it is after the mutation.',
  simpleResolvers: true,
})
export class OrgUnitPayload {
  @Field(() => OrgUnitType, { description: 'The org unit.' })
  readonly orgUnit!: OrgUnitType;
}
