import type { AppError } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { actorOf, type FlowContext } from '../context.ts';

/** Longest description of what was tried that is kept, in UTF-16 units. */
const SUBJECT_MAX = 200;

/**
 * Writes down that somebody was refused, in a transaction of its own: that of the act was rolled back.
 * `subject` says what was tried, e.g. the path of the field.
 */
export const recordDenial = (context: FlowContext, refusal: AppError, subject: string): Promise<void> =>
  context.db.transaction(actorOf(context.principal), (tx) =>
    insertAuditEvent(tx, {
      action: 'access.deny',
      result: 'DENIED',
      reasonCode: refusal.code,
      details: { ...refusal.details, subject: subject.slice(0, SUBJECT_MAX) },
    }),
  );
