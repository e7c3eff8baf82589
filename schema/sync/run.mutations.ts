import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { SyncRunId } from '../../src/domain/index.ts';
import { applyPlan } from '../../src/flows/sync/apply-plan.ts';
import { getSyncRun } from '../../src/flows/sync/find-sync-runs.ts';
import { planUndo } from '../../src/flows/sync/plan-undo.ts';
import { releaseQuarantine } from '../../src/flows/sync/probe-quarantined.ts';
import { resumeSync, stopSync } from '../../src/flows/sync/stop-sync.ts';
import { ConnectionType } from '../connection/connection.type.ts';
import { loadConnection } from '../connection/load-connection.ts';
import { GraphqlContext } from '../context.ts';
import { requireId } from '../ids.ts';
import { planView } from './plan-view.ts';
import { runView } from './run-view.ts';
import { ApplyPlanInput, ReleaseQuarantineInput, SyncRunInput } from './sync.inputs.ts';
import { ReleaseQuarantinePayload, SyncPlanPayload, SyncRunPayload } from './sync.payloads.ts';

const WHAT = { description: 'What to do.' } as const;

const requireRun = (runId: SyncRunId): void => requireId('SyncRun', runId, ['input', 'runId']);

const shown = async (context: GraphqlContext, runId: SyncRunId) => ({
  syncRun: runView(await getSyncRun(context.flow, { runId })),
});

@Resolver()
export class SyncRunMutations {
  @Mutation(() => ReleaseQuarantinePayload, {
    description:
      'Ends a quarantine before the hourly probe does: of the connection, whose runs go on at once, or of one object, which the next plan takes up again.',
  })
  async releaseQuarantine(
    @Arg('input', () => ReleaseQuarantineInput, WHAT) { connectionId, objectId }: ReleaseQuarantineInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('Connection', connectionId, ['input', 'connectionId']);
    if (objectId != null) requireId('Object', objectId, ['input', 'objectId']);
    const released = await releaseQuarantine(context.flow, { connectionId, objectId: objectId ?? undefined });
    return { released, connectionId };
  }

  @Mutation(() => SyncRunPayload, {
    description:
      'Applies exactly what was approved; refused when the digest is another one. Answers at once: a job does the work, and each row says how it ended. A second call answers with the same run. On a READ_ONLY connection links are made and nothing else.',
  })
  async applyPlan(
    @Arg('input', () => ApplyPlanInput, WHAT) { planId, digest }: ApplyPlanInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireId('SyncPlan', planId, ['input', 'planId']);
    const { id } = await applyPlan(context.flow, { planId, digest });
    return shown(context, id);
  }

  @Mutation(() => SyncRunPayload, {
    description:
      'Asks a run to stop: no further call is begun, those on their way are waited for. It can be resumed.',
  })
  async stopSync(
    @Arg('input', () => SyncRunInput, WHAT) { runId }: SyncRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    await stopSync(context.flow, { runId });
    return shown(context, runId);
  }

  @Mutation(() => SyncRunPayload, {
    description: 'Lets a run that was stopped, or that failed, go on where it stands.',
  })
  async resumeSync(
    @Arg('input', () => SyncRunInput, WHAT) { runId }: SyncRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    await resumeSync(context.flow, { runId });
    return shown(context, runId);
  }
}

@Resolver()
export class UndoMutations {
  @Mutation(() => SyncPlanPayload, {
    description:
      'Makes a plan that takes a run back, where the platform can; it is looked at, approved and applied like any other. What was changed since stays, what cannot be undone is a skipped row.',
  })
  async planUndo(
    @Arg('input', () => SyncRunInput, WHAT) { runId }: SyncRunInput,
    @Ctx() context: GraphqlContext,
  ) {
    requireRun(runId);
    return { syncPlan: planView(await planUndo(context.flow, { runId })) };
  }
}

@Resolver(() => ReleaseQuarantinePayload)
export class QuarantinePayloadResolver {
  @FieldResolver(() => ConnectionType, { nullable: true })
  async connection(@Root() payload: ReleaseQuarantinePayload, @Ctx() context: GraphqlContext) {
    return loadConnection(context, payload.connectionId);
  }
}
