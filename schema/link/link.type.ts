import { Field, ID, InputType, ObjectType } from 'type-graphql';
import type {
  AccountId,
  AccountLinkId,
  LinkOrigin,
  MatchKey,
  RemoteAccountId,
} from '../../src/domain/index.ts';
import { AccountType } from '../account/account.type.ts';
import { MatchKeyType } from '../connection/match-key.type.ts';
import { registerNames } from '../enum-of.ts';
import { DateTime } from '../scalars.ts';

export const LinkOriginEnum = registerNames<LinkOrigin>('LinkOrigin', 'How a link came about.', {
  MANUAL: 'Somebody said so.',
  RULE: 'A matching rule found exactly one account, and the reviewer accepted it.',
  FILE: 'A file said so.',
  PUSH: 'Muster made the person on the platform.',
  IMPORT: 'An import made the account.',
  FIRST_LOGIN: 'The person proved it when signing in for the first time.',
});

@ObjectType('AccountLink', {
  description:
    'A person of a platform is this account. An account has at most one link in each connection, a person at most one at all.',
  simpleResolvers: true,
})
export class AccountLinkType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'The connection.' })
  readonly connectionId!: string;

  @Field(() => String, { description: 'Name of the connection.' })
  readonly connectionName!: string;

  @Field(() => ID, { description: 'The copy of the person.' })
  readonly remoteAccountId!: string;

  @Field(() => String, { description: "The platform's own id of the person." })
  readonly externalId!: string;

  @Field(() => String, { nullable: true, description: 'Name of the person on the platform.' })
  readonly remoteName!: string | null;

  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => LinkOriginEnum, { description: 'How it came about.' })
  readonly origin!: LinkOrigin;

  @Field(() => MatchKeyType, {
    nullable: true,
    description: 'With RULE: the comparison that found the account.',
  })
  readonly matchKey!: MatchKey | null;

  @Field(() => ID, { nullable: true, description: 'The import run that made it.' })
  readonly runId!: string | null;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt!: Date;

  @Field(() => ID, { nullable: true, description: 'Who made it.' })
  readonly createdById!: string | null;
}

@InputType('LinkAccountInput', { description: 'Which two are the same person.' })
export class LinkAccountInput {
  @Field(() => ID, { description: 'The account; not a deleted one.' })
  readonly accountId!: AccountId;

  @Field(() => ID, { description: 'The copy of the person, as `remoteAccounts` lists it.' })
  readonly remoteAccountId!: RemoteAccountId;
}

@InputType('UnlinkAccountInput', { description: 'Which link.' })
export class UnlinkAccountInput {
  @Field(() => ID, { description: 'The link, as `Account.links` lists it.' })
  readonly linkId!: AccountLinkId;
}

@ObjectType('LinkAccountPayload', { description: 'The link and its account.', simpleResolvers: true })
export class LinkAccountPayload {
  @Field(() => AccountLinkType, { description: 'The link.' })
  readonly link!: AccountLinkType;

  @Field(() => AccountType, { description: 'The account.' })
  readonly account!: AccountType;
}

@ObjectType('UnlinkAccountPayload', {
  description: 'The link that was, and its account.',
  simpleResolvers: true,
})
export class UnlinkAccountPayload {
  @Field(() => ID, { description: 'Id of the link that is gone.' })
  readonly linkId!: string;

  @Field(() => AccountType, { description: 'The account.' })
  readonly account!: AccountType;
}
