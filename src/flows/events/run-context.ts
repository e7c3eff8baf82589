import type { ConnectionId, ImportRunId } from '../../domain/index.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** A run of events in one execution of its job. */
export interface EventRun {
  readonly id: ImportRunId;
  readonly connectionId: ConnectionId;
  /** Only the latest execution may write to the run. */
  readonly attempt: number;
}

/** Muster itself, by word of a platform. */
export const eventActor = (context: FlowContext, runId?: ImportRunId): ActorContext =>
  actorOf(context.principal, { source: 'EVENT', ...(runId === undefined ? {} : { runId }) });
