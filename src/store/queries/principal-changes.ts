import type { Database } from '../database.ts';

/** Channel on which the triggers of `principal_change` say that there is something to read. */
export const PRINCIPAL_CHANNEL = 'muster_principal';
/** Subject that stands for the signing keys. */
export const SIGNING_KEYS_SUBJECT = '00000000-0000-0000-0000-000000000000';

export interface PrincipalChanges {
  /** Ids of sessions, accounts and machine clients that changed. */
  readonly subjects: readonly string[];
  /** Where to go on: the snapshot (`pg_snapshot`) in which this was read. */
  readonly cursor: string;
}

/**
 * What has changed since `cursor`; without one only the place to start from. Exact whatever the order of commits:
 * a row is read by the first look whose snapshot sees its transaction, and by no other.
 */
export const readPrincipalChanges = (db: Database, cursor: string | null): Promise<PrincipalChanges> =>
  db.system(async (client) => {
    const { rows } = await client.query<PrincipalChanges & { subjects: string[] }>(
      `select pg_current_snapshot()::text as cursor, array(
         select distinct subject::text from muster.principal_change
         where xact >= pg_snapshot_xmin($1::pg_snapshot) and not pg_visible_in_snapshot(xact, $1::pg_snapshot)
       ) as subjects`,
      [cursor],
    );
    const [row] = rows;
    if (row === undefined) throw new TypeError('a select without a from clause gives one row');
    return row;
  });

/** Removes what every process has read: rows of transactions that had ended at an old cursor. */
export const forgetPrincipalChanges = (db: Database, cursor: string): Promise<void> =>
  db.system(async (client) => {
    await client.query('delete from muster.principal_change where xact < pg_snapshot_xmin($1::pg_snapshot)', [
      cursor,
    ]);
  });
