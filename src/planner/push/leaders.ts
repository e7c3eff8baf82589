import type { OrgUnitId } from '../../domain/ids.ts';
import type { AccountRef, PlannedMembership } from '../../domain/sync.ts';
import { compareCodePoints } from '../fold.ts';
import type { PushContext } from './context.ts';
import type { PeoplePlan } from './diff-people.ts';
import type { UnitPlan } from './diff-units.ts';
import { type Draft, draft, isOut, issue, PHASES, skip, tell } from './draft.ts';
import type { PushAccount, PushUnit, RemoteUnitState } from './facts.ts';
import type { PeopleFacts } from './people-facts.ts';
import { presenceOf } from './references.ts';
import type { PushRoot } from './root.ts';

/** A unit whose leaders are compared. */
interface Led {
  readonly unit: PushUnit;
  /** `null` for a unit that is to be created. */
  readonly remote: RemoteUnitState | null;
  /** The row that makes it known. */
  readonly presence: Draft | null;
}

interface Leading {
  readonly context: PushContext;
  readonly facts: PeopleFacts;
  readonly people: PeoplePlan;
  /** Roster leaders by unit. */
  readonly wanted: ReadonlyMap<OrgUnitId, readonly PushAccount[]>;
  /** Platform ids of the leaders of each platform unit, as far as people say so themselves. */
  readonly flagged: ReadonlyMap<string, readonly string[]>;
}

const push = <K>(map: Map<K, PushAccount[]>, key: K, account: PushAccount): void => {
  const known = map.get(key);
  if (known === undefined) map.set(key, [account]);
  else known.push(account);
};

const wantedLeaders = ({ input }: PushContext, facts: PeopleFacts): Map<OrgUnitId, PushAccount[]> => {
  const wanted = new Map<OrgUnitId, PushAccount[]>();
  for (const account of input.accounts) {
    if (account.status !== 'ACTIVE') continue;
    for (const { orgUnitId, leader } of account.memberships) {
      if (leader && facts.scope.accountScope(account) === 'IN') push(wanted, orgUnitId, account);
    }
  }
  for (const leaders of wanted.values()) leaders.sort((a, b) => compareCodePoints(a.id, b.id));
  return wanted;
};

const flaggedLeaders = (context: PushContext): Map<string, string[]> => {
  const flagged = new Map<string, string[]>();
  for (const { value } of context.remoteAccounts.values()) {
    for (const { leader, orgUnitExternalId } of value.memberships) {
      if (!leader) continue;
      const known = flagged.get(orgUnitExternalId);
      if (known === undefined) flagged.set(orgUnitExternalId, [value.externalId]);
      else known.push(value.externalId);
    }
  }
  return flagged;
};

/** Units whose leaders may have changed: those of the plan, and those that its people lead. */
const concerned = ({ context, wanted }: Leading): ((led: Led) => boolean) => {
  const { accountIds } = context.input.scope;
  if (accountIds === undefined) return ({ unit }) => context.actsOnUnit(unit.id) || context.wholePeople;
  const units = new Set<OrgUnitId>();
  for (const [id, leaders] of wanted) if (leaders.some((one) => accountIds.has(one.id))) units.add(id);
  const externals = new Set<string>();
  for (const id of accountIds) {
    const remote = context.remoteAccounts.get(context.input.links.accounts.get(id) ?? '');
    for (const { leader, orgUnitExternalId } of remote?.value.memberships ?? []) {
      if (leader) externals.add(orgUnitExternalId);
    }
  }
  return ({ unit, remote }) =>
    context.actsOnUnit(unit.id) ||
    units.has(unit.id) ||
    (remote !== null && externals.has(remote.externalId));
};

const isIn = (led: Led, memberships: readonly PlannedMembership[]): boolean =>
  memberships.some(({ orgUnit }) =>
    'orgUnitId' in orgUnit
      ? orgUnit.orgUnitId === led.unit.id
      : orgUnit.externalId === led.remote?.externalId,
  );

/** The row that decides whether somebody is in a unit, or whether the person is in it without any. */
const seatIn = (
  { context, people }: Leading,
  led: Led,
  externalId: string | null,
  row: Draft | null,
): { readonly stays: boolean; readonly by: Draft | null } => {
  const seats = row?.content.memberships;
  if (row !== null && seats !== undefined && !isOut(row)) return { stays: isIn(led, seats), by: row };
  const remote = externalId === null ? undefined : context.remoteAccounts.get(externalId);
  // A plan of a few people is not told where all others sit: they stay there.
  if (remote === undefined)
    return { stays: externalId !== null && !people.byExternal.has(externalId), by: null };
  const { memberships } = remote.value;
  return {
    stays: memberships.some(({ orgUnitExternalId }) => orgUnitExternalId === led.remote?.externalId),
    by: null,
  };
};

interface Leaders {
  readonly refs: AccountRef[];
  readonly externalIds: (string | null)[];
  readonly needs: Draft[];
  readonly missing: PushAccount[];
}

