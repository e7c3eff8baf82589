import type { AccountId } from '../../../src/domain/index.ts';
import { accountFrom, applyChanges } from '../../../src/planner/apply-changes.ts';
import type { DigestedRow } from '../../../src/planner/digest.ts';
import type { PlannedAccount, RosterAccount } from '../../../src/planner/facts.ts';
import { findClashes } from '../../../src/planner/find-clashes.ts';
import { invertRow } from '../../../src/planner/invert.ts';
import type { AccountPlanInput } from '../../../src/planner/plan-accounts.ts';
import { createdId } from './company.ts';

/** A roster in memory, and what a commit leaves in it. */
export interface Model {
  readonly roster: ReadonlyMap<AccountId, RosterAccount>;
  readonly links: ReadonlyMap<string, AccountId>;
}

export const modelOf = (input: Pick<AccountPlanInput, 'roster' | 'links'>): Model => ({
  roster: new Map(input.roster.map((account) => [account.id, account])),
  links: input.links,
});

/** What a commit would let through: it judges duplicates again among the accepted rows until none is left. */
export const commitable = (
  accepted: readonly PlannedAccount[],
  input: AccountPlanInput,
): PlannedAccount[] => {
  let rows = accepted.filter(({ action }) => action !== 'NONE');
  for (;;) {
    const clashes = findClashes(rows, input.roster, input.context.definitions);
    if (clashes.size === 0) return rows;
    rows = rows.filter(({ externalId }) => !clashes.has(externalId));
  }
};

const statusByImport = (account: RosterAccount): RosterAccount => ({
  ...account,
  disabledByImport: account.status === 'DISABLED',
});

const created = (row: PlannedAccount): RosterAccount =>
  statusByImport({
    ...accountFrom(row.changes),
    id: createdId(row.externalId),
    version: 1,
    disabledByImport: false,
    protected: false,
  });

const updated = (row: PlannedAccount, before: RosterAccount): RosterAccount => {
  const after = applyChanges(before, row.changes);
  const told = row.changes.some(({ field }) => field === 'status');
  return { ...(told ? statusByImport(after) : after), version: before.version + 1 };
};

/** The roster after a commit: references to people who were not created are left out, as the second wave does. */
export const apply = (model: Model, rows: readonly PlannedAccount[]): Model => {
  const roster = new Map(model.roster);
  const links = new Map(model.links);
  for (const row of rows) {
    const before = row.targetId === null ? undefined : roster.get(row.targetId);
    const after = before === undefined ? created(row) : updated(row, before);
    roster.set(after.id, after);
    links.set(row.externalId, after.id);
  }
  for (const [id, account] of roster) {
    if (account.managerId !== null && !roster.has(account.managerId)) {
      roster.set(id, { ...account, managerId: model.roster.get(id)?.managerId ?? null });
    }
  }
  return { roster, links };
};

/** The roster after taking rows back. Throws when one of them is in conflict. */
export const revert = (model: Model, rows: readonly PlannedAccount[]): Model => {
  const roster = new Map(model.roster);
  const links = new Map(model.links);
  for (const row of rows) {
    const id = row.targetId ?? createdId(row.externalId);
    const current = roster.get(id);
    const inverse = invertRow(row, current === undefined ? null : { ...current });
    if (inverse.kind === 'CONFLICT') throw new Error(JSON.stringify(inverse));
    if (inverse.kind === 'NOTHING' || current === undefined) continue;
    if (inverse.kind === 'DELETE') roster.delete(id);
    else roster.set(id, applyChanges(current, inverse.changes));
    if (inverse.kind === 'DELETE' || inverse.unlink) links.delete(row.externalId);
  }
  return { roster, links };
};

/** Rows as a reviewer approves them. */
export const digested = (rows: readonly PlannedAccount[]): DigestedRow[] =>
  rows.map(({ externalId, action, decision, targetId, baseVersion, changes }) => ({
    kind: 'ACCOUNT',
    stagedId: externalId,
    action,
    decision,
    targetId,
    baseVersion,
    changes,
  }));
