import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { AttributeTarget } from '../../src/domain/index.ts';
import { createAttributeDefinition } from '../../src/flows/roster/create-attribute-definition.ts';
import { deleteAttributeDefinition } from '../../src/flows/roster/delete-attribute-definition.ts';
import { readDictionary } from '../../src/flows/roster/read-dictionary.ts';
import { updateAttributeDefinition } from '../../src/flows/roster/update-attribute-definition.ts';
import { GraphqlContext } from '../context.ts';
import { AttributeTargetEnum } from '../enums.ts';
import {
  AttributeDefinitionPayload,
  AttributeDefinitionType,
  CreateAttributeDefinitionInput,
  DeleteAttributeDefinitionInput,
  DeleteAttributeDefinitionPayload,
  UpdateAttributeDefinitionInput,
} from './attribute.type.ts';

const payload = async (context: GraphqlContext, id: string) => ({
  attributeDefinition: (await readDictionary(context.flow, null)).find((one) => one.id === id),
});

@Resolver()
export class AttributeResolver {
  @Query(() => [AttributeDefinitionType], { description: 'The data dictionary, by target and name.' })
  async attributeDefinitions(
    @Arg('target', () => AttributeTargetEnum, { nullable: true, description: 'Only those of one target.' })
    target: AttributeTarget | null,
    @Ctx() context: GraphqlContext,
  ) {
    return readDictionary(context.flow, target ?? null);
  }

  @Mutation(() => AttributeDefinitionPayload, { description: 'Adds an attribute to the data dictionary.' })
  async createAttributeDefinition(
    @Arg('input', () => CreateAttributeDefinitionInput, { description: 'The new definition.' })
    input: CreateAttributeDefinitionInput,
    @Ctx() context: GraphqlContext,
  ) {
    return payload(context, await createAttributeDefinition(context.flow, input));
  }

  @Mutation(() => AttributeDefinitionPayload, {
    description: 'Changes a definition; refused where values exist that would no longer fit.',
  })
  async updateAttributeDefinition(
    @Arg('input', () => UpdateAttributeDefinitionInput, { description: 'What to change.' })
    input: UpdateAttributeDefinitionInput,
    @Ctx() context: GraphqlContext,
  ) {
    return payload(context, await updateAttributeDefinition(context.flow, input));
  }

  @Mutation(() => DeleteAttributeDefinitionPayload, {
    description: 'Takes an attribute out of the data dictionary.',
  })
  async deleteAttributeDefinition(
    @Arg('input', () => DeleteAttributeDefinitionInput, { description: 'Which definition.' })
    input: DeleteAttributeDefinitionInput,
    @Ctx() context: GraphqlContext,
  ) {
    return { id: await deleteAttributeDefinition(context.flow, input) };
  }
}
