import type { Scheduler } from '../kit/scheduler.ts';
import type { App } from './apps.ts';
import type { Clock } from './clock.ts';
import type { Corp } from './corp.ts';
import type { Shape } from './envelopes.ts';
import type { Events } from './events.ts';
import type { Family } from './failures.ts';
import type { Faults } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Limits } from './limits.ts';
import type { Params } from './params.ts';
import type { Settings } from './settings.ts';
import type { TokenStore } from './tokens.ts';

/** One platform with one corp: all state of a simulator. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly corp: Corp;
  readonly apps: Map<string, App>;
  readonly tokens: TokenStore;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly events: Events;
  readonly scheduler: Scheduler;
  /** Base addresses of both hosts, without a trailing slash. */
  readonly addresses: { readonly legacy: string; readonly new: string };
}

/** A call that has passed the gate. */
export interface Call {
  readonly app: App;
  readonly params: Params;
  /** Values of `{name}` parts of the path. */
  readonly path: Readonly<Record<string, string>>;
  readonly now: number;
}

/** A promise where the call itself calls somebody. */
export type Handler = (world: World, call: Call) => unknown;

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE' | 'PUT';
  /** With `{name}` parts in the new family. */
  readonly path: string;
  readonly family: Family;
  readonly shape: Shape;
  /** Permission point; `null` = none needed. */
  readonly scope: string | null;
  /** Counts towards the monthly quota even with contacts exempt. */
  readonly countsForQuota?: boolean;
  /** Changes something, unless it is refused. */
  readonly writes?: boolean;
  readonly handle: Handler;
}

/** A call to a token endpoint: there is no app yet. */
export type TokenHandler = (world: World, call: Omit<Call, 'app'>) => unknown;

export interface TokenRoute extends Omit<Route, 'handle' | 'scope'> {
  readonly grant: TokenHandler;
}
