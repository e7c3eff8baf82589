import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('OpenHints', { description: 'How many objects wait to be read, by kind.', simpleResolvers: true })
export class OpenHintsType {
  @Field(() => Int, { description: 'Org units.' })
  readonly orgUnits!: number;

  @Field(() => Int, { description: 'People.' })
  readonly accounts!: number;

  @Field(() => Boolean, { description: 'A whole pull is wanted.' })
  readonly company!: boolean;
}
