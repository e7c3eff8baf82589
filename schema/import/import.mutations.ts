import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AppError, type ImportRunId } from '../../src/domain/index.ts';
import { commitImport } from '../../src/flows/import/commit-import.ts';
import { decideStaged, removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { cancelImport, discardImport } from '../../src/flows/import/end-import.ts';
import { getRun } from '../../src/flows/import/find-runs.ts';
import { chooseAccount, mendStaged } from '../../src/flows/import/mend-staged.ts';
import { rematch } from '../../src/flows/import/rematch.ts';
import { revertImport } from '../../src/flows/import/revert-import.ts';
import { startImport } from '../../src/flows/import/start-import.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import {
  ChooseAccountInput,
  CommitImportInput,
  DecideStagedInput,
  ImportRunInput,
  MendStagedInput,
  RevertImportInput,
  StartImportInput,
} from './import.inputs.ts';
import {
  CommitImportPayload,
  ImportRunPayload,
  MendPayload,
  RevertImportPayload,
  ReviewPayload,
} from './import.payloads.ts';
import { readStagedRow } from './read-rows.ts';
import { runView } from './run-view.ts';
import { readStagedFilter } from './staged.resolver.ts';

const ROWS_MAX = 1_000;
const WHAT = { description: 'What to do.' } as const;

const requireRun = (runId: ImportRunId): void => requireId('ImportRun', runId, ['input', 'runId']);

const reviewed = async (context: GraphqlContext, runId: ImportRunId, changed: number) => ({
  changed,
  importRun: runView(await getRun(context.flow, { runId })),
});

const mended = async (context: GraphqlContext, runId: ImportRunId, rowId: string) => ({
  ...(await readStagedRow(context, runId, rowId)),
  importRun: runView(await getRun(context.flow, { runId })),
});

/** Rows are meant by their ids, or by kind and filter. @throws AppError INPUT_INVALID */
const readDecision = ({ runId, decision, rowIds, kind, filter }: DecideStagedInput) => {
  if (rowIds != null && rowIds.length <= ROWS_MAX) {
    for (const [i, id] of rowIds.entries()) requireId('StagedRow', id, ['input', 'rowIds', i]);
    return { runId, decision, rowIds };
  }
  if (rowIds == null && kind != null) {
    return { runId, decision, kind, filter: readStagedFilter(filter, ['input', 'filter']) };
  }
  const reason = rowIds == null ? 'rowIds or kind is needed' : `there are more than ${ROWS_MAX}`;
  throw new AppError('INPUT_INVALID', { details: { field: 'rowIds', reason }, path: ['input', 'rowIds'] });
};

@Resolver()
export class ImportMutations {
  @Mutation(() => ImportRunPayload, {
    description:
      'Starts an import and answers at once; while a connection has a working one, answers with that.',
  })
  async startImport(
    @Arg('input', () => StartImportInput, WHAT) input: StartImportInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', input.connectionId, ['input', 'connectionId']);
    return { importRun: runView(await startImport(context.flow, { ...input })) };
  }

  @Mutation(() => ImportRunPayload, { description: 'Asks a working import to stop, within one call.' })
  async cancelImport(
    @Arg('input', () => ImportRunInput, WHAT) { runId }: ImportRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    return { importRun: runView(await cancelImport(context.flow, { runId })) };
  }

  @Mutation(() => ReviewPayload, { description: 'Decides staged rows: singly, by filter, or all.' })
  async decideStaged(
    @Arg('input', () => DecideStagedInput, WHAT) input: DecideStagedInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(input.runId);
    const { changed } = await decideStaged(context.flow, readDecision(input));
    return reviewed(context, input.runId, changed);
  }

  @Mutation(() => ReviewPayload, {
    description: 'Skips every invalid row, and what becomes invalid through that.',
  })
  async removeInvalid(
    @Arg('input', () => ImportRunInput, WHAT) { runId }: ImportRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    const { removed } = await removeInvalid(context.flow, { runId });
    return reviewed(context, runId, removed);
  }

  @Mutation(() => MendPayload, { description: 'Mends a field of a staged row in place.' })
  async mendStaged(
    @Arg('input', () => MendStagedInput, WHAT) input: MendStagedInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(input.runId);
    await mendStaged(context.flow, { ...input, value: input.value ?? null });
    return mended(context, input.runId, input.rowId);
  }

  @Mutation(() => MendPayload, { description: 'Says which account a person without link is.' })
  async chooseAccount(
    @Arg('input', () => ChooseAccountInput, WHAT) input: ChooseAccountInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(input.runId);
    await chooseAccount(context.flow, { ...input, accountId: input.accountId ?? null });
    return mended(context, input.runId, input.rowId);
  }

  @Mutation(() => ReviewPayload, {
    description: 'Matches and stages again, against the roster as it is now.',
  })
  async rematchImport(
    @Arg('input', () => ImportRunInput, WHAT) { runId }: ImportRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    await rematch(context.flow, { runId });
    return reviewed(context, runId, 0);
  }

  @Mutation(() => CommitImportPayload, {
    description:
      'Writes the accepted rows into the roster, in one transaction; refused when digest or roster moved on.',
  })
  async commitImport(
    @Arg('input', () => CommitImportInput, WHAT) input: CommitImportInput,
    @Ctx() context: GraphqlContext,
  ) {
    const { runId } = input;
    requireRun(runId);
    const { passwords } = context.signIn;
    const report = await commitImport({ ...context.flow, passwords }, input);
    return { ...report, importRun: runView(await getRun(context.flow, { runId })) };
  }

  @Mutation(() => ImportRunPayload, { description: 'Ends a reviewed import without writing anything.' })
  async discardImport(
    @Arg('input', () => ImportRunInput, WHAT) { runId }: ImportRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    await discardImport(context.flow, { runId });
    return { importRun: runView(await getRun(context.flow, { runId })) };
  }

  @Mutation(() => RevertImportPayload, {
    description: 'Takes a committed import back; what was changed since stays.',
  })
  async revertImport(
    @Arg('input', () => RevertImportInput, WHAT) { runId, digest }: RevertImportInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    const expected = digest == null ? {} : { expectedDigest: digest };
    const report = await revertImport(context.flow, { runId, ...expected });
    return { report, importRun: runView(await getRun(context.flow, { runId })) };
  }
}
