import type { PlannedOperation, SyncPlanTotals } from '../../domain/sync.ts';

/** How many there are and what becomes of them. Of the steps that only make room, none is a change of its own. */
export const totalsOf = (
  operations: readonly PlannedOperation[],
  counted: { readonly orgUnits: number; readonly accounts: number; readonly accountsInScope: number },
): SyncPlanTotals => {
  const byKind: Partial<Record<PlannedOperation['kind'], number>> = {};
  const byState: Partial<Record<PlannedOperation['state'], number>> = {};
  const units = new Set<string>();
  const accounts = new Set<string>();
  for (const { kind, state, objectType, objectId } of operations) {
    byKind[kind] = (byKind[kind] ?? 0) + 1;
    byState[state] = (byState[state] ?? 0) + 1;
    if (objectId !== null) (objectType === 'ACCOUNT' ? accounts : units).add(objectId);
  }
  return {
    ...counted,
    unchangedOrgUnits: Math.max(0, counted.orgUnits - units.size),
    unchangedAccounts: Math.max(0, counted.accounts - accounts.size),
    byKind,
    byState,
  };
};
