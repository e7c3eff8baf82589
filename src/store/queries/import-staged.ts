import type {
  AccountId,
  Decision,
  FieldChange,
  ImportRunId,
  Issue,
  OrgUnitId,
  RemoteAccountId,
  RemoteOrgUnitId,
  Situation,
  StagedAccountId,
  StagedAction,
  StagedOrgUnitId,
} from '../../domain/index.ts';
import { type CopyValue, copyInto, copyLine } from '../copy.ts';
import type { Tx } from '../transaction.ts';
import type { Mended } from './import-facts.ts';

interface StagedRow {
  readonly ordinal: number;
  readonly externalId: string;
  readonly situation: Situation;
  readonly action: StagedAction;
  readonly baseVersion: number | null;
  readonly candidates: readonly string[];
  /** Hex; `null` for what the fetch did not bring. */
  readonly hash: string | null;
  readonly changes: readonly FieldChange[];
  readonly issues: readonly Issue[];
  readonly blocking: boolean;
  readonly decision: Decision;
  readonly reason: string;
  /** What both sides agree on once the row is written; `null` = all that the platform says. */
  readonly agreed: object | null;
  /** What both sides have changed, as the platform has it; `null` = nothing. */
  readonly contested: object | null;
}

export interface StagedOrgUnitRow extends StagedRow {
  readonly id: StagedOrgUnitId;
  readonly parentExternalId: string | null;
  readonly remoteOrgUnitId: RemoteOrgUnitId;
  readonly name: string;
  readonly orgUnitId: OrgUnitId | null;
  readonly targetParentId: OrgUnitId | null;
  readonly after: object;
  readonly mended: Mended;
}

export interface StagedAccountRow extends StagedRow {
  readonly id: StagedAccountId;
  readonly remoteAccountId: RemoteAccountId;
  readonly name: string | null;
  /** For a create the id that the account will have. */
  readonly accountId: AccountId | null;
  readonly matchKey: object | null;
  readonly after: object;
  readonly searchText: string | null;
  readonly searchGrams: readonly string[] | null;
  readonly mended: Mended;
}

/** A text array as PostgreSQL writes it. */
export const textArray = (items: readonly string[]): string =>
  `{${items.map((item) => `"${item.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;

interface Column<Row> {
  readonly name: string;
  readonly type: string;
  readonly value: (row: Row) => CopyValue;
  /** Expression in the final insert, when it is not the column itself. */
  readonly sql?: string;
}

const COMMON: readonly Column<StagedRow & { readonly id: string }>[] = [
  { name: 'id', type: 'uuid', value: (row) => row.id },
  { name: 'ordinal', type: 'integer', value: (row) => row.ordinal },
  { name: 'external_id', type: 'text', value: (row) => row.externalId },
  { name: 'situation', type: 'text', value: (row) => row.situation },
  { name: 'action', type: 'text', value: (row) => row.action },
  { name: 'base_version', type: 'integer', value: (row) => row.baseVersion },
  { name: 'candidates', type: 'uuid[]', value: (row) => `{${row.candidates.join(',')}}` },
  { name: 'content_hash', type: 'text', value: (row) => row.hash, sql: "decode(content_hash, 'hex')" },
  { name: 'changes', type: 'jsonb', value: (row) => JSON.stringify(row.changes) },
  { name: 'issues', type: 'jsonb', value: (row) => JSON.stringify(row.issues) },
  { name: 'blocking', type: 'boolean', value: (row) => row.blocking },
  { name: 'decision', type: 'text', value: (row) => row.decision },
  { name: 'reason_code', type: 'text', value: (row) => row.reason },
  { name: 'agreed', type: 'jsonb', value: (row) => row.agreed },
  { name: 'contested', type: 'jsonb', value: (row) => row.contested },
];

const UNIT_COLUMNS: readonly Column<StagedOrgUnitRow>[] = [
  ...COMMON,
  { name: 'parent_external_id', type: 'text', value: (row) => row.parentExternalId },
  { name: 'remote_org_unit_id', type: 'uuid', value: (row) => row.remoteOrgUnitId },
  { name: 'name', type: 'text', value: (row) => row.name },
  { name: 'org_unit_id', type: 'uuid', value: (row) => row.orgUnitId },
  { name: 'target_parent_id', type: 'uuid', value: (row) => row.targetParentId },
  { name: 'after', type: 'jsonb', value: (row) => row.after },
  { name: 'mended', type: 'jsonb', value: (row) => row.mended },
];

