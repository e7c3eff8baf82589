import { AppError, isId } from '../src/domain/index.ts';

/** Refuses what has not even the form of an id, in the words of what does not exist. @throws AppError NOT_FOUND */
export const requireId = (type: string, id: string, path: readonly (string | number)[]): void => {
  if (!isId(id)) throw new AppError('NOT_FOUND', { details: { type, id: id.slice(0, 100) }, path });
};
