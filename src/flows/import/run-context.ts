import { AppError, type ImportRunId, type TenantId } from '../../domain/index.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** The actor of what an import writes: the person or job that asked, through the import. */
export const importActor = (context: FlowContext, runId: ImportRunId): ActorContext =>
  actorOf(context.principal, { source: 'IMPORT', runId });

export const tenantOf = (context: FlowContext): TenantId => context.principal.tenantId;

/** Longest single statement of staging and commit: a million people, with room. Milliseconds. */
export const BULK_TIMEOUT = 600_000;

/** Key of the job that executes a run. */
export const importJobKey = (runId: ImportRunId): string => `import:${runId}`;

export const runNotFound = (runId: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'ImportRun', id: runId } });