const ACCOUNT_COLUMNS: readonly Column<StagedAccountRow>[] = [
  ...COMMON,
  { name: 'remote_account_id', type: 'uuid', value: (row) => row.remoteAccountId },
  { name: 'name', type: 'text', value: (row) => row.name },
  { name: 'account_id', type: 'uuid', value: (row) => row.accountId },
  { name: 'match_key', type: 'jsonb', value: (row) => row.matchKey },
  { name: 'after', type: 'jsonb', value: (row) => row.after },
  { name: 'search_text', type: 'text', value: (row) => row.searchText },
  {
    name: 'search_grams',
    type: 'text[]',
    value: (row) => (row.searchGrams === null ? null : textArray(row.searchGrams)),
  },
  { name: 'mended', type: 'jsonb', value: (row) => row.mended },
];

const names = (columns: readonly Column<never>[]): string => columns.map(({ name }) => name).join(', ');

function* linesOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Generator<string> {
  for (const row of rows) yield copyLine(columns.map(({ value }) => value(row)));
}

const create = (tx: Tx, table: string, columns: readonly Column<never>[]): Promise<unknown> =>
  tx.query(
    `create temporary table ${table} (${columns.map(({ name, type }) => `${name} ${type}`).join(', ')}) on commit drop`,
  );

interface Target {
  readonly from: string;
  readonly into: string;
  readonly kind: 'ORG_UNIT' | 'ACCOUNT';
  readonly objectId: string;
}

const UNITS: Target = {
  from: 'new_staged_org_unit',
  into: 'staged_org_unit',
  kind: 'ORG_UNIT',
  objectId: 'org_unit_id',
};
const ACCOUNTS: Target = {
  from: 'new_staged_account',
  into: 'staged_account',
  kind: 'ACCOUNT',
  objectId: 'account_id',
};

/** Moves what was streamed into place, each row with its digest. */
const insertAll = (tx: Tx, target: Target, run: { id: ImportRunId; columns: readonly Column<never>[] }) =>
  tx.execute(
    `insert into muster.${target.into} (tenant_id, run_id, ${names(run.columns)}, row_digest)
     select muster.current_tenant(), $1, ${run.columns.map(({ name, sql }) => sql ?? name).join(', ')},
       muster.row_digest('${target.kind}', id, action, decision, ${target.objectId}, base_version, changes)
     from pg_temp.${target.from} order by ordinal`,
    [run.id],
  );

export const deleteStagedAccount = (tx: Tx, id: StagedAccountId): Promise<number> =>
  tx.execute('delete from muster.staged_account where id = $1', [id]);

export const insertStagedOrgUnits = async (
  tx: Tx,
  runId: ImportRunId,
  rows: readonly StagedOrgUnitRow[],
): Promise<void> => {
  if (rows.length === 0) return;
  await create(tx, UNITS.from, UNIT_COLUMNS);
  await copyInto(
    tx,
    { table: UNITS.from, columns: UNIT_COLUMNS.map(({ name }) => name) },
    linesOf(UNIT_COLUMNS, rows),
  );
  await insertAll(tx, UNITS, { id: runId, columns: UNIT_COLUMNS });
  await tx.query(`drop table pg_temp.${UNITS.from}`);
};

/** Takes staged accounts batch by batch and moves them into place at the end. */
export class StagedAccountWriter {
  readonly #tx: Tx;
  readonly #runId: ImportRunId;

  private constructor(tx: Tx, runId: ImportRunId) {
    this.#tx = tx;
    this.#runId = runId;
  }

  static async open(tx: Tx, runId: ImportRunId): Promise<StagedAccountWriter> {
    await create(tx, ACCOUNTS.from, ACCOUNT_COLUMNS);
    return new StagedAccountWriter(tx, runId);
  }

  async write(rows: readonly StagedAccountRow[]): Promise<void> {
    await copyInto(
      this.#tx,
      { table: ACCOUNTS.from, columns: ACCOUNT_COLUMNS.map(({ name }) => name) },
      linesOf(ACCOUNT_COLUMNS, rows),
    );
  }

  async close(): Promise<void> {
    await insertAll(this.#tx, ACCOUNTS, { id: this.#runId, columns: ACCOUNT_COLUMNS });
    await this.#tx.query(`drop table pg_temp.${ACCOUNTS.from}`);
  }
}
