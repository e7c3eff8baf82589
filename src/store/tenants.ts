import type { TenantId } from '../domain/index.ts';
import type { Database } from './database.ts';

/** Every tenant of the installation, for work that visits them one by one. */
export const tenantIds = (db: Database): Promise<TenantId[]> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ id: TenantId }>('select id from muster.tenant order by id');
    return rows.map(({ id }) => id);
  });
