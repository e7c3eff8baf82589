/** One call as the platform saw it. */
export interface LedgerEntry {
  readonly seq: number;
  /** Epoch milliseconds of arrival. */
  readonly at: number;
  /** `null` when no app could be told from the call. */
  readonly clientId: string | null;
  readonly api: string;
  readonly ip: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** `ok`, the code that was answered (`60121`), or `fault:<kind>`. */
  outcome: string;
  status: number;
}

export interface ApiTotals {
  calls: number;
  ok: number;
  /** Calls refused by a rate limit or the monthly quota. */
  throttled: number;
  faults: number;
  /** Most calls, and most accepted calls, that ever arrived within one second. */
  maxPerSecond: number;
  maxAcceptedPerSecond: number;
  readonly outcomes: Record<string, number>;
}

export interface LedgerSummary {
  readonly calls: number;
  readonly ok: number;
  readonly throttled: number;
  readonly faults: number;
  readonly firstAt: number | null;
  readonly lastAt: number | null;
  /** By `clientId api`; an unknown caller is `-`. */
  readonly byApi: Readonly<Record<string, ApiTotals>>;
}

export interface Ledger {
  record(entry: Omit<LedgerEntry, 'seq' | 'outcome' | 'status'>): LedgerEntry;
  /** Completes an entry when its answer is known. */
  finish(entry: LedgerEntry, outcome: string, status: number): void;
  /** Kept entries with a greater `seq`, oldest first. */
  entries(filter?: {
    readonly since?: number;
    readonly api?: string;
    readonly limit?: number;
  }): LedgerEntry[];
  summary(): LedgerSummary;
  /** Calls so far to one API by all apps. */
  count(api: string): number;
  clear(): void;
}

interface Account {
  readonly totals: ApiTotals;
  readonly arrivals: Span;
  readonly accepted: Span;
}

/** Keeps the latest `keep` entries; totals cover every call. `throttled` tells outcomes of limits by their text. */
export function createLedger(keep: number, throttled: RegExp): Ledger {
  let kept: LedgerEntry[] = [];
  let seq = 0;
  let accounts = new Map<string, Account>();
  let firstAt: number | null = null;
  let lastAt: number | null = null;

  const accountOf = (entry: { clientId: string | null; api: string }): Account => {
    const key = `${entry.clientId ?? '-'} ${entry.api}`;
    const known = accounts.get(key);
    if (known) return known;
    const totals = {
      calls: 0,
      ok: 0,
      throttled: 0,
      faults: 0,
      maxPerSecond: 0,
      maxAcceptedPerSecond: 0,
      outcomes: {},
    };
    const account = { totals, arrivals: new Span(), accepted: new Span() };
    accounts.set(key, account);
    return account;
  };

  return {
    record: (input) => {
      const entry: LedgerEntry = { seq: ++seq, ...input, outcome: 'open', status: 0 };
      firstAt ??= entry.at;
      lastAt = entry.at;
      kept.push(entry);
      if (kept.length >= keep * 2) kept = kept.slice(-keep);
      const { totals, arrivals } = accountOf(entry);
      totals.calls++;
      totals.maxPerSecond = Math.max(totals.maxPerSecond, arrivals.add(entry.at));
      return entry;
    },
    finish: (entry, outcome, status) => {
      entry.outcome = outcome;
      entry.status = status;
      const { totals, accepted } = accountOf(entry);
      totals.outcomes[outcome] = (totals.outcomes[outcome] ?? 0) + 1;
      if (outcome === 'ok') totals.ok++;
      if (outcome.startsWith('fault:')) totals.faults++;
      if (throttled.test(outcome)) totals.throttled++;
      else totals.maxAcceptedPerSecond = Math.max(totals.maxAcceptedPerSecond, accepted.add(entry.at));
    },
    entries: ({ since = 0, api, limit = keep } = {}) => {
      const found = kept.slice(-keep).filter((entry) => entry.seq > since && (!api || entry.api === api));
      return found.slice(-limit);
    },
    summary: () => sumUp(accounts, firstAt, lastAt),
    count: (api) => {
      let calls = 0;
      for (const [key, { totals }] of accounts) if (key.endsWith(` ${api}`)) calls += totals.calls;
      return calls;
    },
    clear: () => {
      kept = [];
      accounts = new Map();
      firstAt = null;
      lastAt = null;
    },
  };
}

function sumUp(
  accounts: ReadonlyMap<string, Account>,
  firstAt: number | null,
  lastAt: number | null,
): LedgerSummary {
  const byApi = Object.fromEntries([...accounts].map(([key, { totals }]) => [key, totals]));
  const all = Object.values(byApi);
  const total = (read: (totals: ApiTotals) => number): number =>
    all.reduce((sum, totals) => sum + read(totals), 0);
  return {
    calls: total((totals) => totals.calls),
    ok: total((totals) => totals.ok),
    throttled: total((totals) => totals.throttled),
    faults: total((totals) => totals.faults),
    firstAt,
    lastAt,
    byApi,
  };
}

/** Instants of the last second. */
class Span {
  private times: number[] = [];
  private head = 0;

  /** Adds an instant and returns how many lie within the second that ends with it. */
  add(at: number): number {
    this.times.push(at);
    while ((this.times[this.head] as number) <= at - 1000) this.head++;
    if (this.head > 4096) {
      this.times = this.times.slice(this.head);
      this.head = 0;
    }
    return this.times.length - this.head;
  }
}
