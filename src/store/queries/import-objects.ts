import type {
  ConnectionId,
  Decision,
  ErrorDetails,
  EventOutcome,
  ImportRunId,
  Issue,
  StagedAction,
} from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

export type ObjectKind = 'ORG_UNIT' | 'ACCOUNT';

/** Why a run of events reads an object: an event has named it, or what was named cannot be understood without it. */
export type ObjectReason = 'NAMED' | 'PARENT' | 'ANCESTOR' | 'MEMBER' | 'UNIT' | 'RIVAL' | 'REPORT';

export interface NamedObject {
  readonly kind: ObjectKind;
  readonly externalId: string;
  readonly why: ObjectReason;
}

/**
 * What reading an object has shown. `READ`: something to be staged. `SAME`: what both sides agreed on. `ECHO`: what Muster
 * itself wrote. `GONE`: the platform does not have it. `OUTSIDE`: not in what the connection pulls. `FAILED`: it could
 * not be read, and trying again would not help.
 */
export type ObjectState = 'OPEN' | 'READ' | 'SAME' | 'ECHO' | 'GONE' | 'OUTSIDE' | 'FAILED';

export interface ReadObject extends Pick<NamedObject, 'kind' | 'externalId'> {
  readonly state: Exclude<ObjectState, 'OPEN'>;
  /** The id as the platform writes it, where it differs. */
  readonly readAs?: string | undefined;
  readonly code?: string | undefined;
  readonly details?: ErrorDetails | undefined;
}

/** Adds objects to a run; those that it has stay as they are. @returns how many are new */
export const addObjects = (tx: Tx, runId: ImportRunId, objects: readonly NamedObject[]): Promise<number> =>
  tx.execute(
    `insert into muster.import_object (tenant_id, run_id, kind, external_id, why)
     select muster.current_tenant(), $1, o.kind, o."externalId", o.why
     from jsonb_to_recordset($2::jsonb) as o(kind text, "externalId" text, why text)
     where length(o."externalId") between 1 and 256
     order by o.kind, o."externalId"
     on conflict do nothing`,
    [runId, JSON.stringify(objects)],
  );

/** Objects of a run, of some states or all. */
export const objectsOf = (
  tx: Tx,
  runId: ImportRunId,
  states: readonly ObjectState[] | null = null,
): Promise<(NamedObject & { readonly state: ObjectState; readonly readAs: string | null })[]> =>
  tx.query(
    `select kind, external_id as "externalId", why, state, read_as as "readAs" from muster.import_object
     where run_id = $1 and ($2::text[] is null or state = any ($2)) order by kind desc, external_id`,
    [runId, states],
  );

export const countObjects = async (tx: Tx, runId: ImportRunId): Promise<number> => {
  const rows = await tx.query<{ count: number }>(
    'select count(*)::integer as count from muster.import_object where run_id = $1',
    [runId],
  );
  return rows[0]?.count ?? 0;
};

/** Notes what reading has shown. */
export const noteRead = (tx: Tx, runId: ImportRunId, objects: readonly ReadObject[]): Promise<number> =>
  tx.execute(
    `update muster.import_object t set state = o.state, read_as = o."readAs", code = o.code, details = o.details
     from jsonb_to_recordset($2::jsonb)
       as o(kind text, "externalId" text, state text, "readAs" text, code text, details jsonb)
     where t.run_id = $1 and t.kind = o.kind and t.external_id = o."externalId"`,
    [runId, JSON.stringify(objects)],
  );

/** Notes that objects do not belong to what the connection pulls; by the ids under which they were read. */
export const noteOutside = (
  tx: Tx,
  runId: ImportRunId,
  outside: { readonly orgUnits: readonly string[]; readonly accounts: readonly string[] },
): Promise<number> =>
  tx.execute(
    `update muster.import_object set state = 'OUTSIDE', code = 'PLATFORM_OUT_OF_RANGE'
     where run_id = $1 and coalesce(read_as, external_id)
       = any (case kind when 'ORG_UNIT' then $2::text[] else $3::text[] end)`,
    [runId, outside.orgUnits, outside.accounts],
  );

