import type { AccountId, OrgUnitId } from '../../../../src/domain/index.ts';
import { activeUnits } from './changes.ts';
import type { ModelPerson } from './model-platform.ts';
import { ROOT_ID, type World, type WorldAccount } from './world.ts';

/**
 * The oracle: what the platform is to look like, written down the slow and obvious way from the roster and what the
 * platform was before. It shares no code with the planner. Places and people are named by the roster's ids where they
 * are ours, and by the platform's where they are not.
 */
export interface Picture {
  readonly units: Record<string, { readonly parent: string; readonly name: string }>;
  readonly people: Record<string, Record<string, unknown>>;
}

const names = (
  world: World,
): { unit: (id: string) => string; person: (id: string | null) => string | null } => {
  const units = new Map([...world.unitLinks].map(([id, external]) => [external, id as string]));
  const people = new Map([...world.accountLinks].map(([id, external]) => [external, id as string]));
  const { root } = world.platform.rules;
  return {
    unit: (id) => (id === root ? ROOT_ID : (units.get(id) ?? id)),
    person: (id) => (id === null ? null : (people.get(id) ?? id)),
  };
};

const pictureOf = (person: ModelPerson, called: ReturnType<typeof names>): Record<string, unknown> => ({
  ...Object.fromEntries(
    ['name', 'mobile', 'email', 'jobNumber', 'title'].map((field) => [field, person.values[field] ?? null]),
  ),
  active: person.active,
  manager: called.person(person.manager),
  seats: person.seats.map(({ unit, leader }) => `${called.unit(unit)}${leader ? ' leads' : ''}`).sort(),
});

/** What the platform looks like now. */
export const pictureNow = (world: World): Picture => {
  const called = names(world);
  const units: Picture['units'] = {};
  for (const [id, { parent, name }] of world.platform.units) {
    if (id === world.platform.rules.root) continue;
    units[called.unit(id)] = { parent: parent === null ? ROOT_ID : called.unit(parent), name };
  }
  const people: Picture['people'] = {};
  for (const [id, person] of world.platform.people)
    people[called.person(id) ?? id] = pictureOf(person, called);
  return { units, people };
};

const wantedSeats = (
  world: World,
  account: WorldAccount,
  before: readonly string[],
  gone: ReadonlySet<string>,
): string[] => {
  const { secondaryMemberships, membershipOwnership } = world.rules;
  const own = account.memberships
    .map(({ orgUnitId }) => orgUnitId as string)
    .filter((id) => secondaryMemberships || id === account.primaryOrgUnitId);
  const others =
    membershipOwnership === 'UNION' && before.length > 1 ? before.filter((id) => !gone.has(id)) : [];
  return [...new Set([...own, ...others])];
};

const isLeaver = (world: World, account: WorldAccount): boolean => {
  const { scope, outOfScope } = world.rules;
  if (scope.excludeAccountIds.includes(account.id) || account.status !== 'ACTIVE') return true;
  return outOfScope === 'REMOVE' && !inScope(world, account);
};

const inRange = (world: World, unit: OrgUnitId): boolean => {
  const { orgUnitIds } = world.rules.scope;
  if (orgUnitIds.length === 0) return true;
  for (let at: OrgUnitId | null = unit; at !== null; at = world.unit(at).parentId) {
    if (orgUnitIds.includes(at)) return true;
  }
  return false;
};

const inScope = (world: World, account: WorldAccount): boolean =>
  account.status === 'ACTIVE' &&
  !world.rules.scope.excludeAccountIds.includes(account.id) &&
  (world.rules.scope.includeAccountIds.includes(account.id) || inRange(world, account.primaryOrgUnitId));

const leaverPicture = (
  world: World,
  account: WorldAccount,
  before: Record<string, unknown>,
): Record<string, unknown> | null => {
  const { action, parkOrgUnitExternalId: park } = world.rules.leaver;
  if (action === 'NONE') return before;
  if (action === 'DELETE' && account.status !== 'DISABLED') return null;
  return { ...before, active: false, ...(park !== null && action === 'DISABLE' ? { seats: [park] } : {}) };
};

/** What the platform is to look like once everything has been pushed. Whole scope, nothing forbidden, nothing disputed. */
export const pictureWanted = (world: World): Picture => {
  const before = pictureNow(world);
  const units: Picture['units'] = {};
  const gone = new Set<string>();
  for (const [id, unit] of Object.entries(before.units)) {
    const own = world.units.get(id as OrgUnitId);
    if (own === undefined) units[id] = unit;
    else if (own.deleted) gone.add(id);
  }
  for (const { id, parentId, name } of activeUnits(world)) units[id] = { parent: parentId ?? ROOT_ID, name };
  const people: Picture['people'] = {};
  const leaders = new Map<string, Set<string>>();
  const stays = new Set<string>();
  for (const [id, person] of Object.entries(before.people)) {
    const account = world.accounts.get(id as AccountId);
    if (account === undefined) people[id] = person;
    else if (isLeaver(world, account)) {
      const after = leaverPicture(world, account, person);
      if (after !== null) people[id] = after;
    }
    if (people[id] !== undefined) stays.add(id);
  }
  const live = [...world.accounts.values()].filter((account) => inScope(world, account));
  for (const account of live) {
    stays.add(account.id);
    for (const { orgUnitId, leader } of account.memberships) {
      if (leader) leaders.set(orgUnitId, new Set([...(leaders.get(orgUnitId) ?? []), account.id]));
    }
  }
  const managerWanted = (manager: AccountId | null, old: unknown): unknown => {
    if (manager === null) return null;
    return stays.has(manager) ? manager : (old ?? null);
  };
  for (const account of live) {
    const old = before.people[account.id];
    const seated = ((old?.['seats'] ?? []) as string[]).map((seat) => seat.replace(' leads', ''));
    people[account.id] = {
      name: account.displayName,
      mobile: account.mobile,
      email: account.email,
      jobNumber: account.jobNumber,
      title: account.title,
      active: true,
      manager: managerWanted(account.managerId, old?.['manager']),
      seats: wantedSeats(world, account, seated, gone)
        .map((unit) => `${unit}${leaders.get(unit)?.has(account.id) ? ' leads' : ''}`)
        .sort(),
    };
  }
  // Whoever goes is nobody's manager any more.
  for (const [id, person] of Object.entries(people)) {
    const manager = person['manager'] as string | null;
    if (manager !== null && !(manager in people)) people[id] = { ...person, manager: null };
  }
  return { units, people };
};
