import { Field, ID, Int, ObjectType } from 'type-graphql';
import type {
  HoldCode,
  OperationKind,
  OperationState,
  PushIssueCode,
  PushReason,
} from '../../src/domain/index.ts';
import { AccountType } from '../account/account.type.ts';
import { OperationKindEnum } from '../connection/push-rules.enums.ts';
import { FailureType } from '../failure.type.ts';
import { FieldChangeType } from '../history/history.type.ts';
import { OrgUnitType } from '../org-unit/org-unit.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime } from '../scalars.ts';
import { TextType } from '../text.type.ts';
import {
  HoldCodeEnum,
  OperationDecisionEnum,
  OperationStateEnum,
  PushIssueCodeEnum,
  PushReasonEnum,
  SyncObjectTypeEnum,
} from './sync.enums.ts';

@ObjectType('PushIssue', {
  description: 'Why a row is skipped, or what the reviewer should know of it.',
  simpleResolvers: true,
})
export class PushIssueType {
  @Field(() => PushIssueCodeEnum, { description: 'Kind of the issue.' })
  readonly code!: PushIssueCode;

  @Field(() => String, { nullable: true, description: 'The field that it is about.' })
  readonly field!: string | null;

  @Field(() => String, { nullable: true, description: 'The value that it is about.' })
  readonly value!: string | null;

  @Field(() => TextType, { description: 'The same as a sentence.' })
  readonly text!: TextType;
}

@ObjectType('OperationHold', { description: 'Why a row waits for a word.', simpleResolvers: true })
export class OperationHoldType {
  @Field(() => HoldCodeEnum, { description: 'Kind of the hold.' })
  readonly code!: HoldCode;

  @Field(() => TextType, { description: 'The same as a sentence.' })
  readonly text!: TextType;
}

@ObjectType('SyncAttempt', { description: 'One attempt at a row.', simpleResolvers: true })
export class SyncAttemptType {
  @Field(() => Int, { description: 'Counted from 1.' })
  readonly attempt!: number;

  @Field(() => DateTime, { description: 'When it ended.' })
  readonly at!: Date;

  @Field(() => String, { description: 'What it came to.' })
  readonly outcome!: string;

  @Field(() => FailureType, { nullable: true, description: 'Why it failed.' })
  readonly error!: FailureType | null;

  @Field(() => Int, { description: 'Calls to the platform.' })
  readonly calls!: number;
}

@ObjectType('PlanOperation', {
  description: 'One row of a plan: one change of one object. What it does never changes, only how it stands.',
  simpleResolvers: true,
})
export class PlanOperationType {
  @Field(() => ID, { description: 'The plan.' })
  readonly planId!: string;

  @Field(() => Int, { description: 'Its number in the plan, from 0.' })
  readonly ordinal!: number;

  @Field(() => OperationKindEnum, { description: 'What it does.' })
  readonly kind!: OperationKind;

  @Field(() => SyncObjectTypeEnum, { description: 'To what.' })
  readonly objectType!: string;

  @Field(() => ID, { nullable: true, description: "The roster's object." })
  readonly objectId!: string | null;

  @Field(() => AccountType, { nullable: true, description: 'The account, when it is about a person.' })
  readonly account!: AccountType | null;

  @Field(() => OrgUnitType, { nullable: true, description: 'The org unit, when it is about a unit.' })
  readonly orgUnit!: OrgUnitType | null;

  @Field(() => String, { nullable: true, description: "The platform's id; null when it is to be made." })
  readonly externalId!: string | null;

  @Field(() => String, { description: 'Name of the object.' })
  readonly name!: string;

  @Field(() => PushReasonEnum, { description: 'Why it is in the plan.' })
  readonly reasonCode!: PushReason;

  @Field(() => TextType, { description: 'Why it is in the plan, as a sentence.' })
  readonly reason!: TextType;

  @Field(() => String, { description: 'The push rule that decided, as a path, e.g. `leaver.action`.' })
  readonly rule!: string;

  @Field(() => [FieldChangeType], { description: "Before and after of each of the platform's fields." })
  readonly changes!: readonly FieldChangeType[];

  @Field(() => [OperationHoldType], { description: 'Why it is held, or was.' })
  readonly holds!: readonly OperationHoldType[];

  @Field(() => [PushIssueType], { description: 'Why it is skipped, or worth knowing.' })
  readonly issues!: readonly PushIssueType[];

  @Field(() => [Int], { description: 'Numbers of the rows that must have ended well before.' })
  readonly dependsOn!: readonly number[];

  @Field(() => Int, { description: 'Earlier waves come first.' })
  readonly wave!: number;

  @Field(() => OperationStateEnum, { description: 'How it stands.' })
  readonly state!: OperationState;

  @Field(() => TextType, { description: 'How it stands, as a sentence.' })
  readonly stateText!: TextType;

  @Field(() => String, { nullable: true, description: 'Stable code of why it stands so.' })
  readonly outcomeCode!: string | null;

  @Field(() => OperationDecisionEnum, { nullable: true, description: 'What a reviewer said about it.' })
  readonly decision!: string | null;

  @Field(() => ID, { nullable: true, description: 'Who said so.' })
  readonly decidedById!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that he had then.' })
  readonly decidedByName!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When.' })
  readonly decidedAt!: Date | null;

  @Field(() => Int, { description: 'Attempts so far.' })
  readonly attempt!: number;

  @Field(() => [SyncAttemptType], { description: 'Every attempt, the first one first.' })
  readonly attempts!: readonly SyncAttemptType[];

  @Field(() => Boolean, {
    description: 'The last call got no answer: the object is looked up before anything is written again.',
  })
  readonly outcomeUnknown!: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it is tried again.' })
  readonly retryAt!: Date | null;

  @Field(() => FailureType, { nullable: true, description: 'Why the last attempt failed.' })
  readonly error!: FailureType | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  readonly endedAt!: Date | null;
}

const PlanOperationEdge = edgeOf('PlanOperationEdge', () => PlanOperationType);
export const PlanOperationConnection = connectionOf('PlanOperationConnection', {
  edge: () => PlanOperationEdge,
  node: () => PlanOperationType,
  what: 'rows of a plan, in the order of their numbers',
});
