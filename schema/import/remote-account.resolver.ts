import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql';
import { AppError, type ConnectionId, type RemoteAccountId } from '../../src/domain/index.ts';
import { listRemoteAccounts } from '../../src/flows/connection/list-remote-accounts.ts';
import { readRemoteAccounts } from '../../src/flows/connection/read-remote-accounts.ts';
import { describeIssue } from '../../src/flows/import/describe-row.ts';
import { explainRemoteAccount } from '../../src/flows/import/explain-remote-account.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { selectionOf } from '../selection.ts';
import { RemoteAccountFilterInput } from './import.inputs.ts';
import { maskRemote } from './masking.ts';
import { hiddenIn, rowView } from './row-view.ts';
import { RemoteAccountConnection, RemoteAccountExplanationType, RemoteAccountType } from './staged.type.ts';

@Resolver()
export class RemoteAccountResolver {
  @Query(() => RemoteAccountConnection, {
    description:
      "Last-seen copies of a connection's people, by the platform's id; the platform is not called.",
  })
  async remoteAccounts(
    @Arg('connectionId', () => ID, { description: 'The connection.' }) connectionId: ConnectionId,
    @Arg('filter', () => RemoteAccountFilterInput, {
      nullable: true,
      description: 'Which copies; default all.',
    })
    filter: RemoteAccountFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('Connection', connectionId, ['connectionId']);
    const selection = selectionOf(info);
    const options = { page: wantsPage(selection), totalCount: selection['totalCount'] !== undefined };
    const [page, hidden] = await Promise.all([
      listRemoteAccounts(context.flow, { connectionId, ...filter, first, after }, options),
      hiddenIn(context, 'ACCOUNT'),
    ]);
    return toConnection({ ...page, nodes: page.nodes.map((row) => maskRemote(row, hidden)) }, 'externalId');
  }

  @Query(() => RemoteAccountType, { description: 'One copy of a person; the platform is not called.' })
  async remoteAccount(
    @Arg('id', () => ID, { description: 'Id of the copy.' }) id: RemoteAccountId,
    @Ctx() context: GraphqlContext,
  ) {
    const [[row], hidden] = await Promise.all([
      readRemoteAccounts(context.flow, [id]),
      hiddenIn(context, 'ACCOUNT'),
    ]);
    if (row == null)
      throw new AppError('NOT_FOUND', { details: { type: 'RemoteAccount', id }, path: ['id'] });
    return maskRemote(row, hidden);
  }

  @Query(() => RemoteAccountExplanationType, {
    description: 'Why a person on a platform has this situation and this action, by the latest import.',
  })
  async explainRemoteAccount(
    @Arg('id', () => ID, { description: 'Id of the copy.' }) id: RemoteAccountId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('RemoteAccount', id, ['id']);
    const [explanation, hidden] = await Promise.all([
      explainRemoteAccount(context.flow, { remoteAccountId: id }),
      hiddenIn(context, 'ACCOUNT'),
    ]);
    const { remote } = explanation;
    const row = explanation.row === null ? null : rowView(explanation.row, hidden);
    return {
      ...explanation,
      // In the words of the row as its reader may see it: sentences tell values.
      issues: row === null ? explanation.issues : row.issues.map(describeIssue),
      remote: maskRemote(remote, hidden),
      row,
    };
  }
}
