import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { SCOPES } from '../../src/domain/index.ts';
import { DateTime } from '../scalars.ts';

const SCOPE_LIST = SCOPES.map((scope) => `\`${scope}\``).join(', ');

@ObjectType('MachineClient', {
  description: 'A program that asks for access tokens at `POST /oauth/token` (RFC 6749 section 4.4).',
  simpleResolvers: true,
})
export class MachineClientType {
  @Field(() => ID, { description: 'Its `client_id`.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name for people, 1 to 100 characters, unique in the tenant.' })
  readonly name!: string;

  @Field(() => [String], { description: `What it may do: ${SCOPE_LIST}.` })
  readonly scopes!: readonly string[];

  @Field(() => Boolean, { description: 'A disabled client gets no tokens, and those it has are refused.' })
  readonly enabled!: boolean;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it last asked for a token, to the minute.' })
  readonly lastUsedAt!: Date | null;

  @Field(() => Int, { description: 'Grows with every change.' })
  readonly version!: number;
}

@InputType('CreateMachineClientInput', { description: 'A new machine client.' })
export class CreateMachineClientInput {
  @Field(() => String, { description: '1 to 100 characters, unique in the tenant.' })
  readonly name!: string;

  @Field(() => [String], { description: `At least one of ${SCOPE_LIST}.` })
  readonly scopes!: string[];
}

@InputType('UpdateMachineClientInput', { description: 'What is absent stays.' })
export class UpdateMachineClientInput {
  @Field(() => ID, { description: 'The client.' })
  readonly id!: string;

  @Field(() => Int, { nullable: true, description: 'Version that was read; another one refuses the change.' })
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 100 characters, unique in the tenant.' })
  readonly name?: string | null;

  @Field(() => [String], { nullable: true, description: `At least one of ${SCOPE_LIST}.` })
  readonly scopes?: string[] | null;

  @Field(() => Boolean, { nullable: true, description: 'False: its tokens are refused within a second.' })
  readonly enabled?: boolean | null;
}

@InputType('MachineClientIdInput', { description: 'Which machine client.' })
export class MachineClientIdInput {
  @Field(() => ID, { description: 'The client.' })
  readonly id!: string;
}

@ObjectType('MachineClientPayload', { description: 'The client after the mutation.', simpleResolvers: true })
export class MachineClientPayload {
  @Field(() => MachineClientType, { description: 'The client.' })
  readonly machineClient!: MachineClientType;
}

@ObjectType('MachineClientSecretPayload', {
  description: 'The client and its secret.',
  simpleResolvers: true,
})
export class MachineClientSecretPayload {
  @Field(() => MachineClientType, { description: 'The client.' })
  readonly machineClient!: MachineClientType;

  @Field(() => String, { description: 'Its `client_secret`. It cannot be shown again.' })
  readonly secret!: string;
}

@ObjectType('DeleteMachineClientPayload', { description: 'What was removed.', simpleResolvers: true })
export class DeleteMachineClientPayload {
  @Field(() => ID, { description: 'Id of the client.' })
  readonly id!: string;
}
