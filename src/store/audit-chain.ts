import type { TenantId } from '../domain/index.ts';
import type { ActorContext } from './actor-context.ts';
import type { Database } from './database.ts';
import type { Tx } from './transaction.ts';

/*
 * Writers only insert events. A step of its own takes what has no seal yet, in batches, and adds one link to the
 * tenant's chain:
 *
 *     leaf  = SHA-256( event as canonical text )
 *     hash  = SHA-256( previous hash ‖ leaf ‖ leaf … in order of (at, id) )
 *     first previous hash = SHA-256( 'muster audit ' ‖ tenant id )
 *
 * The text is a JSON array of the columns (the text of a jsonb value is canonical, and building json is three times
 * as fast as building jsonb). Everything is computed by PostgreSQL, so that sealing and verifying are set-based and
 * no event leaves the server.
 */

const LARGEST_BATCH = 10_000;
const SEALS_PER_STEP = 100;

const LEAF = `sha256(convert_to(json_build_array(
  e.id, (extract(epoch from e.at) * 1000000)::bigint, e.actor_kind, e.actor_id, e.actor_name, e.action,
  e.object_type, e.object_id, e.result, e.reason_code, e.address, e.request_id, e.run_id, e.details)::text, 'UTF8'))`;

const GENESIS = `sha256(convert_to('muster audit ' || muster.current_tenant()::text, 'UTF8'))`;

const SEAL_ONE_BATCH = {
  name: 'audit_seal_batch',
  text: `
    with batch as materialized (
      select e.id, e.at, ${LEAF} as leaf from muster.audit_event e
      where e.seal_seq is null order by e.at, e.id limit $1
    ), last as (
      select seq, hash from muster.audit_seal order by seq desc limit 1
    ), link as (
      select coalesce((select seq from last), 0) + 1 as seq,
        coalesce((select hash from last), ${GENESIS}) as previous,
        count(*)::int as n, string_agg(leaf, ''::bytea order by at, id) as leaves,
        (array_agg(id order by at, id))[1] as first, (array_agg(id order by at desc, id desc))[1] as last
      from batch
    ), sealed as (
      insert into muster.audit_seal (tenant_id, seq, event_count, first_event_id, last_event_id, previous_hash, hash)
      select muster.current_tenant(), seq, n, first, last, previous, sha256(previous || leaves) from link where n > 0
      returning seq
    )
    update muster.audit_event e set seal_seq = sealed.seq from sealed, batch where e.id = batch.id
      and e.tenant_id = muster.current_tenant()`,
};

const sealOneBatch = async (tx: Tx): Promise<number> => {
  // Two sealers would fork the chain; the second one waits here and then sees the first one's link.
  await tx.execute("select pg_advisory_xact_lock(hashtextextended('muster audit ' || $1, 0))", [
    tx.context.tenantId,
  ]);
  return tx.execute(SEAL_ONE_BATCH, [LARGEST_BATCH]);
};

/**
 * Seals every event that a tenant has now; returns how many. Many sealers at once do no harm.
 */
export const sealAudit = async (db: Database, tenantId: TenantId): Promise<number> => {
  const context: ActorContext = {
    tenantId,
    actor: { kind: 'SYSTEM', id: null, name: 'seal-audit' },
    source: 'SYSTEM',
  };
  for (let total = 0; ; ) {
    const sealed = await db.transaction(context, sealOneBatch);
    total += sealed;
    if (sealed < LARGEST_BATCH) return total;
  }
};

/** What is wrong at one link. */
export interface AuditFault {
  readonly seq: number;
  /**
   * `EVENTS_CHANGED`: an event under this seal was edited, dropped, added or moved. `CHAIN_BROKEN`: the link does
   * not continue the one before it. `SEAL_MISSING`: events carry a seal that does not exist, or a number is left
   * out. `HEAD_MISSING`: the hash that was noted elsewhere is not in the chain, so its end was cut off.
   */
  readonly kind: 'EVENTS_CHANGED' | 'CHAIN_BROKEN' | 'SEAL_MISSING' | 'HEAD_MISSING';
}

