import { AppError } from '../../domain/index.ts';

const UNIQUE_VIOLATION = '23505';

/** The clashing value in `Key (tenant_id, parent_id, name_key)=(…, …, 研发部) already exists.` */
const clashOf = (detail: unknown): string =>
  (typeof detail === 'string' && /, ([^,]*)\) already exists/.exec(detail)?.[1]) || '–';

/** Runs the writing of names; a name that somebody took since it was staged is told as such. */
export const namesakesAreMoved = async <T>(work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== UNIQUE_VIOLATION) throw error;
    const name = clashOf('detail' in error ? error.detail : undefined);
    throw new AppError('IMPORT_ROSTER_MOVED', { details: { count: 1, names: [name] }, cause: error });
  }
};
