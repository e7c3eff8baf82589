import { AppError } from '../domain/errors/index.ts';

/** SQLSTATE or node error code of a failure, when it has one. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const CANNOT_CONNECT = new Set([
  'ECONNREFUSED',
  'ENOENT', // the socket file is gone
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  '57P03', // cannot_connect_now: starting up, shutting down, in recovery
]);

const CONNECTION_LOST = new Set([
  'ECONNRESET',
  'EPIPE',
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '53300', // too_many_connections
]);

// pg raises these without a code; the texts are constants of pg 8.23 and pg-pool.
const CODELESS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Client has encountered a connection error and is not queryable',
  'Client was closed and is not queryable',
];

/** True when a new connection could not be made because nobody accepts one. */
export const isCannotConnect = (error: unknown): boolean => CANNOT_CONNECT.has(errorCode(error) ?? '');

/** True when the failure says nothing about the statement, only that the server was out of reach. */
export const isConnectionLoss = (error: unknown): boolean => {
  const code = errorCode(error);
  if (code !== undefined) {
    return CANNOT_CONNECT.has(code) || CONNECTION_LOST.has(code) || code.startsWith('08');
  }
  return error instanceof Error && CODELESS.some((text) => error.message.startsWith(text));
};

/** True for serialization_failure and deadlock_detected: the same transaction may succeed when repeated. */
export const isRetryable = (error: unknown): boolean => {
  const code = errorCode(error);
  return code === '40001' || code === '40P01';
};

/** The typed error of a database that cannot be reached. */
export const unavailable = (cause: unknown): AppError =>
  new AppError('UNAVAILABLE', { details: { reason: 'PostgreSQL' }, cause });
