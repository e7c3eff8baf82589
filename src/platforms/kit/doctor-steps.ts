import { AppError, type Text } from '../../domain/index.ts';
import type { CheckStep, CheckStepCode } from '../../ports/directory-source.ts';
import { addressAllowed, checkBase, type ResolveHost } from './address-guard.ts';

/** Which step of the walk, and about what. */
export interface Looked {
  readonly code: CheckStepCode;
  /** Host, permission point, field … */
  readonly subject: string;
}

export const passed = (looked: Looked, message: Text): CheckStep => ({ ...looked, status: 'PASS', message });

export const skipped = (looked: Looked): CheckStep => ({
  ...looked,
  status: 'SKIPPED',
  message: {
    zh: '前面的步骤未通过或没有可查看的内容，未检查',
    en: 'not looked at: an earlier step failed, or there was nothing to look at',
  },
});

/** Told by its error: what happened and what to do. */
export const failed = (looked: Looked, error: unknown): CheckStep => {
  const known = error instanceof AppError ? error : new AppError('INTERNAL', { details: { requestId: '–' } });
  return { ...looked, status: 'FAIL', message: known.text, remedy: known.remedy };
};

/** Works and tells the outcome; yields one step, returns the result or, after a failure, `undefined`. */
export async function* attempt<Result>(
  looked: Looked,
  work: () => Promise<Result>,
  told: { readonly ok: (result: Result) => Text; readonly blame?: (error: AppError) => CheckStepCode | null },
): AsyncGenerator<CheckStep, Result | undefined, void> {
  try {
    const result = await work();
    yield passed(looked, told.ok(result));
    return result;
  } catch (error) {
    // An abort, or a mistake of ours: neither is a finding.
    if (!(error instanceof AppError)) throw error;
    yield failed({ ...looked, code: told.blame?.(error) ?? looked.code }, error);
    return undefined;
  }
}

/** First step of every platform: the base address is permitted and its name resolves. Returns whether it does. */
export async function* checkName(
  base: string,
  allowPrivateNetwork: boolean,
  resolve: ResolveHost,
): AsyncGenerator<CheckStep, boolean, void> {
  const host = URL.canParse(base) ? new URL(base).hostname.replace(/^\[|\]$/g, '') : base;
  const work = async (): Promise<string> => {
    checkBase(base, allowPrivateNetwork);
    const found = await resolve(host).catch((cause: unknown) => {
      throw new AppError('PLATFORM_NAME_UNRESOLVED', { details: { host }, cause });
    });
    const list = found.map(({ address }) => address).join(', ');
    if (!found.some(({ address }) => addressAllowed(address, allowPrivateNetwork)))
      throw new AppError('PLATFORM_ADDRESS_FORBIDDEN', {
        details: { address: host, reason: `it resolves to ${list}` },
      });
    return list;
  };
  const ok = (list: string): Text => ({ zh: `解析为 ${list}`, en: `resolves to ${list}` });
  return (yield* attempt({ code: 'DNS', subject: host }, work, { ok })) !== undefined;
}

const TRANSPORT = [
  'PLATFORM_UNREACHABLE',
  'PLATFORM_TLS_FAILED',
  'PLATFORM_TIMEOUT',
  'PLATFORM_NAME_UNRESOLVED',
];

/** Second step: a connection, and any answer at all (row W-DD-03). Returns whether there was one. */
export async function* checkWay(
  host: string,
  reach: () => Promise<void>,
): AsyncGenerator<CheckStep, boolean, void> {
  try {
    await reach();
    yield passed({ code: 'TCP_TLS', subject: host }, { zh: '连接成功', en: 'connected' });
    yield passed({ code: 'API_REACHABLE', subject: host }, { zh: '接口有应答', en: 'the API answers' });
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const way = TRANSPORT.includes(error.code);
    yield failed({ code: way ? 'TCP_TLS' : 'API_REACHABLE', subject: host }, error);
    return false;
  }
}
