import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTime } from '../scalars.ts';

@ObjectType('SignInPayload', {
  description: 'Tokens of a session. Neither can be shown again.',
  simpleResolvers: true,
})
export class SignInPayload {
  @Field(() => String, {
    description: 'JWT (ES256), sent as `Authorization: Bearer …`. Its keys are at `/.well-known/jwks.json`.',
  })
  readonly accessToken!: string;

  @Field(() => String, {
    description: 'Exchanged by `refreshSession` for new tokens; works once, for 7 days.',
  })
  readonly refreshToken!: string;

  @Field(() => Int, { description: 'Seconds until the access token expires.' })
  readonly expiresIn!: number;

  @Field(() => ID, { description: 'The account that is signed in.' })
  readonly accountId!: string;

  @Field(() => ID, { description: 'The session, as listed by `sessions`.' })
  readonly sessionId!: string;
}

@ObjectType('Session', { description: 'A signed-in account on one device.', simpleResolvers: true })
export class SessionType {
  @Field(() => ID, { description: 'UUID version 7.' })
  readonly id!: string;

  @Field(() => ID, { description: 'Whose session it is.' })
  readonly accountId!: string;

  @Field(() => Boolean, { description: 'True for the session that asks.' })
  readonly current!: boolean;

  @Field(() => DateTime, { description: 'When it was opened.' })
  readonly createdAt!: Date;

  @Field(() => DateTime, { description: 'When its tokens were last refreshed.' })
  readonly lastUsedAt!: Date;

  @Field(() => DateTime, { description: 'When it ends, however often it is refreshed.' })
  readonly expiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'Network address from which it was opened.' })
  readonly address!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Program with which it was opened, as it named itself, at most 500 characters.',
  })
  readonly userAgent!: string | null;

  @Field(() => [String], { description: 'How the person proved who they are (RFC 8176), e.g. `pwd`.' })
  readonly amr!: readonly string[];
}

@ObjectType('SignOutPayload', { description: 'What was ended.', simpleResolvers: true })
export class SignOutPayload {
  @Field(() => Int, { description: 'Number of sessions that were ended.' })
  readonly ended!: number;
}

@ObjectType('RevokeSessionPayload', { description: 'What was ended.', simpleResolvers: true })
export class RevokeSessionPayload {
  @Field(() => ID, { description: 'Id of the session.' })
  readonly sessionId!: string;
}

@ObjectType('ResetPasswordPayload', { description: 'The outcome of a reset.', simpleResolvers: true })
export class ResetPasswordPayload {
  @Field(() => String, {
    nullable: true,
    description: 'The password that was made; null when one was given. It cannot be shown again.',
  })
  readonly password!: string | null;
}
