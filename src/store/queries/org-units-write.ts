import type { Attributes, OrgUnitId, OrgUnitStatus } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** An org unit as edits need it. */
export interface OrgUnitRecord {
  readonly id: OrgUnitId;
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  readonly status: OrgUnitStatus;
  readonly attributes: Attributes;
  readonly path: string;
  readonly version: number;
  readonly deletedAt: Date | null;
  readonly restoreUntil: Date | null;
}

/** How firmly: `share` when an edit only refers to a unit, so that many may do so at once. */
export type LockStrength = 'share' | 'no key update';

/**
 * Org units by id, locked against change until the transaction ends, in the order of their ids, so that two edits
 * of the same units cannot block each other.
 */
export const lockOrgUnits = (
  tx: Tx,
  ids: readonly OrgUnitId[],
  strength: LockStrength,
): Promise<OrgUnitRecord[]> =>
  tx.query<OrgUnitRecord & Record<string, unknown>>(
    {
      name: `org_units_lock_${strength.replaceAll(' ', '_')}`,
      text: `select id, parent_id as "parentId", name, status, attributes, path, version,
          deleted_at as "deletedAt", restore_until as "restoreUntil"
        from muster.org_unit where tenant_id = $1 and id = any ($2::uuid[]) order by id for ${strength}`,
    },
    [tx.context.tenantId, ids],
  );

/** Path of a unit, `null` when there is none. */
export const pathOfOrgUnit = async (tx: Tx, id: OrgUnitId): Promise<string | null> => {
  const rows = await tx.query<{ path: string }>(
    { name: 'org_unit_path', text: 'select path from muster.org_unit where tenant_id = $1 and id = $2' },
    [tx.context.tenantId, id],
  );
  return rows[0]?.path ?? null;
};

export const rootOrgUnitId = async (tx: Tx): Promise<OrgUnitId | null> => {
  const rows = await tx.query<{ id: OrgUnitId }>(
    'select id from muster.org_unit where tenant_id = $1 and parent_id is null',
    [tx.context.tenantId],
  );
  return rows[0]?.id ?? null;
};

export interface NewOrgUnit {
  readonly id: OrgUnitId;
  readonly parent: { readonly id: OrgUnitId; readonly path: string } | null;
  readonly name: string;
  /** Decimal text; `null` = after the last sibling. */
  readonly order: string | null;
  readonly attributes: Attributes;
}

export const insertOrgUnit = async (tx: Tx, unit: NewOrgUnit): Promise<void> => {
  await tx.execute(
    `insert into muster.org_unit (tenant_id, id, parent_id, parent_path, name, sort_order, attributes)
     values ($1, $2, $3, $4, $5, coalesce($6::numeric,
       (select coalesce(max(s.sort_order), 0) + 1 from muster.org_unit s
        where s.tenant_id = $1 and s.parent_id = $3 and s.status = 'ACTIVE'), 1), $7)`,
    [
      tx.context.tenantId,
      unit.id,
      unit.parent?.id ?? null,
      unit.parent?.path ?? '.',
      unit.name,
      unit.order,
      JSON.stringify(unit.attributes),
    ],
  );
};

/** Fields of an update; what is absent stays. */
export interface OrgUnitChange {
  readonly name?: string;
  readonly order?: string;
  readonly attributes?: Attributes;
  readonly parent?: { readonly id: OrgUnitId; readonly path: string };
}

/** One UPDATE; a new parent takes the whole subtree along by the cascade of the paths. */
export const updateOrgUnitRow = async (tx: Tx, id: OrgUnitId, change: OrgUnitChange): Promise<void> => {
  const values: unknown[] = [tx.context.tenantId, id];
  const sets: string[] = [];
  const set = (column: string, value: unknown): void => {
    values.push(value);
    sets.push(`${column} = $${values.length}`);
  };
  if (change.name !== undefined) set('name', change.name);
  if (change.order !== undefined) set('sort_order', change.order);
  if (change.attributes !== undefined) set('attributes', JSON.stringify(change.attributes));
  if (change.parent !== undefined) {
    set('parent_id', change.parent.id);
    set('parent_path', change.parent.path);
  }
  if (sets.length === 0) return;
  await tx.execute(`update muster.org_unit set ${sets.join(', ')} where tenant_id = $1 and id = $2`, values);
};

/** What a unit and everything below it holds. */
export interface Contents {
  readonly children: number;
  readonly accounts: number;
}

/** Active units below a path, and accounts that are not deleted with a membership at it or below it. */
export const contentsOf = async (tx: Tx, path: string): Promise<Contents> => {
  const rows = await tx.query<{ children: number; accounts: number }>(
    `select
      (select count(*)::int from muster.org_unit u where u.tenant_id = $1 and u.path > $2 and u.path < $2 || ':'
        and u.status = 'ACTIVE') as children,
      (select count(distinct m.account_id)::int from muster.org_unit u
        join muster.membership m on m.tenant_id = u.tenant_id and m.org_unit_id = u.id
        join muster.account a on a.tenant_id = m.tenant_id and a.id = m.account_id and a.status <> 'DELETED'
        where u.tenant_id = $1 and u.path >= $2 and u.path < $2 || ':') as accounts`,
    [tx.context.tenantId, path],
  );
  return rows[0] ?? { children: 0, accounts: 0 };
};

/** Marks the active units of a subtree as deleted, all with one instant, which names what went together. */
export const markSubtreeDeleted = (
  tx: Tx,
  path: string,
  at: { readonly deletedAt: Date; readonly restoreUntil: Date },
): Promise<number> =>
  tx.execute(
    `update muster.org_unit set status = 'DELETED', deleted_at = $3, restore_until = $4
     where tenant_id = $1 and path >= $2 and path < $2 || ':' and status = 'ACTIVE'`,
    [tx.context.tenantId, path, at.deletedAt, at.restoreUntil],
  );

/** Brings back the units of a subtree that were deleted at that instant; with `only` none but that unit. */
export const markSubtreeRestored = (
  tx: Tx,
  path: string,
  options: { readonly deletedAt: Date; readonly only: OrgUnitId | null },
): Promise<number> =>
  tx.execute(
    `update muster.org_unit set status = 'ACTIVE', deleted_at = null, restore_until = null
     where tenant_id = $1 and path >= $2 and path < $2 || ':' and status = 'DELETED' and deleted_at = $3
       and ($4::uuid is null or id = $4)`,
    [tx.context.tenantId, path, options.deletedAt, options.only],
  );
