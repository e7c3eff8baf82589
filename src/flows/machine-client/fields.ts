import { AppError, isId, type MachineClientId, SCOPES, type Scope } from '../../domain/index.ts';
import { cleanText, fits } from '../../planner/normalise.ts';
import { invalid } from '../roster/access.ts';

const NAME_MAX_LENGTH = 100;

/** @throws AppError INPUT_INVALID */
export const readName = (name: string): string => {
  const cleaned = cleanText(name);
  if (cleaned === '') throw invalid('name', { zh: '不能为空', en: 'it is empty' });
  if (!fits(cleaned, NAME_MAX_LENGTH))
    throw invalid('name', {
      zh: `超过 ${NAME_MAX_LENGTH} 个字符`,
      en: `it has more than ${NAME_MAX_LENGTH} characters`,
    });
  return cleaned;
};

/** Known scopes in their usual order, without repetition. @throws AppError INPUT_INVALID */
export const readScopes = (scopes: readonly string[]): readonly Scope[] => {
  const unknown = scopes.filter((scope) => !SCOPES.some((known) => known === scope));
  if (unknown.length > 0)
    throw invalid('scopes', {
      zh: `没有这样的权限范围：${unknown.join('、')}`,
      en: `there is no scope ${unknown.join(', ')}`,
    });
  if (scopes.length === 0) throw invalid('scopes', { zh: '至少需要一个', en: 'a client needs at least one' });
  return SCOPES.filter((known) => scopes.includes(known));
};

export const noSuchClient = (id: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'MachineClient', id }, path: ['input', 'id'] });

/** @throws AppError NOT_FOUND */
export const readClientId = (id: string): MachineClientId => {
  if (!isId(id)) throw noSuchClient(id);
  return id as MachineClientId;
};
