import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../src/domain/index.ts';
import type { FlowDeps } from '../../src/flows/context.ts';
import { readServedFile } from '../../src/flows/events/domain-files.ts';

/*
 * The one kind of file that is served at the root of the web: what a platform has given an administrator to prove to it
 * whose domain this is (row W-WX-05). Text, at the right host, under the right name, and nothing else.
 */

/** Look-ups at once: strangers who try names get no more of the database. */
const MOST_LOOKUPS = 16;

interface Asked {
  readonly Params: { readonly name: string };
}

/** Route `GET /{name}.txt`. */
export const domainFileRoutes = (deps: Pick<FlowDeps, 'db'>): FastifyPluginAsync => {
  let lookups = 0;

  const find = async (request: FastifyRequest<Asked>): Promise<string | null> => {
    if (lookups >= MOST_LOOKUPS) {
      throw new AppError('UNAVAILABLE', { details: { reason: 'too many files are looked for' } });
    }
    lookups += 1;
    try {
      return await readServedFile(deps, { host: request.hostname, name: request.params.name });
    } finally {
      lookups -= 1;
    }
  };

  const send = async (request: FastifyRequest<Asked>, reply: FastifyReply): Promise<FastifyReply> => {
    const content = await find(request);
    if (content === null) {
      throw new AppError('NOT_FOUND', { details: { type: 'page', id: `/${request.params.name}` } });
    }
    return reply
      .header('content-type', 'text/plain; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(content);
  };

  return async (fastify) => {
    fastify.get<Asked>('/:name(^[0-9A-Za-z_-][0-9A-Za-z_.-]{0,95}\\.txt$)', send);
  };
};
