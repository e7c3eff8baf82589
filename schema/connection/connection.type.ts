import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { ConnectionMode, EventPolicy, EventSource, UserNameSource } from '../../src/domain/index.ts';
import type { CheckStep } from '../../src/ports/directory-source.ts';
import { EventPolicyEnum, EventSourceEnum } from '../event/event.enums.ts';
import { OpenHintsType } from '../event/open-hints.type.ts';
import { AppStreamType } from '../event/stream.type.ts';
import { DateTime, Json } from '../scalars.ts';
import { TextType } from '../text.type.ts';
import {
  CheckStatusEnum,
  CheckStepCodeEnum,
  ConnectionModeEnum,
  EmailFieldEnum,
  LeaverActionEnum,
  UserNameSourceEnum,
} from './connection.enums.ts';
import { MASTERS_TEXT, MasteredFieldType } from './field-master.type.ts';
import { MatchKeyType } from './match-key.type.ts';
import { PUSH_RULE_TEXTS } from './push-rules.texts.ts';
import { PushRulesType } from './push-rules.type.ts';
import { PushStateType } from './push-state.type.ts';
import { PushTargetType } from './push-target.type.ts';

@ObjectType('ImportGuardLimits', {
  description: 'Above which number of proposed disables they are held; the smaller of the two counts.',
  simpleResolvers: true,
})
export class GuardLimitsType {
  @Field(() => Float, { description: 'Share of the linked accounts, 0 to 1.' })
  readonly fraction!: number;

  @Field(() => Int, { description: 'Number of accounts.' })
  readonly count!: number;
}

@ObjectType('PullRules', { description: 'How a pull becomes staged rows.', simpleResolvers: true })
export class PullRulesType {
  @Field(() => [String], {
    description: 'Platform ids of the units to start from; empty = all that is visible.',
  })
  readonly startOrgUnitExternalIds!: readonly string[];

  @Field(() => ID, { nullable: true, description: 'Org unit below which imported ones go; null = the root.' })
  readonly targetOrgUnitId!: string | null;

  @Field(() => EmailFieldEnum, { description: 'Which mailbox becomes the mail address.' })
  readonly emailField!: 'personal' | 'company';

  @Field(() => [MatchKeyType], { description: PUSH_RULE_TEXTS.matchKeys })
  readonly matchKeys!: readonly MatchKeyType[];

  @Field(() => UserNameSourceEnum, { description: 'Where user names come from.' })
  readonly userNameSource!: UserNameSource;

  @Field(() => Boolean, { description: 'A person without mobile number is an invalid row.' })
  readonly requireMobile!: boolean;

  @Field(() => LeaverActionEnum, { description: 'What to propose for leavers.' })
  readonly leaverAction!: 'DISABLE' | 'NONE';

  @Field(() => GuardLimitsType, { description: 'Limits for proposed disables.' })
  readonly guard!: GuardLimitsType;

  @Field(() => Int, {
    description:
      'Minutes between timed pulls; 0 = none, but once a day where events are received and followed.',
  })
  readonly everyMinutes!: number;

  @Field(() => EventPolicyEnum, { description: 'What to do with what events bring.' })
  readonly events!: EventPolicy;

  @Field(() => [MasteredFieldType], { description: `${MASTERS_TEXT} By field.` })
  readonly masters!: readonly MasteredFieldType[];
}

@ObjectType('ConnectionApp', { description: 'An app of a connection.', simpleResolvers: true })
export class ConnectionAppType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: 'Name, 1 to 100 characters, unique in the connection.' })
  readonly name!: string;

  @Field(() => String, { nullable: true, description: "The platform's number of the app." })
  readonly agentId!: string | null;

  @Field(() => Json, { description: 'Settings that are not secret, by name.' })
  readonly settings!: unknown;

  @Field(() => [String], { description: 'Names of the secrets that are set; their values are never shown.' })
  readonly secretNames!: readonly string[];

  @Field(() => String, { nullable: true, description: 'Address that the app opens.' })
  readonly homeAddress!: string | null;

  @Field(() => String, {
    description: "Address to be entered in the platform's console, which it calls when something changes.",
  })
  readonly callbackUrl!: string;

  @Field(() => EventSourceEnum, { description: 'Where word of changes comes from.' })
  readonly eventSource!: EventSource;

  @Field(() => Boolean, { description: 'The token of the callback address is set; it is never shown.' })
  readonly hasCallbackToken!: boolean;

  @Field(() => Boolean, {
    description: 'The EncodingAESKey of the callback address is set; it is never shown.',
  })
  readonly hasCallbackAesKey!: boolean;

  @Field(() => AppStreamType, {
    nullable: true,
    description: 'How its long connection stands; null unless its events come that way.',
  })
  readonly stream!: AppStreamType | null;

  @Field(() => Int, { description: 'Grows with each change.' })
  readonly version!: number;
}

