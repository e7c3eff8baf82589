import type { AccountId } from '../../domain/ids.ts';
import { type PersonOutcome, quarantine } from './account-rows.ts';
import type { PushContext } from './context.ts';
import type { Draft } from './draft.ts';
import type { PushAccount } from './facts.ts';
import { leaverRows, whyLeaving } from './leavers.ts';
import { createRow, linkRow, toldRow } from './new-person-rows.ts';
import type { PeopleFacts, PeoplePlanning } from './people-facts.ts';
import { presentRows } from './present-rows.ts';
import { byId, wantedIds } from './user-id.ts';

export interface PeoplePlan {
  readonly rows: readonly Draft[];
  readonly byAccount: ReadonlyMap<AccountId, PersonOutcome>;
  readonly byExternal: ReadonlyMap<string, PersonOutcome>;
  /** People of the roster whom the plan is about. */
  readonly counted: number;
  readonly inScope: number;
}

/** Somebody in scope: updated, linked, created, or told of. */
const stayingRows = (planning: PeoplePlanning, account: PushAccount): PersonOutcome | null => {
  const { context, match } = planning;
  const externalId = context.input.links.accounts.get(account.id);
  const outcome = { accountId: account.id, externalId: null, seats: null, leaves: null };
  if (externalId !== undefined) {
    const remote = context.remoteAccounts.get(externalId);
    if (remote !== undefined) return presentRows(planning, account, { remote, link: null });
    const presence = createRow(planning, account, true);
    return { ...outcome, presence, rows: [presence] };
  }
  const found = match.found.get(account.id);
  if (found !== undefined) {
    const link = linkRow(planning, account, found);
    if (link.state === 'PLANNED') return presentRows(planning, account, { remote: found.remote, link });
    return { ...outcome, presence: link, rows: [link] };
  }
  const presence = toldRow(planning, account) ?? createRow(planning, account, false);
  return { ...outcome, presence, rows: [presence] };
};

/** Who was invited, and agreed only after having to go: linked first, and then as much a leaver as anybody. */
const lateRows = (
  planning: PeoplePlanning,
  account: PushAccount,
  leaving: Pick<Parameters<typeof leaverRows>[0], 'context' | 'tree' | 'reason'>,
): PersonOutcome | null => {
  const found = planning.match.found.get(account.id);
  if (found?.keyIndex !== null) return null;
  const outcome = leaverRows({ ...leaving, account, remote: found.remote });
  if (outcome === null) return null;
  const link = linkRow(planning, account, found);
  for (const row of outcome.rows) row.needs = [link, ...row.needs];
  return { ...outcome, rows: [link, ...outcome.rows] };
};

const rowsOf = (planning: PeoplePlanning, account: PushAccount): PersonOutcome | null => {
  const { context, tree } = planning;
  const scope = planning.scope.accountScope(account);
  const reason = whyLeaving(context, account, scope);
  if (reason === null)
    return scope === 'IN' && account.status === 'ACTIVE' ? stayingRows(planning, account) : null;
  const externalId = context.input.links.accounts.get(account.id);
  if (externalId === undefined) return lateRows(planning, account, { context, tree, reason });
  const remote = context.remoteAccounts.get(externalId);
  return remote === undefined ? null : leaverRows({ context, tree, account, remote, reason });
};

const newcomersOf = (context: PushContext, facts: PeopleFacts): PushAccount[] =>
  context.input.accounts.filter((account) => {
    if (account.status !== 'ACTIVE' || !context.actsOnAccount(account.id)) return false;
    const linked = context.input.links.accounts.get(account.id);
    if (linked === undefined ? facts.match.found.has(account.id) : context.remoteAccounts.has(linked))
      return false;
    return facts.scope.accountScope(account) === 'IN';
  });

/** What becomes of every person of the plan, one by one; values that two people want are judged afterwards. */
export const diffPeople = (context: PushContext, facts: PeopleFacts): PeoplePlan => {
  const planning: PeoplePlanning = {
    ...facts,
    context,
    wanted: wantedIds(context, newcomersOf(context, facts)),
  };
  const rows: Draft[] = [];
  const byAccount = new Map<AccountId, PersonOutcome>();
  const byExternal = new Map<string, PersonOutcome>();
  let counted = 0;
  let inScope = 0;
  for (const account of context.input.accounts.toSorted(byId)) {
    if (!context.actsOnAccount(account.id)) continue;
    const isIn = account.status === 'ACTIVE' && facts.scope.accountScope(account) === 'IN';
    if (isIn) inScope++;
    const outcome = rowsOf(planning, account);
    if (isIn || outcome !== null || context.input.links.accounts.has(account.id)) counted++;
    if (outcome === null) continue;
    quarantine(context, account, outcome.rows);
    rows.push(...outcome.rows);
    byAccount.set(account.id, outcome);
    if (outcome.externalId !== null) byExternal.set(outcome.externalId, outcome);
  }
  return { rows, byAccount, byExternal, counted, inScope };
};
