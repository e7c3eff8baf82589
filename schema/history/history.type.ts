import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime, Json } from '../scalars.ts';

export const AccountChangeKind = { CREATED: 'CREATED', CHANGED: 'CHANGED', PURGED: 'PURGED' } as const;
registerEnumType(AccountChangeKind, {
  name: 'AccountChangeKind',
  description: 'What happened.',
  valuesConfig: {
    CREATED: { description: 'The account was made.' },
    CHANGED: { description: 'Fields or a membership changed.' },
    PURGED: { description: 'The account was removed for good.' },
  },
});

@ObjectType('FieldChange', { description: 'One field before and after.', simpleResolvers: true })
export class FieldChangeType {
  @Field(() => String, {
    description:
      'Name of the field; custom attributes as `attributes.<name>`, a membership as `memberships.<org unit id>`.',
  })
  readonly field!: string;

  @Field(() => Json, { nullable: true, description: 'Value before; null = empty.' })
  readonly before!: unknown;

  @Field(() => Json, { nullable: true, description: 'Value after; null = empty.' })
  readonly after!: unknown;
}

@ObjectType('AccountChange', {
  description: 'Something that happened to an account, and who did it.',
  simpleResolvers: true,
})
export class AccountChangeType {
  @Field(() => DateTime, { description: 'When.' })
  readonly at!: string;

  @Field(() => AccountChangeKind, { description: 'What happened.' })
  readonly kind!: keyof typeof AccountChangeKind;

  @Field(() => Int, {
    nullable: true,
    description: 'Version of the account that it made; null for a membership.',
  })
  readonly version!: number | null;

  @Field(() => String, { nullable: true, description: 'ACCOUNT, MACHINE or SYSTEM.' })
  readonly actorKind!: string | null;

  @Field(() => ID, { nullable: true, description: 'Who did it.' })
  readonly actorId!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that the actor had then.' })
  readonly actorName!: string | null;

  @Field(() => String, { description: 'Through what: API, IMPORT, SYSTEM …' })
  readonly source!: string;

  @Field(() => ID, { nullable: true, description: 'The import run that did it.' })
  readonly runId!: string | null;

  @Field(() => [FieldChangeType], { description: 'What changed, by the name of the field.' })
  readonly changes!: readonly FieldChangeType[];
}

@ObjectType('FieldProvenance', {
  description: 'Where the present value of a field came from.',
  simpleResolvers: true,
})
export class FieldProvenanceType {
  @Field(() => String, { description: 'Name of the field, as in `FieldChange.field`.' })
  readonly field!: string;

  @Field(() => DateTime, { description: 'When it was set.' })
  readonly at!: string;

  @Field(() => String, { nullable: true, description: 'ACCOUNT, MACHINE or SYSTEM.' })
  readonly actorKind!: string | null;

  @Field(() => ID, { nullable: true, description: 'Who set it.' })
  readonly actorId!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that the actor had then.' })
  readonly actorName!: string | null;

  @Field(() => String, { description: 'Through what: API, IMPORT, SYSTEM …' })
  readonly source!: string;

  @Field(() => ID, { nullable: true, description: 'The import run that set it.' })
  readonly runId!: string | null;
}
