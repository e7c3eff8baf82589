import type { AccountId, OrgUnitId } from '../../domain/ids.ts';
import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import type { PushAccount, PushUnit } from './facts.ts';
import type { PushRoot } from './root.ts';

export type AccountScope = 'IN' | 'OUT' | 'EXCLUDED';

/** Who and what is pushed (rows W-DD-35, 36). */
export interface PushScope {
  /** Units of the root's tree that are not deleted, the root first, parents before children. */
  readonly tree: readonly PushUnit[];
  /** Of these, the ones that are pushed. */
  readonly range: ReadonlySet<OrgUnitId>;
  /** Exclude beats include, include beats the range of units. */
  readonly accountScope: (account: PushAccount) => AccountScope;
}

const childrenOf = (units: readonly PushUnit[]): Map<OrgUnitId, PushUnit[]> => {
  const children = new Map<OrgUnitId, PushUnit[]>();
  for (const unit of units) {
    if (unit.parentId === null || unit.deleted) continue;
    const brothers = children.get(unit.parentId);
    if (brothers === undefined) children.set(unit.parentId, [unit]);
    else brothers.push(unit);
  }
  for (const brothers of children.values()) brothers.sort((a, b) => compareCodePoints(a.id, b.id));
  return children;
};

const walk = (context: PushContext, root: PushUnit): Pick<PushScope, 'tree' | 'range'> => {
  const chosen = new Set(context.input.rules.scope.orgUnitIds);
  const children = childrenOf(context.input.units);
  const tree = [root];
  const range = new Set<OrgUnitId>();
  if (chosen.size === 0 || chosen.has(root.id)) range.add(root.id);
  for (let i = 0; i < tree.length; i++) {
    const parent = tree[i];
    if (parent === undefined) break;
    for (const child of children.get(parent.id) ?? []) {
      tree.push(child);
      if (range.has(parent.id) || chosen.has(child.id)) range.add(child.id);
    }
  }
  return { tree, range };
};

export const scopeOf = (context: PushContext, root: PushRoot): PushScope => {
  const { rules } = context.input;
  const { tree, range } = walk(context, root.unit);
  const include = new Set<AccountId>(rules.scope.includeAccountIds);
  const exclude = new Set<AccountId>(rules.scope.excludeAccountIds);
  const isInRange = (account: PushAccount): boolean =>
    range.has(account.primaryOrgUnitId) ||
    (rules.secondaryMemberships && account.memberships.some(({ orgUnitId }) => range.has(orgUnitId)));
  return {
    tree,
    range,
    accountScope: (account) => {
      if (exclude.has(account.id)) return 'EXCLUDED';
      return include.has(account.id) || isInRange(account) ? 'IN' : 'OUT';
    },
  };
};
