/**
 * When and by which pull a copy was seen last. A pull says so once for all copies of its connection; a copy says it
 * for itself where that is not true: when the last pull missed it, or has not been since the copy was made.
 */
const BY_LAST_PULL = 'r.missed_run_id is null and c.seen_at >= r.seen_at';

export const SEEN_RUN_ID = `case when ${BY_LAST_PULL} then c.run_id else r.seen_run_id end`;
export const SEEN_AT = `case when ${BY_LAST_PULL} then c.seen_at else r.seen_at end`;

/** Joins what {@link SEEN_RUN_ID} and {@link SEEN_AT} of a copy of a person, alias `r`, are made of. */
export const SEEN_ACCOUNTS = `left join muster.copies_seen c on c.tenant_id = r.tenant_id
  and c.connection_id = r.connection_id and c.kind = 'ACCOUNT'`;
