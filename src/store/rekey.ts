import { AppError } from '../domain/errors/index.ts';
import { newId, type TenantId } from '../domain/index.ts';
import type { Database } from './database.ts';
import type { SecretPlace, Secrets } from './secrets.ts';
import { tenantIds } from './tenants.ts';

interface SecretColumn {
  readonly table: string;
  /** Column that, within a tenant, names the row. */
  readonly key: string;
  readonly column: string;
  /** One JWE, or a JSON object of name → JWE. */
  readonly holds: 'JWE' | 'JWE_BY_NAME';
  readonly of: 'TENANT' | 'INSTALLATION';
}

/** Every column of the schema that holds ciphertext. A new one must be added here, or a re-key would miss it. */
export const SECRET_COLUMNS: readonly SecretColumn[] = [
  { table: 'connection', key: 'id', column: 'secrets', holds: 'JWE_BY_NAME', of: 'TENANT' },
  { table: 'connection', key: 'id', column: 'default_password', holds: 'JWE', of: 'TENANT' },
  { table: 'connection_app', key: 'id', column: 'secrets', holds: 'JWE_BY_NAME', of: 'TENANT' },
  { table: 'tenant_key', key: 'kid', column: 'private_jwe', holds: 'JWE', of: 'TENANT' },
  { table: 'signing_key', key: 'kid', column: 'private_jwe', holds: 'JWE', of: 'INSTALLATION' },
];

export interface RekeyReport {
  readonly examined: number;
  readonly rewrapped: number;
  /** Places whose secret no given master key opens; they were left as they are. */
  readonly unreadable: readonly string[];
}

type Held = string | Readonly<Record<string, string>>;

/** What a re-key needs of a connection, inside a tenant's transaction or outside of any. */
type Run = <Row extends object>(sql: string, params: readonly unknown[]) => Promise<Row[]>;

interface Tally {
  examined: number;
  rewrapped: number;
  readonly unreadable: string[];
}

const BATCH = 500;

class Rekeying {
  readonly tally: Tally = { examined: 0, rewrapped: 0, unreadable: [] };
  readonly #secrets: Secrets;

  constructor(secrets: Secrets) {
    this.#secrets = secrets;
  }

  /** Re-wraps up to one batch of rows after `after`; returns the last key seen, `null` at the end. */
  async batch(
    run: Run,
    column: SecretColumn,
    from: { readonly tenantId: TenantId | null; readonly after: string },
  ): Promise<string | null> {
    const { table, key, column: name } = column;
    const rows = await run<{ row: string; held: Held }>(
      `select ${key}::text as row, to_jsonb(${name}) as held from muster.${table}
       where ${name} is not null and ${key}::text > $1 order by ${key}::text limit ${BATCH} for update`,
      [from.after],
    );
    const changed = await Promise.all(
      rows.map(async ({ row, held }) => ({
        row,
        held: await this.#rewrap(column, from.tenantId, { row, held }),
      })),
    );
    const writes = changed.filter(({ held }) => held !== null);
    if (writes.length > 0) {
      const value = column.holds === 'JWE' ? "(v.held #>> '{}')" : 'v.held';
      await run(
        `update muster.${table} t set ${name} = ${value}
         from unnest($1::text[], $2::jsonb[]) as v(row, held) where t.${key}::text = v.row`,
        [writes.map(({ row }) => row), writes.map(({ held }) => JSON.stringify(held))],
      );
    }
    return rows.length < BATCH ? null : (rows.at(-1)?.row ?? null);
  }

  async #rewrap(
    column: SecretColumn,
    tenantId: TenantId | null,
    { row, held }: { readonly row: string; readonly held: Held },
  ): Promise<Held | null> {
    const place = { tenantId, table: column.table, rowId: row, column: column.column };
    if (typeof held === 'string') return this.#one(held, place);
    const renewed: Record<string, string> = {};
    for (const [name, jwe] of Object.entries(held)) {
      const fresh = await this.#one(jwe, { ...place, column: `${column.column}.${name}` });
      if (fresh !== null) renewed[name] = fresh;
    }
    return Object.keys(renewed).length === 0 ? null : { ...held, ...renewed };
  }

  async #one(jwe: string, place: SecretPlace): Promise<string | null> {
    this.tally.examined += 1;
    try {
      const fresh = await this.#secrets.rewrap(jwe, place);
      if (fresh !== null) this.tally.rewrapped += 1;
      return fresh;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      this.tally.unreadable.push(`${place.table}.${place.column} ${place.rowId}`);
      return null;
    }
  }
}

const rekeyTenant = async (db: Database, rekeying: Rekeying, tenantId: TenantId): Promise<void> => {
  const context = {
    tenantId,
    actor: { kind: 'SYSTEM', id: null, name: 'rekey' },
    source: 'SYSTEM',
    requestId: newId<'Request'>(),
  } as const;
  for (const column of SECRET_COLUMNS.filter(({ of }) => of === 'TENANT')) {
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after;
      after = await db.transaction(
        context,
        (tx) => rekeying.batch((sql, params) => tx.query(sql, params), column, { tenantId, after: from }),
        { retries: 0 },
      );
    }
  }
};

/**
 * Puts every secret under the current master key, in batches of one transaction each. It may be killed and run
 * again at any time: what is done is skipped, and until the end both keys are needed.
 */
export const rekey = async (db: Database, secrets: Secrets): Promise<RekeyReport> => {
  const rekeying = new Rekeying(secrets);
  for (const tenantId of await tenantIds(db)) await rekeyTenant(db, rekeying, tenantId);
  for (const column of SECRET_COLUMNS.filter(({ of }) => of === 'INSTALLATION')) {
    for (let after: string | null = ''; after !== null; ) {
      const from: string = after;
      after = await db.system((client) =>
        rekeying.batch(async (sql, params) => (await client.query(sql, [...params])).rows, column, {
          tenantId: null,
          after: from,
        }),
      );
    }
  }
  return rekeying.tally;
};
