import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { findConnections } from '../../src/flows/connection/manage-connection.ts';
import { readOutcomes } from '../../src/flows/import/read-outcomes.ts';
import { connectionView } from '../connection/connection.resolver.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { GraphqlContext } from '../context.ts';
import { Json } from '../scalars.ts';
import { ImportRunType, StagedCountsType } from './import-run.type.ts';
import type { CountedRows } from './run-view.ts';

const readConnections = async (context: GraphqlContext, ids: readonly string[]) => {
  const found = new Map((await findConnections(context.flow)).map((row) => [row.id as string, row]));
  return ids.map((id) => {
    const row = found.get(id);
    return row === undefined ? null : connectionView(row);
  });
};

@Resolver(() => ImportRunType)
export class RunResolver {
  @FieldResolver(() => ConnectionType, { nullable: true })
  async connection(@Root() run: ImportRunType, @Ctx() context: GraphqlContext) {
    const make = () => new DataLoader((ids: readonly string[]) => readConnections(context, ids));
    return context.loader('connection', make).load(run.connectionId);
  }
}

@Resolver(() => StagedCountsType)
export class RunCountsResolver {
  @FieldResolver(() => Json, { nullable: true })
  async outcomes(@Root() { runId, kind, committed }: CountedRows, @Ctx() context: GraphqlContext) {
    if (!committed) return null;
    const make = () => new DataLoader((ids: readonly string[]) => readOutcomes(context.flow, kind, ids));
    return context.loader(`outcomes ${kind}`, make).load(runId);
  }
}
