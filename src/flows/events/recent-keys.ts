import { AppError, type TenantId } from '../../domain/index.ts';

/** Addresses that are remembered; of an installation's apps all that are in use. */
const MOST_KEPT = 10_000;
/** Look-ups of addresses that nobody remembers, at once: strangers who try addresses get no more of the database. */
const MOST_LOOKUPS = 16;

/**
 * Remembers whose a callback address is, so that most requests need not ask. No secret is kept; and the tenant is asked
 * for the address itself each time, so that what is remembered need not be right.
 */
export class RecentKeys {
  readonly #tenants = new Map<string, TenantId>();
  #lookups = 0;

  /** @throws AppError UNAVAILABLE when too many unknown addresses are being looked up */
  async tenantOf(key: string, find: () => Promise<TenantId | null>): Promise<TenantId | null> {
    const known = this.#tenants.get(key);
    if (known !== undefined) return known;
    if (this.#lookups >= MOST_LOOKUPS) {
      throw new AppError('UNAVAILABLE', { details: { reason: 'too many unknown addresses' } });
    }
    this.#lookups += 1;
    try {
      const tenantId = await find();
      if (tenantId !== null) this.#remember(key, tenantId);
      return tenantId;
    } finally {
      this.#lookups -= 1;
    }
  }

  #remember(key: string, tenantId: TenantId): void {
    const [oldest] = this.#tenants.keys();
    if (this.#tenants.size >= MOST_KEPT && oldest !== undefined) this.#tenants.delete(oldest);
    this.#tenants.set(key, tenantId);
  }
}
