import type { Clock } from '../kit/clock.ts';
import type { Ledger } from '../kit/ledger.ts';
import type { App } from './apps.ts';
import type { Batch } from './batch.ts';
import type { Callbacks } from './callbacks.ts';
import type { Changes } from './changes.ts';
import type { Corp } from './corp.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { Logins } from './login.ts';
import type { MediaStore } from './media.ts';
import type { Params } from './params.ts';
import type { Scheduler } from './scheduler.ts';
import type { Settings } from './settings.ts';
import type { TokenStore } from './tokens.ts';

/** One platform with one corp: all state of a simulator. */
export interface World {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  readonly corp: Corp;
  /** What reads still see while changes spread; see `commit`. */
  readonly lag: { seen: Corp | null; waiting: number; lastDueAt: number };
  readonly apps: Map<string, App>;
  readonly tokens: TokenStore;
  readonly limits: Limits;
  readonly ledger: Ledger;
  readonly faults: Faults;
  readonly invitations: Invitation[];
  readonly media: MediaStore;
  readonly batch: Batch;
  readonly logins: Logins;
  readonly changes: Changes;
  readonly callbacks: Callbacks;
}

/** A notice to a member to join, by SMS or mail. */
export interface Invitation {
  readonly userid: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly by: string;
}

/** A call that has passed the gate. */
export interface Call {
  readonly app: App;
  readonly params: Params;
  readonly now: number;
  readonly ip: string;
  /** Body as it came, of uploads. */
  readonly bytes: Buffer;
  readonly contentType: string;
}

/** Fields of the answer; `errmsg` may be among them. */
export type Handler = (world: World, call: Call) => Readonly<Record<string, unknown>>;

/** Who may make a call. */
export type Access =
  /** Every token. */
  | 'any'
  /** Contacts-sync alone. */
  | 'contacts'
  /** Contacts-sync with the right to edit. */
  | 'edit'
  /** Self-built apps; contacts-sync from old addresses, else 48009. */
  | 'details'
  /** Self-built apps alone: 48002. */
  | 'apps';

export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly access: Access;
  /** Changes something, unless it is refused. */
  readonly writes?: boolean;
  /** Lists that a failure shows empty. */
  readonly empty?: Readonly<Record<string, unknown>>;
  /** The body is a file, parameters stand in the query. */
  readonly upload?: boolean;
  /** `auth/getuserinfo`: not limited as long as it succeeds. */
  readonly unlimitedWhenFine?: boolean;
  readonly handle: Handler;
}

/** `gettoken`: there is no app yet. */
export interface TokenRoute extends Omit<Route, 'handle' | 'access'> {
  readonly grant: (world: World, call: Omit<Call, 'app'>) => Readonly<Record<string, unknown>>;
}

export type AnyRoute = Route | TokenRoute;

/** The corp as reads see it at present. */
export function readable({ lag, corp }: World): Corp {
  return lag.seen ?? corp;
}

/**
 * Changes the corp at once for writes, and for reads when the change has spread. `change` runs on each of the two, so
 * it must name things by id and choose nothing by itself.
 */
export function commit(world: World, change: (corp: Corp) => void): void {
  const { lag, settings, scheduler, clock } = world;
  const [least, most] = settings.visibilityDelayMs;
  if (most === 0 && lag.seen === null) {
    change(world.corp);
    return;
  }
  lag.seen ??= structuredClone(world.corp);
  change(world.corp);
  lag.waiting += 1;
  // Changes show in the order in which they were made.
  lag.lastDueAt = Math.max(lag.lastDueAt, clock.now() + least + Math.random() * (most - least));
  scheduler.after(lag.lastDueAt - clock.now(), () => {
    if (lag.seen) change(lag.seen);
    lag.waiting -= 1;
    if (lag.waiting === 0) lag.seen = null;
  });
}
