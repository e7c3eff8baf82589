import type { PushInput, PushPlan } from './facts.ts';

/** The operations that bring a platform to the roster's state. */
export const planPush = (_input: PushInput): PushPlan => ({
  outcome: 'PLANNED',
  operations: [],
  guards: [],
  totals: {
    orgUnits: 0,
    accounts: 0,
    accountsInScope: 0,
    unchangedOrgUnits: 0,
    unchangedAccounts: 0,
    byKind: {},
    byState: {},
  },
});
