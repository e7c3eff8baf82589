import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import { deleteAccount } from '../../src/flows/roster/delete-account.ts';
import { disableAccount } from '../../src/flows/roster/disable-account.ts';
import { enableAccount } from '../../src/flows/roster/enable-account.ts';
import { readAccounts } from '../../src/flows/roster/read-accounts.ts';
import { restoreAccount } from '../../src/flows/roster/restore-account.ts';
import { setManager } from '../../src/flows/roster/set-manager.ts';
import { setMemberships } from '../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../src/flows/roster/update-account.ts';
import { GraphqlContext } from '../context.ts';
import { accountProjection } from '../projection.ts';
import { below, selectionOf } from '../selection.ts';
import {
  AccountVersionInput,
  CreateAccountInput,
  DisableAccountInput,
  RestoreAccountInput,
  SetManagerInput,
  SetMembershipsInput,
  UpdateAccountInput,
} from './account.inputs.ts';
import { AccountPayload } from './account.payloads.ts';

/** The account after a mutation, read as the payload asks for it. */
const payload = async (context: GraphqlContext, id: string, info: GraphQLResolveInfo) => {
  const projection = accountProjection(below(selectionOf(info), 'account') ?? {});
  return { account: (await readAccounts(context.flow, [id], projection))[0] ?? null };
};

@Resolver()
export class AccountMutations {
  @Mutation(() => AccountPayload, { description: 'Makes an account.' })
  async createAccount(
    @Arg('input', () => CreateAccountInput, { description: 'What to do.' }) input: CreateAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await createAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, { description: 'Changes fields of an account.' })
  async updateAccount(
    @Arg('input', () => UpdateAccountInput, { description: 'What to do.' }) input: UpdateAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await updateAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, {
    description: 'Takes an active account out of use; its sessions end at once.',
  })
  async disableAccount(
    @Arg('input', () => DisableAccountInput, { description: 'What to do.' }) input: DisableAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await disableAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, { description: 'Puts a disabled account back into use.' })
  async enableAccount(
    @Arg('input', () => AccountVersionInput, { description: 'What to do.' }) input: AccountVersionInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await enableAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, {
    description: 'Deletes an account; it can be restored for 30 days, its user name is free at once.',
  })
  async deleteAccount(
    @Arg('input', () => AccountVersionInput, { description: 'What to do.' }) input: AccountVersionInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await deleteAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, {
    description: 'Brings a deleted account back with the status that it had.',
  })
  async restoreAccount(
    @Arg('input', () => RestoreAccountInput, { description: 'What to do.' }) input: RestoreAccountInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await restoreAccount(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, {
    description:
      'Adds, changes and removes memberships of an account and chooses the primary one, all at once.',
  })
  async setMemberships(
    @Arg('input', () => SetMembershipsInput, { description: 'What to do.' }) input: SetMembershipsInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    return payload(context, await setMemberships(context.flow, input), info);
  }

  @Mutation(() => AccountPayload, { description: 'Says whom an account reports to.' })
  async setManager(
    @Arg('input', () => SetManagerInput, { description: 'What to do.' }) input: SetManagerInput,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const { accountId, version, managerId } = input;
    const id = await setManager(context.flow, { accountId, version, managerId: managerId ?? null });
    return payload(context, id, info);
  }
}
