import { type AccountPrincipal, AppError, type Principal } from '../../domain/index.ts';

/** @throws AppError FORBIDDEN unless an owner, or the operator, asks */
export const requireOwner = (principal: Principal, action: string): void => {
  if (principal.kind === 'SYSTEM') return;
  if (principal.kind === 'ACCOUNT' && principal.roles.includes('OWNER')) return;
  throw new AppError('FORBIDDEN', { details: { action } });
};

/** @throws AppError FORBIDDEN for a machine client or the operator, who have no sessions */
export const requireSession = (principal: Principal, action: string): AccountPrincipal => {
  if (principal.kind === 'ACCOUNT') return principal;
  throw new AppError('FORBIDDEN', { details: { action } });
};
