import { Field, ID, InputType, Int } from 'type-graphql';
import type { ConnectionAppId, ConnectionId, DomainFileId } from '../../src/domain/index.ts';
import { VERSION } from '../paging/arguments.ts';

@InputType('GenerateCallbackKeysInput', { description: 'Which app gets new keys.' })
export class GenerateCallbackKeysInput {
  @Field(() => ID, { description: 'The app.' })
  readonly id!: ConnectionAppId;

  @Field(() => Int, VERSION)
  readonly version?: number;
}

@InputType('RegisterCallbackInput', { description: 'Which app.' })
export class RegisterCallbackInput {
  @Field(() => ID, { description: 'The app.' })
  readonly id!: ConnectionAppId;
}

@InputType('PullChangesInput', { description: 'Which connection.' })
export class PullChangesInput {
  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: ConnectionId;
}

@InputType('UploadDomainFileInput', { description: "The file as the platform's console gave it." })
export class UploadDomainFileInput {
  @Field(() => ID, { description: 'The connection whose platform asks for it.' })
  readonly connectionId!: ConnectionId;

  @Field(() => String, {
    nullable: true,
    description: 'Host at which it is to be served. Default: the host of the public address.',
  })
  readonly host?: string | null;

  @Field(() => String, { description: 'Its name, unchanged.' })
  readonly name!: string;

  @Field(() => String, { description: 'Its content, unchanged; at most 1,024 characters.' })
  readonly content!: string;
}

@InputType('DeleteDomainFileInput', { description: 'Which file.' })
export class DeleteDomainFileInput {
  @Field(() => ID, { description: 'The file.' })
  readonly id!: DomainFileId;
}
