import type {
  ImportRunId,
  OrgUnitId,
  RemoteAccountValue,
  RemoteMembershipValue,
  RemoteOrgUnitValue,
} from '../../domain/index.ts';
import { type CopyValue, copyInto, copyLine } from '../copy.ts';
import type { Tx } from '../transaction.ts';

/** One fetched object with the hash of its content (SHA-256, hex). */
export interface FetchedItem {
  readonly externalId: string;
  readonly hash: string;
  /** The whole value as JSON text. */
  readonly json: string;
  /** Of units only. */
  readonly parentExternalId?: string | null;
  readonly name?: string;
}

/** A page, or several that are stored together, its place, and how far the fetch has come with it. */
export interface FetchedPage {
  readonly runId: ImportRunId;
  readonly attempt: number;
  readonly kind: 'orgUnits' | 'accounts';
  /** How many pages of the platform it is. */
  readonly pages: number;
  /** At most one item per external id. */
  readonly items: readonly FetchedItem[];
  readonly cursor: string;
  readonly calls: number;
  readonly callsLeft: number | null;
  readonly callsPerSecond: number | null;
  /** When the fetch will be done, `null` while unknown. */
  readonly eta: Date | null;
}

/** From this size on a page goes through COPY; smaller ones are one statement. */
const COPY_FROM = 1_000;

const TABLES = {
  orgUnits: {
    name: 'fetched_org_unit',
    columns: ['external_id', 'hash', 'value', 'parent_external_id', 'name'],
    types: ['text', 'text', 'jsonb', 'text', 'text'],
    extra: ', parent_external_id, name',
    update: ', parent_external_id = excluded.parent_external_id, name = excluded.name',
  },
  accounts: {
    name: 'fetched_account',
    columns: ['external_id', 'hash', 'value'],
    types: ['text', 'text', 'jsonb'],
    extra: '',
    update: '',
  },
} as const;

const valuesOf = (kind: FetchedPage['kind'], item: FetchedItem): CopyValue[] =>
  kind === 'accounts'
    ? [item.externalId, item.hash, item.json]
    : [item.externalId, item.hash, item.json, item.parentExternalId ?? null, item.name ?? ''];

/** Number of objects that were not there before: the same person may come on several pages. */
const insertFrom = (kind: FetchedPage['kind'], source: string): string => {
  const { name, extra, update } = TABLES[kind];
  return `
    with stored as (
      insert into muster.${name} (tenant_id, run_id, page, external_id, content_hash, value${extra})
      select muster.current_tenant(), $1, $2, external_id, decode(hash, 'hex'), value${extra} from ${source}
      on conflict (tenant_id, run_id, external_id) do update
        set page = excluded.page, content_hash = excluded.content_hash, value = excluded.value${update}
      returning (xmax = 0) as fresh)
    select count(*) filter (where fresh)::integer as fresh from stored`;
};

const storeSmall = async (tx: Tx, page: FetchedPage, number: number): Promise<number> => {
  const { columns, types } = TABLES[page.kind];
  const arrays = columns.map((_, at) => page.items.map((item) => valuesOf(page.kind, item)[at]));
  const unnest = types.map((type, at) => `$${at + 3}::${type}[]`).join(', ');
  const text = insertFrom(page.kind, `unnest(${unnest}) as item(${columns.join(', ')})`);
  const rows = await tx.query<{ fresh: number }>({ name: `fetched_${page.kind}`, text }, [
    page.runId,
    number,
    ...arrays,
  ]);
  return rows[0]?.fresh ?? 0;
};

function* linesOf(page: FetchedPage): Generator<string> {
  for (const item of page.items) yield copyLine(valuesOf(page.kind, item));
}

const storeLarge = async (tx: Tx, page: FetchedPage, number: number): Promise<number> => {
  const { columns, types } = TABLES[page.kind];
  const table = columns.map((column, at) => `${column} ${types[at]}`).join(', ');
  await tx.query(`create temporary table page_items (${table}) on commit drop`);
  await copyInto(tx, { table: 'page_items', columns: [...columns] }, linesOf(page));
  const rows = await tx.query<{ fresh: number }>(insertFrom(page.kind, 'pg_temp.page_items'), [
    page.runId,
    number,
  ]);
  return rows[0]?.fresh ?? 0;
};

/** Takes the run's lock and the number of the (last) page; `null` when another worker holds it or it is to stop. */
const nextPage = async (tx: Tx, page: FetchedPage): Promise<number | null> => {
  const rows = await tx.query<{ pages: number }>(
    {
      name: 'import_next_page',
      text: `
        update muster.import_run set pages = pages + $8, cursor = $3, calls = $4, calls_left = $5,
          calls_per_second = $6, eta = $7, error_code = null, error_details = null
        where tenant_id = muster.current_tenant() and id = $1 and attempt = $2
          and phase in ('FETCHING', 'READING') and not cancel_requested
        returning pages`,
    },
    [
      page.runId,
      page.attempt,
      page.cursor,
      page.calls,
      page.callsLeft,
      page.callsPerSecond,
      page.eta,
      page.pages,
    ],
  );
  return rows[0]?.pages ?? null;
};

/**
 * Stores a page whole: objects, place, progress. The attempt number fences: a worker that was taken over writes
 * nothing any more.
 * @returns false when the run is no longer this worker's, or was asked to stop
 */
