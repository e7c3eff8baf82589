import type { Database } from './database.ts';

/** How far behind the clock a slot may still be handed out: less than the slack of any platform's window. */
const CATCH_UP_MS = 8;
// One statement, so that the row lock orders the processes; the clock is read after the lock was had.
const RESERVE = `
  insert into rate_budget as budget (key, next_slot_ms)
  values ($1, extract(epoch from clock_timestamp()) * 1000 + $2::float8 * $3::float8)
  on conflict (key) do update set next_slot_ms = greatest(
    budget.next_slot_ms,
    budget.paused_until_ms,
    extract(epoch from clock_timestamp()) * 1000 - ${CATCH_UP_MS}
  ) + $2::float8 * $3::float8
  returning
    next_slot_ms - $2::float8 * $3::float8 as "atMs",
    next_slot_ms - $2::float8 * $3::float8 - extract(epoch from clock_timestamp()) * 1000 as "inMs"`;

const PENALISE = `
  insert into rate_budget as budget (key, paused_until_ms)
  values ($1, extract(epoch from clock_timestamp()) * 1000 + $2::float8)
  on conflict (key) do update set paused_until_ms =
    greatest(budget.paused_until_ms, extract(epoch from clock_timestamp()) * 1000 + $2::float8)`;

/**
 * Slots of calls shared by all processes on this database (port `SlotLedger`): each reservation is one atomic
 * statement on the key's row. Throws `UNAVAILABLE` while PostgreSQL is away.
 */
export const createSharedLedger = (db: Pick<Database, 'system'>) => ({
  /** `count` slots, `spacingMs` apart: milliseconds from now to the first, and its instant by the server's clock. */
  reserve: (key: string, count: number, spacingMs: number): Promise<{ inMs: number; atMs: number }> =>
    db.system(async (client) => {
      // A slot that is lost in a crash is a slot nobody uses; waiting for the disk would delay every call.
      const relaxed = client.query('set local synchronous_commit = off');
      const reserved = client.query<{ inMs: number; atMs: number }>(RESERVE, [key, count, spacingMs]);
      await relaxed;
      return (await reserved).rows[0] ?? { inMs: 0, atMs: 0 };
    }),

  /** Nothing of the key is handed out within the next `forMs` milliseconds. */
  penalise: (key: string, forMs: number): Promise<void> =>
    db.system(async (client) => {
      await client.query(PENALISE, [key, forMs]);
    }),
});
