import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { createOrgUnit } from '../../src/flows/roster/create-org-unit.ts';
import { deleteOrgUnit } from '../../src/flows/roster/delete-org-unit.ts';
import { moveOrgUnit } from '../../src/flows/roster/move-org-unit.ts';
import { readOrgUnits } from '../../src/flows/roster/read-org-units.ts';
import { restoreOrgUnit } from '../../src/flows/roster/restore-org-unit.ts';
import { updateOrgUnit } from '../../src/flows/roster/update-org-unit.ts';
import { GraphqlContext } from '../context.ts';
import { orgUnitFields } from '../projection.ts';
import { below, selectionOf } from '../selection.ts';
import {
  CreateOrgUnitInput,
  DeleteOrgUnitInput,
  MoveOrgUnitInput,
  RestoreOrgUnitInput,
  UpdateOrgUnitInput,
} from './org-unit.inputs.ts';
import { OrgUnitPayload } from './org-unit.payloads.ts';

/** The org unit after a mutation, read as the payload asks for it. */
const payload = async (context: GraphqlContext, id: string, info: GraphQLResolveInfo) => {
  const fields = orgUnitFields(below(selectionOf(info), 'orgUnit') ?? {});
  return { orgUnit: (await readOrgUnits(context.flow, [id], fields))[0] ?? null };
};

@Resolver()
export class OrgUnitMutations {
  @Mutation(() => OrgUnitPayload, { description: 'Makes an org unit below another.' })
  async createOrgUnit(
    @Arg('input', () => CreateOrgUnitInput, { description: 'What to do.' }) input: CreateOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await createOrgUnit(context.flow, input), info);
  }

  @Mutation(() => OrgUnitPayload, { description: 'Changes name, order or attributes of an org unit.' })
  async updateOrgUnit(
    @Arg('input', () => UpdateOrgUnitInput, { description: 'What to do.' }) input: UpdateOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await updateOrgUnit(context.flow, input), info);
  }

  @Mutation(() => OrgUnitPayload, { description: 'Moves an org unit with everything below it.' })
  async moveOrgUnit(
    @Arg('input', () => MoveOrgUnitInput, { description: 'What to do.' }) input: MoveOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await moveOrgUnit(context.flow, input), info);
  }

  @Mutation(() => OrgUnitPayload, {
    description:
      'Deletes an org unit; it can be restored for 30 days. Refused while it holds units or accounts, unless they shall go along.',
  })
  async deleteOrgUnit(
    @Arg('input', () => DeleteOrgUnitInput, { description: 'What to do.' }) input: DeleteOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await deleteOrgUnit(context.flow, input), info);
  }

  @Mutation(() => OrgUnitPayload, { description: 'Brings a deleted org unit back to where it was.' })
  async restoreOrgUnit(
    @Arg('input', () => RestoreOrgUnitInput, { description: 'What to do.' }) input: RestoreOrgUnitInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await restoreOrgUnit(context.flow, input), info);
  }
}