export const storePage = async (tx: Tx, page: FetchedPage): Promise<boolean> => {
  const number = await nextPage(tx, page);
  if (number === null) return false;
  const store = page.items.length >= COPY_FROM ? storeLarge : storeSmall;
  const fresh = page.items.length === 0 ? 0 : await store(tx, page, number);
  await tx.query(
    {
      name: 'import_page',
      text: `
        with counted as (
          update muster.import_run set
            org_units = org_units + case when $3 = 'orgUnits' then $6::integer else 0 end,
            accounts = accounts + case when $3 = 'accounts' then $6::integer else 0 end
          where tenant_id = muster.current_tenant() and id = $1)
        insert into muster.import_page (tenant_id, run_id, page, kind, objects, cursor)
        values (muster.current_tenant(), $1, $2, $3, $4, $5)`,
    },
    [page.runId, number, page.kind, page.items.length, page.cursor, fresh],
  );
  return true;
};

export interface StoredObjects {
  readonly orgUnits: readonly { readonly externalId: string; readonly parentExternalId: string | null }[];
  readonly accounts: readonly {
    readonly externalId: string;
    readonly memberships: readonly RemoteMembershipValue[];
  }[];
}

/** What this run has stored already; a source needs it to resume behind its cursor. */
export const storedSoFar = async (tx: Tx, runId: ImportRunId): Promise<StoredObjects> => {
  const orgUnits = await tx.query<{ externalId: string; parentExternalId: string | null }>(
    `select external_id as "externalId", parent_external_id as "parentExternalId"
     from muster.fetched_org_unit where run_id = $1`,
    [runId],
  );
  const accounts = await tx.query<{ externalId: string; memberships: readonly RemoteMembershipValue[] }>(
    `select external_id as "externalId", value->'memberships' as memberships
     from muster.fetched_account where run_id = $1`,
    [runId],
  );
  return { orgUnits, accounts };
};

/** Everything that a run has fetched; for runs that read but a few objects. */
export const readFetched = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<{
  readonly orgUnits: readonly RemoteOrgUnitValue[];
  readonly accounts: readonly RemoteAccountValue[];
}> => {
  const of = async <Value>(table: string): Promise<Value[]> => {
    const text = `select value from muster.${table} where run_id = $1 order by external_id`;
    return (await tx.query<{ value: Value }>(text, [runId])).map(({ value }) => value);
  };
  return {
    orgUnits: await of<RemoteOrgUnitValue>('fetched_org_unit'),
    accounts: await of<RemoteAccountValue>('fetched_account'),
  };
};

/** Drops what a run has fetched of some objects. */
export const dropFetchedObjects = async (
  tx: Tx,
  runId: ImportRunId,
  what: { readonly orgUnits: readonly string[]; readonly accounts: readonly string[] },
): Promise<void> => {
  for (const [table, ids] of [
    ['fetched_org_unit', what.orgUnits],
    ['fetched_account', what.accounts],
  ] as const) {
    if (ids.length === 0) continue;
    await tx.query(`delete from muster.${table} where run_id = $1 and external_id = any ($2::text[])`, [
      runId,
      ids,
    ]);
  }
};

/** Objects of a connection that were there when last seen: linked copies that are not gone. */
export const expectedObjects = async (
  tx: Tx,
  connectionId: string,
): Promise<{ readonly orgUnits: readonly string[]; readonly accounts: readonly string[] }> => {
  const rows = await tx.query<{ kind: string; external_id: string }>(
    `select 'orgUnits' as kind, r.external_id from muster.remote_org_unit r
     where r.connection_id = $1 and r.gone_at is null
       and exists (select from muster.org_unit_link l where l.remote_org_unit_id = r.id)
     union all
     select 'accounts', r.external_id from muster.remote_account r
     where r.connection_id = $1 and r.gone_at is null
       and exists (select from muster.account_link l where l.remote_account_id = r.id)`,
    [connectionId],
  );
  const of = (kind: string): string[] =>
    rows.filter((row) => row.kind === kind).map((row) => row.external_id);
  return { orgUnits: of('orgUnits'), accounts: of('accounts') };
};

/** Drops what runs that are over had fetched; copies and staged rows stay. */
export const dropFetched = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  await tx.query('delete from muster.fetched_account where run_id = $1', [runId]);
  await tx.query('delete from muster.fetched_org_unit where run_id = $1', [runId]);
};

const ENDED = `r.phase in ('COMMITTED', 'DISCARDED', 'REVERTED', 'CANCELLED', 'FAILED')`;

/** Drops what a crash just after the end of a run has left behind. */
export const dropLeftovers = async (tx: Tx, connectionId: string): Promise<void> => {
  for (const table of ['fetched_account', 'fetched_org_unit']) {
    await tx.query(
      `delete from muster.${table} where run_id in (
         select r.id from muster.import_run r where r.connection_id = $1 and ${ENDED})`,
      [connectionId],
    );
  }
};

/** Unit below which top units are placed, and whether the tenant's root already stands for a company. */
export interface PlacementRow {
  readonly rootId: OrgUnitId;
  readonly rootLinked: boolean;
}

export const readPlacement = async (tx: Tx): Promise<PlacementRow | null> => {
  const rows = await tx.query<PlacementRow>(
    `select u.id as "rootId",
       exists (select from muster.org_unit_link l where l.org_unit_id = u.id) as "rootLinked"
     from muster.org_unit u where u.parent_id is null`,
  );
  return rows[0] ?? null;
};
