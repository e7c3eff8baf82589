import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AppError } from '../../src/domain/index.ts';
import { changePassword } from '../../src/flows/sign-in/change-password.ts';
import { refreshSession } from '../../src/flows/sign-in/refresh-session.ts';
import { signIn } from '../../src/flows/sign-in/sign-in.ts';
import { GraphqlContext } from '../context.ts';
import { SignInPayload } from './session.type.ts';
import { ChangePasswordInput, RefreshSessionInput, SignInInput } from './sign-in.inputs.ts';

/** Whose password is changed: the one that is named, otherwise the caller's. */
const whoChanges = ({ principal }: GraphqlContext, { tenant, userName }: ChangePasswordInput) => {
  if (tenant != null && userName != null) return { tenant, userName };
  if (principal?.kind === 'ACCOUNT') return principal;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'userName', reason: 'tenant and user name are needed when nobody is signed in' },
    path: ['input', 'userName'],
  });
};

@Resolver()
export class SignInResolver {
  @Mutation(() => SignInPayload, {
    description: 'Signs an account in. After `PASSWORD_CHANGE_REQUIRED` go on with `changePassword`.',
  })
  async signIn(
    @Arg('input', () => SignInInput, { description: 'Who signs in.' }) input: SignInInput,
    @Ctx() context: GraphqlContext,
  ) {
    return signIn(context.signIn, input);
  }

  @Mutation(() => SignInPayload, {
    description:
      'Exchanges a refresh token for new tokens. Each works once, without any period of grace: used twice, it ends the session.',
  })
  async refreshSession(
    @Arg('input', () => RefreshSessionInput, { description: 'The token.' }) input: RefreshSessionInput,
    @Ctx() context: GraphqlContext,
  ) {
    return refreshSession(context.signIn, input);
  }

  @Mutation(() => SignInPayload, {
    description: 'Replaces a password, ends every session of the account and opens a new one.',
  })
  async changePassword(
    @Arg('input', () => ChangePasswordInput, { description: 'The old and the new password.' })
    input: ChangePasswordInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { oldPassword, newPassword } = input;
    return changePassword(context.signIn, { who: whoChanges(context, input), oldPassword, newPassword });
  }
}
