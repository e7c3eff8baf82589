import type { AccountId, ConnectionId, RemoteAccountId, Role } from '../../domain/index.ts';
import { copyInto, copyLine } from '../copy.ts';
import type { Tx } from '../transaction.ts';

export const LINK_FIELDS = ['userName', 'mobile', 'email', 'jobNumber'] as const;
/** Field of the account that the column of a file means. */
export type LinkField = (typeof LINK_FIELDS)[number];

export const LINK_OUTCOMES = [
  'LINKED',
  'ALREADY',
  'BLANK',
  'PERSON_UNKNOWN',
  'PERSON_GONE',
  'NOT_FOUND',
  'AMBIGUOUS',
  'TAKEN',
  'PROTECTED',
] as const;
/** How a row of a file of links ended. */
export type LinkOutcome = (typeof LINK_OUTCOMES)[number];

/** A row of a file, its value in the form in which the field is compared; ids for what it may make. */
export interface LinkFileRow {
  readonly row: number;
  readonly externalId: string;
  readonly value: string;
  readonly linkId: string;
  readonly eventId: string;
}

export interface LinkVerdict {
  readonly row: number;
  readonly outcome: LinkOutcome;
  readonly accountId: AccountId | null;
  readonly remoteAccountId: RemoteAccountId | null;
}

/** Of deleted accounts none is found. Comparable as {@link LinkFileRow} has the values. */
const COMPARABLE: Readonly<Record<LinkField, string>> = {
  userName: 'a.user_name_key',
  mobile: 'a.mobile',
  email: 'a.email_key',
  jobNumber: 'muster.fold(a.job_number)',
};

const COLUMNS = ['row', 'external_id', 'value', 'link_id', 'event_id'] as const;

/** Puts the rows of a file where {@link judgeLinkFile} finds them. */
export const storeLinkFile = async (tx: Tx, rows: Iterable<LinkFileRow>): Promise<void> => {
  await tx.query(`create temporary table link_file
    (row integer, external_id text, value text, link_id uuid, event_id uuid) on commit drop`);
  const lines = function* () {
    for (const row of rows) {
      yield copyLine([row.row, row.externalId, row.value, row.linkId, row.eventId]);
    }
  };
  await copyInto(tx, { table: 'link_file', columns: COLUMNS }, lines());
  await tx.query('analyze pg_temp.link_file');
};

export interface LinkFileMeaning {
  readonly connectionId: ConnectionId;
  readonly field: LinkField;
  /** Accounts with one of these roles are not linked, … */
  readonly rolesAbove: readonly Role[];
  /** … but for this one. */
  readonly callerId: string | null;
}

/** What each stored row comes to; nothing is guessed, and a link that stands is never changed. */
const judge = (field: LinkField): string => `
  create temporary table link_verdict on commit drop as
  with found as (
    select f.row, (array_agg(a.id))[1] as account_id, count(a.id) as accounts
    from pg_temp.link_file f
    join muster.account a on a.tenant_id = muster.current_tenant() and a.status <> 'DELETED'
      and ${COMPARABLE[field]} = f.value
    where f.value <> '' group by f.row),
  facts as (
    select f.*, r.id as remote_account_id, r.gone_at, coalesce(n.accounts, 0) as accounts, n.account_id,
      mine.account_id as linked_to, theirs.remote_account_id as linked_from,
      min(f.value) filter (where f.value <> '') over same_person
        is distinct from max(f.value) filter (where f.value <> '') over same_person as contradicted,
      exists (select from muster.role_grant g where g.tenant_id = muster.current_tenant()
        and g.account_id = n.account_id and g.role = any ($2::text[])
        and g.account_id is distinct from $3::uuid) as is_above
    from pg_temp.link_file f
    left join muster.remote_account r on r.tenant_id = muster.current_tenant() and r.connection_id = $1
      and r.external_id = f.external_id
    left join found n on n.row = f.row
    left join muster.account_link mine on mine.tenant_id = muster.current_tenant()
      and mine.remote_account_id = r.id
    left join muster.account_link theirs on theirs.tenant_id = muster.current_tenant()
      and theirs.connection_id = $1 and theirs.account_id = n.account_id and n.accounts = 1
    window same_person as (partition by f.external_id)),
  judged as (
    select *, case
      when value = '' then 'BLANK'
      when remote_account_id is null then 'PERSON_UNKNOWN'
      when contradicted then 'AMBIGUOUS'
      when accounts = 0 then 'NOT_FOUND'
      when accounts > 1 then 'AMBIGUOUS'
      when linked_to = account_id then 'ALREADY'
      when linked_to is not null or linked_from is not null then 'TAKEN'
      when gone_at is not null then 'PERSON_GONE'
      when is_above then 'PROTECTED'
      else 'LINKED' end as outcome
    from facts),
  suitors as (
    select account_id, count(distinct remote_account_id) as people
    from judged where outcome = 'LINKED' group by account_id)
  select j.row, j.external_id, j.link_id, j.event_id, j.remote_account_id, j.account_id,
    case when j.outcome <> 'LINKED' then j.outcome
      when s.people > 1 then 'AMBIGUOUS'
      when row_number() over (partition by j.outcome, j.remote_account_id order by j.row) > 1 then 'ALREADY'
      else 'LINKED' end as outcome
  from judged j left join suitors s on s.account_id = j.account_id and j.outcome = 'LINKED'`;

export const judgeLinkFile = async (tx: Tx, meaning: LinkFileMeaning): Promise<void> => {
  const { connectionId, field, rolesAbove, callerId } = meaning;
  await tx.query(judge(field), [connectionId, rolesAbove, callerId]);
};

/** Makes the links of the rows that say so, and writes each down. Whoever was quicker keeps what he has. */
export const makeFileLinks = async (tx: Tx, connectionId: ConnectionId): Promise<void> => {
  await tx.query(
    `with made as (
       insert into muster.account_link (tenant_id, id, connection_id, remote_account_id, account_id, origin)
       select muster.current_tenant(), link_id, $1, remote_account_id, account_id, 'FILE'
       from pg_temp.link_verdict where outcome = 'LINKED' order by row
       on conflict do nothing returning id),
     events as (
       insert into muster.audit_event (tenant_id, id, action, object_type, object_id, details)
       select muster.current_tenant(), v.event_id, 'account.link', 'Account', v.account_id::text,
         jsonb_build_object('connectionId', $1::uuid, 'remoteAccountId', v.remote_account_id,
           'externalId', v.external_id, 'origin', 'FILE')
       from pg_temp.link_verdict v join made on made.id = v.link_id)
     update pg_temp.link_verdict v set outcome = 'TAKEN'
     where v.outcome = 'LINKED' and not exists (select from made where made.id = v.link_id)`,
    [connectionId],
  );
};

/** What became of each row, in the order of the file. */
export const readLinkVerdicts = (tx: Tx): Promise<LinkVerdict[]> =>
  tx.query<LinkVerdict & Record<string, unknown>>(
    `select row, outcome, account_id as "accountId", remote_account_id as "remoteAccountId"
     from pg_temp.link_verdict order by row`,
  );
