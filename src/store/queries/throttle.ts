import { createHash } from 'node:crypto';
import type { Database } from '../database.ts';

/** How failures of one kind of key are punished; durations in seconds. */
export interface ThrottleRule {
  /** Failures within the window before the key is locked. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** First lock; each further failure doubles it. */
  readonly firstLockSeconds: number;
  readonly longestLockSeconds: number;
}

/** A key and its rule. */
export interface Throttled {
  readonly key: Buffer;
  readonly rule: ThrottleRule;
}

/** Digest under which failures are counted, so that the table names nobody. */
export const throttleKey = (kind: 'name' | 'address' | 'client', ...parts: readonly string[]): Buffer =>
  createHash('sha256')
    .update([kind, ...parts].join('\n'))
    .digest();

/**
 * A fragment of SQL that counts one failure per row of the relation `failed (key, max, span, first, longest)`; atomic, so that
 * concurrent failures are all counted. Rows are taken in the order of their keys, so that two never deadlock.
 */
export const COUNT_FAILURES = `
  insert into muster.sign_in_throttle as t (key, failures, window_started_at, locked_until)
  select f.key, 1, clock_timestamp(),
    case when f.max <= 1 then clock_timestamp() + make_interval(secs => f.first) end
  from failed f order by f.key
  on conflict (key) do update set
    failures = case
      when greatest(t.window_started_at, t.locked_until)
        < clock_timestamp() - make_interval(secs => (select span from failed where failed.key = t.key))
      then 1 else t.failures + 1 end,
    window_started_at = case
      when greatest(t.window_started_at, t.locked_until)
        < clock_timestamp() - make_interval(secs => (select span from failed where failed.key = t.key))
      then clock_timestamp() else t.window_started_at end,
    locked_until = (
      select case
        when greatest(t.window_started_at, t.locked_until) < clock_timestamp() - make_interval(secs => f.span) then null
        when t.failures + 1 < f.max then t.locked_until
        else clock_timestamp() + make_interval(
          secs => least(f.longest, f.first * power(2, least(t.failures + 1 - f.max, 20)))) end
      from failed f where f.key = t.key)`;

/** The relation that {@link COUNT_FAILURES} reads, from one parameter: a JSON array of {@link throttledJson}. */
export const failedFrom = (param: string): string =>
  `failed as materialized (
    select decode(key, 'hex') as key, max, span, first, longest
    from json_to_recordset(${param}::json)
      as x (key text, max integer, span double precision, first double precision, longest double precision))`;

/** Parameter of {@link failedFrom}. */
export const throttledJson = (throttled: readonly Throttled[]): string =>
  JSON.stringify(
    throttled.map(({ key, rule }) => ({
      key: key.toString('hex'),
      max: rule.limit,
      span: rule.windowSeconds,
      first: rule.firstLockSeconds,
      longest: rule.longestLockSeconds,
    })),
  );

/** Counts failures of somebody whose tenant is not known; returns the seconds for which any key is locked. */
export const countFailures = (db: Database, throttled: readonly Throttled[]): Promise<number> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ seconds: number }>(
      `with ${failedFrom('$1')}, counted as (${COUNT_FAILURES} returning locked_until)
       select coalesce(ceil(extract(epoch from max(locked_until) - clock_timestamp())), 0)::int as seconds from counted`,
      [throttledJson(throttled)],
    );
    return Math.max(0, rows[0]?.seconds ?? 0);
  });

/** Seconds for which any of the keys is locked; 0 when none is. */
export const lockedSeconds = (db: Database, keys: readonly Buffer[]): Promise<number> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ seconds: number }>(
      `select coalesce(ceil(extract(epoch from max(locked_until) - clock_timestamp())), 0)::int as seconds
       from muster.sign_in_throttle where key = any($1)`,
      [keys],
    );
    return Math.max(0, rows[0]?.seconds ?? 0);
  });

/** Forgets counters whose window and lock are a day old. */
export const forgetThrottles = (db: Database): Promise<number> =>
  db.system(async (client) => {
    const { rowCount } = await client.query(
      `delete from muster.sign_in_throttle
       where greatest(window_started_at, locked_until) < clock_timestamp() - interval '1 day'`,
    );
    return rowCount ?? 0;
  });
