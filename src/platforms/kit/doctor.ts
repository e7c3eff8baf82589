import { AppError, type Text } from '../../domain/index.ts';
import type { CheckStep, CheckStepCode } from '../../ports/directory-source.ts';
import { addressAllowed, checkBase, type ResolveHost } from './address-guard.ts';

/** The result of one step, in the shape that the doctor prints. */
export const step = (
  code: CheckStepCode,
  subject: string,
  outcome: { readonly status: CheckStep['status']; readonly message: Text; readonly remedy?: Text },
): CheckStep => ({ code, subject, ...outcome });

export const passed = (code: CheckStepCode, subject: string, message: Text): CheckStep =>
  step(code, subject, { status: 'PASS', message });

export const skipped = (code: CheckStepCode, subject: string): CheckStep =>
  step(code, subject, {
    status: 'SKIPPED',
    message: { zh: '前面的步骤未通过，未检查', en: 'not looked at, because an earlier step failed' },
  });

/** A failed step told by its error: what happened and what to do. */
export const failed = (code: CheckStepCode, subject: string, error: unknown): CheckStep => {
  const known = error instanceof AppError ? error : new AppError('INTERNAL', { details: { requestId: '–' } });
  return step(code, subject, { status: 'FAIL', message: known.text, remedy: known.remedy });
};

/** First step of every platform: the base address is permitted and its name resolves. */
export const checkName = async (
  base: string,
  allowPrivateNetwork: boolean,
  resolve: ResolveHost,
): Promise<CheckStep> => {
  let host = base;
  try {
    const { hostname } = checkBase(base, allowPrivateNetwork);
    host = hostname;
    const bare = hostname.replace(/^\[|\]$/g, '');
    const found = await resolve(bare).catch((cause: unknown) => {
      throw new AppError('PLATFORM_NAME_UNRESOLVED', { details: { host }, cause });
    });
    const addresses = found.map(({ address }) => address);
    if (!addresses.some((address) => addressAllowed(address, allowPrivateNetwork)))
      throw new AppError('PLATFORM_ADDRESS_FORBIDDEN', {
        details: { address: host, reason: `it resolves to ${addresses.join(', ')}` },
      });
    const list = addresses.join(', ');
    return passed('DNS', host, { zh: `解析为 ${list}`, en: `resolves to ${list}` });
  } catch (error) {
    return failed('DNS', host, error);
  }
};
