import type { ImportRunId, Issue, OrgUnitId } from '../../domain/index.ts';
import { findTreeConflicts, treeAfter } from '../../planner/tree-after.ts';
import type { Obstacle } from '../../store/queries/import-commit-check.ts';
import { readRosterUnits } from '../../store/queries/import-facts.ts';
import {
  isTreeInDoubt,
  readTreeRows,
  type TreeRow,
  writeUnitIssues,
} from '../../store/queries/import-staged-units.ts';
import type { Tx } from '../../store/transaction.ts';

/** Issues that do not block and still wait for the reviewer; see planner/plan-org-units.ts. */
const HOLDING: ReadonlySet<string> = new Set(['FIELD_CONFLICT', 'GUARD_TRIPPED', 'LEAVER']);

/** Found by the whole tree, not by the row itself: those name the roster's unit, the row's own the platform's. */
const isOfTree = (row: TreeRow, { code, value }: Issue): boolean =>
  code === 'SIBLING_NAME_DUPLICATE' ||
  ((code === 'PARENT_CYCLE' || code === 'PARENT_UNKNOWN') &&
    row.changes.some(({ field, after }) => field === 'parentId' && after === value));

const judged = (row: TreeRow, conflicts: readonly Issue[]): TreeRow => {
  const own = row.issues.filter((issue) => !isOfTree(row, issue));
  const told = new Set(own.map(({ code }) => code));
  const issues = [...own, ...conflicts.filter(({ code }) => !told.has(code))];
  const blocking = issues.some((issue) => issue.blocking);
  const freed = row.blocking && !blocking && !issues.some(({ code }) => HOLDING.has(code));
  return { ...row, issues, blocking, decision: blocking ? 'PENDING' : freed ? 'ACCEPTED' : row.decision };
};

/**
 * Judges the tree anew that the rows lead to which nobody has skipped: a skipped row may be the parent, or may keep
 * the place or the name, that another row counted on.
 */
export const recheckTree = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  if (!(await isTreeInDoubt(tx, runId))) return;
  const rows = (await readTreeRows(tx, runId)).filter(({ decision }) => decision !== 'SKIPPED');
  const conflicts = findTreeConflicts(rows, await readRosterUnits(tx));
  const changed = rows.flatMap((row) => {
    const now = judged(row, conflicts.get(row.externalId) ?? []);
    return JSON.stringify(now.issues) === JSON.stringify(row.issues) ? [] : [now];
  });
  if (changed.length === 0) return;
  await writeUnitIssues(
    tx,
    changed.map(({ id, issues, blocking, decision }) => ({ id, issues, blocking, decision })),
  );
};

/** What a unit is called to people: a blank name says nothing. */
const nameOf = ({ name, externalId }: TreeRow): string => (name.trim() === '' ? externalId : name);

/** The tree that the accepted rows lead to: what speaks against it, and its units, parents before children. */
export const judgeAccepted = async (
  tx: Tx,
  runId: ImportRunId,
): Promise<{ readonly obstacle: Obstacle; readonly order: readonly OrgUnitId[] }> => {
  const rows = (await readTreeRows(tx, runId)).filter(
    ({ decision, changes }) => decision === 'ACCEPTED' && changes.length > 0,
  );
  if (rows.length === 0) return { obstacle: { count: 0, names: [] }, order: [] };
  const roster = await readRosterUnits(tx);
  const conflicts = findTreeConflicts(rows, roster);
  const names = rows.filter(({ externalId }) => conflicts.has(externalId)).map(nameOf);
  const touched = new Set<string>(rows.flatMap(({ orgUnitId }) => orgUnitId ?? []));
  const order = treeAfter(rows, roster).order.filter((id) => touched.has(id)) as OrgUnitId[];
  return { obstacle: { count: names.length, names: names.sort().slice(0, 20) }, order };
};
