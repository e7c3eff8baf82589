import { GUARD_KINDS, type GuardKind, type PassedEffect, type PushRules } from '../../domain/push-rules.ts';
import type { PushGuardVerdict } from '../../domain/sync.ts';
import { guardLimit } from '../guard.ts';
import type { PushContext } from './context.ts';
import { type Draft, isOut } from './draft.ts';

export type Linked = 'accounts' | 'orgUnits' | 'memberships';

const SHARE_OF: Readonly<Record<GuardKind, Linked>> = {
  ACCOUNT_DELETE: 'accounts',
  ACCOUNT_DISABLE: 'accounts',
  ACCOUNT_MOVE: 'accounts',
  ACCOUNT_RENAME: 'accounts',
  ACCOUNT_LOGIN_ID: 'accounts',
  ACCOUNT_MANAGER_CLEAR: 'accounts',
  ORG_UNIT_DELETE: 'orgUnits',
  ORG_UNIT_MOVE: 'orgUnits',
  ORG_UNIT_RENAME: 'orgUnits',
  MEMBERSHIP_REMOVE: 'memberships',
};

const linkedMemberships = ({ accountOf, remoteAccounts }: PushContext): number => {
  let count = 0;
  for (const [externalId, { value }] of remoteAccounts) {
    if (accountOf.has(externalId)) count += value.memberships.length;
  }
  return count;
};

const bases = (context: PushContext): Readonly<Record<Linked, number>> =>
  context.input.linked ?? {
    accounts: context.input.links.accounts.size,
    orgUnits: context.input.links.units.size,
    memberships: linkedMemberships(context),
  };

const count = (rows: readonly Draft[]): ReadonlyMap<GuardKind, number> => {
  const counts = new Map<GuardKind, number>();
  for (const row of rows) {
    if (isOut(row)) continue;
    for (const { kind, count: more } of row.effects) counts.set(kind, (counts.get(kind) ?? 0) + more);
  }
  return counts;
};

/** What went before, of other objects than the rows are about: whoever is looked at twice counts once. */
const countPassed = (
  rows: readonly Draft[],
  passed: readonly PassedEffect[],
): ReadonlyMap<GuardKind, number> => {
  const counts = new Map<GuardKind, number>();
  if (passed.length === 0) return counts;
  const own = new Set<string>();
  for (const row of rows) {
    if (isOut(row)) continue;
    for (const { kind } of row.effects) own.add(`${kind} ${row.objectId ?? row.externalId}`);
  }
  for (const { kind, object, count: more } of passed) {
    if (!own.has(`${kind} ${object}`)) counts.set(kind, (counts.get(kind) ?? 0) + more);
  }
  return counts;
};

/** Row W-DD-37: how many fewer people the roster has than at the last full plan. */
const shrinkVerdict = ({ input, wholePeople }: PushContext, inScope: number): PushGuardVerdict | null => {
  const base = input.previousAccountsInScope;
  if (base === null || !wholePeople || input.scope.accountIds !== undefined) return null;
  const counted = Math.max(0, base - inScope);
  const limit = guardLimit(input.rules.shrink, base);
  return { kind: 'SHRINK', tripped: counted > limit, counted, limit, base };
};

/** Verdicts of all kinds by what they count and what they take shares of. */
export const judgeKinds = (
  rows: readonly Draft[],
  rules: PushRules['guards'],
  given: { readonly linked: Readonly<Record<Linked, number>>; readonly passed?: readonly PassedEffect[] },
): readonly PushGuardVerdict[] => {
  const counts = count(rows);
  const before = countPassed(rows, given.passed ?? []);
  return GUARD_KINDS.map((kind): PushGuardVerdict => {
    const own = counts.get(kind) ?? 0;
    // A plan without any change of the kind is not tripped by those before it.
    const counted = own === 0 ? 0 : own + (before.get(kind) ?? 0);
    const base = given.linked[SHARE_OF[kind]];
    const limit = guardLimit(rules[kind], base);
    return { kind, tripped: counted > limit, counted, limit, base };
  });
};

/**
 * Every guard's verdict over the whole plan, before anything is written (field-notes rules 1–3). Each kind is judged by
 * itself; rows that will not go do not count.
 */
export const judgeGuards = (
  context: PushContext,
  rows: readonly Draft[],
  inScope: number,
): readonly PushGuardVerdict[] => {
  const verdicts = judgeKinds(rows, context.input.rules.guards, {
    linked: bases(context),
    passed: context.input.passed ?? [],
  });
  const shrink = shrinkVerdict(context, inScope);
  return shrink === null ? verdicts : [...verdicts, shrink];
};
