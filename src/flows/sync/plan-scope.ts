import type { AccountId, OrgUnitId } from '../../domain/index.ts';
import { membersOfUnits } from '../../store/queries/push-context.ts';
import { subtreeIds } from '../../store/queries/push-scope.ts';
import type { SyncPlanRow } from '../../store/queries/sync-plans.ts';
import type { Tx } from '../../store/transaction.ts';
import type { PushScopeSets } from './load-input.ts';

const NO_UNITS: ReadonlySet<OrgUnitId> = new Set();
const NO_ACCOUNTS: ReadonlySet<AccountId> = new Set();

const unitsNamed = (tx: Tx, { scope }: SyncPlanRow): Promise<readonly OrgUnitId[]> | readonly OrgUnitId[] => {
  const named = scope.orgUnitIds ?? [];
  return scope.withDescendants === true ? subtreeIds(tx, named) : named;
};

/**
 * The objects that a plan acts on. Units that are named bring the people in them, except where units alone are meant;
 * where people alone are meant, the units are not acted on themselves.
 */
export const scopeOfPlan = async (tx: Tx, plan: SyncPlanRow): Promise<PushScopeSets> => {
  const { kind, scope } = plan;
  if (kind === 'FULL') return { kind };
  const units = await unitsNamed(tx, plan);
  if (kind === 'UNITS') {
    return { kind, accountIds: NO_ACCOUNTS, ...(units.length === 0 ? {} : { orgUnitIds: new Set(units) }) };
  }
  const members = units.length === 0 ? [] : await membersOfUnits(tx, units);
  const accounts = [...(scope.accountIds ?? []), ...members];
  if (kind === 'ACCOUNTS') {
    const all = scope.orgUnitIds === undefined && scope.accountIds === undefined;
    return { kind, orgUnitIds: NO_UNITS, ...(all ? {} : { accountIds: new Set(accounts) }) };
  }
  return { kind, orgUnitIds: new Set(units), accountIds: new Set(accounts) };
};
