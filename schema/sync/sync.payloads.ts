import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ConnectionType } from '../connection/connection.type.ts';
import { SyncPlanType } from './sync-plan.type.ts';
import { SyncRunType } from './sync-run.type.ts';

@ObjectType('SyncPlanPayload', { description: 'The plan after the mutation.', simpleResolvers: true })
export class SyncPlanPayload {
  @Field(() => SyncPlanType, { description: 'The plan.' })
  readonly syncPlan!: SyncPlanType;
}

@ObjectType('SyncRunPayload', { description: 'The run after the mutation.', simpleResolvers: true })
export class SyncRunPayload {
  @Field(() => SyncRunType, { description: 'The run.' })
  readonly syncRun!: SyncRunType;
}

@ObjectType('BlockedOperation', {
  description: 'A row that was to be released and stays held.',
  simpleResolvers: true,
})
export class BlockedOperationType {
  @Field(() => Int, { description: 'Its number.' })
  readonly ordinal!: number;

  @Field(() => [Int], {
    description: 'Numbers of the rows that it depends on and that are held or rejected.',
  })
  readonly waitsFor!: readonly number[];
}

@ObjectType('DecideOperationsPayload', { description: 'What was decided.', simpleResolvers: true })
export class DecideOperationsPayload {
  @Field(() => Int, { description: 'Rows of those meant whose decision changed.' })
  readonly changed!: number;

  @Field(() => Int, {
    description:
      'Rows that went with them: held for nothing but a released row, or of no use without a rejected one.',
  })
  readonly followed!: number;

  @Field(() => Int, { description: 'Rows of those meant that stay held for the sake of others.' })
  readonly blockedCount!: number;

  @Field(() => [BlockedOperationType], { description: 'The first hundred of them.' })
  readonly blocked!: readonly BlockedOperationType[];

  @Field(() => SyncPlanType, { description: 'The plan, with its new digest.' })
  readonly syncPlan!: SyncPlanType;
}

@ObjectType('ApprovePlanPayload', { description: 'The plan after an approval.', simpleResolvers: true })
export class ApprovePlanPayload {
  @Field(() => Int, { description: 'Approvals that are still missing; 0 = it can be applied.' })
  readonly missing!: number;

  @Field(() => SyncPlanType, { description: 'The plan.' })
  readonly syncPlan!: SyncPlanType;
}

@ObjectType('ReleaseQuarantinePayload', { description: 'What was let out.', simpleResolvers: true })
export class ReleaseQuarantinePayload {
  @Field(() => Boolean, { description: 'False: there was no such quarantine.' })
  readonly released!: boolean;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => ConnectionType, { nullable: true, description: 'The connection, with where pushing stands.' })
  readonly connection!: ConnectionType | null;
}
