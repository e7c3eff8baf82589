import DataLoader from 'dataloader';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { readOutcomes } from '../../src/flows/import/read-outcomes.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { loadConnection } from '../connection/load-connection.ts';
import { GraphqlContext } from '../context.ts';
import { Json } from '../scalars.ts';
import { ImportRunType, StagedCountsType } from './import-run.type.ts';
import type { CountedRows } from './run-view.ts';

@Resolver(() => ImportRunType)
export class RunResolver {
  @FieldResolver(() => ConnectionType, { nullable: true })
  async connection(@Root() run: ImportRunType, @Ctx() context: GraphqlContext) {
    return loadConnection(context, run.connectionId);
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