export interface AuditVerdict {
  readonly tenantId: TenantId;
  readonly seals: number;
  readonly sealedEvents: number;
  readonly unsealedEvents: number;
  /** Last hash of the chain, hexadecimal, empty without seals. Noted elsewhere, it also proves a cut-off end. */
  readonly head: string;
  readonly faults: readonly AuditFault[];
}

const VERIFY_STEP = {
  name: 'audit_verify_step',
  text: `
    with seal as materialized (
      select * from muster.audit_seal where seq > $1 order by seq limit ${SEALS_PER_STEP}
    ), content as (
      select e.seal_seq as seq, count(*)::int as n, string_agg(${LEAF}, ''::bytea order by e.at, e.id) as leaves,
        (array_agg(e.id order by e.at, e.id))[1] as first, (array_agg(e.id order by e.at desc, e.id desc))[1] as last
      from muster.audit_event e
      where e.seal_seq between (select min(seq) from seal) and (select max(seq) from seal) group by e.seal_seq
    )
    select s.seq, coalesce(c.n, 0) as n,
      coalesce((s.event_count, s.first_event_id, s.last_event_id) = (c.n, c.first, c.last)
        and s.hash = sha256(s.previous_hash || c.leaves), false) as "contentHolds",
      coalesce(s.previous_hash = case when s.seq = 1 then ${GENESIS} else before.hash end, false) as "linkHolds"
    from seal s
    left join muster.audit_seal before on before.seq = s.seq - 1
    left join content c on c.seq = s.seq
    order by s.seq`,
};

const SUMMARY = `
  select (select count(*) from muster.audit_seal) as seals,
    (select count(*) from muster.audit_event where seal_seq is null) as unsealed,
    (select encode(hash, 'hex') from muster.audit_seal order by seq desc limit 1) as head,
    exists (select from muster.audit_seal where encode(hash, 'hex') = $1) as "hasNotedHead"`;

const STRAY = `
  select distinct seal_seq as seq from muster.audit_event e
  where seal_seq is not null and not exists (select from muster.audit_seal s where s.seq = e.seal_seq)
  order by seal_seq limit 100`;

interface Summary {
  seals: number;
  unsealed: number;
  head: string | null;
  hasNotedHead: boolean;
}

interface Link {
  seq: number;
  n: number;
  contentHolds: boolean;
  linkHolds: boolean;
}

/** Every link in order, with what it seals recomputed. */
async function* links(db: Database, tenantId: TenantId): AsyncGenerator<Link> {
  for (let after = 0; ; ) {
    const rows = await db.read<Link>(tenantId, VERIFY_STEP, [after]);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined) return;
    after = last.seq;
  }
}

/**
 * Recomputes the whole chain of one tenant.
 * @param notedHead hash (hexadecimal) that was noted earlier outside the database
 */
export const verifyAuditChain = async (
  db: Database,
  tenantId: TenantId,
  notedHead?: string,
): Promise<AuditVerdict> => {
  const [summary] = await db.read<Summary>(tenantId, SUMMARY, [notedHead ?? '']);
  const faults: AuditFault[] = [];
  let sealedEvents = 0;
  let expected = 1;
  for await (const { seq, n, contentHolds, linkHolds } of links(db, tenantId)) {
    sealedEvents += n;
    if (seq !== expected) faults.push({ seq: expected, kind: 'SEAL_MISSING' });
    if (!contentHolds) faults.push({ seq, kind: 'EVENTS_CHANGED' });
    else if (!linkHolds) faults.push({ seq, kind: 'CHAIN_BROKEN' });
    expected = seq + 1;
  }
  for (const { seq } of await db.read<{ seq: number }>(tenantId, STRAY)) {
    faults.push({ seq, kind: 'SEAL_MISSING' });
  }
  if (notedHead !== undefined && summary?.hasNotedHead !== true) {
    faults.push({ seq: expected, kind: 'HEAD_MISSING' });
  }
  return {
    tenantId,
    seals: summary?.seals ?? 0,
    sealedEvents,
    unsealedEvents: summary?.unsealed ?? 0,
    head: summary?.head ?? '',
    faults,
  };
};
