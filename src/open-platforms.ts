import { createPlatformServices, type PlatformServices } from './platforms/kit/services.ts';
import { createPlatforms } from './platforms/registry.ts';
import type { Platform } from './ports/platform.ts';
import type { Database } from './store/database.ts';
import { createSharedLedger } from './store/rate-budget.ts';

/** Is told what a metric may know of a call to a platform: no connection, no object. Seconds. */
export interface PlatformObserver {
  readonly onCall: (call: { readonly outcome: 'answered' | 'failed'; readonly seconds: number }) => void;
  readonly onWait: (seconds: number) => void;
}

export interface OpenPlatforms {
  readonly platforms: ReadonlyMap<string, Platform>;
  close(): Promise<void>;
}

const since = (started: number): number => (performance.now() - started) / 1_000;

const observed = (services: PlatformServices, observer: PlatformObserver): PlatformServices => ({
  ...services,
  http: {
    send: async (request, signal) => {
      const started = performance.now();
      try {
        const answer = await services.http.send(request, signal);
        observer.onCall({ outcome: 'answered', seconds: since(started) });
        return answer;
      } catch (error) {
        observer.onCall({ outcome: 'failed', seconds: since(started) });
        throw error;
      }
    },
    close: () => services.http.close(),
  },
  budget: {
    acquire: async (key, limit, signal) => {
      const started = performance.now();
      const ended = await services.budget.acquire(key, limit, signal);
      observer.onWait(since(started));
      return ended;
    },
    penalise: (key, untilMs) => services.budget.penalise(key, untilMs),
    eta: (key, calls, limit) => services.budget.eta(key, calls, limit),
  },
});

/** The platforms of the registry, with rate budgets that all processes on this database share. */
export const openPlatforms = (db: Database, observer: PlatformObserver): OpenPlatforms => {
  const services = createPlatformServices({ ledger: createSharedLedger(db) });
  return {
    platforms: createPlatforms(observed(services, observer)),
    close: () => services.http.close(),
  };
};