@ObjectType('Connection', { description: 'One company on one platform.', simpleResolvers: true })
export class ConnectionType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => String, { description: 'Name of the platform, as listed by `platforms`.' })
  readonly platform!: string;

  @Field(() => String, { description: 'Name, 1 to 100 characters, unique in the tenant.' })
  readonly name!: string;

  @Field(() => Boolean, { description: 'May be pulled from.' })
  readonly enabled!: boolean;

  @Field(() => ConnectionModeEnum, { description: 'What Muster may do on the platform.' })
  readonly mode!: ConnectionMode;

  @Field(() => Json, { description: 'Settings that are not secret, by name.' })
  readonly settings!: unknown;

  @Field(() => [String], { description: 'Names of the secrets that are set; their values are never shown.' })
  readonly secretNames!: readonly string[];

  @Field(() => Boolean, { description: 'Accounts that a pull makes get an initial password.' })
  readonly hasDefaultPassword!: boolean;

  @Field(() => Boolean, { description: 'The base address may lie in a private network.' })
  readonly allowPrivateNetwork!: boolean;

  @Field(() => PullRulesType, { description: 'How a pull becomes staged rows.' })
  readonly pullRules!: PullRulesType;

  @Field(() => [MatchKeyType], { description: PUSH_RULE_TEXTS.matchKeys })
  readonly matchKeys!: readonly MatchKeyType[];

  @Field(() => PushRulesType, { description: 'How the roster becomes a plan.' })
  readonly pushRules!: PushRulesType;

  @Field(() => PushTargetType, {
    nullable: true,
    description:
      'What its platform can take, by its settings; null when nothing, or when a setting is missing.',
  })
  readonly pushTarget!: PushTargetType | null;

  @Field(() => PushStateType, {
    description: 'Where pushing stands: quarantine, next probe, last full push.',
  })
  readonly pushState!: PushStateType;

  @Field(() => OpenHintsType, { description: 'How much of what events have named waits to be read.' })
  readonly openHints!: OpenHintsType;

  @Field(() => [ConnectionAppType], { description: 'Its apps, by name.' })
  readonly apps!: readonly ConnectionAppType[];

  @Field(() => DateTime, { nullable: true, description: 'When the next timed pull is due.' })
  readonly nextPullAt!: Date | null;

  @Field(() => Int, { description: 'Grows with each change.' })
  readonly version!: number;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { description: 'When it was last changed.' })
  readonly changedAt!: Date;
}

@ObjectType('PlatformSetting', {
  description: "One field of a platform's settings form.",
  simpleResolvers: true,
})
export class PlatformSettingType {
  @Field(() => String, { description: 'Name in `settings`.' })
  readonly name!: string;

  @Field(() => TextType, { description: 'Name for people.' })
  readonly label!: TextType;

  @Field(() => TextType, { description: 'What it is and where it is found.' })
  readonly help!: TextType;

  @Field(() => Boolean, { description: 'Write-only; its value is never shown.' })
  readonly secret!: boolean;

  @Field(() => Boolean, { description: 'Must have a value.' })
  readonly required!: boolean;

  @Field(() => String, { description: 'text, url or choice.' })
  readonly kind!: string;

  @Field(() => [String], { nullable: true, description: 'Allowed values of a choice.' })
  readonly choices!: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'What it is when nothing is typed.' })
  readonly defaultValue!: string | null;

  @Field(() => String, { nullable: true, description: "The vendor's page about it." })
  readonly helpLink!: string | null;
}

