import type { AccountId } from '../../../src/domain/index.ts';
import { accountFrom, applyChanges } from '../../../src/planner/apply-changes.ts';
import type { AccountState, PlannedAccount, PlannedOrgUnit } from '../../../src/planner/facts.ts';
import { findClashes } from '../../../src/planner/find-clashes.ts';
import { findTreeConflicts } from '../../../src/planner/tree-after.ts';
import type { RosterFacts, StoredRow } from './roster-facts.ts';

/** Rows of a plan that the reviewer has accepted and that write something, links included. */
export interface Accepted {
  readonly units: readonly PlannedOrgUnit[];
  readonly accounts: readonly PlannedAccount[];
  /** Ids of the accounts to be created, by platform id. */
  readonly ids: ReadonlyMap<string, AccountId>;
}

const decided = <R extends { readonly externalId: string; readonly action: string }>(
  rows: readonly R[],
  stored: readonly StoredRow[],
): R[] => {
  const accepted = new Set(
    stored.filter(({ decision }) => decision === 'ACCEPTED').map((row) => row.externalId),
  );
  return rows.filter(({ externalId, action }) => action !== 'NONE' && accepted.has(externalId));
};

export const acceptedOf = (
  plan: { readonly units: readonly PlannedOrgUnit[]; readonly accounts: readonly PlannedAccount[] },
  stored: { readonly units: readonly StoredRow[]; readonly accounts: readonly StoredRow[] },
): Accepted => ({
  units: decided(plan.units, stored.units),
  accounts: decided(plan.accounts, stored.accounts),
  ids: new Map(
    stored.accounts.flatMap(({ externalId, action, targetId }) =>
      action === 'CREATE' && targetId !== null ? [[externalId, targetId as AccountId]] : [],
    ),
  ),
});

/** Units that a stored row would seat somebody in. */
const seatsOf = ({ after }: StoredRow): readonly string[] =>
  ((after['memberships'] ?? []) as readonly { readonly orgUnitId: string }[]).map(
    ({ orgUnitId }) => orgUnitId,
  );

const newAccounts = (accepted: Accepted): number =>
  accepted.accounts.filter(({ action }) => action === 'CREATE').length;

