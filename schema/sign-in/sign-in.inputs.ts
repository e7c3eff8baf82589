import { Field, ID, InputType } from 'type-graphql';

@InputType('SignInInput', { description: 'Who signs in.' })
export class SignInInput {
  @Field(() => String, { description: 'Code of the tenant.' })
  readonly tenant!: string;

  @Field(() => String, {
    description: 'User name, without regard to case, or a mobile number that exactly one account has.',
  })
  readonly userName!: string;

  @Field(() => String, { description: 'The password, at most 1,024 characters.' })
  readonly password!: string;
}

@InputType('RefreshSessionInput', { description: 'The refresh token to exchange.' })
export class RefreshSessionInput {
  @Field(() => String, { description: 'Works once. Presented a second time it ends its session.' })
  readonly refreshToken!: string;
}

@InputType('SignOutInput', { description: 'What to end.' })
export class SignOutInput {
  @Field(() => Boolean, {
    defaultValue: false,
    description: 'All sessions of the account instead of this one.',
  })
  readonly everywhere!: boolean;
}

@InputType('ChangePasswordInput', {
  description: 'A new password for the account that is signed in, or for the one that is named.',
})
export class ChangePasswordInput {
  @Field(() => String, {
    nullable: true,
    description: 'Code of the tenant; needed when nobody is signed in.',
  })
  readonly tenant?: string | null;

  @Field(() => String, { nullable: true, description: 'User name; needed when nobody is signed in.' })
  readonly userName?: string | null;

  @Field(() => String, { description: 'The password so far.' })
  readonly oldPassword!: string;

  @Field(() => String, { description: 'Must satisfy the password policy of the tenant.' })
  readonly newPassword!: string;
}

@InputType('ResetPasswordInput', { description: 'Whose password is reset.' })
export class ResetPasswordInput {
  @Field(() => ID, { description: 'The account.' })
  readonly accountId!: string;

  @Field(() => String, { nullable: true, description: 'The new password; absent: one is made and returned.' })
  readonly newPassword?: string | null;
}

@InputType('RevokeSessionInput', { description: 'The session to end.' })
export class RevokeSessionInput {
  @Field(() => ID, { description: 'Id of the session.' })
  readonly sessionId!: string;
}
