import { Field, ObjectType } from 'type-graphql';
import type { StreamState } from '../../src/domain/index.ts';
import { FailureType } from '../failure.type.ts';
import { DateTime } from '../scalars.ts';
import { StreamStateEnum } from './event.enums.ts';

@ObjectType('AppStream', { description: "How an app's long connection stands.", simpleResolvers: true })
export class AppStreamType {
  @Field(() => StreamStateEnum, { description: 'How it stands.' })
  readonly state!: StreamState;

  @Field(() => DateTime, { nullable: true, description: 'Since when it is connected, or was last.' })
  readonly connectedAt!: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'When the last event came through it.' })
  readonly lastEventAt!: Date | null;

  @Field(() => FailureType, { nullable: true, description: 'What last went wrong.' })
  readonly lastError!: FailureType | null;

  @Field(() => DateTime, { nullable: true, description: 'When that was.' })
  readonly lastErrorAt!: Date | null;
}
