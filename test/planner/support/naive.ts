import type { AccountId, IssueCode, MatchKey, RemoteAccountValue } from '../../../src/domain/index.ts';
import type { RosterAccount } from '../../../src/planner/facts.ts';
import type { AccountPlanInput } from '../../../src/planner/plan-accounts.ts';
import { createdId, DEFINITIONS, LOCAL_UNIT } from './company.ts';

/**
 * The oracle: the rules of an import written down the slow and obvious way, sharing no code with the planner.
 * It knows the values of `company.ts` only (no blanks, no full-width forms), so it need not normalise much.
 */
export interface Expected {
  readonly situation: string;
  readonly action: string;
  /** The account afterwards, `null` where the row leaves none to compare. */
  readonly after: Record<string, unknown> | null;
  readonly before: Record<string, unknown> | null;
}

const mobileOf = (text: string): string => text.replace('+86-', '');
const foldCase = (key: MatchKey, text: string): string => (key.foldCase ? text.toLowerCase() : text);

const comparable = (key: MatchKey, value: unknown): string | null => {
  if (typeof value !== 'string') return null;
  const text = key.remoteField === 'mobile' ? mobileOf(value) : value;
  return foldCase(key, text);
};

type Found =
  | { readonly situation: 'LINKED' | 'UNLINKED'; readonly account: RosterAccount }
  | { readonly situation: 'UNMATCHED' | 'DISPUTED'; readonly account: null };

const ownMatch = (input: AccountPlanInput, remote: RemoteAccountValue): Found => {
  const link = input.links.get(remote.externalId);
  const linked = input.roster.find(({ id }) => id === link);
  if (linked !== undefined) return { situation: 'LINKED', account: linked };
  const taken = [...input.links.values()];
  for (const key of input.rules.matchKeys) {
    const value = comparable(key, remote[key.remoteField]);
    if (value === null) continue;
    const found = input.roster.filter(
      (account) => account.status !== 'DELETED' && comparable(key, account[key.rosterField]) === value,
    );
    const [first, second] = found;
    if (first === undefined) continue;
    if (second !== undefined || taken.includes(first.id)) return { situation: 'DISPUTED', account: null };
    return { situation: 'UNLINKED', account: first };
  }
  return { situation: 'UNMATCHED', account: null };
};

const match = (input: AccountPlanInput, remote: RemoteAccountValue): Found => {
  const own = ownMatch(input, remote);
  if (own.situation !== 'UNLINKED') return own;
  const rivals = input.remotes.filter((other) => {
    const found = ownMatch(input, other);
    return found.account !== null && found.account.id === own.account.id;
  });
  return rivals.length > 1 ? { situation: 'DISPUTED', account: null } : own;
};

const BLANK = {
  displayName: null,
  email: null,
  jobNumber: null,
  managerId: null,
  mobile: null,
  title: null,
  status: 'ACTIVE',
  attributes: {},
  memberships: [],
  primaryOrgUnitId: null,
};

const pick = (account: RosterAccount): Record<string, unknown> => ({
  displayName: account.displayName,
  email: account.email,
  jobNumber: account.jobNumber,
  managerId: account.managerId,
  mobile: account.mobile,
  title: account.title,
  status: account.status,
  attributes: account.attributes,
  memberships: account.memberships,
  primaryOrgUnitId: account.primaryOrgUnitId,
});

const attributesAfter = (remote: RemoteAccountValue, before: Readonly<Record<string, unknown>>) => {
  const after: Record<string, unknown> = { ...before };
  for (const { name, type, choices } of DEFINITIONS) {
    const value = remote.attributes[name];
    if (value === undefined) continue;
    if (value === null) delete after[name];
    else if (type === 'TEXT' && typeof value === 'string') after[name] = value;
    else if (type === 'NUMBER' && typeof value === 'number') after[name] = value;
    else if (type === 'CHOICE' && choices.includes(String(value))) after[name] = value;
  }
  return after;
};

const seatAfter = (input: AccountPlanInput, remote: RemoteAccountValue, account: RosterAccount | null) => {
  const known = remote.memberships
    .flatMap((one) => {
      const orgUnitId = input.context.orgUnitOf(one.orgUnitExternalId);
      return orgUnitId === undefined ? [] : [{ ...one, orgUnitId }];
    })
    .sort(
      (a, b) => Number(a.order) - Number(b.order) || (a.orgUnitExternalId < b.orgUnitExternalId ? -1 : 1),
    );
  const first = known[0];
  if (first === undefined) return {};
  const local = (account?.memberships ?? []).filter(({ orgUnitId }) => orgUnitId === LOCAL_UNIT);
  const memberships = [
    ...local,
    ...known.map(({ orgUnitId, leader, order }) => ({ orgUnitId, leader, title: null, order })),
  ].sort((a, b) => (a.orgUnitId < b.orgUnitId ? -1 : 1));
  const stays = memberships.some(({ orgUnitId }) => orgUnitId === account?.primaryOrgUnitId);
  return { memberships, primaryOrgUnitId: stays ? account?.primaryOrgUnitId : first.orgUnitId };
};