/** Leaders by the roster, as far as they will be in the unit on the platform. */
const ownLeaders = (leading: Leading, led: Led): Leaders => {
  const leaders: Leaders = { refs: [], externalIds: [], needs: [], missing: [] };
  for (const account of leading.wanted.get(led.unit.id) ?? []) {
    const presence = presenceOf(leading.context, leading.people, account.id);
    if (presence === null) {
      leaders.missing.push(account);
      continue;
    }
    const outcome = leading.people.byAccount.get(account.id);
    const row = outcome?.seats ?? (presence.externalId === null ? presence.needs : null);
    const seat = seatIn(leading, led, presence.externalId, row);
    if (!seat.stays) continue;
    leaders.refs.push({ accountId: account.id });
    leaders.externalIds.push(presence.externalId);
    leaders.needs.push(...[presence.needs, seat.by].filter((need) => need !== null));
  }
  return leaders;
};

/** Somebody whom the roster does not name as a leader, and who stays one: a stranger, or one who is left alone. */
const isKept = ({ context, facts, people }: Leading, externalId: string): boolean => {
  const id = context.accountOf.get(externalId) ?? people.byExternal.get(externalId)?.accountId;
  const account = id === undefined ? undefined : context.accounts.get(id);
  if (account === undefined) return true;
  return account.status !== 'ACTIVE' || facts.scope.accountScope(account) !== 'IN';
};

const leadersBefore = (leading: Leading, { remote }: Led): readonly string[] | undefined => {
  if (remote === null) return [];
  if (remote.leaderExternalIds !== undefined) return remote.leaderExternalIds;
  return leading.context.wholePeople ? (leading.flagged.get(remote.externalId) ?? []) : undefined;
};

const sameSet = (a: readonly (string | null)[], b: readonly (string | null)[]): boolean => {
  if (a.length !== b.length) return false;
  const all = new Set(a);
  return !all.has(null) && b.every((one) => all.has(one));
};

const leadersRow = (leading: Leading, led: Led): Draft | null => {
  const before = leadersBefore(leading, led);
  if (before === undefined) return null;
  const listed = led.remote?.leaderExternalIds !== undefined;
  const isLeaving = (id: string): boolean => {
    const outcome = leading.people.byExternal.get(id);
    if (outcome?.leaves && !isOut(outcome.leaves)) return true;
    return !seatIn(leading, led, id, outcome?.seats ?? null).stays;
  };
  // A flag goes with the membership that carries it; a list of its own has to be written.
  const staying = before.filter((id) => !isLeaving(id));
  const own = ownLeaders(leading, led);
  const kept = staying
    .filter((id) => !own.externalIds.includes(id) && isKept(leading, id))
    .sort(compareCodePoints);
  const after = [...own.externalIds, ...kept];
  const isSame = sameSet(after, listed ? before : staying);
  if (isSame && own.missing.length === 0) return null;
  const { context } = leading;
  const leaders: AccountRef[] = [...own.refs, ...kept.map((externalId) => ({ externalId }))];
  const row = draft({
    kind: 'SET_LEADERS',
    phase: PHASES.REFERENCES,
    objectId: led.unit.id,
    externalId: led.remote?.externalId ?? null,
    name: led.unit.name,
    reason:
      led.presence?.reason ??
      (context.input.agreed.get(led.unit.id) === led.unit.version ? 'DRIFT' : 'ROSTER_CHANGED'),
    rule: 'operations.setReferences',
    base: { version: led.unit.version, remoteHash: led.remote?.hash ?? null },
    content: { leaders },
    changes: [
      {
        field: 'leaders',
        before: before.toSorted(compareCodePoints).map((externalId) => ({ externalId })),
        after: leaders,
      },
    ],
    needs: [...new Set([...(led.presence === null ? [] : [led.presence]), ...own.needs])],
  });
  for (const { displayName } of own.missing) tell(row, issue('REFERENCE_MISSING', 'leaders', displayName));
  if (isSame) row.state = 'SKIPPED';
  return row;
};

/**
 * Leaders of units, in a wave of their own once units and people are there (field-notes rule 23). People who are
 * nobody's stay leaders: they are never touched.
 */
export const leaderRows = (
  context: PushContext,
  facts: PeopleFacts,
  plan: { readonly root: PushRoot; readonly units: UnitPlan; readonly people: PeoplePlan },
): Draft[] => {
  if (!context.input.capabilities.operations.has('SET_LEADERS')) return [];
  const { root, units, people } = plan;
  const flagged = context.wholePeople ? flaggedLeaders(context) : new Map<string, string[]>();
  const leading: Leading = { context, facts, people, wanted: wantedLeaders(context, facts), flagged };
  const top = root.pushed || root.anchor === null ? undefined : context.remoteUnits.get(root.anchor);
  const led: Led[] =
    top === undefined || !facts.scope.range.has(root.unit.id)
      ? []
      : [{ unit: root.unit, remote: top, presence: null }];
  for (const node of facts.tree.nodes) {
    if (!node.exists || !facts.scope.range.has(node.unit.id)) continue;
    led.push({ unit: node.unit, remote: node.remote, presence: units.byNode.get(node)?.presence ?? null });
  }
  const isConcerned = concerned(leading);
  const switchedOff = context.barred('SET_LEADERS', 'setReferences');
  const rows: Draft[] = [];
  for (const one of led) {
    const row = isConcerned(one) ? leadersRow(leading, one) : null;
    if (row === null) continue;
    if (context.input.quarantined.has(one.unit.id)) {
      row.state = 'QUARANTINED';
      skip(row, issue('QUARANTINED'));
    } else if (switchedOff !== null) skip(row, switchedOff);
    rows.push(row);
  }
  return rows;
};
