import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { SyncRunPhase } from '../../src/domain/index.ts';
import { FailureType } from '../failure.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';
import { SyncRunPhaseEnum } from './sync.enums.ts';
import { SyncPlanType } from './sync-plan.type.ts';

@ObjectType('SyncProgress', { description: 'How far a run has come.', simpleResolvers: true })
export class SyncProgressType {
  @Field(() => Int, { description: 'Rows that have ended.' })
  readonly ended!: number;

  @Field(() => Int, { description: 'Rows that are still to be done.' })
  readonly left!: number;

  @Field(() => Int, { description: 'Calls to the platform so far.' })
  readonly calls!: number;

  @Field(() => Float, { nullable: true, description: 'Calls per second that the platform allows.' })
  readonly callsPerSecond!: number | null;

  @Field(() => DateTime, { nullable: true, description: 'When it will be done, as far as known.' })
  readonly eta!: Date | null;
}

@ObjectType('SyncRun', { description: 'The application of exactly one plan.', simpleResolvers: true })
export class SyncRunType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The plan that is applied.' })
  readonly planId!: string;

  @Field(() => SyncPlanType, { nullable: true, description: 'The plan that is applied.' })
  readonly plan!: SyncPlanType | null;

  @Field(() => ID, { description: 'The connection that is written to.' })
  readonly connectionId!: string;

  @Field(() => SyncRunPhaseEnum, { description: 'Where it stands.' })
  readonly phase!: SyncRunPhase;

  @Field(() => Boolean, { description: 'Goes before a running full one.' })
  readonly urgent!: boolean;

  @Field(() => Boolean, { description: 'It was asked to stop.' })
  readonly stopRequested!: boolean;

  @Field(() => ID, { nullable: true, description: 'Who started it.' })
  readonly requestedById!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that he had then.' })
  readonly requestedByName!: string | null;

  @Field(() => Int, { description: 'How often a worker has taken it up.' })
  readonly attempt!: number;

  @Field(() => Json, { description: 'Rows of the plan by state, as they are now.' })
  readonly counts!: unknown;

  @Field(() => SyncProgressType, { description: 'How far it has come.' })
  readonly progress!: SyncProgressType;

  @Field(() => DateTime, { nullable: true, description: 'With WAITING: when it goes on.' })
  readonly waitUntil!: Date | null;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed, or what it waits for.' })
  readonly error!: FailureType | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When a worker took it up.' })
  readonly startedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  readonly endedAt!: Date | null;
}

const SyncRunEdge = edgeOf('SyncRunEdge', () => SyncRunType);
export const SyncRunConnection = connectionOf('SyncRunConnection', {
  edge: () => SyncRunEdge,
  node: () => SyncRunType,
  what: 'runs',
});
