import type { FastifyRequest } from 'fastify';
import { AppError } from '../../src/domain/index.ts';

/** Headers that no page can send to another site without asking it first (Fetch standard, CORS preflight). */
const PREFLIGHTED = [
  'authorization',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'x-requested-with',
];
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/**
 * Refuses what a browser can be made to send from a foreign page with the visitor's credentials: a body of a type
 * that forms have, and a GET that carries cookies. A GET without any credentials is let through; it can learn
 * nothing that the foreign page could not have asked for itself.
 * @throws AppError INPUT_INVALID
 */
export const requireNotForged = ({ method, headers }: FastifyRequest): void => {
  if (method === 'POST') {
    if (JSON_TYPE.test(headers['content-type'] ?? '')) return;
    throw new AppError('INPUT_INVALID', {
      details: { field: 'Content-Type', reason: 'it is not application/json' },
    });
  }
  if (headers.cookie === undefined || PREFLIGHTED.some((name) => headers[name] !== undefined)) return;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'apollo-require-preflight', reason: 'a GET with cookies needs this header' },
  });
};
