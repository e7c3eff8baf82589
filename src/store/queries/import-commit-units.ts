import type { ImportRunId, OrgUnitId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';
import { AGREED_VERSION, agreedAfter } from './import-agreed.ts';

/**
 * Writes units into the tree: creations level by level, then everything that stays in its place in one statement,
 * then moves one by one in the order of the final tree, so that no cycle arises on the way.
 *
 * What is to be done stands in the temporary table `unit_change`: the whole state that each unit will have, its
 * place in the order of the final tree, and whether it is new.
 */
const CREATE_TABLE = `
  create temporary table unit_change (
    id uuid primary key, parent_id uuid, name text not null, sort_order numeric(30, 0) not null,
    status text not null, attributes jsonb not null, deleted_at timestamptz, restore_until timestamptz,
    place integer not null, is_new boolean not null) on commit drop`;

/** Names may be swapped between siblings: uniqueness is judged when all of them are written. */
const allowSwaps = (tx: Tx): Promise<unknown> =>
  tx.query('set constraints muster.org_unit_sibling_name deferred');

const judgeNames = (tx: Tx): Promise<unknown> =>
  tx.query('set constraints muster.org_unit_sibling_name immediate');

const insertLevels = async (tx: Tx): Promise<void> => {
  for (;;) {
    const inserted = await tx.execute(
      `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name, sort_order, attributes)
       select p.tenant_id, c.id, c.parent_id, p.path, c.name, c.sort_order, c.attributes
       from pg_temp.unit_change c join muster.org_unit p on p.id = c.parent_id
       where c.is_new and not exists (select from muster.org_unit u where u.id = c.id)
       order by c.place`,
    );
    if (inserted === 0) return;
  }
};

const SET = `name = c.name, sort_order = c.sort_order, status = c.status, attributes = c.attributes,
  deleted_at = c.deleted_at, restore_until = c.restore_until`;

const updateInPlace = (tx: Tx): Promise<number> =>
  tx.execute(
    `update muster.org_unit u set ${SET} from pg_temp.unit_change c
     where u.id = c.id and not c.is_new and u.parent_id is not distinct from c.parent_id
       and (u.name, u.sort_order, u.status, u.attributes, u.deleted_at, u.restore_until)
         is distinct from (c.name, c.sort_order, c.status, c.attributes, c.deleted_at, c.restore_until)`,
  );

const move = async (tx: Tx): Promise<void> => {
  const moves = await tx.query<{ id: OrgUnitId }>(
    `select c.id from pg_temp.unit_change c join muster.org_unit u on u.id = c.id
     where not c.is_new and u.parent_id is distinct from c.parent_id order by c.place`,
  );
  for (const { id } of moves) {
    await tx.query(
      {
        name: 'import_move_unit',
        text: `
          update muster.org_unit u set parent_id = p.id, parent_path = p.path, ${SET}
          from pg_temp.unit_change c join muster.org_unit p on p.id = c.parent_id
          where u.id = c.id and c.id = $1`,
      },
      [id],
    );
  }
};

/**
 * Applies `unit_change`, then whatever else has to happen to the tree before names are judged.
 * @throws a unique violation of `org_unit_sibling_name` when two siblings end up namesakes
 */
export const applyUnitChanges = async (tx: Tx, before?: () => Promise<unknown>): Promise<void> => {
  await tx.query('analyze pg_temp.unit_change');
  await allowSwaps(tx);
  await insertLevels(tx);
  await updateInPlace(tx);
  await move(tx);
  await before?.();
  await judgeNames(tx);
};

export const createUnitChanges = (tx: Tx): Promise<unknown> => tx.query(CREATE_TABLE);

/** Collects what the accepted rows of a run do to units. @returns number of units */
export const collectUnitChanges = async (tx: Tx, runId: ImportRunId): Promise<number> => {
  await createUnitChanges(tx);
  return tx.execute(
    `insert into pg_temp.unit_change
     select s.org_unit_id, s.target_parent_id, s.after->>'name', (s.after->>'order')::numeric, 'ACTIVE',
       s.after->'attributes', null, null, s.ordinal, s.action = 'CREATE'
     from muster.staged_org_unit s
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('CREATE', 'UPDATE', 'MOVE', 'LINK')`,
    [runId],
  );
};

/** Puts the collected units into the order of the final tree, so that no move makes a cycle on the way. */
export const placeUnitChanges = (tx: Tx, order: readonly OrgUnitId[]): Promise<number> =>
  tx.execute(
    `update pg_temp.unit_change c set place = o.place
     from unnest($1::uuid[]) with ordinality as o(id, place) where o.id = c.id`,
    [order],
  );

/**
 * Links made and agreements renewed by the accepted unit rows. Only a row without issue settles: anything else has
 * to be planned again at the next pull, so that its content must not be remembered as agreed. `attributes` names the
 * enabled attributes.
 */
export const linkUnits = async (
  tx: Tx,
  run: { readonly id: ImportRunId; readonly connectionId: string },
  attributes: readonly string[],
): Promise<void> => {
  const params = [run.id, run.connectionId, attributes];
  await tx.query(
    `insert into muster.org_unit_link (tenant_id, id, connection_id, remote_org_unit_id, org_unit_id, origin,
       run_id, agreed_hash, agreed_version, agreed_value)
     select s.tenant_id, muster.new_id(), $2, s.remote_org_unit_id, s.org_unit_id, 'IMPORT', $1,
       case when s.issues = '[]' then s.content_hash end, ${AGREED_VERSION('u', 'null')},
       ${agreedAfter('org_unit', 'u')}
     from muster.staged_org_unit s join muster.org_unit u on u.id = s.org_unit_id
     join muster.remote_org_unit r on r.id = s.remote_org_unit_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.action in ('CREATE', 'LINK')`,
    params,
  );
  await tx.query(
    `update muster.org_unit_link l
     set agreed_hash = case when s.issues = '[]' then s.content_hash end,
       agreed_version = ${AGREED_VERSION('u', 'l.agreed_version')},
       agreed_value = ${agreedAfter('org_unit', 'u', "coalesce(l.agreed_value, '{}')")}
     from muster.staged_org_unit s join muster.org_unit u on u.id = s.org_unit_id
     join muster.remote_org_unit r on r.id = s.remote_org_unit_id
     where s.run_id = $1 and s.decision = 'ACCEPTED' and s.situation = 'LINKED' and u.status = 'ACTIVE'
       and l.connection_id = $2 and l.remote_org_unit_id = s.remote_org_unit_id
       and (s.action <> 'NONE' or u.version = s.base_version)`,
    params,
  );
};
