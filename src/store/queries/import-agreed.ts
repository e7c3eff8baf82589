import type { ImportRunId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

type Noun = 'account' | 'org_unit';

interface Run {
  readonly id: ImportRunId;
  readonly connectionId: string;
}

/** Of a copy's value what is no field, or is compared one by one. */
const NO_FIELDS = `'{externalId,ids,active,attributes,leaderExternalIds}'::text[]`;

// What is empty on both sides is agreed to be so: the platform may not show that, and the next value is a change.
const EMPTY_FIELDS = (object: string, old: string): string => `
  case when r.value ?& '{email,jobNumber,managerExternalId,mobile,title}'::text[] and s.agreed is null then '{}'
    else (select coalesce(jsonb_object_agg(e.name, null), '{}') from (values ('email', ${object}.email),
        ('jobNumber', ${object}.job_number), ('managerExternalId', ${object}.manager_id::text),
        ('mobile', ${object}.mobile), ('title', ${object}.title)) as e(name, value)
      where e.value is null and not coalesce(s.agreed, r.value) ? e.name and not ${old} ? e.name) end`;

// Custom attributes that are the same on both sides now. One that has come into the dictionary since the row was staged
// was never looked at, and is not agreed on unless it is the same.
const ATTRIBUTES = (object: string, old: string): string => `
  jsonb_build_object('attributes', coalesce(${old}->'attributes', '{}') || (
    select coalesce(jsonb_object_agg(d.name, held.value), '{}') from unnest($3::text[]) as d(name)
    cross join lateral (
      select coalesce(nullif(r.value->'attributes'->d.name, '""'), 'null') as value) as held
    where held.value = coalesce(${object}.attributes->d.name, 'null')
      and (r.value->'attributes' ? d.name or not coalesce(${old}->'attributes', '{}') ? d.name)))`;

/**
 * What both sides agree on after row `s` has been written: over what they did before (`old`), all that the copy `r` says
 * but what the row leaves open. A copy that has changed since the row was staged tells nothing of it. `$3` names the
 * enabled attributes.
 */
export const agreedAfter = (noun: Noun, object: string, old = `'{}'::jsonb`): string => {
  // A manager whose own row was not accepted is not the account's manager yet.
  const unsettled = noun === 'org_unit' ? '' : UNSETTLED_MANAGER(object);
  const empty = noun === 'org_unit' ? '' : `|| ${EMPTY_FIELDS(object, old)}`;
  return `case when r.content_hash is distinct from s.content_hash then nullif(${old}, '{}') else
    ${old} || (coalesce(s.agreed, r.value - ${NO_FIELDS})${unsettled}) ${empty} || ${ATTRIBUTES(object, old)} end`;
};

const UNSETTLED_MANAGER = (object: string): string => ` - case
  when ${object}.manager_id is distinct from (s.after->>'managerId')::uuid then 'managerExternalId' else '' end`;

/** Where the roster's value stands of something, the two do not agree in that version of the roster. */
export const AGREED_VERSION = (object: string, old: string): string =>
  `case when s.issues @> '[{"code":"FIELD_KEPT"}]' then ${old} else ${object}.version end`;

/**
 * Settles what both sides had changed in rows that the reviewer has skipped: he has seen what the platform says, and
 * the roster's value stands. A row that was skipped for something that blocked it settles nothing.
 */
export const settleSkipped = async (tx: Tx, run: Run): Promise<void> => {
  for (const noun of ['account', 'org_unit'] as const) {
    await tx.query(
      `update muster.${noun}_link l set agreed_value = coalesce(l.agreed_value, '{}') || s.contested
         || jsonb_build_object('attributes', coalesce(l.agreed_value->'attributes', '{}')
           || coalesce(s.contested->'attributes', '{}'))
       from muster.staged_${noun} s join muster.remote_${noun} r on r.id = s.remote_${noun}_id
       where s.run_id = $1 and s.decision = 'SKIPPED' and not s.blocking and s.contested is not null
         and l.connection_id = $2 and l.remote_${noun}_id = s.remote_${noun}_id
         and r.content_hash = s.content_hash`,
      [run.id, run.connectionId],
    );
  }
};
