import type { Logger } from 'pino';
import type { z } from 'zod';
import type { SystemPrincipal, TenantId } from '../src/domain/index.ts';
import { actorOf, type FlowContext } from '../src/flows/context.ts';
import type { Platform } from '../src/ports/platform.ts';
import type { ActorContext } from '../src/store/actor-context.ts';
import type { Database } from '../src/store/database.ts';
import type { Secrets } from '../src/store/secrets.ts';

/** What tasks share: long-lived, made once by the worker. */
export interface TaskDeps {
  readonly db: Database;
  readonly secrets: Secrets;
  readonly logger: Logger;
  readonly now: () => Date;
  /** Loaded when the first job needs them: most of the time none does. */
  readonly platforms: () => Promise<ReadonlyMap<string, Platform>>;
}

/** What a task may use beside its payload. */
export interface TaskContext extends TaskDeps {
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

/** Muster itself as the one who writes for a tenant. */
export const systemActor = ({ jobId }: TaskContext, tenantId: TenantId): ActorContext =>
  actorOf(systemPrincipal(tenantId, jobId));

/** The context of a flow that Muster itself runs for a tenant. */
export const flowContext = async (context: TaskContext, tenantId: TenantId): Promise<FlowContext> => ({
  db: context.db,
  secrets: context.secrets,
  platforms: await context.platforms(),
  logger: context.logger,
  now: context.now,
  principal: systemPrincipal(tenantId, context.jobId),
});
