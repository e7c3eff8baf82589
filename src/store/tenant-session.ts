import type pg from 'pg';
import type { TenantId } from '../domain/index.ts';

/** A statement that is worth preparing once per connection; the name must be unique in the code base. */
export interface NamedStatement {
  readonly name: string;
  readonly text: string;
}

export type Statement = string | NamedStatement;

const SET_TENANT: NamedStatement = {
  name: 'muster_set_tenant',
  text: "select set_config('muster.tenant_id', $1, false)",
};

const NO_TENANT = '';

export const queryConfig = (statement: Statement, values: readonly unknown[]): pg.QueryConfig => ({
  ...(typeof statement === 'string' ? { text: statement } : statement),
  values: [...values],
});

/**
 * Remembers per connection which tenant row-level security lets it see. The tenant is compared at every
 * check-out and sent again only when it differs, in the same round trip as the statement that needs it.
 */
export class TenantSessions {
  readonly #remembered = new WeakMap<pg.ClientBase, TenantId | typeof NO_TENANT>();

  /**
   * One statement as one tenant.
   *
   * Setting and statement are two pipelined messages. Should the setting alone fail (a cancelled backend), the
   * statement has run as the previous tenant: its answer is dropped, and the tenant is unknown from then on.
   */
  async query<Row extends pg.QueryResultRow>(
    client: pg.PoolClient,
    tenantId: TenantId,
    query: pg.QueryConfig,
  ): Promise<pg.QueryResult<Row>> {
    if (this.#remembered.get(client) === tenantId) return client.query<Row>(query);
    this.#remembered.delete(client);
    const [setting, answer] = await Promise.allSettled([
      client.query({ ...SET_TENANT, values: [tenantId] }),
      client.query<Row>(query),
    ]);
    if (setting.status === 'rejected') throw setting.reason;
    this.#remembered.set(client, tenantId);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }

  /** Leaves a connection without a tenant: row-level security then shows no row of any. */
  async clear(client: pg.PoolClient): Promise<void> {
    if (this.#remembered.get(client) === NO_TENANT) return;
    this.#remembered.delete(client);
    await client.query({ ...SET_TENANT, values: [NO_TENANT] });
    this.#remembered.set(client, NO_TENANT);
  }
}
