import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, ID, Info, Int, Query, Resolver } from 'type-graphql';
import { AppError, type ImportRunId } from '../../src/domain/index.ts';
import { countStaged, findStagedAccounts, findStagedOrgUnits } from '../../src/flows/import/find-runs.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { AFTER, FIRST } from '../paging/arguments.ts';
import { toConnection } from '../paging/connection.ts';
import { type KeyedList, pageOfList, readOrdinal } from '../paging/page-of-list.ts';
import { selectionOf } from '../selection.ts';
import { StagedFilterInput } from './import.inputs.ts';
import { hiddenIn, rowView, type StagedRow } from './row-view.ts';
import { StagedAccountConnection, StagedOrgUnitConnection } from './staged.type.ts';

const FILTER = { nullable: true, description: 'Which rows; default all.' } as const;
const IDS_MAX = 200;

/** The conditions that were given. @throws AppError INPUT_INVALID, NOT_FOUND for what is no id */
export const readStagedFilter = (
  filter: StagedFilterInput | null | undefined,
  path: readonly string[],
): StagedFilterInput => {
  const { ids, orgUnitId } = filter ?? {};
  if (orgUnitId != null) requireId('OrgUnit', orgUnitId, [...path, 'orgUnitId']);
  if (ids != null && ids.length > IDS_MAX) {
    const details = { field: 'ids', reason: `there are more than ${IDS_MAX}` };
    throw new AppError('INPUT_INVALID', { details, path: [...path, 'ids'] });
  }
  for (const [at, id] of (ids ?? []).entries()) requireId('StagedRow', id, [...path, 'ids', at]);
  return Object.fromEntries(Object.entries(filter ?? {}).filter(([, value]) => value != null));
};

interface Asked {
  readonly runId: ImportRunId;
  readonly filter: StagedFilterInput | null;
  readonly first: number;
  readonly after: string | null;
  readonly info: GraphQLResolveInfo;
}

type Row = StagedRow & { readonly id: string; readonly ordinal: number };

const rowsOf = async <Found extends Row>(
  context: GraphqlContext,
  asked: Asked,
  what: { readonly kind: 'ACCOUNT' | 'ORG_UNIT'; readonly find: Find<Found> },
) => {
  const { runId, first, after } = asked;
  requireId('ImportRun', runId, ['runId']);
  const wanted = { runId, filter: readStagedFilter(asked.filter, ['filter']) };
  const list: KeyedList<Found, number> = {
    find: (last, size) =>
      what.find(context.flow, { ...wanted, ...(last === undefined ? {} : { after: last }), first: size }),
    keyOf: ({ ordinal }) => ordinal,
    readKey: readOrdinal,
    count: () => countStaged(context.flow, { ...wanted, kind: what.kind }),
  };
  const [page, hidden] = await Promise.all([
    pageOfList(list, { first, after }, selectionOf(asked.info)),
    hiddenIn(context, what.kind),
  ]);
  return toConnection({ ...page, nodes: page.nodes.map((row) => rowView(row, hidden)) }, 'ordinal');
};

type Find<Found> = (
  context: GraphqlContext['flow'],
  input: Parameters<typeof findStagedAccounts>[1],
) => Promise<readonly Found[]>;

@Resolver()
export class StagedResolver {
  @Query(() => StagedAccountConnection, {
    description:
      'Staged people of a run, in the order of their rows. Who needed no row is in `unchangedAccounts`.',
  })
  async stagedAccounts(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('filter', () => StagedFilterInput, FILTER) filter: StagedFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const asked = { runId, filter, first, after, info };
    return rowsOf(context, asked, { kind: 'ACCOUNT', find: findStagedAccounts });
  }

  @Query(() => StagedOrgUnitConnection, {
    description: 'Staged org units of a run, parents before children: a tree by `parentExternalId`.',
  })
  async stagedOrgUnits(
    @Arg('runId', () => ID, { description: 'The run.' }) runId: ImportRunId,
    @Arg('filter', () => StagedFilterInput, FILTER) filter: StagedFilterInput | null,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Ctx() context: GraphqlContext,
    @Info() info: GraphQLResolveInfo,
  ) {
    const asked = { runId, filter, first, after, info };
    return rowsOf(context, asked, { kind: 'ORG_UNIT', find: findStagedOrgUnits });
  }
}
