import { Field, Float, ID, InputType, Int } from 'type-graphql';
import type {
  AccountId,
  GuardKind,
  IncrementalMode,
  OperationSwitch,
  OrgUnitId,
  PushFieldMoment,
  PushRules,
} from '../../src/domain/index.ts';
import { MatchKeyInput } from './match-key.input.ts';
import {
  GuardKindEnum,
  IncrementalModeEnum,
  MembershipOwnershipEnum,
  OutOfScopeEnum,
  PushFieldMomentEnum,
  PushLeaverActionEnum,
} from './push-rules.enums.ts';
import { PUSH_RULE_TEXTS as TEXT } from './push-rules.texts.ts';

const MAYBE = { nullable: true } as const;

@InputType('PushScopeInput', { description: `${TEXT.scope} What is absent stays.` })
export class PushScopeInput {
  @Field(() => [ID], { ...MAYBE, description: TEXT.orgUnitIds })
  readonly orgUnitIds?: OrgUnitId[] | null;

  @Field(() => [ID], { ...MAYBE, description: TEXT.includeAccountIds })
  readonly includeAccountIds?: AccountId[] | null;

  @Field(() => [ID], { ...MAYBE, description: TEXT.excludeAccountIds })
  readonly excludeAccountIds?: AccountId[] | null;
}

@InputType('PushFieldRuleInput', { description: TEXT.fieldRule })
export class PushFieldRuleInput {
  @Field(() => String, { description: TEXT.field })
  readonly field!: string;

  @Field(() => PushFieldMomentEnum, { description: TEXT.when })
  readonly when!: PushFieldMoment;

  @Field(() => String, { ...MAYBE, description: TEXT.attribute })
  readonly attribute?: string | null;

  @Field(() => String, { ...MAYBE, description: TEXT.constant })
  readonly constant?: string | null;

  @Field(() => String, { ...MAYBE, description: TEXT.template })
  readonly template?: string | null;
}

@InputType('PushLeaverRuleInput', { description: `${TEXT.leaver} What is absent stays.` })
export class PushLeaverRuleInput {
  @Field(() => PushLeaverActionEnum, { ...MAYBE, description: TEXT.leaverAction })
  readonly action?: PushRules['leaver']['action'] | null;

  @Field(() => Int, { ...MAYBE, description: TEXT.deleteAfterDays })
  readonly deleteAfterDays?: number | null;

  @Field(() => String, { ...MAYBE, description: TEXT.parkOrgUnitExternalId })
  readonly parkOrgUnitExternalId?: string | null;
}

@InputType('PushOperationSwitchesInput', { description: `${TEXT.operations} What is absent stays.` })
export class PushOperationSwitchesInput implements Partial<Record<OperationSwitch, boolean | null>> {
  @Field(() => Boolean, { ...MAYBE, description: TEXT.createOrgUnits })
  readonly createOrgUnits?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.updateOrgUnits })
  readonly updateOrgUnits?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.moveOrgUnits })
  readonly moveOrgUnits?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.deleteOrgUnits })
  readonly deleteOrgUnits?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.createAccounts })
  readonly createAccounts?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.updateAccounts })
  readonly updateAccounts?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.moveAccounts })
  readonly moveAccounts?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.removeAccounts })
  readonly removeAccounts?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.setReferences })
  readonly setReferences?: boolean | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.link })
  readonly link?: boolean | null;
}

@InputType('PushGuardLimitsInput', { description: TEXT.guard })
export class PushGuardLimitsInput {
  @Field(() => Float, { description: TEXT.fraction })
  readonly fraction!: number;

  @Field(() => Int, { description: TEXT.count })
  readonly count!: number;
}

@InputType('PushGuardInput', { description: TEXT.guard })
export class PushGuardInput extends PushGuardLimitsInput {
  @Field(() => GuardKindEnum, { description: 'What it counts.' })
  readonly kind!: GuardKind;
}

@InputType('PushApprovalRuleInput', { description: `${TEXT.approval} What is absent stays.` })
export class PushApprovalRuleInput {
  @Field(() => Boolean, { ...MAYBE, description: TEXT.secondApprover })
  readonly secondApprover?: boolean | null;

  @Field(() => Int, { ...MAYBE, description: TEXT.validHours })
  readonly validHours?: number | null;
}

@InputType('PushRulesInput', { description: 'Rules to change; absent ones stay.' })
export class PushRulesInput {
  @Field(() => [MatchKeyInput], { ...MAYBE, description: TEXT.matchKeys })
  readonly matchKeys?: MatchKeyInput[] | null;

  @Field(() => ID, { ...MAYBE, description: TEXT.rootOrgUnitId })
  readonly rootOrgUnitId?: OrgUnitId | null;

  @Field(() => String, { ...MAYBE, description: TEXT.topOrgUnitExternalId })
  readonly topOrgUnitExternalId?: string | null;

  @Field(() => PushScopeInput, { ...MAYBE, description: TEXT.scope })
  readonly scope?: PushScopeInput | null;

  @Field(() => OutOfScopeEnum, { ...MAYBE, description: TEXT.outOfScope })
  readonly outOfScope?: PushRules['outOfScope'] | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.secondaryMemberships })
  readonly secondaryMemberships?: boolean | null;

  @Field(() => MembershipOwnershipEnum, { ...MAYBE, description: TEXT.membershipOwnership })
  readonly membershipOwnership?: PushRules['membershipOwnership'] | null;

  @Field(() => [PushFieldRuleInput], { ...MAYBE, description: `${TEXT.fields} Replaces all of them.` })
  readonly fields?: PushFieldRuleInput[] | null;

  @Field(() => String, { ...MAYBE, description: TEXT.externalIdTemplate })
  readonly externalIdTemplate?: string | null;

  @Field(() => PushLeaverRuleInput, { ...MAYBE, description: TEXT.leaver })
  readonly leaver?: PushLeaverRuleInput | null;

  @Field(() => PushOperationSwitchesInput, { ...MAYBE, description: TEXT.operations })
  readonly operations?: PushOperationSwitchesInput | null;

  @Field(() => [ID], { ...MAYBE, description: TEXT.protectedAccountIds })
  readonly protectedAccountIds?: AccountId[] | null;

  @Field(() => [ID], { ...MAYBE, description: TEXT.protectedOrgUnitIds })
  readonly protectedOrgUnitIds?: OrgUnitId[] | null;

  @Field(() => Boolean, { ...MAYBE, description: TEXT.pushOrder })
  readonly pushOrder?: boolean | null;

  @Field(() => [PushGuardInput], { ...MAYBE, description: `${TEXT.guards} Kinds that are absent stay.` })
  readonly guards?: PushGuardInput[] | null;

  @Field(() => PushGuardLimitsInput, { ...MAYBE, description: TEXT.shrink })
  readonly shrink?: PushGuardLimitsInput | null;

  @Field(() => PushApprovalRuleInput, { ...MAYBE, description: TEXT.approval })
  readonly approval?: PushApprovalRuleInput | null;

  @Field(() => IncrementalModeEnum, { ...MAYBE, description: TEXT.incremental })
  readonly incremental?: IncrementalMode | null;

  @Field(() => Int, { ...MAYBE, description: TEXT.everyMinutes })
  readonly everyMinutes?: number | null;
}
