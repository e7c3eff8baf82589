import type { ConnectionId, ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/*
 * Objects that what events have named cannot be understood without. All of them are read afresh as well, so that the
 * order in which events come in makes no difference.
 */

const texts = async (tx: Tx, text: string, params: readonly unknown[]): Promise<string[]> =>
  (await tx.query<{ id: string }>(text, params)).map(({ id }) => id);

/** Of these units the ones that are linked to a unit of the roster which is there. */
export const linkedUnits = (
  tx: Tx,
  connectionId: ConnectionId,
  externalIds: readonly string[],
): Promise<string[]> =>
  texts(
    tx,
    `select r.external_id as id from muster.remote_org_unit r
     join muster.org_unit_link l on l.remote_org_unit_id = r.id
     join muster.org_unit u on u.id = l.org_unit_id and u.status = 'ACTIVE'
     where r.connection_id = $1 and r.external_id = any ($2::text[])`,
    [connectionId, externalIds],
  );

/** People whom the copies show in one of these units. */
export const membersOf = (
  tx: Tx,
  connectionId: ConnectionId,
  unitExternalIds: readonly string[],
): Promise<string[]> =>
  texts(
    tx,
    `select r.external_id as id from muster.remote_account r
     where r.connection_id = $1 and r.gone_at is null
       and exists (select from jsonb_array_elements(r.value->'memberships') as m
         where m->>'orgUnitExternalId' = any ($2::text[]))`,
    [connectionId, unitExternalIds],
  );

/** Values that nobody else may have. */
export interface UniqueValues {
  readonly mobiles: readonly string[];
  /** Folded. */
  readonly emails: readonly string[];
}

/** People of the connection whose accounts have one of these values: they may have given it up. */
export const rivalPeople = (tx: Tx, connectionId: ConnectionId, values: UniqueValues): Promise<string[]> =>
  texts(
    tx,
    `select r.external_id as id from muster.account a
     join muster.account_link l on l.account_id = a.id and l.connection_id = $1
     join muster.remote_account r on r.id = l.remote_account_id
     where a.status <> 'DELETED' and (a.mobile = any ($2::text[]) or a.email_key = any ($3::text[]))`,
    [connectionId, values.mobiles, values.emails],
  );

/** Units of the connection that have the name which another one takes below the same parent. */
export const rivalUnits = (
  tx: Tx,
  connectionId: ConnectionId,
  places: readonly {
    readonly externalId: string;
    readonly parentExternalId: string;
    readonly name: string;
  }[],
): Promise<string[]> =>
  texts(
    tx,
    `select distinct r.external_id as id
     from jsonb_to_recordset($2::jsonb) as p("externalId" text, "parentExternalId" text, name text)
     join muster.remote_org_unit above on above.connection_id = $1 and above.external_id = p."parentExternalId"
     join muster.org_unit_link al on al.remote_org_unit_id = above.id
     join muster.org_unit u on u.parent_id = al.org_unit_id and u.status = 'ACTIVE'
       and u.name_key = muster.fold(p.name)
     join muster.org_unit_link l on l.org_unit_id = u.id and l.connection_id = $1
     join muster.remote_org_unit r on r.id = l.remote_org_unit_id
     where r.external_id <> p."externalId"`,
    [connectionId, JSON.stringify(places)],
  );

/** Linked people who name one of these as their manager, whom nobody knew yet when they were last agreed on. */
export const unsettledReports = (
  tx: Tx,
  connectionId: ConnectionId,
  managerExternalIds: readonly string[],
): Promise<string[]> =>
  texts(
    tx,
    `select r.external_id as id from muster.remote_account r
     join muster.account_link l on l.remote_account_id = r.id and l.agreed_hash is null
     where r.connection_id = $1 and r.gone_at is null and r.value->>'managerExternalId' = any ($2::text[])`,
    [connectionId, managerExternalIds],
  );

/** Brings the copies of what a run of events has read up to date; nothing else was looked at, and nothing else is touched. */
export const refreshNamed = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: ConnectionId },
): Promise<void> => {
  for (const [kind, noun] of [
    ['ORG_UNIT', 'org_unit'],
    ['ACCOUNT', 'account'],
  ] as const) {
    const isUnit = kind === 'ORG_UNIT';
    const name = isUnit ? 'f.name' : "f.value->>'name'";
    // A name that is not shown is still the one by which the object is known.
    const named = `coalesce(nullif(${name}, ''), r.name)`;
    const params = [run.id, run.connectionId];
    const seen = 'seen_at = clock_timestamp(), seen_run_id = $1, gone_at = null, missed_run_id = null';
    await tx.query(
      `update muster.remote_${noun} r set ${seen}, name = ${named}, value = f.value, content_hash = f.content_hash
         ${isUnit ? ', parent_external_id = f.parent_external_id' : ''}
       from muster.fetched_${noun} f
       where f.run_id = $1 and r.connection_id = $2 and r.external_id = f.external_id`,
      params,
    );
    await tx.query(
      `insert into muster.remote_${noun} (tenant_id, id, connection_id, external_id,
         ${isUnit ? 'parent_external_id,' : ''} name, value, content_hash, seen_run_id)
       select f.tenant_id, muster.new_id(), $2, f.external_id, ${isUnit ? 'f.parent_external_id,' : ''} ${name},
         f.value, f.content_hash, $1
       from muster.fetched_${noun} f
       where f.run_id = $1 and not exists (
         select from muster.remote_${noun} r where r.connection_id = $2 and r.external_id = f.external_id)`,
      params,
    );
    const these = `o.run_id = $1 and o.kind = '${kind}' and r.connection_id = $2
      and r.external_id = coalesce(o.read_as, o.external_id)`;
    await tx.query(
      `update muster.remote_${noun} r set ${seen} from muster.import_object o
       where ${these} and o.state in ('SAME', 'ECHO')`,
      params,
    );
    await tx.query(
      `update muster.remote_${noun} r set gone_at = clock_timestamp() from muster.import_object o
       where ${these} and o.state = 'GONE' and r.gone_at is null`,
      params,
    );
  }
};
