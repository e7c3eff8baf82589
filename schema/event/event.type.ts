import { Field, ID, Int, ObjectType } from 'type-graphql';
import type { EventOutcome, EventState, EventTransport, HintKind } from '../../src/domain/index.ts';
import { ConnectionAppType } from '../connection/connection.type.ts';
import { FailureType } from '../failure.type.ts';
import { connectionOf, edgeOf } from '../paging/connection.ts';
import { DateTime } from '../scalars.ts';
import { EventOutcomeEnum, EventStateEnum, EventTransportEnum, HintKindEnum } from './event.enums.ts';

@ObjectType('ChangeHint', {
  description: 'Word that an object has changed; never what. It is read afresh.',
  simpleResolvers: true,
})
export class ChangeHintType {
  @Field(() => HintKindEnum, { description: 'What it is.' })
  readonly kind!: HintKind;

  @Field(() => String, { description: "The platform's own id; empty for COMPANY." })
  readonly externalId!: string;
}

@ObjectType('ReceivedEvent', {
  description: 'Something that a platform has told; kept for 30 days.',
  simpleResolvers: true,
})
export class ReceivedEventType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => ID, { nullable: true, description: 'The app; null for the list of failed pushes.' })
  readonly appId!: string | null;

  @Field(() => EventTransportEnum, { description: 'How it came in.' })
  readonly transport!: EventTransport;

  @Field(() => String, { description: "The platform's word for it." })
  readonly type!: string;

  @Field(() => DateTime, { nullable: true, description: 'When it happened, by the platform.' })
  readonly occurredAt!: Date | null;

  @Field(() => DateTime, { description: 'When it came in.' })
  readonly receivedAt!: Date;

  @Field(() => [ChangeHintType], { description: 'What it says has changed; empty = of no concern.' })
  readonly hints!: readonly ChangeHintType[];

  @Field(() => EventStateEnum, { description: 'Where it stands.' })
  readonly state!: EventState;

  @Field(() => EventOutcomeEnum, { nullable: true, description: 'What became of it; null while it is open.' })
  readonly outcome!: EventOutcome | null;

  @Field(() => FailureType, {
    nullable: true,
    description: 'Why it failed or was left alone; of one that is open, why it could not be followed yet.',
  })
  readonly reason!: FailureType | null;

  @Field(() => ID, { nullable: true, description: 'The import run that has read, or holds, what it named.' })
  readonly runId!: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was concluded.' })
  readonly concludedAt!: Date | null;
}

const ReceivedEventEdge = edgeOf('ReceivedEventEdge', () => ReceivedEventType);
export const ReceivedEventConnection = connectionOf('ReceivedEventConnection', {
  edge: () => ReceivedEventEdge,
  node: () => ReceivedEventType,
  what: 'received events',
});

@ObjectType('CallbackKeysPayload', {
  description: 'New keys of a callback address. They are shown here and never again.',
  simpleResolvers: true,
})
export class CallbackKeysPayload {
  @Field(() => ConnectionAppType, { description: 'The app.' })
  readonly connectionApp!: ConnectionAppType;

  @Field(() => String, { description: 'Token, 32 letters and digits.' })
  readonly token!: string;

  @Field(() => String, { description: 'EncodingAESKey, 43 letters and digits.' })
  readonly aesKey!: string;
}

@ObjectType('PullChangesPayload', { description: 'What is read now.', simpleResolvers: true })
export class PullChangesPayload {
  @Field(() => Int, { description: 'Objects that waited to be read.' })
  readonly openHints!: number;
}

@ObjectType('DomainFile', {
  description: 'A file by which a platform has a domain proved to be yours, served at the root of its host.',
  simpleResolvers: true,
})
export class DomainFileType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: 'Host at which it is served.' })
  readonly host!: string;

  @Field(() => String, { description: 'Name, as the platform gave it.' })
  readonly name!: string;

  @Field(() => String, { description: 'Where everybody finds it.' })
  readonly url!: string;

  @Field(() => DateTime, { description: 'When it was uploaded.' })
  readonly createdAt!: Date;

  @Field(() => String, { nullable: true, description: 'Who uploaded it, by the name that he had then.' })
  readonly createdByName!: string | null;
}

@ObjectType('DomainFilePayload', { description: 'The file after the mutation.', simpleResolvers: true })
export class DomainFilePayload {
  @Field(() => DomainFileType, { description: 'The file.' })
  readonly domainFile!: DomainFileType;
}

@ObjectType('DeleteDomainFilePayload', { description: 'What was deleted.', simpleResolvers: true })
export class DeleteDomainFilePayload {
  @Field(() => ID, { description: 'Id of what is gone.' })
  readonly id!: string;
}

@ObjectType('ConnectionNetwork', {
  description: 'What firewalls on both sides have to let through, as far as the platform tells.',
  simpleResolvers: true,
})
export class ConnectionNetworkType {
  @Field(() => [String], { description: 'Hosts that this server has to reach.' })
  readonly hosts!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description:
      'Address that the platform sees our calls come from; enter it in its list of trusted addresses.',
  })
  readonly egressAddress!: string | null;

  @Field(() => [String], { nullable: true, description: "Addresses or networks behind the platform's API." })
  readonly apiAddresses!: readonly string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Addresses or networks that its callbacks come from.',
  })
  readonly callbackAddresses!: readonly string[] | null;

  @Field(() => [FailureType], {
    description: 'Why something is missing above, where asking for it has failed.',
  })
  readonly failures!: readonly FailureType[];
}
