import fc from 'fast-check';
import {
  type AccountId,
  type MatchKey,
  OPERATION_SWITCHES,
  type OperationSwitch,
  type OrgUnitId,
  type PushRules,
} from '../../../../src/domain/index.ts';
import { type Change, change, company, leave } from './changes.ts';
import { World } from './world.ts';

/*
 * Companies as recipes: a failure shows the few numbers that it was made of, and shrinks well.
 */

const changes = (most: number): fc.Arbitrary<Change[]> =>
  fc.array(fc.record({ kind: fc.nat(1_000), a: fc.nat(10_000), b: fc.nat(10_000) }), { maxLength: most });

const size = fc.record({
  units: fc.oneof(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 100, max: 300 })),
  people: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 50, max: 200 })),
  seed: fc.nat(1_000_000),
});

/** Which of the operations that could go next goes: any order at all. */
export const order = fc.infiniteStream(fc.nat(1_000_000));
export const picker =
  (stream: Iterator<number>) =>
  (choices: number): number =>
    (stream.next().value ?? 0) % Math.max(1, choices);

const PARK = 'park';

const withPark = (world: World): World => {
  world.platform.units.set(PARK, { parent: world.platform.rules.root, name: '已离职', order: '0' });
  return world;
};

const PARKED = { action: 'DISABLE' as const, deleteAfterDays: null, parkOrgUnitExternalId: PARK };
const DELETED = { action: 'DELETE' as const, deleteAfterDays: null, parkOrgUnitExternalId: null };
const DISABLED = { action: 'DISABLE' as const, deleteAfterDays: null, parkOrgUnitExternalId: null };
const LEFT_ALONE = { action: 'NONE' as const, deleteAfterDays: null, parkOrgUnitExternalId: null };

const ownership = fc.constantFrom('REPLACE' as const, 'UNION' as const);

export const smooth = fc.record({
  size,
  steps: changes(40),
  order,
  leaver: fc.constantFrom<PushRules['leaver'][]>(PARKED, DELETED),
  secondaryMemberships: fc.boolean(),
  membershipOwnership: ownership,
});
export type Smooth = typeof smooth extends fc.Arbitrary<infer R> ? R : never;

/** Whoever stays on the platform as a disabled person keeps number and address: nobody else may want them. */
const freeValues = (world: World): void => {
  const people = [...world.accounts.values()];
  for (const leaver of people.filter(({ status }) => status !== 'ACTIVE')) {
    const kept = world.platform.people.get(world.accountLinks.get(leaver.id) ?? '')?.values;
    for (const account of people.filter(({ status }) => status === 'ACTIVE')) {
      if (account.mobile === kept?.['mobile']) {
        account.mobile = `135${account.id.replace(/\D/g, '').padStart(8, '0')}`;
      }
      if (account.email !== null && account.email === kept?.['email']) {
        account.email = `${account.id}@example.org`;
      }
    }
  }
};

/** Whoever has left before ever having been pushed never gets there, and can be nobody's manager there. */
const reachableManagers = (world: World): void => {
  for (const account of world.accounts.values()) {
    const { managerId } = account;
    if (managerId === null || world.account(managerId).status === 'ACTIVE') continue;
    if (!world.accountLinks.has(managerId)) account.managerId = null;
  }
};

/** Only the roster changes, and nothing stands in its way: everything has to come out exactly as the roster says. */
export const smoothWorld = ({ size: how, steps, leaver, order: _order, ...rules }: Smooth): World => {
  const world = withPark(new World());
  world.rules = { ...world.rules, ...rules, leaver };
  company(how, world).settle();
  for (const step of steps) change(world, step, 'ROSTER');
  // Somebody who is only disabled, and is not parked, stays in a unit that goes: another test's business.
  for (const account of world.accounts.values()) {
    if (leaver.action === 'DELETE' && account.status === 'DISABLED') leave(world, account, 'DELETED');
  }
  if (leaver.action === 'DISABLE') freeValues(world);
  reachableManagers(world);
  return world;
};

