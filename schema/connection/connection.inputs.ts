import { Field, Float, ID, InputType, Int } from 'type-graphql';
import type {
  ConnectionAppId,
  ConnectionId,
  ConnectionMode,
  EventPolicy,
  EventSource,
  OrgUnitId,
  UserNameSource,
} from '../../src/domain/index.ts';
import { EventPolicyEnum, EventSourceEnum } from '../event/event.enums.ts';
import { VERSION } from '../paging/arguments.ts';
import { Json } from '../scalars.ts';
import {
  ConnectionModeEnum,
  EmailFieldEnum,
  LeaverActionEnum,
  UserNameSourceEnum,
} from './connection.enums.ts';
import { MASTERS_TEXT, MasteredFieldInput } from './field-master.type.ts';
import { MatchKeyInput } from './match-key.input.ts';
import { PushRulesInput } from './push-rules.inputs.ts';
import { PUSH_RULE_TEXTS } from './push-rules.texts.ts';

@InputType('ImportGuardLimitsInput', { description: 'Limits for proposed disables; the smaller counts.' })
export class GuardLimitsInput {
  @Field(() => Float, { description: 'Share of the linked accounts, 0 to 1.' })
  readonly fraction!: number;

  @Field(() => Int, { description: 'Number of accounts.' })
  readonly count!: number;
}

@InputType('PullRulesInput', { description: 'Rules to change; absent ones stay.' })
export class PullRulesInput {
  @Field(() => [String], {
    nullable: true,
    description: 'Platform ids of the units to start from; empty = all.',
  })
  readonly startOrgUnitExternalIds?: string[];

  @Field(() => ID, { nullable: true, description: 'Org unit below which imported ones go; null = the root.' })
  readonly targetOrgUnitId?: OrgUnitId | null;

  @Field(() => EmailFieldEnum, { nullable: true, description: 'Which mailbox becomes the mail address.' })
  readonly emailField?: 'personal' | 'company';

  @Field(() => [MatchKeyInput], { nullable: true, description: PUSH_RULE_TEXTS.matchKeys })
  readonly matchKeys?: MatchKeyInput[] | null;

  @Field(() => UserNameSourceEnum, { nullable: true, description: 'Where user names come from.' })
  readonly userNameSource?: UserNameSource;

  @Field(() => Boolean, { nullable: true, description: 'Without mobile number a row is invalid.' })
  readonly requireMobile?: boolean;

  @Field(() => LeaverActionEnum, { nullable: true, description: 'What to propose for leavers.' })
  readonly leaverAction?: 'DISABLE' | 'NONE';

  @Field(() => GuardLimitsInput, { nullable: true, description: 'Limits for proposed disables.' })
  readonly guard?: GuardLimitsInput;

  @Field(() => Int, {
    nullable: true,
    description:
      'Minutes between timed pulls; 0 = none, but once a day where events are received and followed.',
  })
  readonly everyMinutes?: number;

  @Field(() => EventPolicyEnum, {
    nullable: true,
    description: 'What to do with what events bring. Default HOLD.',
  })
  readonly events?: EventPolicy;

  @Field(() => [MasteredFieldInput], {
    nullable: true,
    description: `${MASTERS_TEXT} Replaces the whole list; empty = none.`,
  })
  readonly masters?: MasteredFieldInput[] | null;
}

@InputType('ConnectionFields', { description: 'Fields of a connection.' })
class ConnectionFields {
  @Field(() => Boolean, { nullable: true, description: 'May be pulled from. Default false.' })
  readonly enabled?: boolean;

  @Field(() => ConnectionModeEnum, { nullable: true, description: 'Default READ_ONLY.' })
  readonly mode?: ConnectionMode;

  @Field(() => Json, {
    nullable: true,
    description:
      'Settings by name, as `platforms` lists them, secrets too; absent ones stay, null or blank empties.',
  })
  readonly settings?: unknown;