/** Why a commit of these rows must be refused, `null` when it must go through. */
export const refusalOf = (
  facts: RosterFacts,
  accepted: Accepted,
  stored: { readonly units: readonly StoredRow[]; readonly accounts: readonly StoredRow[] },
): string | null => {
  const rows = [...stored.units, ...stored.accounts];
  if (rows.some(({ blocking, decision }) => blocking && decision !== 'SKIPPED')) return 'IMPORT_ROWS_INVALID';
  const used = facts.accounts.filter(({ status }) => status !== 'DELETED').length;
  if (facts.quota !== null && used + newAccounts(accepted) > facts.quota) return 'IMPORT_QUOTA_EXCEEDED';
  if (findTreeConflicts(accepted.units, facts.units).size > 0) return 'IMPORT_ROWS_INVALID';
  const definitions = facts.definitions.filter(({ target }) => target === 'ACCOUNT');
  const writing = accepted.accounts.filter(({ changes }) => changes.length > 0);
  if (findClashes(writing, facts.accounts, definitions).size > 0) return 'IMPORT_ROWS_INVALID';
  const there = new Set<string>(facts.units.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
  for (const { action, decision, targetId } of stored.units) {
    if (action === 'LINK' && decision !== 'ACCEPTED' && targetId !== null) there.delete(targetId);
  }
  for (const { action, orgUnitId } of accepted.units) {
    if (action === 'CREATE' && orgUnitId !== null) there.add(orgUnitId);
  }
  const seating = stored.accounts.filter(
    ({ action, decision }) => decision === 'ACCEPTED' && action !== 'NONE' && action !== 'DISABLE',
  );
  const homeless = seating.some((row) => seatsOf(row).some((id) => !there.has(id)));
  return homeless ? 'IMPORT_ROWS_INVALID' : null;
};

/** What a tenant's roster and a connection's links are, in a form that two of them can be compared. */
export interface Picture {
  readonly units: Readonly<Record<string, unknown>>;
  readonly accounts: Readonly<Record<string, unknown>>;
  readonly unitLinks: Readonly<Record<string, string>>;
  readonly accountLinks: Readonly<Record<string, string>>;
}

type Unit = RosterFacts['units'][number];
type Account = RosterFacts['accounts'][number];

const unitPicture = ({ id, ...unit }: Unit): [string, unknown] => [id, unit];

const accountPicture = (account: Account): [string, unknown] => {
  const { id, disabledByImport: _, protected: __, ...shown } = account;
  const memberships = shown.memberships.map(({ orgUnitId, leader, title, order }) => ({
    orgUnitId,
    leader,
    title,
    order,
  }));
  return [id, { ...shown, memberships }];
};

export const pictureOf = (
  facts: Pick<RosterFacts, 'units' | 'accounts' | 'unitLinks' | 'accountLinks'>,
): Picture => ({
  units: Object.fromEntries(facts.units.map(unitPicture)),
  accounts: Object.fromEntries(facts.accounts.map(accountPicture)),
  unitLinks: Object.fromEntries(facts.unitLinks),
  accountLinks: Object.fromEntries(facts.accountLinks),
});

const statusReason = (row: PlannedAccount, before: Account | undefined, after: AccountState) => {
  if (before !== undefined && before.status === after.status) return before.statusReason;
  if (after.status !== 'DISABLED') return null;
  return row.situation === 'DELETED' ? 'LEFT_PLATFORM' : 'REMOTE_INACTIVE';
};

const accountAfter = (
  row: PlannedAccount,
  id: AccountId,
  known: { readonly before: Account | undefined; readonly coming: ReadonlySet<string> },
): Account => {
  const { before, coming } = known;
  const wanted =
    before === undefined ? accountFrom(row.changes) : applyChanges<AccountState>(before, row.changes);
  // Somebody's manager must be there; otherwise the account keeps the one that it has.
  const managerId =
    wanted.managerId === null || coming.has(wanted.managerId)
      ? wanted.managerId
      : (before?.managerId ?? null);
  return {
    ...wanted,
    id,
    managerId,
    version: before === undefined ? 1 : before.version + (row.changes.length > 0 ? 1 : 0),
    statusReason: statusReason(row, before, wanted),
    disabledByImport: false,
    protected: false,
  };
};

const EMPTY_UNIT = { name: '', order: '0', parentId: null, attributes: {}, status: 'ACTIVE' } as const;

/** The roster after a commit of the accepted rows. */
export const predict = (facts: RosterFacts, accepted: Accepted): Picture => {
  const units = new Map(facts.units.map((unit) => [unit.id, unit]));
  const unitLinks = new Map(facts.unitLinks);
  for (const { orgUnitId: id, externalId, changes } of accepted.units) {
    if (id === null) continue;
    const before = units.get(id);
    const version = before === undefined ? 1 : before.version + (changes.length > 0 ? 1 : 0);
    units.set(id, { ...applyChanges(before ?? { ...EMPTY_UNIT, id, version }, changes), version });
    unitLinks.set(externalId, id);
  }
  const accounts = new Map(facts.accounts.map((account) => [account.id, account]));
  const accountLinks = new Map(facts.accountLinks);
  const coming = new Set<string>(accounts.keys());
  for (const { externalId, action } of accepted.accounts) {
    const id = accepted.ids.get(externalId);
    if (action === 'CREATE' && id !== undefined) coming.add(id);
  }
  for (const row of accepted.accounts) {
    const id = row.targetId ?? accepted.ids.get(row.externalId);
    if (id === undefined) throw new Error(`no account for ${row.externalId}`);
    const before = facts.accounts.find((account) => account.id === id);
    accounts.set(id, accountAfter(row, id, { before, coming }));
    accountLinks.set(row.externalId, id);
  }
  return pictureOf({ units: [...units.values()], accounts: [...accounts.values()], unitLinks, accountLinks });
};
