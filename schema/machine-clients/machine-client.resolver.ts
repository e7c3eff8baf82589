import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import { createMachineClient } from '../../src/flows/machine-client/create-machine-client.ts';
import { deleteMachineClient } from '../../src/flows/machine-client/delete-machine-client.ts';
import { listMachineClients } from '../../src/flows/machine-client/list-machine-clients.ts';
import { rotateMachineClientSecret } from '../../src/flows/machine-client/rotate-machine-client-secret.ts';
import { updateMachineClient } from '../../src/flows/machine-client/update-machine-client.ts';
import { GraphqlContext } from '../context.ts';
import {
  CreateMachineClientInput,
  DeleteMachineClientPayload,
  MachineClientIdInput,
  MachineClientPayload,
  MachineClientSecretPayload,
  MachineClientType,
  UpdateMachineClientInput,
} from './machine-client.type.ts';

@Resolver()
export class MachineClientResolver {
  @Query(() => [MachineClientType], { description: 'Machine clients by name, at most 1,000.' })
  async machineClients(@Ctx() context: GraphqlContext) {
    return listMachineClients(context.flow);
  }

  @Mutation(() => MachineClientSecretPayload, {
    description: 'Makes a machine client and shows its secret once.',
  })
  async createMachineClient(
    @Arg('input', () => CreateMachineClientInput, { description: 'The new client.' })
    input: CreateMachineClientInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { client, secret } = await createMachineClient(context.flow, input);
    return { machineClient: client, secret };
  }

  @Mutation(() => MachineClientPayload, { description: 'Changes, enables or disables a machine client.' })
  async updateMachineClient(
    @Arg('input', () => UpdateMachineClientInput, { description: 'The changes.' })
    input: UpdateMachineClientInput,
    @Ctx() context: GraphqlContext,
  ) {
    return { machineClient: await updateMachineClient(context.flow, input) };
  }

  @Mutation(() => MachineClientSecretPayload, {
    description: 'Gives a machine client another secret; the old one is worth nothing from then on.',
  })
  async rotateMachineClientSecret(
    @Arg('input', () => MachineClientIdInput, { description: 'Which client.' }) input: MachineClientIdInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { client, secret } = await rotateMachineClientSecret(context.flow, input);
    return { machineClient: client, secret };
  }

  @Mutation(() => DeleteMachineClientPayload, {
    description: 'Removes a machine client; its tokens are refused within a second.',
  })
  async deleteMachineClient(
    @Arg('input', () => MachineClientIdInput, { description: 'Which client.' }) input: MachineClientIdInput,
    @Ctx() context: GraphqlContext,
  ) {
    await deleteMachineClient(context.flow, input);
    return { id: input.id };
  }
}
