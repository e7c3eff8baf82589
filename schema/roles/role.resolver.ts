import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { grantRole } from '../../src/flows/roles/grant-role.ts';
import { listRoleGrants } from '../../src/flows/roles/list-role-grants.ts';
import { revokeRole } from '../../src/flows/roles/revoke-role.ts';
import { GraphqlContext } from '../context.ts';
import {
  GrantRoleInput,
  GrantRolePayload,
  RevokeRoleInput,
  RevokeRolePayload,
  RoleGrantType,
} from './role.type.ts';

@Resolver()
export class RoleResolver {
  @Query(() => [RoleGrantType], { description: 'Roles that were granted, oldest first, at most 1,000.' })
  async roleGrants(
    @Arg('accountId', () => ID, { nullable: true, description: 'Those of one account; default all.' })
    accountId: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    return listRoleGrants(context.flow, { accountId });
  }

  @Mutation(() => GrantRolePayload, {
    description: 'Grants a role, or gives a DIRECTORY_ADMIN another subtree; in force within a second.',
  })
  async grantRole(
    @Arg('input', () => GrantRoleInput, { description: 'The role.' }) input: GrantRoleInput,
    @Ctx() context: GraphqlContext,
  ) {
    return { roleGrant: await grantRole(context.flow, input) };
  }

  @Mutation(() => RevokeRolePayload, {
    description: 'Takes a role away, within a second; the last active owner keeps it (`LAST_OWNER`).',
  })
  async revokeRole(
    @Arg('input', () => RevokeRoleInput, { description: 'The role.' }) input: RevokeRoleInput,
    @Ctx() context: GraphqlContext,
  ) {
    await revokeRole(context.flow, input);
    return { accountId: input.accountId, role: input.role };
  }
}