/** What the rows of a run tell of its objects that have no outcome yet. */
const OUTCOME = `case
  when o.state = 'FAILED' then 'FAILED'
  when o.state = 'OUTSIDE' then 'IGNORED'
  when coalesce(a.action, u.action) <> 'NONE' then 'COMMITTED'
  when o.state = 'GONE' and a.action is null and u.action is null then 'GONE'
  when o.state = 'ECHO' then 'ECHO'
  else 'UNCHANGED' end`;

/** Says of all objects of a run, but those that are held, what became of them. */
export const concludeObjects = (tx: Tx, runId: ImportRunId): Promise<number> =>
  tx.execute(
    `update muster.import_object t set outcome = n.outcome
     from (select o.kind, o.external_id, ${OUTCOME} as outcome from muster.import_object o
       left join muster.staged_account a on a.run_id = o.run_id and o.kind = 'ACCOUNT'
         and a.external_id = coalesce(o.read_as, o.external_id)
       left join muster.staged_org_unit u on u.run_id = o.run_id and o.kind = 'ORG_UNIT'
         and u.external_id = coalesce(o.read_as, o.external_id)
       where o.run_id = $1 and o.outcome is null) as n
     where t.run_id = $1 and t.kind = n.kind and t.external_id = n.external_id`,
    [runId],
  );

/** How many objects of a run ended how. */
export const countObjectOutcomes = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<Partial<Record<EventOutcome, number>>> => {
  const rows = await tx.query<{ outcome: EventOutcome; count: number }>(
    `select outcome, count(*)::integer as count from muster.import_object
     where run_id = $1 and outcome is not null group by 1`,
    [runId],
  );
  return Object.fromEntries(rows.map(({ outcome, count }) => [outcome, count]));
};

const FETCHED = {
  ORG_UNIT: { table: 'fetched_org_unit', extra: ', parent_external_id, name' },
  ACCOUNT: { table: 'fetched_account', extra: '' },
} as const;

const moveFetched = async (
  tx: Tx,
  kind: ObjectKind,
  move: { readonly from: ImportRunId; readonly to: ImportRunId; readonly ids: readonly string[] },
): Promise<void> => {
  const { table, extra } = FETCHED[kind];
  // What was fetched before of an object that is gone now is gone as well.
  await tx.query(`delete from muster.${table} where run_id = $1 and external_id = any ($2::text[])`, [
    move.to,
    move.ids,
  ]);
  await tx.query(
    `with moved as (
       delete from muster.${table} where run_id = $1 and external_id = any ($3::text[])
       returning tenant_id, page, external_id, content_hash, value${extra})
     insert into muster.${table} (tenant_id, run_id, page, external_id, content_hash, value${extra})
     select tenant_id, $2, page, external_id, content_hash, value${extra} from moved`,
    [move.from, move.to, move.ids],
  );
};

/**
 * Hands objects over from the run that has read them to the one that holds them, with what was fetched of them; an
 * object that is held already is held as it is now.
 */
export const holdObjects = async (
  tx: Tx,
  move: {
    readonly from: ImportRunId;
    readonly to: ImportRunId;
    readonly objects: readonly Pick<NamedObject, 'kind' | 'externalId'>[];
  },
): Promise<void> => {
  const objects = JSON.stringify(move.objects);
  const these = `jsonb_to_recordset($3::jsonb) as m(kind text, "externalId" text)`;
  const moved = await tx.query<{ kind: ObjectKind; id: string }>(
    `with given as (
       update muster.import_object t set outcome = 'HELD' from ${these}
       where t.run_id = $1 and t.kind = m.kind and coalesce(t.read_as, t.external_id) = m."externalId"
       returning t.tenant_id, t.kind, t.external_id, t.why, t.state, t.read_as
     ), held as (
       insert into muster.import_object as h (tenant_id, run_id, kind, external_id, why, state, read_as)
       select tenant_id, $2::uuid, kind, external_id, why, state, read_as from given
       on conflict (tenant_id, run_id, kind, external_id) do update
         set state = excluded.state, read_as = excluded.read_as, outcome = null, code = null, details = null)
     select kind, coalesce(read_as, external_id) as id from given`,
    [move.from, move.to, objects],
  );
  for (const kind of ['ORG_UNIT', 'ACCOUNT'] as const) {
    const ids = moved.filter((one) => one.kind === kind).map(({ id }) => id);
    if (ids.length > 0) await moveFetched(tx, kind, { from: move.from, to: move.to, ids });
  }
};

