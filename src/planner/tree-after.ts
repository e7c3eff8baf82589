import type { OrgUnitId } from '../domain/ids.ts';
import type { Issue } from '../domain/staging.ts';
import type { PlannedOrgUnit, RosterOrgUnit } from './facts.ts';
import { fold } from './fold.ts';
import { issue } from './issues.ts';
import { orderParentsFirst } from './order.ts';

/** The tree that a plan leads to. */
export interface TreeAfter {
  readonly parents: ReadonlyMap<OrgUnitId, OrgUnitId | null>;
  readonly names: ReadonlyMap<OrgUnitId, string>;
  /** Units that would be their own ancestors. */
  readonly cyclic: ReadonlySet<string>;
  /** Parents before children. */
  readonly order: readonly string[];
}

/** The roster's active units with a plan's rows applied, whatever their decision. */
export const treeAfter = (
  rows: readonly Pick<PlannedOrgUnit, 'orgUnitId' | 'changes'>[],
  roster: readonly RosterOrgUnit[],
): TreeAfter => {
  const parents = new Map<OrgUnitId, OrgUnitId | null>();
  const names = new Map<OrgUnitId, string>();
  for (const unit of roster) {
    if (unit.status === 'DELETED') continue;
    parents.set(unit.id, unit.parentId);
    names.set(unit.id, unit.name);
  }
  for (const { orgUnitId, changes } of rows) {
    if (orgUnitId === null) continue;
    for (const { field, after } of changes) {
      if (field === 'parentId') parents.set(orgUnitId, after as OrgUnitId);
      if (field === 'name') names.set(orgUnitId, after as string);
    }
  }
  const nodes = [...parents].map(([id, parentId]) => ({ id, parentId }));
  const { nodes: ordered, cyclic } = orderParentsFirst(nodes);
  return { parents, names, cyclic, order: ordered.map(({ id }) => id) };
};

const siblingKey = (tree: TreeAfter, id: OrgUnitId): string | null => {
  const parent = tree.parents.get(id);
  const name = tree.names.get(id);
  return parent === undefined || parent === null || name === undefined ? null : `${parent}\n${fold(name)}`;
};

/** Units that take a name which another unit below the same parent ends up with; whoever keeps it is not blamed. */
const siblingClashes = (
  tree: TreeAfter,
  rows: readonly Pick<PlannedOrgUnit, 'orgUnitId' | 'changes'>[],
): ReadonlySet<OrgUnitId> => {
  const counts = new Map<string, number>();
  for (const id of tree.parents.keys()) {
    const key = siblingKey(tree, id);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const clashing = new Set<OrgUnitId>();
  for (const { orgUnitId, changes } of rows) {
    if (orgUnitId === null) continue;
    const placed = changes.some(({ field }) => field === 'name' || field === 'parentId');
    const key = siblingKey(tree, orgUnitId);
    if (placed && key !== null && (counts.get(key) ?? 0) > 1) clashing.add(orgUnitId);
  }
  return clashing;
};

type TreeRow = Pick<PlannedOrgUnit, 'externalId' | 'orgUnitId' | 'changes'>;

const conflictsOf = (tree: TreeAfter, clashing: ReadonlySet<OrgUnitId>, row: TreeRow): Issue[] => {
  const id = row.orgUnitId;
  if (id === null || row.changes.length === 0) return [];
  const issues: Issue[] = [];
  const parent = row.changes.find(({ field }) => field === 'parentId')?.after as OrgUnitId | undefined;
  if (parent !== undefined && tree.cyclic.has(id)) issues.push(issue('PARENT_CYCLE', 'parentId', parent));
  if (parent !== undefined && !tree.parents.has(parent)) {
    issues.push(issue('PARENT_UNKNOWN', 'parentId', parent));
  }
  if (clashing.has(id)) issues.push(issue('SIBLING_NAME_DUPLICATE', 'name', tree.names.get(id) ?? null));
  return issues;
};

/**
 * What only the whole tree shows, by platform id: a cycle (also through units that the platform does not
 * know), a parent that is not there, a name that a brother has. Judged where everything ends up.
 *
 * At staging the rows are all that would write; at commit those that were accepted, because a skipped row may
 * be the parent, or may keep the place or the name, that another row counted on.
 */
export const findTreeConflicts = (
  rows: readonly TreeRow[],
  roster: readonly RosterOrgUnit[],
): ReadonlyMap<string, readonly Issue[]> => {
  const tree = treeAfter(rows, roster);
  const clashing = siblingClashes(tree, rows);
  const conflicts = new Map<string, readonly Issue[]>();
  for (const row of rows) {
    const issues = conflictsOf(tree, clashing, row);
    if (issues.length > 0) conflicts.set(row.externalId, issues);
  }
  return conflicts;
};
