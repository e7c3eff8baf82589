import { Field, Int, ObjectType } from 'type-graphql';
import type { OperationKind, PushFieldMoment } from '../../src/domain/index.ts';
import { TextType } from '../text.type.ts';
import {
  AccountIdModeEnum,
  OperationKindEnum,
  PushFieldMomentEnum,
  TextUnitEnum,
} from './push-rules.enums.ts';

@ObjectType('TextRule', {
  description: 'What a text must be like; a value that is not gets an issue in the plan, before any call.',
  simpleResolvers: true,
})
export class TextRuleType {
  @Field(() => Int, { description: 'Longest text.' })
  readonly maxLength!: number;

  @Field(() => TextUnitEnum, { description: 'What its length is counted in.' })
  readonly unit!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Regular expression that the whole text must match; null = any text.',
  })
  readonly pattern!: string | null;

  @Field(() => TextType, { nullable: true, description: 'What the expression wants, in words.' })
  readonly patternText!: TextType | null;
}

@ObjectType('PushTargetField', {
  description: "A field of a platform's people that a push can write.",
  simpleResolvers: true,
})
export class PushTargetFieldType {
  @Field(() => String, { description: 'Name, to be given in `PushFieldRule.field`.' })
  readonly name!: string;

  @Field(() => TextType, { description: 'Name for people.' })
  readonly label!: TextType;

  @Field(() => TextRuleType, { description: 'What a value must be like.' })
  readonly rule!: TextRuleType;

  @Field(() => Boolean, { description: 'A person cannot be made without it.' })
  readonly required!: boolean;

  @Field(() => Boolean, { description: 'No two people of the company may have the same.' })
  readonly unique!: boolean;

  @Field(() => Boolean, { description: 'Can be changed once the person is there.' })
  readonly updatable!: boolean;

  @Field(() => Boolean, { description: 'Can be set to empty.' })
  readonly clearable!: boolean;

  @Field(() => Boolean, {
    description: 'People sign in with it: the guard ACCOUNT_LOGIN_ID counts its changes.',
  })
  readonly loginId!: boolean;

  @Field(() => PushFieldMomentEnum, { description: 'When it is written unless a rule says otherwise.' })
  readonly when!: PushFieldMoment;

  @Field(() => String, {
    nullable: true,
    description: 'Field of the account that it is filled from unless a rule says otherwise.',
  })
  readonly attribute!: string | null;

  @Field(() => String, { nullable: true, description: 'Constant that it is filled with otherwise.' })
  readonly constant!: string | null;

  @Field(() => String, { nullable: true, description: 'Template that it is filled with otherwise.' })
  readonly template!: string | null;
}

@ObjectType('PushTarget', {
  description: 'What a platform can take from a push, and its limits.',
  simpleResolvers: true,
})
export class PushTargetType {
  @Field(() => [OperationKindEnum], { description: 'What can be done there.' })
  readonly operations!: readonly OperationKind[];

  @Field(() => String, {
    nullable: true,
    description:
      'Platform id of the unit that is the whole company; null = it has none, the root is not pushed.',
  })
  readonly rootExternalId!: string | null;

  @Field(() => TextRuleType, { description: 'What the name of a unit must be like.' })
  readonly orgUnitName!: TextRuleType;

  @Field(() => Boolean, { description: 'Names of siblings must differ without regard to case.' })
  readonly foldOrgUnitNames!: boolean;

  @Field(() => Int, {
    nullable: true,
    description: 'Deepest level of units, counted from 1 below the root; null = no limit.',
  })
  readonly maxDepth!: number | null;

  @Field(() => Int, { nullable: true, description: 'Most units directly below one; null = no limit.' })
  readonly maxChildren!: number | null;

  @Field(() => Int, { nullable: true, description: 'Most units of one person; null = no limit.' })
  readonly maxMemberships!: number | null;

  @Field(() => Boolean, { description: 'A person must be in at least one unit.' })
  readonly membershipRequired!: boolean;

  @Field(() => Boolean, { description: 'Only an empty unit can be deleted.' })
  readonly deleteOnlyEmpty!: boolean;

  @Field(() => AccountIdModeEnum, { description: 'Who says which id a new person gets.' })
  readonly accountIdMode!: string;

  @Field(() => TextRuleType, { description: 'What the id of a person must be like.' })
  readonly accountId!: TextRuleType;

  @Field(() => Boolean, { description: 'Positions of units and people can be written.' })
  readonly orders!: boolean;

  @Field(() => [PushTargetFieldType], { description: 'Fields of people that can be written.' })
  readonly fields!: readonly PushTargetFieldType[];
}
