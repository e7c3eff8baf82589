import type { TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';

/** Id of the tenant of a code, before anybody is signed in. */
export const findTenantByCode = (db: Database, code: string): Promise<TenantId | null> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ id: TenantId }>('select id from muster.tenant where code = $1', [
      code,
    ]);
    return rows[0]?.id ?? null;
  });
