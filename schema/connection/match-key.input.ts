import { Field, InputType } from 'type-graphql';
import type { MatchKey } from '../../src/domain/index.ts';
import { RemoteMatchFieldEnum, RosterMatchFieldEnum } from './connection.enums.ts';

@InputType('MatchKeyInput', { description: 'One comparison of a matching rule.' })
export class MatchKeyInput {
  @Field(() => RemoteMatchFieldEnum, { description: 'Field of the platform.' })
  readonly remoteField!: MatchKey['remoteField'];

  @Field(() => RosterMatchFieldEnum, { description: 'Field of the roster.' })
  readonly rosterField!: MatchKey['rosterField'];

  @Field(() => Boolean, { defaultValue: true, description: 'Without regard to case.' })
  readonly foldCase!: boolean;
}
