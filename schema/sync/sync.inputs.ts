import { Field, ID, InputType, Int } from 'type-graphql';
import type {
  AccountId,
  ConnectionId,
  HoldCode,
  OperationKind,
  OperationState,
  OrgUnitId,
  PushIssueCode,
  PushReason,
  SyncPlanId,
  SyncRunId,
} from '../../src/domain/index.ts';
import { OperationKindEnum } from '../connection/push-rules.enums.ts';
import {
  HoldCodeEnum,
  OperationStateEnum,
  PlannableKindEnum,
  PushIssueCodeEnum,
  PushReasonEnum,
  RowDecisionEnum,
  SyncObjectTypeEnum,
} from './sync.enums.ts';

@InputType('PlanOperationFilter', { description: 'Which rows of a plan; all conditions must hold.' })
export class PlanOperationFilterInput {
  @Field(() => [OperationKindEnum], { nullable: true, description: 'Of one of these kinds.' })
  readonly kinds?: OperationKind[] | null;

  @Field(() => SyncObjectTypeEnum, { nullable: true, description: 'About units alone, or people alone.' })
  readonly objectType?: 'ORG_UNIT' | 'ACCOUNT' | null;

  @Field(() => [ID], { nullable: true, description: 'About these units or accounts, at most 200.' })
  readonly objectIds?: string[] | null;

  @Field(() => [PushReasonEnum], { nullable: true, description: 'With one of these reasons.' })
  readonly reasons?: PushReason[] | null;

  @Field(() => [OperationStateEnum], { nullable: true, description: 'In one of these states.' })
  readonly states?: OperationState[] | null;

  @Field(() => [HoldCodeEnum], { nullable: true, description: 'With one of these holds.' })
  readonly holds?: HoldCode[] | null;

  @Field(() => [PushIssueCodeEnum], { nullable: true, description: 'With one of these issues.' })
  readonly issueCodes?: PushIssueCode[] | null;

  @Field(() => String, { nullable: true, description: "Piece of a name, its pinyin, or the platform's id." })
  readonly text?: string | null;
}

@InputType('PlanSyncInput', { description: 'What to plan.' })
export class PlanSyncInput {
  @Field(() => ID, { description: 'The connection to push to.' })
  readonly connectionId!: ConnectionId;

  @Field(() => PlannableKindEnum, { defaultValue: 'FULL', description: 'What the plan looks at.' })
  readonly kind!: 'FULL' | 'UNITS' | 'ACCOUNTS' | 'FILTER';

  @Field(() => [ID], {
    nullable: true,
    description:
      'With UNITS, ACCOUNTS and FILTER: these units, and but for UNITS the people in them. At most 1,000 ids in all.',
  })
  readonly orgUnitIds?: OrgUnitId[] | null;

  @Field(() => Boolean, { nullable: true, description: 'With everything below these units. Default false.' })
  readonly withDescendants?: boolean | null;

  @Field(() => [ID], { nullable: true, description: 'With ACCOUNTS and FILTER: these accounts.' })
  readonly accountIds?: AccountId[] | null;
}

@InputType('DecideOperationsInput', { description: 'Which held rows, and what about them.' })
export class DecideOperationsInput {
  @Field(() => ID, { description: 'The plan.' })
  readonly planId!: SyncPlanId;

  @Field(() => RowDecisionEnum, { description: 'The decision.' })
  readonly decision!: 'RELEASE' | 'REJECT';

  @Field(() => [Int], { nullable: true, description: 'These rows by number, at most 1,000.' })
  readonly ordinals?: number[] | null;

  @Field(() => PlanOperationFilterInput, {
    nullable: true,
    description: 'Without `ordinals`: held rows that the filter selects; absent = all held rows.',
  })
  readonly filter?: PlanOperationFilterInput | null;
}

@InputType('ApprovePlanInput', { description: 'What is approved.' })
export class ApprovePlanInput {
  @Field(() => ID, { description: 'The plan.' })
  readonly planId!: SyncPlanId;

  @Field(() => String, { description: 'Its digest, as it was when it was looked at.' })
  readonly digest!: string;

  @Field(() => String, { nullable: true, description: 'A word about it, at most 1,000 characters.' })
  readonly comment?: string | null;
}

@InputType('SyncPlanInput', { description: 'Which plan.' })
export class SyncPlanInput {
  @Field(() => ID, { description: 'The plan.' })
  readonly planId!: SyncPlanId;
}

@InputType('ApplyPlanInput', { description: 'What is applied.' })
export class ApplyPlanInput {
  @Field(() => ID, { description: 'The plan.' })
  readonly planId!: SyncPlanId;

  @Field(() => String, { description: 'Its digest, as it was approved.' })
  readonly digest!: string;
}

@InputType('SyncRunInput', { description: 'Which run.' })
export class SyncRunInput {
  @Field(() => ID, { description: 'The run.' })
  readonly runId!: SyncRunId;
}

@InputType('ReleaseQuarantineInput', { description: 'What is let out of quarantine.' })
export class ReleaseQuarantineInput {
  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: ConnectionId;

  @Field(() => ID, {
    nullable: true,
    description: 'One account or org unit of it; absent = the connection itself.',
  })
  readonly objectId?: string | null;
}
