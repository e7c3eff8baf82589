import { Field, ID, InputType, ObjectType, registerEnumType } from 'type-graphql';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';

export const AuditResult = { OK: 'OK', DENIED: 'DENIED', FAILED: 'FAILED' } as const;
registerEnumType(AuditResult, {
  name: 'AuditResult',
  description: 'How an act ended.',
  valuesConfig: {
    OK: { description: 'Done.' },
    DENIED: { description: 'Refused, because the actor may not do it.' },
    FAILED: { description: 'Tried and failed.' },
  },
});

@ObjectType('AuditEvent', {
  description:
    'Who did what to what, when, from where, with which result; append-only and sealed by a hash chain.',
  simpleResolvers: true,
})
export class AuditEventType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => DateTime, { description: 'When.' })
  readonly at!: string;

  @Field(() => String, { description: 'ACCOUNT, MACHINE or SYSTEM.' })
  readonly actorKind!: string;

  @Field(() => ID, { nullable: true, description: 'Who.' })
  readonly actorId!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that the actor had then.' })
  readonly actorName!: string | null;

  @Field(() => String, { description: 'What, as `<noun>.<verb>`, e.g. `account.create`.' })
  readonly action!: string;

  @Field(() => String, { nullable: true, description: 'To what kind of object.' })
  readonly objectType!: string | null;

  @Field(() => String, { nullable: true, description: 'To which object.' })
  readonly objectId!: string | null;

  @Field(() => AuditResult, { description: 'How it ended.' })
  readonly result!: keyof typeof AuditResult;

  @Field(() => String, { nullable: true, description: 'Code of the refusal or failure.' })
  readonly reasonCode!: string | null;

  @Field(() => String, { nullable: true, description: 'Network address of the client.' })
  readonly address!: string | null;

  @Field(() => String, { nullable: true, description: 'The request, as in its `x-request-id` header.' })
  readonly requestId!: string | null;

  @Field(() => ID, { nullable: true, description: 'The run that it belongs to.' })
  readonly runId!: string | null;

  @Field(() => Json, { description: 'Names of fields, ids and counts; never secrets.' })
  readonly details!: unknown;

  @Field(() => Boolean, { description: 'It has been sealed into the hash chain.' })
  readonly sealed!: boolean;
}

const AuditEventEdge = edgeOf('AuditEventEdge', () => AuditEventType);
export const AuditEventConnection = connectionOf('AuditEventConnection', {
  edge: () => AuditEventEdge,
  node: () => AuditEventType,
  what: 'audit events',
});

@InputType('AuditFilter', { description: 'Which events; all conditions must hold.' })
export class AuditFilterInput {
  @Field(() => ID, { nullable: true, description: 'By this actor.' })
  readonly actorId?: string;

  @Field(() => String, { nullable: true, description: 'On this kind of object, e.g. `Account`.' })
  readonly objectType?: string;

  @Field(() => String, { nullable: true, description: 'On this object.' })
  readonly objectId?: string;

  @Field(() => String, { nullable: true, description: 'This action, e.g. `account.create`.' })
  readonly action?: string;

  @Field(() => AuditResult, { nullable: true, description: 'With this result.' })
  readonly result?: keyof typeof AuditResult;

  @Field(() => DateTime, { nullable: true, description: 'At this instant or later.' })
  readonly from?: string;

  @Field(() => DateTime, { nullable: true, description: 'Before this instant.' })
  readonly until?: string;
}
