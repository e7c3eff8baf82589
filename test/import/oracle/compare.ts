import { expect } from 'vitest';
import { runDigest } from '../../../src/planner/digest.ts';
import type { ExpectedPlan } from './expected.ts';
import type { StoredRow } from './roster-facts.ts';

const text = (value: unknown): string => JSON.stringify(value);
const sorted = <T>(items: readonly T[]): T[] => items.toSorted((a, b) => (text(a) < text(b) ? -1 : 1));

type AnyRow = Omit<StoredRow, 'id' | 'after'>;

/** A row in the words that plan and database share. */
export const shown = (row: AnyRow) => ({
  externalId: row.externalId,
  situation: row.situation,
  action: row.action,
  reason: row.reason,
  targetId: row.action === 'CREATE' ? null : row.targetId,
  baseVersion: row.baseVersion,
  candidates: row.candidates,
  changes: row.changes,
  issues: sorted(row.issues.map(({ code, field, value, blocking }) => ({ code, field, value, blocking }))),
  blocking: row.blocking,
  decision: row.decision,
});

/** Nothing to do and nothing to say. That somebody's manager was deleted meanwhile is told with his next change. */
const isQuiet = (row: AnyRow): boolean =>
  row.situation === 'LINKED' &&
  row.action === 'NONE' &&
  row.changes.length === 0 &&
  row.issues.every(({ code }) => code === 'MANAGER_UNKNOWN');

/** Every row of the plan is stored, apart from those that say nothing; and nothing else is. */
export const expectStored = (stored: readonly StoredRow[], planned: readonly AnyRow[]): void => {
  const there = new Set(stored.map(({ externalId }) => externalId));
  const missing = planned.filter((row) => !there.has(row.externalId) && !isQuiet(row));
  expect(missing.map(shown)).toEqual([]);
  const wanted = planned.filter(({ externalId }) => there.has(externalId));
  const byId = (a: AnyRow, b: AnyRow): number => (a.externalId < b.externalId ? -1 : 1);
  expect(stored.toSorted(byId).map(shown)).toEqual(wanted.toSorted(byId).map(shown));
};

export const digestOf = (
  plan: ExpectedPlan,
  stored: { units: StoredRow[]; accounts: StoredRow[] },
): string => {
  const of = (kind: 'ORG_UNIT' | 'ACCOUNT', rows: readonly StoredRow[], planned: readonly AnyRow[]) => {
    const byId = new Map(planned.map((row) => [row.externalId, row]));
    return rows.map(({ id, externalId }) => {
      const row = byId.get(externalId);
      if (row === undefined) throw new Error(`not planned: ${externalId}`);
      const { action, changes, baseVersion } = shown(row);
      const decision = row.decision as 'ACCEPTED';
      const targetId = shown(row).targetId;
      return { kind, stagedId: id, action: action as 'NONE', decision, targetId, baseVersion, changes };
    });
  };
  const units = of('ORG_UNIT', stored.units, plan.units.map(asRow));
  return runDigest([...units, ...of('ACCOUNT', stored.accounts, plan.accounts.map(asRow))]);
};

export const asRow = (row: ExpectedPlan['units'][number] | ExpectedPlan['accounts'][number]): AnyRow => ({
  ...row,
  targetId: 'orgUnitId' in row ? row.orgUnitId : row.targetId,
});
