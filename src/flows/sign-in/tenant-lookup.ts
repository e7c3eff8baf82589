import type { TenantId } from '../../domain/index.ts';
import type { Database } from '../../store/database.ts';
import { findTenantByCode } from '../../store/queries/tenants-by-code.ts';

/** Finds the tenant that a code names. Codes are remembered, because every sign-in carries one. */
export interface TenantLookup {
  /** `null` when there is no tenant of that code. */
  byCode(code: string): Promise<TenantId | null>;
}

const REMEMBERED = 10_000;
const CODE = /^[a-z0-9][a-z0-9-]{0,62}$/;

export const createTenantLookup = (db: Database): TenantLookup => {
  // A code belongs to one tenant for ever; a tenant that is removed has no accounts, so a stale entry harms nobody.
  const known = new Map<string, TenantId>();
  return {
    byCode: async (code) => {
      const wanted = code.trim().toLowerCase();
      if (!CODE.test(wanted)) return null;
      const remembered = known.get(wanted);
      if (remembered !== undefined) return remembered;
      const found = await findTenantByCode(db, wanted);
      if (found !== null && known.size < REMEMBERED) known.set(wanted, found);
      return found;
    },
  };
};
