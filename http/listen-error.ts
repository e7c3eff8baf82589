import { AppError } from '../src/domain/index.ts';

const NO_SUCH_NAME = 'HOST is not a name that this machine can resolve';

/** What the system says, in words; by its error codes (`man 3 getaddrinfo`, `man 2 bind`). */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', NO_SUCH_NAME],
  ['EAI_AGAIN', NO_SUCH_NAME],
  ['EADDRNOTAVAIL', 'HOST is not an address of this machine'],
  ['EAFNOSUPPORT', 'this machine does not speak that version of IP'],
  ['EACCES', 'this user may not listen on PORT; take one from 1024 on'],
  ['EPERM', 'this user may not listen on PORT; take one from 1024 on'],
  ['EINVAL', 'HOST is not an address that can be listened on'],
]);

/** The sentence for an operator whose HOST or PORT cannot be had; what is no such failure stays as it is. */
export const asListenError = (
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): unknown => {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error;
  if (error.code === 'EADDRINUSE') return new AppError('PORT_IN_USE', { details: { port }, cause: error });
  const why = REASONS.get(String(error.code)) ?? String(error.code);
  const reason = `cannot listen on HOST=${host} PORT=${port}: ${why}`;
  return new AppError('CONFIGURATION_INVALID', { details: { reason }, cause: error });
};
