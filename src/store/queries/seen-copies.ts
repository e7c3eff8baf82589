/** Places of a copy `r` of a person: what was seen, over what is believed of lead and position in the same unit. */
export const SEEN_PLACES = `case when r.believed ? 'memberships' then (
  select coalesce(jsonb_agg(coalesce(b.place, '{}') || v.place), '[]')
  from jsonb_array_elements(r.value->'memberships') as v(place)
  left join jsonb_array_elements(r.believed->'memberships') as b(place)
    on b.place->>'orgUnitExternalId' = v.place->>'orgUnitExternalId') else r.value->'memberships' end`;

/** Names of the fields of a copy `r` that are believed and not seen: Muster has written them, the platform does not show them. */
export const BELIEVED = `array(
    select k from jsonb_object_keys(r.believed - 'attributes' - 'memberships') as k where not r.value ? k order by k)
  || array(select 'attributes.' || k from jsonb_object_keys(coalesce(r.believed->'attributes', '{}')) as k
    where not coalesce(r.value->'attributes', '{}') ? k order by k)`;

/** What was seen of a copy `r`, over what is believed of the rest. */
export const SEEN = `case when r.believed = '{}' then r.value else r.believed || r.value || jsonb_build_object('attributes',
  coalesce(r.believed->'attributes', '{}') || coalesce(r.value->'attributes', '{}')) end`;

/** The same of a person, whose places are looked into one by one. */
export const SEEN_PERSON = `case when r.believed ? 'memberships'
  then ${SEEN} || jsonb_build_object('memberships', ${SEEN_PLACES}) else ${SEEN} end`;
