import { Field, ObjectType } from 'type-graphql';
import type { MatchKey } from '../../src/domain/index.ts';
import { RemoteMatchFieldEnum, RosterMatchFieldEnum } from './connection.enums.ts';

@ObjectType('MatchKey', { description: 'One comparison of a matching rule.', simpleResolvers: true })
export class MatchKeyType {
  @Field(() => RemoteMatchFieldEnum, { description: 'Field of the platform.' })
  readonly remoteField!: MatchKey['remoteField'];

  @Field(() => RosterMatchFieldEnum, { description: 'Field of the roster.' })
  readonly rosterField!: MatchKey['rosterField'];

  @Field(() => Boolean, { description: 'Without regard to case.' })
  readonly foldCase!: boolean;
}
