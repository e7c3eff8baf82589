import { createHash } from 'node:crypto';
import type { Decision, FieldChange, StagedAction } from '../domain/staging.ts';
import { sha256Hex } from './canonical-hash.ts';
import { compareCodePoints } from './fold.ts';
import { jsonbText } from './jsonb-text.ts';

/** What a reviewer approves of one staged row. Situation and issues are left out: they explain, they do not act. */
export interface DigestedRow {
  readonly kind: 'ORG_UNIT' | 'ACCOUNT';
  /** Id of the staged row, lower case; unique among the run's rows of its kind. */
  readonly stagedId: string;
  readonly action: StagedAction;
  readonly decision: Decision;
  /** Id of the unit or account that the row changes, `null` for a create. */
  readonly targetId: string | null;
  /** Version of the target that the changes were computed from, `null` for a create. */
  readonly baseVersion: number | null;
  readonly changes: readonly FieldChange[];
}

/** Changes in their one order: by field, in code-point order. */
export const sortChanges = (changes: readonly FieldChange[]): readonly FieldChange[] =>
  isSorted(changes) ? changes : changes.toSorted((a, b) => compareCodePoints(a.field, b.field));

const isSorted = (changes: readonly FieldChange[]): boolean => {
  for (let i = 1; i < changes.length; i++) {
    if (compareCodePoints(changes[i - 1]?.field ?? '', changes[i]?.field ?? '') > 0) return false;
  }
  return true;
};

/** `jsonbText` of sorted changes, their three members written out: every staged row passes here. */
const changesText = (changes: readonly FieldChange[]): string => {
  let text = '';
  for (const { field, before, after } of sortChanges(changes)) {
    const separator = text === '' ? '' : ', ';
    const name = JSON.stringify(field);
    text += `${separator}{"after": ${jsonbText(after)}, "field": ${name}, "before": ${jsonbText(before)}}`;
  }
  return `[${text}]`;
};

/**
 * Digest of one staged row: SHA-256, hex. In SQL, with `changes` a jsonb array sorted by field (`collate "C"`):
 *
 * ```sql
 * encode(sha256(convert_to(concat_ws(E'\n', kind, staged_id, action, decision,
 *   coalesce(target_id::text, ''), coalesce(base_version::text, ''), changes::text), 'UTF8')), 'hex')
 * ```
 */
export const rowDigest = (row: DigestedRow): string => {
  const changes = changesText(row.changes);
  const head = `${row.kind}\n${row.stagedId}\n${row.action}\n${row.decision}\n`;
  return sha256Hex(`${head}${row.targetId ?? ''}\n${row.baseVersion ?? ''}\n${changes}`);
};

const compareRows = (a: DigestedRow, b: DigestedRow): number =>
  compareCodePoints(a.kind, b.kind) || compareCodePoints(a.stagedId, b.stagedId);

/**
 * Digest of a reviewed run, row by row: accounts before units, each by staged id ascending. SHA-256, hex, over
 * the row digests (32 bytes each) one after another; of no rows it is the digest of nothing. In SQL, with the
 * row digests stored as bytea and each `string_agg` replaced by an empty bytea when there are no rows:
 *
 * ```sql
 * encode(sha256((select string_agg(row_digest, ''::bytea order by id) from staged_account …)
 *   || (select string_agg(row_digest, ''::bytea order by id) from staged_org_unit …)), 'hex')
 * ```
 *
 * Throws TypeError when a row comes out of order or twice.
 */
export class RunDigest {
  readonly #hash = createHash('sha256');
  #last: DigestedRow | undefined;

  add(row: DigestedRow): void {
    if (this.#last !== undefined && compareRows(this.#last, row) >= 0) {
      throw new TypeError(`staged row out of order: ${row.kind} ${row.stagedId}`);
    }
    this.#last = row;
    this.#hash.update(rowDigest(row), 'hex');
  }

  finish(): string {
    return this.#hash.digest('hex');
  }
}

/**
 * Digest of a run whose rows are at hand in any order; see {@link RunDigest}. The oracle that the digest taken
 * in SQL is held to.
 */
export const runDigest = (rows: readonly DigestedRow[]): string => {
  const digest = new RunDigest();
  for (const row of rows.toSorted(compareRows)) digest.add(row);
  return digest.finish();
};
