import type { TenantId } from '../domain/index.ts';

/** Through what a change came in; written into history and audit. */
export type ChangeSource =
  | 'API'
  | 'CONSOLE'
  | 'IMPORT'
  | 'REVERT'
  | 'SYNC'
  | 'EVENT'
  | 'SIGN_IN'
  | 'SCIM'
  | 'SYSTEM';

/** Who does something, in which tenant, and through what. Triggers copy it into history and outbox. */
export interface ActorContext {
  readonly tenantId: TenantId;
  readonly actor: {
    readonly kind: 'ACCOUNT' | 'MACHINE' | 'SYSTEM';
    readonly id: string | null;
    readonly name: string;
  };
  readonly source: ChangeSource;
  readonly runId?: string;
  readonly requestId?: string;
  /** Network address of the client. */
  readonly address?: string;
}

/**
 * Settings that a transaction carries. Only `muster.tenant_id` decides what may be seen; the others are read by
 * the triggers that write history, outbox and audit. An absent value is the empty string.
 */
const SETTINGS: readonly (readonly [name: string, value: (context: ActorContext) => string])[] = [
  ['muster.tenant_id', (context) => context.tenantId],
  ['muster.actor_kind', (context) => context.actor.kind],
  ['muster.actor_id', (context) => context.actor.id ?? ''],
  ['muster.actor_name', (context) => context.actor.name],
  ['muster.source', (context) => context.source],
  ['muster.run_id', (context) => context.runId ?? ''],
  ['muster.request_id', (context) => context.requestId ?? ''],
  ['muster.address', (context) => context.address ?? ''],
];

export const SET_ACTOR = {
  name: 'muster_set_actor',
  text: `select ${SETTINGS.map(([name], index) => `set_config('${name}', $${index + 1}, true)`).join(', ')}`,
};

export const actorValues = (context: ActorContext): string[] => SETTINGS.map(([, value]) => value(context));