/** Rows of a run, with what decides whether they may be committed at once. */
export const readSplitRows = (
  tx: Tx,
  runId: ImportRunId,
): Promise<
  {
    kind: ObjectKind;
    externalId: string;
    action: StagedAction;
    decision: Decision;
    blocking: boolean;
    issues: readonly Issue[];
  }[]
> =>
  tx.query(
    `select 'ORG_UNIT' as kind, external_id as "externalId", action, decision, blocking, issues
     from muster.staged_org_unit where run_id = $1
     union all
     select 'ACCOUNT', external_id, action, decision, blocking, issues from muster.staged_account where run_id = $1`,
    [runId],
  );

/** True when a run has read somebody whom nobody is linked to: an account may be made of him. */
export const hasNewPeople = async (
  tx: Tx,
  runId: ImportRunId,
  connectionId: ConnectionId,
): Promise<boolean> => {
  const rows = await tx.query(
    `select from muster.fetched_account f where f.run_id = $1 and not exists (
       select from muster.remote_account r join muster.account_link l on l.remote_account_id = r.id
       where r.connection_id = $2 and r.external_id = f.external_id) limit 1`,
    [runId, connectionId],
  );
  return rows.length > 0;
};

/** Objects that the connection's held run holds, of all that a run has read. */
export const alreadyHeld = (
  tx: Tx,
  runs: { readonly from: ImportRunId; readonly held: ImportRunId },
): Promise<{ kind: ObjectKind; externalId: string }[]> =>
  tx.query(
    `select o.kind, coalesce(o.read_as, o.external_id) as "externalId" from muster.import_object o
     join muster.import_object h on h.run_id = $2 and h.kind = o.kind
       and coalesce(h.read_as, h.external_id) = coalesce(o.read_as, o.external_id)
     where o.run_id = $1 and o.outcome is null and o.state in ('READ', 'GONE', 'SAME', 'ECHO')`,
    [runs.from, runs.held],
  );

/** Ids of units and people that are held, for what cannot be committed without them. */
export const heldIds = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<Readonly<Record<ObjectKind, ReadonlySet<string>>>> => {
  const rows = await tx.query<{ kind: ObjectKind; id: string }>(
    'select kind, coalesce(read_as, external_id) as id from muster.import_object where run_id = $1',
    [runId],
  );
  const of = (kind: ObjectKind): ReadonlySet<string> =>
    new Set(rows.filter((row) => row.kind === kind).map(({ id }) => id));
  return { ORG_UNIT: of('ORG_UNIT'), ACCOUNT: of('ACCOUNT') };
};

/** What a connection knows of an object already. */
export interface KnownCopy {
  readonly externalId: string;
  readonly value: object;
  readonly believed: object;
  /** Hex. */
  readonly hash: string;
  /** The content as Muster left it when it wrote last, hex. */
  readonly pushedHash: string | null;
  readonly agreedHash: string | null;
  readonly linked: boolean;
  readonly gone: boolean;
}

export const readCopies = (
  tx: Tx,
  connectionId: ConnectionId,
  what: { readonly kind: ObjectKind; readonly externalIds: readonly string[] },
): Promise<KnownCopy[]> => {
  const noun = what.kind === 'ACCOUNT' ? 'account' : 'org_unit';
  return tx.query<KnownCopy & Record<string, unknown>>(
    `select r.external_id as "externalId", r.value, r.believed, encode(r.content_hash, 'hex') as hash,
       encode(r.pushed_hash, 'hex') as "pushedHash", encode(l.agreed_hash, 'hex') as "agreedHash",
       l.id is not null as linked, r.gone_at is not null as gone
     from muster.remote_${noun} r left join muster.${noun}_link l on l.remote_${noun}_id = r.id
     where r.connection_id = $1 and r.external_id = any ($2::text[])`,
    [connectionId, what.externalIds],
  );
};
