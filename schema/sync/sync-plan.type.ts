import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { GuardKind, SyncPlanKind, SyncPlanPhase } from '../../src/domain/index.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { GuardVerdictKindEnum } from '../connection/push-rules.enums.ts';
import { FailureType } from '../failure.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime, Json } from '../scalars.ts';
import { SyncPlanKindEnum, SyncPlanPhaseEnum, SyncPlanTriggerEnum } from './sync.enums.ts';

@ObjectType('PushGuardVerdict', {
  description: 'What one guard has counted over the whole plan, before the first write.',
  simpleResolvers: true,
})
export class PushGuardVerdictType {
  @Field(() => GuardVerdictKindEnum, { description: 'What it counts.' })
  readonly kind!: GuardKind | 'SHRINK';

  @Field(() => Boolean, { description: 'Rows of the kind are held.' })
  readonly tripped!: boolean;

  @Field(() => Int, { description: 'How many there are.' })
  readonly counted!: number;

  @Field(() => Int, { description: 'Highest number that passes.' })
  readonly limit!: number;

  @Field(() => Int, { description: 'What the share is taken of.' })
  readonly base!: number;
}

@ObjectType('SyncPlanTotals', {
  description: 'How many objects there are and what becomes of them, as it was planned.',
  simpleResolvers: true,
})
export class SyncPlanTotalsType {
  @Field(() => Int, { description: 'Units that the plan looked at.' })
  readonly orgUnits!: number;

  @Field(() => Int, { description: 'People that the plan looked at.' })
  readonly accounts!: number;

  @Field(() => Int, { description: 'Accounts of the roster in scope.' })
  readonly accountsInScope!: number;

  @Field(() => Int, { description: 'Units that need no row.' })
  readonly unchangedOrgUnits!: number;

  @Field(() => Int, { description: 'People who need no row.' })
  readonly unchangedAccounts!: number;

  @Field(() => Json, { description: 'Rows by kind.' })
  readonly byKind!: unknown;

  @Field(() => Json, { description: 'Rows by state, when the plan was made.' })
  readonly byState!: unknown;
}

@ObjectType('SyncPlanScope', {
  description: 'What a plan that is not a full one looks at.',
  simpleResolvers: true,
})
export class SyncPlanScopeType {
  @Field(() => [ID], { description: 'Units.' })
  readonly orgUnitIds!: readonly string[];

  @Field(() => Boolean, { description: 'With everything below them.' })
  readonly withDescendants!: boolean;

  @Field(() => [ID], { description: 'Accounts.' })
  readonly accountIds!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'The run that an UNDO takes back.' })
  readonly runId!: string | null;
}

@ObjectType('SyncPlanApproval', { description: 'Somebody approved a plan.', simpleResolvers: true })
export class SyncPlanApprovalType {
  @Field(() => ID, { description: 'Who.' })
  readonly approverId!: string;

  @Field(() => String, { description: 'The name that he had then.' })
  readonly approverName!: string;

  @Field(() => String, { description: 'The digest that he approved.' })
  readonly digest!: string;

  @Field(() => String, { nullable: true, description: 'What he said about it.' })
  readonly comment!: string | null;

  @Field(() => DateTime, { description: 'When.' })
  readonly at!: Date;
}

@ObjectType('SyncPlan', {
  description:
    'What a push would do, row by row; made, looked at, approved, applied. Plan and dry run are the same thing.',
  simpleResolvers: true,
})
export class SyncPlanType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection that is pushed to.' })
  readonly connectionId!: string;

  @Field(() => ConnectionType, { nullable: true, description: 'The connection that is pushed to.' })
  readonly connection!: ConnectionType | null;

  @Field(() => SyncPlanKindEnum, { description: 'What it looks at.' })
  readonly kind!: SyncPlanKind;

  @Field(() => SyncPlanScopeType, { description: 'Which units and accounts, unless all.' })
  readonly scope!: SyncPlanScopeType;

  @Field(() => SyncPlanPhaseEnum, { description: 'Where it stands.' })
  readonly phase!: SyncPlanPhase;

  @Field(() => SyncPlanTriggerEnum, { description: 'What made it.' })
  readonly trigger!: string;

  @Field(() => Boolean, {
    description: 'Holds nothing but people who lose their access, and goes before a running full one.',
  })
  readonly urgent!: boolean;

  @Field(() => ID, { nullable: true, description: 'Who asked for it.' })
  readonly requestedById!: string | null;

  @Field(() => String, { nullable: true, description: 'The name that he had then.' })
  readonly requestedByName!: string | null;

  @Field(() => ID, { nullable: true, description: 'The pull that came first; see `importRun`.' })
  readonly importRunId!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'The platform was seen completely. False: creates and deletes are held, absence means nothing. Null before it is planned.',
  })
  readonly remoteComplete!: boolean | null;

  @Field(() => SyncPlanTotalsType, { nullable: true, description: 'Numbers; null before it is planned.' })
  readonly totals!: SyncPlanTotalsType | null;

  @Field(() => Json, { description: 'Rows by state, as they are now.' })
  readonly counts!: unknown;

  @Field(() => [PushGuardVerdictType], { description: 'What each guard has counted.' })
  readonly guards!: readonly PushGuardVerdictType[];

  @Field(() => String, {
    nullable: true,
    description:
      'SHA-256 over content and decisions, in hexadecimal digits; give it to `approvePlan` and `applyPlan` to mean exactly this.',
  })
  readonly digest!: string | null;

  @Field(() => String, { nullable: true, description: 'SHA-256 over what all rows do; never changes.' })
  readonly contentDigest!: string | null;

  @Field(() => String, {
    nullable: true,
    description: "Signature of the tenant's key over plan and content digest (JWS, RFC 7515).",
  })
  readonly signature!: string | null;

  @Field(() => Int, { description: 'Grows with each decision.' })
  readonly reviewVersion!: number;

  @Field(() => Int, { description: 'How many different people have to approve it.' })
  readonly approvalsNeeded!: number;

  @Field(() => [SyncPlanApprovalType], { description: 'Who has approved it, in the order of time.' })
  readonly approvals!: readonly SyncPlanApprovalType[];

  @Field(() => DateTime, { nullable: true, description: 'Until when it can be approved and applied.' })
  readonly expiresAt!: Date | null;

  @Field(() => ID, { nullable: true, description: 'The newer plan that covers it.' })
  readonly supersededById!: string | null;

  @Field(() => FailureType, {
    nullable: true,
    description: 'Why it could not be made, or what it waits for.',
  })
  readonly error!: FailureType | null;

  @Field(() => DateTime, { description: 'When it was asked for.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was made.' })
  readonly plannedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the last approval came.' })
  readonly approvedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When it ended.' })
  readonly endedAt!: Date | null;
}

const SyncPlanEdge = edgeOf('SyncPlanEdge', () => SyncPlanType);
export const SyncPlanConnection = connectionOf('SyncPlanConnection', {
  edge: () => SyncPlanEdge,
  node: () => SyncPlanType,
  what: 'plans',
});
