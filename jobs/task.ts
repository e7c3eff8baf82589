import type { z } from 'zod';
import type { SystemPrincipal, TenantId } from '../src/domain/index.ts';
import type { FlowContext, FlowDeps } from '../src/flows/context.ts';

/** What a task may use beside its payload. */
export interface TaskContext extends FlowDeps {
  /** Aborted when the worker shuts down or has lost its lease: end at the next safe point and throw. */
  readonly signal: AbortSignal;
  /** Counts from 1. */
  readonly attempt: number;
  readonly jobId: string;
}

/** The one object of a tenant that a job works on; its executions are kept in `job_run`. */
export interface Subject {
  readonly tenantId: TenantId;
  readonly type: string;
  readonly id: string;
}

/** One kind of work. Tasks decide nothing: they read their payload and call one flow. */
export interface Task<Payload> {
  /** Name of its file. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
  readonly subject?: (payload: Payload) => Subject;
  /** When it is due by itself: minute, hour, day of month, month, weekday, in UTC. */
  readonly cron?: string;
  readonly run: (context: TaskContext, payload: Payload) => Promise<void>;
  /** Called once after the last permitted attempt, so that nothing stays half done without a word. */
  readonly giveUp?: (context: TaskContext, payload: Payload) => Promise<void>;
}

/** A task whose payload type has been closed over: what lists of tasks hold. */
export interface AnyTask {
  readonly name: string;
  readonly cron: string | undefined;
  /** Throws what zod throws when the payload is not the task's. */
  prepare(payload: unknown): {
    readonly subject: Subject | null;
    run(context: TaskContext): Promise<void>;
    giveUp(context: TaskContext): Promise<void>;
  };
}

export const defineTask = <Payload>(task: Task<Payload>): AnyTask => ({
  name: task.name,
  cron: task.cron,
  prepare: (raw) => {
    const payload = task.payload.parse(raw);
    return {
      subject: task.subject?.(payload) ?? null,
      run: (context) => task.run(context, payload),
      giveUp: async (context) => task.giveUp?.(context, payload),
    };
  },
});

const systemPrincipal = (tenantId: TenantId, jobId: string): SystemPrincipal => ({
  kind: 'SYSTEM',
  id: null,
  name: 'Muster',
  tenantId,
  requestId: `job-${jobId}`,
  address: null,
});

/** The context of a flow that Muster itself runs for a tenant. */
export const flowContext = (context: TaskContext, tenantId: TenantId): FlowContext => ({
  db: context.db,
  secrets: context.secrets,
  platforms: context.platforms,
  logger: context.logger,
  now: context.now,
  principal: systemPrincipal(tenantId, context.jobId),
});
