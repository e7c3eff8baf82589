import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { listSessions } from '../../src/flows/sign-in/list-sessions.ts';
import { resetPassword } from '../../src/flows/sign-in/reset-password.ts';
import { revokeSession } from '../../src/flows/sign-in/revoke-session.ts';
import { signOut } from '../../src/flows/sign-in/sign-out.ts';
import { GraphqlContext } from '../context.ts';
import { ResetPasswordPayload, RevokeSessionPayload, SessionType, SignOutPayload } from './session.type.ts';
import { ResetPasswordInput, RevokeSessionInput, SignOutInput } from './sign-in.inputs.ts';

@Resolver()
export class SessionResolver {
  @Query(() => [SessionType], {
    description: "Sessions that are open, newest first, at most 200; the caller's own by default.",
  })
  async sessions(
    @Arg('accountId', () => ID, { nullable: true, description: 'Whose; default the caller.' })
    accountId: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    return listSessions(context.flow, { accountId });
  }

  @Mutation(() => SignOutPayload, {
    description: "Ends the caller's session, or all of the caller's sessions.",
  })
  async signOut(
    @Arg('input', () => SignOutInput, { nullable: true, description: 'Default: this session.' })
    input: SignOutInput | null,
    @Ctx() context: GraphqlContext,
  ) {
    return { ended: await signOut(context.flow, { everywhere: input?.everywhere }) };
  }

  @Mutation(() => RevokeSessionPayload, {
    description: 'Ends one session; its tokens are refused within a second.',
  })
  async revokeSession(
    @Arg('input', () => RevokeSessionInput, { description: 'Which one.' }) input: RevokeSessionInput,
    @Ctx() context: GraphqlContext,
  ) {
    await revokeSession(context.flow, input);
    return { sessionId: input.sessionId };
  }

  @Mutation(() => ResetPasswordPayload, {
    description:
      'Gives an account a password that must be changed at the next sign-in, ends its sessions and lifts its lock.',
  })
  async resetPassword(
    @Arg('input', () => ResetPasswordInput, { description: 'Whose password.' }) input: ResetPasswordInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { passwords } = context.signIn;
    return { password: await resetPassword({ ...context.flow, passwords }, input) };
  }
}
