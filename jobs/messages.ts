import type pg from 'pg';
import type { MasterKeys } from '../src/store/master-keys.ts';
import type { Execution } from './run-task.ts';

/** What the main thread hands to a worker thread; plain values that can be cloned. */
export interface WorkerData {
  /** Login of the unprivileged role. */
  readonly connection: pg.ClientConfig;
  readonly masterKeys: MasterKeys;
  readonly logLevel: string;
  /** Milliseconds after which a worker that does not answer loses its jobs. */
  readonly leaseMs: number;
  /** Address of the module that exports `TASKS`. */
  readonly tasks: string;
}

/** What a worker thread says to the main thread. */
export type WorkerMessage =
  | { readonly kind: 'started'; readonly worker: string }
  | { readonly kind: 'beat' }
  | { readonly kind: 'execution'; readonly execution: Execution }
  | {
      readonly kind: 'platformCall';
      readonly call: { readonly outcome: 'answered' | 'failed'; readonly seconds: number };
    }
  | { readonly kind: 'platformWait'; readonly seconds: number };
