import type { Metrics } from './metrics.ts';

/** Observations that are kept until the library is there; a start makes a handful. */
const MOST_KEPT = 10_000;

/**
 * Metrics whose library is loaded when somebody asks for them or when `load` says so: it takes 87 modules of a
 * start that has nothing to count yet. What is observed before is kept and counted then.
 */
export const createLateMetrics = (): Metrics & { load(): Promise<void> } => {
  const kept: ((metrics: Metrics) => void)[] = [];
  let metrics: Metrics | undefined;
  let loading: Promise<Metrics> | undefined;

  const open = async (): Promise<Metrics> => {
    const { createMetrics } = await import('./metrics.ts');
    metrics = createMetrics();
    for (const observe of kept.splice(0)) observe(metrics);
    return metrics;
  };
  const opened = (): Promise<Metrics> => {
    loading ??= open();
    return loading;
  };
  const observe = (what: (to: Metrics) => void): void => {
    if (metrics !== undefined) what(metrics);
    else if (kept.length < MOST_KEPT) kept.push(what);
  };

  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    load: async () => {
      await opened();
    },
    text: async () => (await opened()).text(),
    answered: (answer) => observe((to) => to.answered(answer)),
    operation: (operation) => observe((to) => to.operation(operation)),
    execution: (execution) => observe((to) => to.execution(execution)),
    platformCall: (call) => observe((to) => to.platformCall(call)),
    platformWait: (seconds) => observe((to) => to.platformWait(seconds)),
    callback: (outcome, count) => observe((to) => to.callback(outcome, count)),
    connect: (sources) => observe((to) => to.connect(sources)),
  };
};
