import { createHash } from 'node:crypto';
import type { PlannedOperation } from '../../domain/sync.ts';
import { canonicalJson, sha256Hex } from '../canonical-hash.ts';

/** What became of a row that was held, by a person's word. */
export interface RowDecision {
  readonly ordinal: number;
  readonly decision: 'RELEASED' | 'REJECTED';
}

/**
 * Digest of one operation: SHA-256, hex, over the canonical JSON (RFC 8785) of what it does, what it was computed
 * from, what it waits for, and the state that it has in the plan. The name is left out: it is there to be read.
 */
export const operationDigest = ({ name: _name, ...content }: PlannedOperation): string =>
  sha256Hex(canonicalJson(content));

/**
 * Digest of a whole plan: SHA-256, hex, over the operations' digests (32 bytes each) by ordinal. In SQL:
 * `encode(sha256(coalesce(string_agg(content_digest, ''::bytea order by ordinal), '')), 'hex')`.
 *
 * @throws TypeError when the operations are not given by ascending ordinal
 */
export const planDigest = (operations: readonly PlannedOperation[]): string => {
  const hash = createHash('sha256');
  for (const [i, operation] of operations.entries()) {
    if (operation.ordinal !== i) throw new TypeError(`operation ${operation.ordinal} stands at ${i}`);
    hash.update(operationDigest(operation), 'hex');
  }
  return hash.digest('hex');
};

/**
 * What is approved and applied: the content, and each decision about a held row. SHA-256, hex, over the text
 * `<content digest>\n` and `<ordinal> <decision>\n` for each decided row, by ordinal.
 */
export const reviewDigest = (contentDigest: string, decisions: readonly RowDecision[]): string => {
  const hash = createHash('sha256').update(`${contentDigest}\n`);
  for (const { ordinal, decision } of decisions.toSorted((a, b) => a.ordinal - b.ordinal)) {
    hash.update(`${ordinal} ${decision}\n`);
  }
  return hash.digest('hex');
};
