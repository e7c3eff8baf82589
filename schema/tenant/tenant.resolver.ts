import { Arg, Ctx, FieldResolver, Int, Mutation, Query, Resolver } from 'type-graphql';
import { countTenantAccounts, readTenant, updateTenant } from '../../src/flows/roster/tenant-settings.ts';
import { GraphqlContext } from '../context.ts';
import { TenantPayload, TenantType, UpdateTenantInput } from './tenant.type.ts';

@Resolver(() => TenantType)
export class TenantResolver {
  @Query(() => TenantType, { description: 'The tenant that the caller belongs to.' })
  async tenant(@Ctx() context: GraphqlContext) {
    return readTenant(context.flow);
  }

  @Mutation(() => TenantPayload, { description: 'Changes settings of the tenant.' })
  async updateTenant(
    @Arg('input', () => UpdateTenantInput, { description: 'What to change.' }) input: UpdateTenantInput,
    @Ctx() context: GraphqlContext,
  ) {
    await updateTenant(context.flow, input);
    return { tenant: await readTenant(context.flow) };
  }

  @FieldResolver(() => Int)
  async accountCount(@Ctx() context: GraphqlContext) {
    return countTenantAccounts(context.flow);
  }
}
