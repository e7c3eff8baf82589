import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { LinkOrigin, OperationKind, OperationState, PushReason } from '../../src/domain/index.ts';
import type { PushObstacle, PushStanding } from '../../src/flows/sync/explain-push-texts.ts';
import { OperationKindEnum } from '../connection/push-rules.enums.ts';
import { registerNames } from '../enum-of.ts';
import { FailureType } from '../failure.type.ts';
import { FieldChangeType } from '../history/history.type.ts';
import { LinkOriginEnum } from '../link/link.type.ts';
import { DateTime } from '../scalars.ts';
import { TextType } from '../text.type.ts';
import { OperationHoldType, PlanOperationType, PushIssueType } from './plan-operation.type.ts';
import { OperationStateEnum, PushReasonEnum } from './sync.enums.ts';

export const PushStandingEnum = registerNames<PushStanding>(
  'PushStanding',
  'How an account stands on a platform, in one word.',
  {
    IN_SYNC: 'There, as the roster says.',
    CHANGES_PENDING: 'There; the next push changes something.',
    HELD: 'Something waits for a word.',
    BLOCKED: 'An issue stands in the way.',
    INVITED: 'Invited, and has not agreed yet.',
    QUARANTINED: 'Failed in the same way too often.',
    TO_BE_CREATED: 'Not there; the next push makes or links the person.',
    NOT_ACTIVE: 'Not active, therefore not pushed.',
    EXCLUDED: 'Excluded by rule.',
    OUT_OF_SCOPE: 'Outside of the scope.',
    LEAVER_KEPT: 'There although not active or excluded: the rules leave such people alone.',
    OUT_OF_SCOPE_KEPT: 'There, outside of the scope, and left as it is.',
    NO_PLAN: 'No plan can be made now.',
  },
);

export const PushObstacleEnum = registerNames<PushObstacle>(
  'PushObstacle',
  'What else keeps a platform from following the roster.',
  {
    CONNECTION_DISABLED: 'The connection is disabled.',
    CONNECTION_READ_ONLY: 'The connection only reads.',
    CONNECTION_QUARANTINED: 'The connection is in quarantine.',
    REMOTE_INCOMPLETE: 'There is no complete pull.',
    COPY_GONE: 'The linked person is gone from the platform.',
    PLATFORM_UNIT_MISSING: 'A unit of the account is not on the platform.',
  },
);

@ObjectType('ExplainedChange', {
  description: 'What a plan for this account alone would do now; nothing of it is stored.',
  simpleResolvers: true,
})
export class ExplainedChangeType {
  @Field(() => OperationKindEnum, { description: 'What it does.' })
  readonly kind!: OperationKind;

  @Field(() => OperationStateEnum, { description: 'PLANNED, HELD, SKIPPED or QUARANTINED.' })
  readonly state!: OperationState;

  @Field(() => PushReasonEnum, { description: 'Why.' })
  readonly reasonCode!: PushReason;

  @Field(() => TextType, { description: 'Why, as a sentence.' })
  readonly reason!: TextType;

  @Field(() => String, { description: 'The push rule that decided, as a path.' })
  readonly rule!: string;

  @Field(() => [FieldChangeType], { description: "Before and after of each of the platform's fields." })
  readonly changes!: readonly FieldChangeType[];

  @Field(() => [OperationHoldType], { description: 'Why it would be held.' })
  readonly holds!: readonly OperationHoldType[];

  @Field(() => [PushIssueType], { description: 'Why it would be skipped, or is worth knowing.' })
  readonly issues!: readonly PushIssueType[];
}

@ObjectType('PushExplanation', {
  description: 'Why an account is or is not on a platform, by which rule and which run.',
  simpleResolvers: true,
})
export class PushExplanationType {
  @Field(() => String, { description: 'Stable code: the standing, then what keeps it so, joined by `+`.' })
  readonly code!: string;

  @Field(() => PushStandingEnum, { description: 'How the account stands.' })
  readonly standing!: PushStanding;

  @Field(() => [PushObstacleEnum], { description: 'What else stands in the way.' })
  readonly obstacles!: readonly PushObstacle[];

  @Field(() => [TextType], { description: 'All of it as sentences.' })
  readonly sentences!: readonly TextType[];

  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => String, { nullable: true, description: "The platform's id of the person; null without link." })
  readonly externalId!: string | null;

  @Field(() => LinkOriginEnum, { nullable: true, description: 'How the link came about.' })
  readonly linkOrigin!: LinkOrigin | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was linked.' })
  readonly linkedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the person was last seen there.' })
  readonly seenAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when the person is known to be gone.' })
  readonly goneAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the person was invited; null once agreed.' })
  readonly invitedAt!: Date | null;

  @Field(() => Int, { description: 'Equal failures in a row.' })
  readonly failures!: number;

  @Field(() => FailureType, { nullable: true, description: 'How it failed.' })
  readonly failure!: FailureType | null;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is left out of plans.' })
  readonly quarantinedAt!: Date | null;

  @Field(() => [ExplainedChangeType], { description: 'What a plan for this account alone would do now.' })
  readonly changes!: readonly ExplainedChangeType[];

  @Field(() => PlanOperationType, {
    nullable: true,
    description: 'The newest row of a plan that is applied, or was.',
  })
  readonly lastOperation!: PlanOperationType | null;

  @Field(() => ID, { nullable: true, description: 'Its run.' })
  readonly lastRunId!: string | null;
}
