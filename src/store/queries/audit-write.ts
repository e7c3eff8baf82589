import { newId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** What is written down about one act. Actor, address, request and run come from the transaction's settings. */
export interface AuditEntry {
  /** `<noun>.<verb>`, e.g. `account.create`. */
  readonly action: string;
  readonly objectType?: string;
  readonly objectId?: string;
  readonly result?: 'OK' | 'DENIED' | 'FAILED';
  readonly reasonCode?: string;
  /** Names of fields and ids; never values of sensitive attributes, never secrets. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Appends one event to the audit trail, in the transaction of the act itself. */
export const insertAuditEvent = async (tx: Tx, entry: AuditEntry): Promise<void> => {
  await tx.execute(
    {
      name: 'audit_insert',
      text: `insert into muster.audit_event
        (tenant_id, id, action, object_type, object_id, result, reason_code, details)
        values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    },
    [
      tx.context.tenantId,
      newId<'AuditEvent'>(),
      entry.action,
      entry.objectType ?? null,
      entry.objectId ?? null,
      entry.result ?? 'OK',
      entry.reasonCode ?? null,
      JSON.stringify(entry.details ?? {}),
    ],
  );
};
