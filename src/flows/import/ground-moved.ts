import { AppError, type ErrorCode } from '../../domain/index.ts';

/** SQLSTATE: something is taken that was free, or gone that was there. */
const TAKEN_OR_GONE: ReadonlySet<string> = new Set(['23505', '23503']);

/** A unit that went below itself, because somebody moved what lies above or below it. */
const NO_CYCLE = 'org_unit_no_cycle';

const isGroundMoved = (error: Error): boolean =>
  ('code' in error && typeof error.code === 'string' && TAKEN_OR_GONE.has(error.code)) ||
  ('constraint' in error && error.constraint === NO_CYCLE);

/** The clashing value in `Key (tenant_id, parent_id, name_key)=(…, …, 研发部) already exists.` */
const clashOf = (error: Error): string =>
  ('detail' in error &&
    typeof error.detail === 'string' &&
    /, ([^,]*)\) already exists/.exec(error.detail)?.[1]) ||
  '–';

/**
 * Runs what writes the outcome of an import. Everything is judged before, with all of it locked; what nobody can
 * lock is what is not there yet: a name or a value that somebody takes meanwhile, a unit that goes, a cycle. The
 * database refuses these, and the refusal is told by the given code.
 */
export const groundMoved = async <T>(
  code: Extract<ErrorCode, 'IMPORT_ROSTER_MOVED' | 'IMPORT_REVERT_STALE'>,
  work: Promise<T>,
): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !isGroundMoved(error)) throw error;
    const details = code === 'IMPORT_ROSTER_MOVED' ? { count: 1, names: [clashOf(error)] } : {};
    throw new AppError(code, { details, cause: error });
  }
};
