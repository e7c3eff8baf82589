import { Field, ObjectType } from 'type-graphql';
import { AccountType } from './account.type.ts';

@ObjectType('AccountPayload', {
  description: 'The account as it is after the mutation.',
  simpleResolvers: true,
})
export class AccountPayload {
  @Field(() => AccountType, { description: 'The account.' })
  readonly account!: AccountType;
}
