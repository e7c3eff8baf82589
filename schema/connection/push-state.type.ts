import { Field, ID, Int, ObjectType } from 'type-graphql';
import { FailureType } from '../failure.type.ts';
import { DateTime } from '../scalars.ts';

@ObjectType('QuarantinedObject', {
  description:
    'An account or a unit that failed five times in a row in the same way; it is left out of plans.',
  simpleResolvers: true,
})
export class QuarantinedObjectType {
  @Field(() => String, { description: 'ACCOUNT or ORG_UNIT.' })
  readonly objectType!: string;

  @Field(() => ID, { description: 'Its id in the roster; give it to `releaseQuarantine`.' })
  readonly objectId!: string;

  @Field(() => FailureType, { description: 'How it failed.' })
  readonly error!: FailureType;

  @Field(() => Int, { description: 'How often in a row.' })
  readonly failures!: number;

  @Field(() => DateTime, { description: 'Since when it is left out.' })
  readonly quarantinedAt!: Date;
}

@ObjectType('PushState', { description: 'Where pushing to a platform stands.', simpleResolvers: true })
export class PushStateType {
  @Field(() => DateTime, {
    nullable: true,
    description: 'Since when nothing is pushed, because the platform refuses everything; null = all is well.',
  })
  readonly quarantinedAt!: Date | null;

  @Field(() => FailureType, { nullable: true, description: 'Why, and what to do about it.' })
  readonly reason!: FailureType | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the platform is tried next; the quarantine ends by itself once that succeeds.',
  })
  readonly nextProbeAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When a full plan was last applied.' })
  readonly lastFullAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Accounts in scope at the last full plan: what the shrink guard compares with.',
  })
  readonly accountsInScope!: number | null;

  @Field(() => [QuarantinedObjectType], {
    description: 'Objects that are left out of plans, at most 100, those that wait longest first.',
  })
  readonly quarantinedObjects!: readonly QuarantinedObjectType[];
}
