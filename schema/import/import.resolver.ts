import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql';
import type { ConnectionId, ImportKind, ImportPhase, ImportRunId } from '../../src/domain/index.ts';
import {
  countImportRuns,
  findRuns,
  findUnchangedAccounts,
  getRun,
} from '../../src/flows/import/find-runs.ts';
import { previewRevert } from '../../src/flows/import/revert-import.ts';
import { GraphqlContext } from '../context.ts';
import { ImportKindEnum } from '../event/event.enums.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { pageOfList } from '../paging/page-of-list.ts';
import { selectionOf } from '../selection.ts';
import { ImportPhaseEnum } from './import.enums.ts';
import { ImportRunConnection, ImportRunType } from './import-run.type.ts';
import { runView } from './run-view.ts';
import { RevertPreviewType, UnchangedAccountConnection } from './staged.type.ts';

@Resolver()
export class ImportResolver {
  @Query(() => ImportRunConnection, { description: 'Import runs, newest first.' })
  async importRuns(
    @Arg('connectionId', () => ID, { nullable: true, description: 'Only those of this connection.' })
    connectionId: ConnectionId | null,
    @Arg('phase', () => [ImportPhaseEnum], { nullable: true, description: 'Only those in these phases.' })
    phase: ImportPhase[] | null,
    @Arg('kind', () => [ImportKindEnum], { nullable: true, description: 'Only those of these kinds.' })
    kind: ImportKind[] | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    if (connectionId != null) requireId('Connection', connectionId, ['connectionId']);
    const filter = {
      connectionId: connectionId ?? undefined,
      phases: phase ?? undefined,
      kinds: kind ?? undefined,
    };
    const list = {
      find: (last: ImportRunId | undefined, size: number) =>
        findRuns(context.flow, { ...filter, ...(last === undefined ? {} : { after: last }), first: size }),
      keyOf: ({ id }: { readonly id: ImportRunId }) => id,
      readKey: ({ id }: { readonly id: string }) => id as ImportRunId,
      count: () => countImportRuns(context.flow, filter),
    };
    const page = await pageOfList(list, { first, after }, selectionOf(info));
    return toConnection({ ...page, nodes: page.nodes.map(runView) }, 'id');
  }

  @Query(() => ImportRunType, { description: 'One import run with its progress, counts, guards and digest.' })
  async importRun(
    @Arg('id', () => ID, { description: 'Id of the run.' }) runId: ImportRunId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ImportRun', runId, ['id']);
    return runView(await getRun(context.flow, { runId }));
  }

  @Query(() => UnchangedAccountConnection, {
    description:
      "People of a run who needed no row, by the platform's id; known until the connection's next pull. Their number is in `ImportCounts.unchangedAccounts`.",
  })
  async unchangedAccounts(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    requireId('ImportRun', runId, ['runId']);
    const list = {
      find: (last: string | undefined, size: number) =>
        findUnchangedAccounts(context.flow, {
          runId,
          first: size,
          ...(last === undefined ? {} : { after: last }),
        }),
      keyOf: ({ externalId }: { readonly externalId: string }) => externalId,
      readKey: ({ text }: { readonly text: string }) => text,
    };
    const page = await pageOfList(list, { first, after }, selectionOf(info));
    const nodes = page.nodes.map((row) => ({ ...row, id: row.remoteAccountId }));
    return toConnection({ ...page, nodes }, 'externalId');
  }

  @Query(() => RevertPreviewType, { description: 'What taking a committed import back would do.' })
  async revertPreview(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('ImportRun', runId, ['runId']);
    return previewRevert(context.flow, { runId });
  }
}
