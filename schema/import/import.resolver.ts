import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql';
import type { ConnectionId, ImportRunId, RemoteAccountId } from '../../src/domain/index.ts';
import { listRemoteAccounts } from '../../src/flows/connection/list-remote-accounts.ts';
import { explainRemoteAccount } from '../../src/flows/import/explain-remote-account.ts';
import {
  countStaged,
  findRuns,
  findStagedAccounts,
  findStagedOrgUnits,
  findUnchangedAccounts,
  getRun,
} from '../../src/flows/import/find-runs.ts';
import { previewRevert } from '../../src/flows/import/revert-import.ts';
import { hiddenAttributes } from '../../src/flows/roster/hidden-attributes.ts';
import { readCursor, readFirst } from '../../src/flows/roster/page.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection, wantsPage } from '../paging/connection.ts';
import { selectionOf } from '../selection.ts';
import { RemoteAccountFilterInput, StagedFilterInput } from './import.inputs.ts';
import { ImportRunConnection, ImportRunType } from './import-run.type.ts';
import { maskRemote, maskStaged } from './masking.ts';
import {
  RemoteAccountConnection,
  RemoteAccountExplanationType,
  RevertPreviewType,
  StagedAccountConnection,
  StagedOrgUnitConnection,
  UnchangedAccountType,
} from './staged.type.ts';

const given = (filter: StagedFilterInput | null): StagedFilterInput =>
  Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));

interface Ordered {
  readonly id: string;
  readonly ordinal: number;
}

/** A page of rows in their order; a full page is followed by a look for one more. */
const pageOfRows = async <Row extends Ordered>(
  find: (after: number | undefined, first: number) => Promise<readonly Row[]>,
  page: { readonly first: number; readonly after: string | null },
) => {
  const key = readCursor(page.after);
  const nodes = await find(key === null ? undefined : Number.parseInt(key.text, 10), page.first);
  const last = nodes.at(-1);
  const hasNextPage =
    last !== undefined && nodes.length === page.first && (await find(last.ordinal, 1)).length > 0;
  return { nodes, hasNextPage, hasPreviousPage: key !== null };
};

@Resolver()
export class ImportResolver {
  @Query(() => ImportRunConnection, {
    description: 'Import runs, newest first; `totalCount` is not counted.',
  })
  async importRuns(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const size = readFirst(first);
    const find = (last: ImportRunId | undefined, wanted: number) =>
      findRuns(context.flow, {
        ...(connectionId == null ? {} : { connectionId }),
        ...(last === undefined ? {} : { after: last }),
        first: wanted,
      });
    const key = readCursor(after);
    const nodes = await find((key?.id as ImportRunId | undefined) ?? undefined, size);
    const last = nodes.at(-1);
    const hasNextPage = last !== undefined && nodes.length === size && (await find(last.id, 1)).length > 0;
    const page = { nodes, hasNextPage, hasPreviousPage: key !== null, totalCount: null };
    return toConnection(page, 'id');
  }

  @Query(() => ImportRunType, { description: 'One import run with its progress, counts, guards and digest.' })
  async importRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) runId: ImportRunId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ImportRun', runId, ['id']);
    return getRun(context.flow, { runId });
  }

  @Query(() => StagedAccountConnection, {
    description: 'Staged people of a run, in the order of their rows.',
  })
  async stagedAccounts(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('filter', () => StagedFilterInput, { nullable: true, description: 'Which rows; default all.' })
    filter: StagedFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('ImportRun', runId, ['runId']);
    const wanted = { runId, filter: given(filter) };
    const find = (last: number | undefined, size: number) =>
      findStagedAccounts(context.flow, {
        ...wanted,
        ...(last === undefined ? {} : { after: last }),
        first: size,
      });
    const selection = selectionOf(info);
    const [page, totalCount, hidden] = await Promise.all([
      wantsPage(selection)
        ? pageOfRows(find, { first, after })
        : { nodes: [], hasNextPage: false, hasPreviousPage: false },
      selection['totalCount'] === undefined
        ? null
        : countStaged(context.flow, { ...wanted, kind: 'ACCOUNT' }),
      hiddenAttributes(context.flow, 'ACCOUNT', null),
    ]);
    const nodes = page.nodes.map((row) => maskStaged(row, hidden));
    return toConnection({ ...page, nodes, totalCount }, 'ordinal');
  }

  @Query(() => StagedOrgUnitConnection, {
    description: 'Staged org units of a run, parents before children.',
  })
  async stagedOrgUnits(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('filter', () => StagedFilterInput, { nullable: true, description: 'Which rows; default all.' })
    filter: StagedFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('ImportRun', runId, ['runId']);
    const wanted = { runId, filter: given(filter) };
    const find = (last: number | undefined, size: number) =>
      findStagedOrgUnits(context.flow, {
        ...wanted,
        ...(last === undefined ? {} : { after: last }),
        first: size,
      });
    const selection = selectionOf(info);
    const [page, totalCount, hidden] = await Promise.all([
      wantsPage(selection)
        ? pageOfRows(find, { first, after })
        : { nodes: [], hasNextPage: false, hasPreviousPage: false },
      selection['totalCount'] === undefined
        ? null
        : countStaged(context.flow, { ...wanted, kind: 'ORG_UNIT' }),
      hiddenAttributes(context.flow, 'ORG_UNIT', null),
    ]);
    const nodes = page.nodes.map((row) => maskStaged(row, hidden));
    return toConnection({ ...page, nodes, totalCount }, 'ordinal');
  }

  @Query(() => [UnchangedAccountType], {
    description: "People of a run who needed no row, by the platform's id; at most `first`.",
  })
  async unchangedAccounts(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, { nullable: true, description: "The platform's id after which to begin." })
    after: string | null,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ImportRun', runId, ['runId']);
    return findUnchangedAccounts(context.flow, { runId, first, ...(after == null ? {} : { after }) });
  }

  @Query(() => RevertPreviewType, { description: 'What taking a committed import back would do.' })
  async revertPreview(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ImportRun', runId, ['runId']);
    return previewRevert(context.flow, { runId });
  }

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
    const selection = selectionOf(info);
    const options = { page: wantsPage(selection), totalCount: selection['totalCount'] !== undefined };
    const [page, hidden] = await Promise.all([
      listRemoteAccounts(context.flow, { connectionId, ...filter, first, after }, options),
      hiddenAttributes(context.flow, 'ACCOUNT', null),
    ]);
    const nodes = page.nodes.map((row) => maskRemote(row, hidden));
    return toConnection({ ...page, nodes }, 'externalId');
  }

  @Query(() => RemoteAccountExplanationType, {
    description: 'Why a person on a platform has this situation and this action.',
  })
  async explainRemoteAccount(
    @Arg('id', () => ID, { description: 'Id of the copy.' }) id: RemoteAccountId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('RemoteAccount', id, ['id']);
    const [explanation, hidden] = await Promise.all([
      explainRemoteAccount(context.flow, { remoteAccountId: id }),
      hiddenAttributes(context.flow, 'ACCOUNT', null),
    ]);
    return { ...explanation, remote: maskRemote(explanation.remote, hidden) };
  }
}
