import type { AccountId, ConnectionId, OrgUnitId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** Named units and accounts that do not exist; deleted ones do. */
export const missingIds = (
  tx: Tx,
  named: {
    readonly orgUnitIds?: readonly OrgUnitId[] | undefined;
    readonly accountIds?: readonly AccountId[] | undefined;
  },
): Promise<{ type: 'OrgUnit' | 'Account'; id: string }[]> =>
  tx.query(
    `select 'OrgUnit' as type, id from unnest($1::uuid[]) as id
     where not exists (select from muster.org_unit u where u.tenant_id = muster.current_tenant() and u.id = id.id)
     union all
     select 'Account', id from unnest($2::uuid[]) as id
     where not exists (select from muster.account a where a.tenant_id = muster.current_tenant() and a.id = id.id)`,
    [named.orgUnitIds ?? [], named.accountIds ?? []],
  );

/** Units with everything below them, deleted ones too. */
export const subtreeIds = async (tx: Tx, roots: readonly OrgUnitId[]): Promise<OrgUnitId[]> => {
  if (roots.length === 0) return [];
  const rows = await tx.query<{ id: OrgUnitId }>(
    `select distinct u.id from muster.org_unit u
     join muster.org_unit top on top.tenant_id = u.tenant_id and starts_with(u.path, top.path)
     where u.tenant_id = muster.current_tenant() and top.id = any ($1::uuid[])`,
    [roots],
  );
  return rows.map(({ id }) => id);
};

/** Of these units of a platform the ones that the last pull has not brought; none as long as nothing was pulled. */
export const missingExternalUnits = async (
  tx: Tx,
  connectionId: ConnectionId,
  externalIds: readonly string[],
): Promise<string[]> => {
  const rows = await tx.query<{ id: string }>(
    `select id.id from unnest($2::text[]) as id(id)
     where exists (select from muster.remote_org_unit r
         where r.tenant_id = muster.current_tenant() and r.connection_id = $1)
       and not exists (select from muster.remote_org_unit r
         where r.tenant_id = muster.current_tenant() and r.connection_id = $1 and r.external_id = id.id
           and r.gone_at is null)`,
    [connectionId, externalIds],
  );
  return rows.map(({ id }) => id);
};