  @Field(() => Boolean, { nullable: true, description: 'The base address may lie in a private network.' })
  readonly allowPrivateNetwork?: boolean;

  @Field(() => PullRulesInput, { nullable: true, description: 'How a pull becomes staged rows.' })
  readonly pullRules?: PullRulesInput | null;

  @Field(() => PushRulesInput, { nullable: true, description: PUSH_RULE_TEXTS.rules })
  readonly pushRules?: PushRulesInput | null;

  @Field(() => [MatchKeyInput], {
    nullable: true,
    description: `${PUSH_RULE_TEXTS.matchKeys} Two different ones in one input are refused.`,
  })
  readonly matchKeys?: MatchKeyInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Initial password of accounts that a pull makes, by the password policy; null = none. Write-only.',
  })
  readonly defaultPassword?: string | null;
}

@InputType('CreateConnectionInput', { description: 'A new connection.' })
export class CreateConnectionInput extends ConnectionFields {
  @Field(() => String, { description: 'Name of the platform, as listed by `platforms`.' })
  readonly platform!: string;

  @Field(() => String, { description: '1 to 100 characters, unique in the tenant.' })
  readonly name!: string;
}

@InputType('UpdateConnectionInput', { description: 'Fields to change; absent ones stay, secrets too.' })
export class UpdateConnectionInput extends ConnectionFields {
  @Field(() => ID, { description: 'The connection.' })
  readonly id!: ConnectionId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 100 characters, unique in the tenant.' })
  readonly name?: string;
}

@InputType('ConnectionVersionInput', { description: 'Which connection.' })
export class ConnectionVersionInput {
  @Field(() => ID, { description: 'The connection.' })
  readonly id!: ConnectionId;

  @Field(() => Int, VERSION)
  readonly version?: number;
}

@InputType('TestConnectionInput', { description: 'Which connection.' })
export class TestConnectionInput {
  @Field(() => ID, { description: 'The connection; it need not be enabled.' })
  readonly id!: ConnectionId;
}

@InputType('ConnectionAppFields', { description: 'Fields of an app.' })
class ConnectionAppFields {
  @Field(() => String, { nullable: true, description: "The platform's number of the app." })
  readonly agentId?: string | null;

  @Field(() => String, { nullable: true, description: 'Key of the app.' })
  readonly appKey?: string | null;

  @Field(() => String, { nullable: true, description: 'Secret of the app; write-only, null removes it.' })
  readonly appSecret?: string | null;

  @Field(() => String, { nullable: true, description: 'Address that the app opens, http or https.' })
  readonly homeAddress?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Token of the callback address, 3 to 64 letters and digits; write-only, null removes it.',
  })
  readonly callbackToken?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'EncodingAESKey of the callback address, 43 letters and digits; write-only, null removes it.',
  })
  readonly callbackAesKey?: string | null;

  @Field(() => EventSourceEnum, {
    nullable: true,
    description: 'Where word of changes comes from. Default OFF.',
  })
  readonly eventSource?: EventSource;
}

@InputType('CreateConnectionAppInput', { description: 'A new app of a connection.' })
export class CreateConnectionAppInput extends ConnectionAppFields {
  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: ConnectionId;

  @Field(() => String, { description: '1 to 100 characters, unique in the connection.' })
  readonly name!: string;
}

@InputType('UpdateConnectionAppInput', { description: 'Fields to change; absent ones stay.' })
export class UpdateConnectionAppInput extends ConnectionAppFields {
  @Field(() => ID, { description: 'The app.' })
  readonly id!: ConnectionAppId;

  @Field(() => Int, VERSION)
  readonly version?: number;

  @Field(() => String, { nullable: true, description: '1 to 100 characters.' })
  readonly name?: string;
}

@InputType('ConnectionAppVersionInput', { description: 'Which app.' })
export class ConnectionAppVersionInput {
  @Field(() => ID, { description: 'The app.' })
  readonly id!: ConnectionAppId;

  @Field(() => Int, VERSION)
  readonly version?: number;
}
