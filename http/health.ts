import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { AppError } from '../src/domain/index.ts';
import { isLocalRequest } from './local-request.ts';

/** Milliseconds for all checks together: the answer must tell the truth within two seconds. */
const CHECK_MS = 1_500;

/** One thing without which requests cannot be served. */
export interface ReadinessCheck {
  readonly name: string;
  readonly isOk: () => boolean | Promise<boolean>;
}

export interface HealthOptions {
  readonly checks: readonly ReadinessCheck[];
  readonly metrics: { readonly contentType: string; text(): Promise<string> };
  /** Who may read the metrics: this machine and private networks, everybody, or nobody. */
  readonly metricsFor: 'local' | 'public' | 'off';
}

const outcome = async (check: ReadinessCheck): Promise<boolean> => {
  const late = new AbortController();
  try {
    return await Promise.race([check.isOk(), sleep(CHECK_MS, false, { ref: false, signal: late.signal })]);
  } catch {
    return false;
  } finally {
    late.abort();
  }
};

const addMetricsRoute = (server: FastifyInstance, { metrics, metricsFor }: HealthOptions): void => {
  if (metricsFor === 'off') return;
  server.get('/metrics', async (request, reply) => {
    if (metricsFor === 'local' && !isLocalRequest(request)) {
      throw new AppError('FORBIDDEN', { details: { action: 'GET /metrics (MUSTER_METRICS=local)' } });
    }
    return reply.header('content-type', metrics.contentType).send(await metrics.text());
  });
};

/**
 * `/healthz`: this process runs (restart it when not). `/readyz`: it can serve (send no requests when not).
 * `/metrics`: Prometheus text. None of them tells a secret or a name.
 */
export const addHealthRoutes = (server: FastifyInstance, options: HealthOptions): void => {
  server.get('/healthz', (_request, reply) => reply.send({ status: 'alive' }));
  server.get('/readyz', async (_request, reply) => {
    const results = await Promise.all(
      options.checks.map(async (check) => [check.name, await outcome(check)] as const),
    );
    const isReady = results.every(([, ok]) => ok);
    return reply.status(isReady ? 200 : 503).send({
      status: isReady ? 'ready' : 'not ready',
      checks: Object.fromEntries(results.map(([name, ok]) => [name, ok ? 'ok' : 'failed'])),
    });
  });
  addMetricsRoute(server, options);
};
