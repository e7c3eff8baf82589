import type { FastifyError } from 'fastify';
import { AppError, type Text } from '../src/domain/index.ts';

/** How an error looks outside GraphQL: what happened and what to do about it, in both languages. */
export interface Problem {
  readonly error: {
    readonly code: string;
    readonly message: Text;
    readonly remedy: Text;
    readonly details: AppError['details'];
    readonly requestId: string;
  };
}

const REFUSED_BY_SERVER: Readonly<Record<string, string>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'too long',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'of a content type that is not accepted here',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty',
  FST_ERR_CTP_INVALID_JSON_BODY: 'not JSON',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'shorter or longer than announced',
};

/** Turns whatever a route threw into one of our errors; what is not meant for strangers becomes INTERNAL. */
export const asAppError = (error: unknown, requestId: string): AppError => {
  if (error instanceof AppError) return error;
  const { code, statusCode } = (error ?? {}) as Partial<FastifyError>;
  const reason = REFUSED_BY_SERVER[code ?? ''];
  if (reason !== undefined || (statusCode !== undefined && statusCode >= 400 && statusCode < 500)) {
    return new AppError('INPUT_INVALID', {
      details: { field: 'body', reason: reason ?? 'not understood' },
      cause: error,
    });
  }
  return new AppError('INTERNAL', { details: { requestId }, cause: error });
};

/** Status of the answer: the server's own where it is more exact (413, 415), the table's otherwise. */
export const statusOf = (error: unknown, shown: AppError): number => {
  const { statusCode } = (error ?? {}) as Partial<FastifyError>;
  return shown.code === 'INPUT_INVALID' && !(error instanceof AppError) && statusCode !== undefined
    ? statusCode
    : shown.row.httpStatus;
};

export const problemOf = (error: AppError, requestId: string): Problem => ({
  error: {
    code: error.code,
    message: error.text,
    remedy: error.remedy,
    details: error.details,
    requestId,
  },
});