@ObjectType('PlatformPermission', {
  description: 'A permission that must be granted on the platform.',
  simpleResolvers: true,
})
export class PlatformPermissionType {
  @Field(() => String, { description: "The platform's name of the permission." })
  readonly point!: string;

  @Field(() => String, { description: 'pull, push or login.' })
  readonly neededFor!: string;

  @Field(() => TextType, { description: 'What it allows.' })
  readonly label!: TextType;
}

@ObjectType('Platform', {
  description: 'A platform that Muster knows, and what it can do with it.',
  simpleResolvers: true,
})
export class PlatformType {
  @Field(() => String, { description: 'Name, to be given when a connection is made.' })
  readonly name!: string;

  @Field(() => TextType, { description: 'Name for people.' })
  readonly label!: TextType;

  @Field(() => [PlatformSettingType], { description: 'Its settings form.' })
  readonly settings!: readonly PlatformSettingType[];

  @Field(() => [PlatformPermissionType], { description: 'Permissions that it needs.' })
  readonly permissions!: readonly PlatformPermissionType[];

  @Field(() => [String], { description: 'Kinds of id that its people carry, the primary one first.' })
  readonly accountIdKinds!: readonly string[];

  @Field(() => Boolean, { description: 'Units and people can be pulled from it.' })
  readonly canPull!: boolean;

  @Field(() => Boolean, { description: 'Units and people can be pushed to it.' })
  readonly canPush!: boolean;

  @Field(() => [EventSourceEnum], { description: 'Ways in which it tells of changes.' })
  readonly eventSources!: readonly EventSource[];

  @Field(() => Boolean, {
    description: 'Callback addresses can be registered with it by a call, see `registerCallback`.',
  })
  readonly canRegisterCallback!: boolean;

  @Field(() => Boolean, { description: 'It asks for a file that proves the domain, see `uploadDomainFile`.' })
  readonly takesDomainFile!: boolean;

  @Field(() => PushTargetType, {
    nullable: true,
    description:
      'What it can take, before a connection is made; null when nothing, or when it depends on settings. See `Connection.pushTarget`.',
  })
  readonly pushTarget!: PushTargetType | null;
}

@ObjectType('CheckStep', { description: 'One step of a connection test.', simpleResolvers: true })
export class CheckStepType {
  @Field(() => CheckStepCodeEnum, { description: 'What was looked at.' })
  readonly code!: CheckStep['code'];

  @Field(() => String, { description: 'Which host, permission or field exactly.' })
  readonly subject!: string;

  @Field(() => CheckStatusEnum, { description: 'How it ended.' })
  readonly status!: CheckStep['status'];

  @Field(() => TextType, { description: 'What was found.' })
  readonly message!: TextType;

  @Field(() => TextType, { nullable: true, description: 'What to do and where, unless all is well.' })
  readonly remedy!: TextType | null;
}

@ObjectType('ConnectionPayload', { description: 'The connection after the mutation.', simpleResolvers: true })
export class ConnectionPayload {
  @Field(() => ConnectionType, { description: 'The connection.' })
  readonly connection!: ConnectionType;
}

@ObjectType('ConnectionAppPayload', { description: 'The app after the mutation.', simpleResolvers: true })
export class ConnectionAppPayload {
  @Field(() => ConnectionAppType, { description: 'The app.' })
  readonly connectionApp!: ConnectionAppType;
}

@ObjectType('DeleteConnectionPayload', { description: 'What was deleted.', simpleResolvers: true })
export class DeleteConnectionPayload {
  @Field(() => ID, { description: 'Id of what is gone.' })
  readonly id!: string;
}

@ObjectType('TestConnectionPayload', { description: 'What a test found.', simpleResolvers: true })
export class TestConnectionPayload {
  @Field(() => Boolean, { description: 'No step failed.' })
  readonly passed!: boolean;

  @Field(() => [CheckStepType], { description: 'From the outside in.' })
  readonly steps!: readonly CheckStepType[];
}
