import { AppError } from '../../domain/index.ts';

/** Days in which what was deleted can be restored. */
export const RESTORE_DAYS = 30;

/** The instant of a deletion and the end of its restore window. */
export const restoreWindowFrom = (now: Date): { readonly deletedAt: Date; readonly restoreUntil: Date } => ({
  deletedAt: now,
  restoreUntil: new Date(now.getTime() + RESTORE_DAYS * 24 * 60 * 60 * 1000),
});

/** @throws AppError RESTORE_WINDOW_OVER */
export const requireRestorable = (
  object: { readonly name: string; readonly restoreUntil: Date | null },
  now: Date,
): void => {
  if (object.restoreUntil !== null && object.restoreUntil >= now) return;
  const until = object.restoreUntil?.toISOString() ?? '–';
  throw new AppError('RESTORE_WINDOW_OVER', { details: { name: object.name, until } });
};