const managerAfter = (input: AccountPlanInput, remote: RemoteAccountValue) => {
  const { managerExternalId: manager } = remote;
  if (manager === undefined || manager === remote.externalId) return {};
  if (manager === null) return { managerId: null };
  const link = input.links.get(manager);
  const gone = input.roster.some(({ id, status }) => id === link && status === 'DELETED');
  if (link !== undefined) return gone ? {} : { managerId: link };
  const coming = input.remotes.find(({ externalId }) => externalId === manager);
  const found = coming && match(input, coming);
  if (found === undefined || found.situation === 'DISPUTED') return {};
  return { managerId: found.account?.id ?? createdId(manager) };
};

const stateAfter = (input: AccountPlanInput, remote: RemoteAccountValue, account: RosterAccount | null) => {
  const before: Record<string, unknown> = account === null ? BLANK : pick(account);
  const after: Record<string, unknown> = {
    ...before,
    ...(remote.name ? { displayName: remote.name } : {}),
    ...(remote.email === undefined ? {} : { email: remote.email }),
    ...(remote.jobNumber === undefined ? {} : { jobNumber: remote.jobNumber }),
    ...(remote.mobile === undefined
      ? {}
      : { mobile: remote.mobile === null ? null : mobileOf(remote.mobile) }),
    ...(remote.title === undefined ? {} : { title: remote.title }),
    ...managerAfter(input, remote),
    ...seatAfter(input, remote, account),
    attributes: attributesAfter(remote, account?.attributes ?? {}),
  };
  if (remote.active === false && after['status'] === 'ACTIVE') after['status'] = 'DISABLED';
  else if (remote.active !== false && account?.status === 'DISABLED' && account.disabledByImport) {
    after['status'] = 'ACTIVE';
  }
  if (account?.protected) {
    for (const field of ['email', 'mobile', 'status']) after[field] = before[field];
  }
  return { before, after };
};

const unitsOf = (state: Record<string, unknown>): string => {
  const memberships = state['memberships'] as readonly { readonly orgUnitId: string }[];
  return [...memberships.map(({ orgUnitId }) => orgUnitId), '|', state['primaryOrgUnitId']].join(' ');
};

const canonical = (value: unknown): unknown =>
  value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([k, v]) => [k, canonical(v)]),
      )
    : Array.isArray(value)
      ? value.map(canonical)
      : value;

export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));

const present = (input: AccountPlanInput, remote: RemoteAccountValue): Expected => {
  const { situation, account } = match(input, remote);
  if (situation === 'DISPUTED') return { situation, action: 'NONE', before: null, after: null };
  if (account?.status === 'DELETED') return { situation, action: 'NONE', before: null, after: null };
  const { before, after } = stateAfter(input, remote, account);
  if (situation === 'UNMATCHED') return { situation, action: 'CREATE', before: null, after };
  if (situation === 'UNLINKED') return { situation, action: 'LINK', before, after };
  const disabled = before['status'] === 'ACTIVE' && after['status'] === 'DISABLED';
  const action = disabled
    ? 'DISABLE'
    : same(before, after)
      ? 'NONE'
      : unitsOf(before) !== unitsOf(after)
        ? 'MOVE'
        : 'UPDATE';
  return { situation, action, before, after };
};

/** What every row of a pull must come to, by platform id. */
export const naivePlan = (input: AccountPlanInput): ReadonlyMap<string, Expected> => {
  const expected = new Map<string, Expected>();
  for (const remote of input.remotes) expected.set(remote.externalId, present(input, remote));
  for (const [externalId, accountId] of input.conclusive ? input.links : []) {
    const account = input.roster.find(({ id }: { id: AccountId }) => id === accountId);
    if (expected.has(externalId) || account === undefined) continue;
    const stays =
      account.status !== 'ACTIVE' || account.protected || input.context.rules.leaverAction === 'NONE';
    const before = pick(account);
    expected.set(externalId, {
      situation: 'DELETED',
      action: stays ? 'NONE' : 'DISABLE',
      before,
      after: stays ? before : { ...before, status: 'DISABLED' },
    });
  }
  return expected;
};

/** Whose mobile or mail, written by the row, somebody else ends up with as well. */
export const naiveDuplicates = (input: AccountPlanInput, field: 'mobile' | 'email'): ReadonlySet<string> => {
  const plan = naivePlan(input);
  const writers = [...plan].flatMap(([externalId, { before, after, action }]) => {
    if (after === null || action === 'NONE') return [];
    return [{ externalId, value: after[field], wrote: before === null || before[field] !== after[field] }];
  });
  const touched = new Set(
    [...plan].flatMap(([externalId, { action }]) => {
      const remote = input.remotes.find((one) => one.externalId === externalId);
      const target = input.links.get(externalId) ?? (remote && match(input, remote).account?.id);
      return action === 'NONE' ? [] : [target];
    }),
  );
  const others = input.roster
    .filter(({ id, status }) => status !== 'DELETED' && !touched.has(id))
    .map((account) => account[field]);
  const holders = [...writers.map(({ value }) => value), ...others];
  const isShared = (value: unknown): boolean =>
    typeof value === 'string' &&
    holders.filter((other) => typeof other === 'string' && other.toLowerCase() === value.toLowerCase())
      .length > 1;
  return new Set(
    writers.filter(({ value, wrote }) => wrote && isShared(value)).map(({ externalId }) => externalId),
  );
};

export const DUPLICATE: Readonly<Record<'mobile' | 'email', IssueCode>> = {
  mobile: 'MOBILE_DUPLICATE',
  email: 'EMAIL_DUPLICATE',
};
