import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { AttributeDefinitionId, AttributeTarget, AttributeType } from '../../src/domain/index.ts';
import { AttributeTargetEnum, AttributeTypeEnum } from '../enums.ts';
import { VERSION } from '../paging/arguments.ts';

@ObjectType('AttributeDefinition', {
  description: 'An entry of the data dictionary: a typed custom attribute of accounts or org units.',
  simpleResolvers: true,
})
export class AttributeDefinitionType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => AttributeTargetEnum, { description: 'What it describes.' })
  readonly target!: AttributeTarget;

  @Field(() => String, {
    description: 'Name in `attributes`: a letter and up to 63 letters, digits or _; for ever.',
  })
  readonly name!: string;

  @Field(() => String, { description: 'Name for people, 1 to 200 characters.' })
  readonly label!: string;

  @Field(() => AttributeTypeEnum, { description: 'Type of its values.' })
  readonly type!: AttributeType;

  @Field(() => [String], { description: 'Allowed values of a CHOICE; empty otherwise.' })
  readonly choices!: readonly string[];

  @Field(() => Boolean, {
    description: 'Must have a value when an object is edited. Required is always editable.',
  })
  readonly required!: boolean;

  @Field(() => Boolean, { description: 'People may change it; otherwise imports and machine clients alone.' })
  readonly editable!: boolean;

  @Field(() => Boolean, { description: 'No two objects have the same value, without regard to case.' })
  readonly unique!: boolean;

  @Field(() => Boolean, { description: 'Shown in forms and in the API.' })
  readonly enabled!: boolean;

  @Field(() => Boolean, { description: 'Shown to administrators and to the person alone.' })
  readonly sensitive!: boolean;

  @Field(() => String, { nullable: true, description: 'Remark, at most 200 characters.' })
  readonly remark!: string | null;

  @Field(() => Int, { description: 'Grows with each change.' })
  readonly version!: number;
}

@ObjectType('AttributeDefinitionPayload', {
  description: 'The definition as it is after the mutation.',
  simpleResolvers: true,
})
export class AttributeDefinitionPayload {
  @Field(() => AttributeDefinitionType, { description: 'The definition.' })
  readonly attributeDefinition!: AttributeDefinitionType;
}

@ObjectType('DeleteAttributeDefinitionPayload', { description: 'What was deleted.', simpleResolvers: true })
export class DeleteAttributeDefinitionPayload {
  @Field(() => ID, { description: 'Id of the definition that is gone.' })
  readonly id!: string;
}

@InputType('AttributeDefinitionFields', { description: 'Fields of a definition.' })
class DefinitionFields {
  @Field(() => [String], { nullable: true, description: 'Allowed values of a CHOICE, at most 200.' })
  readonly choices?: string[];

  @Field(() => Boolean, {
    nullable: true,
    description: 'Must have a value; makes it editable. Default false.',
  })
  readonly required?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'People may change it. Default true.' })
  readonly editable?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'No two objects have the same value; not for BOOLEAN and CHOICE. Default false.',
  })
  readonly unique?: boolean;

  @Field(() => Boolean, { nullable: true, description: 'Shown in forms and in the API. Default true.' })
  readonly enabled?: boolean;

  @Field(() => Boolean, {
    nullable: true,
    description: 'For administrators and the person alone. Default false.',
  })
  readonly sensitive?: boolean;

  @Field(() => String, { nullable: true, description: 'Remark, at most 200 characters.' })
  readonly remark?: string | null;
}

@InputType('CreateAttributeDefinitionInput', { description: 'A new entry of the data dictionary.' })
export class CreateAttributeDefinitionInput extends DefinitionFields {
  @Field(() => AttributeTargetEnum, { description: 'What it describes; for ever.' })
  readonly target!: AttributeTarget;

  @Field(() => String, { description: 'A letter and up to 63 letters, digits or _; for ever.' })
  readonly name!: string;

  @Field(() => String, { description: 'Name for people, 1 to 200 characters.' })
  readonly label!: string;

  @Field(() => AttributeTypeEnum, { description: 'Type of its values.' })
  readonly type!: AttributeType;
}

@InputType('UpdateAttributeDefinitionInput', { description: 'Fields to change; absent ones stay.' })
export class UpdateAttributeDefinitionInput extends DefinitionFields {
  @Field(() => ID, { description: 'The definition.' })
  readonly id!: AttributeDefinitionId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: 'Name for people, 1 to 200 characters.' })
  readonly label?: string;

  @Field(() => AttributeTypeEnum, { nullable: true, description: 'Refused while values exist.' })
  readonly type?: AttributeType;
}

@InputType('DeleteAttributeDefinitionInput', { description: 'Which definition, and what about its values.' })
export class DeleteAttributeDefinitionInput {
  @Field(() => ID, { description: 'The definition.' })
  readonly id!: AttributeDefinitionId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Take its values away from all objects; otherwise refused while there are any.',
  })
  readonly discardValues!: boolean;
}
