import type { Logger } from 'pino';
import type { Principal } from '../domain/index.ts';
import type { Platform } from '../ports/platform.ts';
import type { ActorContext, ChangeSource } from '../store/actor-context.ts';
import type { Database } from '../store/database.ts';
import type { Secrets } from '../store/secrets.ts';

/** What flows share: long-lived, made once by the composition root. */
export interface FlowDeps {
  readonly db: Database;
  readonly secrets: Secrets;
  readonly platforms: ReadonlyMap<string, Platform>;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** One call of a flow: the shared parts and who asks. First parameter of every flow. */
export interface FlowContext extends FlowDeps {
  readonly principal: Principal;
}

/** The principal in the words that history, outbox and audit keep. */
export const actorOf = (
  principal: Principal,
  options: { readonly source?: ChangeSource; readonly runId?: string } = {},
): ActorContext => ({
  tenantId: principal.tenantId,
  actor: { kind: principal.kind, id: principal.id, name: principal.name },
  source: options.source ?? (principal.kind === 'SYSTEM' ? 'SYSTEM' : 'API'),
  ...(options.runId === undefined ? {} : { runId: options.runId }),
  requestId: principal.requestId,
  ...(principal.address === null ? {} : { address: principal.address }),
});
