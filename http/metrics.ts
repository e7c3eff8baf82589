import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What is looked up when somebody asks for the metrics, and never in between. */
export interface MetricSources {
  readonly pool: () => { readonly open: number; readonly idle: number; readonly waiting: number };
  readonly databaseUp: () => boolean;
  readonly inProgress: () => number;
  readonly workersReplaced: () => number;
  readonly workerAlive: () => boolean;
  /** Null while the database does not answer. */
  readonly queue: () => Promise<{ waiting: number; running: number; abandoned: number } | null>;
}

/** Everything that is counted. Labels come from closed lists: tasks, routes, operation types. */
export interface Metrics {
  readonly contentType: string;
  text(): Promise<string>;
  answered(answer: { route: string; method: string; status: number; seconds: number }): void;
  operation(operation: { type: string; outcome: string; seconds: number }): void;
  execution(execution: { task: string; result: string; milliseconds: number }): void;
  platformCall(call: { outcome: string; seconds: number }): void;
  /** A call to a platform waited that many seconds for its turn. */
  platformWait(seconds: number): void;
  /** Events that came in at callback addresses, and requests that were refused or could not be stored. */
  callback(outcome: string, count: number): void;
  /** Tells where the looked-up values come from. */
  connect(sources: MetricSources): void;
}

const gauge = (registry: Registry, name: string, help: string, read: () => number): void => {
  new Gauge({
    name,
    help,
    registers: [registry],
    collect() {
      this.set(read());
    },
  });
};

const connect = (registry: Registry, sources: MetricSources): void => {
  new Gauge({
    name: 'muster_db_connections',
    help: 'Connections of the pool: open, idle; and callers that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      for (const [state, count] of Object.entries(sources.pool())) this.set({ state }, count);
    },
  });
  new Gauge({
    name: 'muster_jobs',
    help: 'Jobs in the queue: waiting, running, abandoned after their last attempt.',
    labelNames: ['state'],
    registers: [registry],
    async collect() {
      this.reset();
      const queue = await sources.queue();
      for (const [state, count] of Object.entries(queue ?? {})) this.set({ state }, count);
    },
  });
  gauge(registry, 'muster_db_up', '1 while PostgreSQL answers.', () => Number(sources.databaseUp()));
  gauge(registry, 'muster_http_in_progress', 'Requests that are being answered.', sources.inProgress);
  gauge(registry, 'muster_job_worker_up', '1 while the job worker lives.', () =>
    Number(sources.workerAlive()),
  );
  gauge(registry, 'muster_job_worker_replaced', 'Worker threads replaced.', sources.workersReplaced);
};

/** A registry of its own per process, so that two applications in one test do not meet. */
export const createMetrics = (): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const http = new Histogram({
    name: 'muster_http_request_seconds',
    help: 'Time to answer a request, by route.',
    labelNames: ['route', 'method', 'status'],
    buckets: SECONDS,
    registers,
  });
  const operations = new Histogram({
    name: 'muster_graphql_operation_seconds',
    help: 'Time to execute a GraphQL operation, by type and outcome.',
    labelNames: ['type', 'outcome'],
    buckets: SECONDS,
    registers,
  });
  const executions = new Histogram({
    name: 'muster_job_seconds',
    help: 'Time of one execution of a job, by task and result.',
    labelNames: ['task', 'result'],
    buckets: [...SECONDS, 60, 300, 1_800],
    registers,
  });
  const calls = new Histogram({
    name: 'muster_platform_call_seconds',
    help: 'Time of one call to a platform, by outcome.',
    labelNames: ['outcome'],
    buckets: SECONDS,
    registers,
  });
  const waits = new Counter({
    name: 'muster_rate_budget_wait_seconds_total',
    help: 'Time that calls waited so that a platform’s rate limit was kept.',
    registers,
  });
  const callbacks = new Counter({
    name: 'muster_callback_events_total',
    help: 'Events that platforms have pushed: received, duplicate; requests that were refused, or failed to be stored.',
    labelNames: ['outcome'],
    registers,
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: ({ route, method, status, seconds }) =>
      http.observe({ route, method, status: `${Math.floor(status / 100)}xx` }, seconds),
    operation: ({ type, outcome, seconds }) => operations.observe({ type, outcome }, seconds),
    execution: ({ task, result, milliseconds }) => executions.observe({ task, result }, milliseconds / 1_000),
    platformCall: ({ outcome, seconds }) => calls.observe({ outcome }, seconds),
    platformWait: (seconds) => waits.inc(seconds),
    callback: (outcome, count) => callbacks.inc({ outcome }, count),
    connect: (sources) => connect(registry, sources),
  };
};
