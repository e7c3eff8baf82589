import { addHealthRoutes } from '../http/health.ts';
import { createLateMetrics } from '../http/late-metrics.ts';
import { createHttpServer, type HttpServer } from '../http/server.ts';
import type { Supervisor } from '../jobs/supervisor.ts';
import type { SessionService } from '../sso/session/index.ts';
import { Closing } from './closing.ts';
import type { Config } from './config/index.ts';
import type { FlowDeps } from './flows/context.ts';
import { type Bootstrapped, bootstrap } from './flows/sign-in/bootstrap.ts';
import { createLogger, type Logger } from './logging/index.ts';
import { connectMetrics, countMessage, readinessChecks } from './observe.ts';
import { openPlatforms } from './open-platforms.ts';
import { openStore, type Store } from './store/open-store.ts';

/** Milliseconds after which a worker that does not answer loses its jobs. */
const LEASE_MS = 10_000;
/** Milliseconds that requests in progress have at a stop. */
const DRAIN_MS = 8_000;

export interface AppOptions {
  /** By default one that writes to standard output as the configuration says. */
  readonly logger?: Logger;
  /**
   * Told the first administrator's password as soon as it is in force: what fails afterwards, a taken port for
   * instance, must not swallow it.
   */
  readonly onBootstrapped?: (bootstrapped: Bootstrapped) => void;
}

/** A running gateway. */
export interface App {
  /** Where it listens, e.g. `http://127.0.0.1:8080`. */
  readonly address: string;
  /** The first administrator with the password that is told once; `null` when there was one already. */
  readonly bootstrapped: Bootstrapped | null;
  readonly deps: FlowDeps;
  /** Resolves when jobs are worked on. */
  readonly jobsStarted: Promise<void>;
  /** Answers what has begun, hands jobs back, closes everything. Takes 10 s at most. */
  stop(): Promise<void>;
}

/** Everything that requests and jobs share, in the order in which it is opened. */
interface Parts {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: ReturnType<typeof createLateMetrics>;
  readonly store: Store;
  readonly deps: FlowDeps;
}

const openParts = async (config: Config, logger: Logger, closing: Closing): Promise<Parts> => {
  const metrics = createLateMetrics();
  const store = await openStore(config, {
    onServerEvent: (event, detail) => logger.warn({ event, detail }, 'embedded PostgreSQL'),
  });
  closing.add(() => store.close());
  const opened = openPlatforms(store.database, {
    onCall: metrics.platformCall,
    onWait: metrics.platformWait,
  });
  closing.add(opened.close);
  const deps: FlowDeps = {
    db: store.database,
    secrets: store.secrets,
    platforms: opened.platforms,
    logger,
    now: () => new Date(),
  };
  return { config, logger, metrics, store, deps };
};

const loadApi = () => [import('../schema/server/index.ts'), import('../sso/session/index.ts')] as const;

const openSessions = async (parts: Parts, closing: Closing): Promise<SessionService> => {
  const { openSessionService } = await import('../sso/session/index.ts');
  const sessions = await openSessionService(parts.deps, { identity: identityOf(parts.config) });
  closing.add(sessions.close);
  return sessions;
};

/** Starts the worker thread; loaded late, so that nothing of it delays the first answer. */
const startWorker = async ({ config, store, logger, metrics }: Parts): Promise<Supervisor> => {
  const { startJobs } = await import('../jobs/supervisor.ts');
  return startJobs({
    db: store.database,
    logger: logger.child({ part: 'jobs' }),
    data: {
      connection: store.app,
      masterKeys: store.masterKeys,
      logLevel: config.logLevel,
      leaseMs: LEASE_MS,
    },
    onMessage: (message) => countMessage(metrics, message),
  });
};

/** Where tokens come from and for what they are good. */
const identityOf = ({ publicUrl }: Config) => ({ issuer: publicUrl, audience: `${publicUrl}/graphql` });

/** Mounts the API and what signing in needs. Their code is loaded while the database starts. */
const mountApi = async (
  parts: Parts,
  server: { readonly http: HttpServer; readonly sessions: SessionService; readonly closing: Closing },
): Promise<void> => {
  const [{ createGraphqlServer }, { clientOf, principalOf, sessionRoutes }] = await Promise.all(loadApi());
  const { http, sessions, closing } = server;
  const graphql = await createGraphqlServer({
    ...parts.deps,
    signIn: sessions.signIn,
    publicUrl: parts.config.publicUrl,
    authenticate: (request, client) => principalOf(sessions, request, client),
    clientOf,
    production: parts.config.mode === 'production',
    introspection: parts.config.introspection,
    onOperation: parts.metrics.operation,
    onCallback: parts.metrics.callback,
  });
  closing.add(graphql.close);
  await http.fastify.register(sessionRoutes(sessions));
  await http.fastify.register(graphql.plugin);
};

const composed = async (
  config: Config,
  options: AppOptions & { readonly logger: Logger },
  closing: Closing,
): Promise<App> => {
  const { logger } = options;
  // Loading code and starting the database take about equally long; neither waits for the other.
  const loading = Promise.allSettled(loadApi());
  const parts = await openParts(config, logger, closing);
  const { metrics, store, deps } = parts;
  await loading;
  const sessions = await openSessions(parts, closing);
  const bootstrapped = await bootstrap(sessions.signIn);
  if (bootstrapped !== null) options.onBootstrapped?.(bootstrapped);
  let jobs: Supervisor | null = null;
  let stopping = false;
  const http = createHttpServer({
    logger,
    trustProxy: config.trustProxy,
    secure: config.publicUrl.startsWith('https:'),
    onAnswer: metrics.answered,
  });
  const observed = { db: store.database, http, jobs: () => jobs, isStopping: () => stopping };
  connectMetrics(metrics, observed);
  addHealthRoutes(http.fastify, {
    checks: readinessChecks(observed),
    metrics,
    metricsFor: config.metrics,
  });
  await mountApi(parts, { http, sessions, closing });
  // Side by side: each has a bound of its own, and a stop must be over in 10 s.
  closing.add(() => Promise.all([http.drain(DRAIN_MS), jobs?.stop()]));
  const address = await http.listen(config);
  const supervisor = await startWorker(parts);
  await metrics.load();
  jobs = supervisor;
  logger.info({ address }, 'Muster is ready');
  return {
    address,
    bootstrapped,
    deps,
    jobsStarted: supervisor.started,
    stop: async () => {
      stopping = true;
      await closing.run();
    },
  };
};

/**
 * Composes the gateway and starts it: database, platforms, HTTP, and last the jobs.
 * @throws AppError CONFIGURATION_INVALID, DATA_DIR_IN_USE, PORT_IN_USE
 */
export const startApp = async (config: Config, options: AppOptions = {}): Promise<App> => {
  const logger = options.logger ?? createLogger({ level: config.logLevel });
  const closing = new Closing(logger);
  try {
    return await composed(config, { ...options, logger }, closing);
  } catch (error) {
    await closing.run();
    throw error;
  }
};