const MATCH_KEYS: readonly MatchKey[] = [
  { remoteField: 'mobile', rosterField: 'mobile', foldCase: false },
  { remoteField: 'email', rosterField: 'email', foldCase: true },
  { remoteField: 'name', rosterField: 'displayName', foldCase: false },
];

const some = fc.array(fc.nat(1_000), { maxLength: 3 });

/** Everything at once: drift, strangers, lost links, forbidden things, every rule. */
export const rough = fc.record({
  size,
  steps: changes(40),
  order,
  model: fc.record({
    root: fc.constantFrom('1', '1', null),
    foldNames: fc.boolean(),
    memberRequired: fc.boolean(),
    maxDepth: fc.constantFrom(null, null, null, 12),
  }),
  leaver: fc.constantFrom<PushRules['leaver'][]>(PARKED, DELETED, DISABLED, LEFT_ALONE),
  secondaryMemberships: fc.boolean(),
  membershipOwnership: ownership,
  outOfScope: fc.constantFrom('KEEP' as const, 'KEEP' as const, 'REMOVE' as const),
  matchKeys: fc.subarray([...MATCH_KEYS]),
  off: fc.oneof(
    { weight: 3, arbitrary: fc.constant<OperationSwitch[]>([]) },
    { weight: 1, arbitrary: fc.subarray([...OPERATION_SWITCHES], { maxLength: 3 }) },
  ),
  scope: fc.option(some, { nil: [] }),
  exclude: fc.option(some, { nil: [] }),
  protectedUnits: fc.option(some, { nil: [] }),
  protectedPeople: fc.option(some, { nil: [] }),
  top: fc.option(fc.nat(1_000)),
});
export type Rough = typeof rough extends fc.Arbitrary<infer R> ? R : never;

const at = <T>(items: Iterable<T>, picks: readonly number[]): T[] => {
  const all = [...items];
  return picks.flatMap((n) => {
    const item = all[n % Math.max(1, all.length)];
    return item === undefined ? [] : [item];
  });
};

export const roughWorld = (recipe: Rough): World => {
  const world = withPark(new World(recipe.model));
  const { leaver, secondaryMemberships, membershipOwnership, outOfScope } = recipe;
  world.rules = { ...world.rules, leaver, secondaryMemberships, membershipOwnership };
  world.matchKeys = recipe.matchKeys;
  company(recipe.size, world).settle();
  for (const step of recipe.steps) change(world, step, 'BOTH');
  const units = [...world.units.keys()];
  const people = [...world.accounts.keys()];
  const off = Object.fromEntries(recipe.off.map((name) => [name, false]));
  const [top] = recipe.top === null ? [] : at(world.platform.units.keys(), [recipe.top]);
  world.rules = {
    ...world.rules,
    outOfScope,
    operations: { ...world.rules.operations, ...off },
    scope: {
      orgUnitIds: at<OrgUnitId>(units, recipe.scope),
      includeAccountIds: [],
      excludeAccountIds: at<AccountId>(people, recipe.exclude),
    },
    protectedOrgUnitIds: at<OrgUnitId>(units, recipe.protectedUnits),
    protectedAccountIds: at<AccountId>(people, recipe.protectedPeople),
    topOrgUnitExternalId: top ?? null,
  };
  return world;
};

export const copyOf = (world: World): World => {
  const other = new World(world.platform.rules);
  other.rules = world.rules;
  other.capabilities = world.capabilities;
  other.matchKeys = world.matchKeys;
  other.platform = world.platform.copy();
  other.unitLinks.clear();
  for (const [id, unit] of world.units) other.units.set(id, { ...unit });
  for (const [id, account] of world.accounts) other.accounts.set(id, structuredClone(account));
  for (const [id, external] of world.unitLinks) other.unitLinks.set(id, external);
  for (const [id, external] of world.accountLinks) other.accountLinks.set(id, external);
  for (const [id, version] of world.agreed) other.agreed.set(id, version);
  return other;
};
