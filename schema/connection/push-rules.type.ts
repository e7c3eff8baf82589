import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type {
  GuardKind,
  IncrementalMode,
  MatchKey,
  OperationSwitch,
  PushFieldMoment,
  PushRules,
} from '../../src/domain/index.ts';
import { MatchKeyType } from './match-key.type.ts';
import {
  GuardKindEnum,
  IncrementalModeEnum,
  MembershipOwnershipEnum,
  OutOfScopeEnum,
  PushFieldMomentEnum,
  PushLeaverActionEnum,
} from './push-rules.enums.ts';
import { PUSH_RULE_TEXTS as TEXT } from './push-rules.texts.ts';

@ObjectType('PushScope', { description: TEXT.scope, simpleResolvers: true })
export class PushScopeType {
  @Field(() => [ID], { description: TEXT.orgUnitIds })
  readonly orgUnitIds!: readonly string[];

  @Field(() => [ID], { description: TEXT.includeAccountIds })
  readonly includeAccountIds!: readonly string[];

  @Field(() => [ID], { description: TEXT.excludeAccountIds })
  readonly excludeAccountIds!: readonly string[];
}

@ObjectType('PushFieldRule', { description: TEXT.fieldRule, simpleResolvers: true })
export class PushFieldRuleType {
  @Field(() => String, { description: TEXT.field })
  readonly field!: string;

  @Field(() => PushFieldMomentEnum, { description: TEXT.when })
  readonly when!: PushFieldMoment;

  @Field(() => String, { nullable: true, description: TEXT.attribute })
  readonly attribute!: string | null;

  @Field(() => String, { nullable: true, description: TEXT.constant })
  readonly constant!: string | null;

  @Field(() => String, { nullable: true, description: TEXT.template })
  readonly template!: string | null;
}

@ObjectType('PushLeaverRule', { description: TEXT.leaver, simpleResolvers: true })
export class PushLeaverRuleType {
  @Field(() => PushLeaverActionEnum, { description: TEXT.leaverAction })
  readonly action!: PushRules['leaver']['action'];

  @Field(() => Int, { nullable: true, description: TEXT.deleteAfterDays })
  readonly deleteAfterDays!: number | null;

  @Field(() => String, { nullable: true, description: TEXT.parkOrgUnitExternalId })
  readonly parkOrgUnitExternalId!: string | null;
}

@ObjectType('PushOperationSwitches', { description: TEXT.operations, simpleResolvers: true })
export class PushOperationSwitchesType implements Record<OperationSwitch, boolean> {
  @Field(() => Boolean, { description: TEXT.createOrgUnits })
  readonly createOrgUnits!: boolean;

  @Field(() => Boolean, { description: TEXT.updateOrgUnits })
  readonly updateOrgUnits!: boolean;

  @Field(() => Boolean, { description: TEXT.moveOrgUnits })
  readonly moveOrgUnits!: boolean;

  @Field(() => Boolean, { description: TEXT.deleteOrgUnits })
  readonly deleteOrgUnits!: boolean;

  @Field(() => Boolean, { description: TEXT.createAccounts })
  readonly createAccounts!: boolean;

  @Field(() => Boolean, { description: TEXT.updateAccounts })
  readonly updateAccounts!: boolean;

  @Field(() => Boolean, { description: TEXT.moveAccounts })
  readonly moveAccounts!: boolean;

  @Field(() => Boolean, { description: TEXT.removeAccounts })
  readonly removeAccounts!: boolean;

  @Field(() => Boolean, { description: TEXT.setReferences })
  readonly setReferences!: boolean;

  @Field(() => Boolean, { description: TEXT.link })
  readonly link!: boolean;
}

@ObjectType('PushGuardLimits', { description: TEXT.guard, simpleResolvers: true })
export class PushGuardLimitsType {
  @Field(() => Float, { description: TEXT.fraction })
  readonly fraction!: number;

  @Field(() => Int, { description: TEXT.count })
  readonly count!: number;
}

@ObjectType('PushGuard', { description: TEXT.guard, simpleResolvers: true })
export class PushGuardType extends PushGuardLimitsType {
  @Field(() => GuardKindEnum, { description: 'What it counts.' })
  readonly kind!: GuardKind;
}

@ObjectType('PushApprovalRule', { description: TEXT.approval, simpleResolvers: true })
export class PushApprovalRuleType {
  @Field(() => Boolean, { description: TEXT.secondApprover })
  readonly secondApprover!: boolean;

  @Field(() => Int, { description: TEXT.validHours })
  readonly validHours!: number;
}

@ObjectType('PushRules', { description: TEXT.rules, simpleResolvers: true })
export class PushRulesType {
  @Field(() => [MatchKeyType], { description: TEXT.matchKeys })
  readonly matchKeys!: readonly MatchKey[];

  @Field(() => ID, { nullable: true, description: TEXT.rootOrgUnitId })
  readonly rootOrgUnitId!: string | null;

  @Field(() => String, { nullable: true, description: TEXT.topOrgUnitExternalId })
  readonly topOrgUnitExternalId!: string | null;

  @Field(() => PushScopeType, { description: TEXT.scope })
  readonly scope!: PushScopeType;

  @Field(() => OutOfScopeEnum, { description: TEXT.outOfScope })
  readonly outOfScope!: PushRules['outOfScope'];

  @Field(() => Boolean, { description: TEXT.secondaryMemberships })
  readonly secondaryMemberships!: boolean;

  @Field(() => MembershipOwnershipEnum, { description: TEXT.membershipOwnership })
  readonly membershipOwnership!: PushRules['membershipOwnership'];

  @Field(() => [PushFieldRuleType], { description: TEXT.fields })
  readonly fields!: readonly PushFieldRuleType[];

  @Field(() => String, { nullable: true, description: TEXT.externalIdTemplate })
  readonly externalIdTemplate!: string | null;

  @Field(() => PushLeaverRuleType, { description: TEXT.leaver })
  readonly leaver!: PushLeaverRuleType;

  @Field(() => PushOperationSwitchesType, { description: TEXT.operations })
  readonly operations!: PushOperationSwitchesType;

  @Field(() => [ID], { description: TEXT.protectedAccountIds })
  readonly protectedAccountIds!: readonly string[];

  @Field(() => [ID], { description: TEXT.protectedOrgUnitIds })
  readonly protectedOrgUnitIds!: readonly string[];

  @Field(() => Boolean, { description: TEXT.pushOrder })
  readonly pushOrder!: boolean;

  @Field(() => [PushGuardType], { description: TEXT.guards })
  readonly guards!: readonly PushGuardType[];

  @Field(() => PushGuardLimitsType, { description: TEXT.shrink })
  readonly shrink!: PushGuardLimitsType;

  @Field(() => PushApprovalRuleType, { description: TEXT.approval })
  readonly approval!: PushApprovalRuleType;

  @Field(() => IncrementalModeEnum, { description: TEXT.incremental })
  readonly incremental!: IncrementalMode;

  @Field(() => Int, { description: TEXT.everyMinutes })
  readonly everyMinutes!: number;
}
