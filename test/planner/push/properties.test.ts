import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_PUSH_RULES, type PlannedOperation } from '../../../src/domain/index.ts';
import type { PushInput } from '../../../src/planner/push/facts.ts';
import { invertPlan } from '../../../src/planner/push/invert-plan.ts';
import { planDigest } from '../../../src/planner/push/plan-digest.ts';
import { tries } from '../../support/properties.ts';
import { applyPlan, type Done, plan } from './support/apply-plan.ts';
import { pictureNow, pictureWanted } from './support/oracle.ts';
import { copyOf, picker, rough, roughWorld, smooth, smoothWorld } from './support/recipes.ts';
import type { World } from './support/world.ts';

const COMPANIES = Number(process.env['PUSH_COMPANIES'] ?? 60);

const goes = ({ state }: PlannedOperation): boolean => state === 'PLANNED' || state === 'HELD';

/** Platform objects that a run may have changed: those that its rows name. */
const namedBy = (done: readonly Done[]): ReadonlySet<string> =>
  new Set(done.map(({ externalId }) => externalId));

const linkedIn = (world: World): ReadonlySet<string> =>
  new Set([...world.unitLinks.values(), ...world.accountLinks.values()]);

/** Whatever no row names is as it was; flags of leaders follow the unit, and whoever is gone manages nobody. */
const expectNothingElse = (before: World, after: World, done: readonly Done[]): void => {
  const named = namedBy(done);
  for (const [id, unit] of before.platform.units) {
    if (!named.has(id)) expect(after.platform.units.get(id)).toEqual(unit);
  }
  for (const [id, person] of before.platform.people) {
    if (named.has(id)) continue;
    const now = after.platform.people.get(id);
    const seats = (list: typeof person.seats | undefined) =>
      list?.map((seat) => (named.has(seat.unit) ? seat.unit : seat));
    const manager =
      person.manager !== null && after.platform.people.has(person.manager) ? person.manager : null;
    expect({ ...now, seats: seats(now?.seats) }).toEqual({ ...person, manager, seats: seats(person.seats) });
  }
};

/** People and units that nobody has linked are never touched, not even as leaders. */
const expectStrangersUntouched = (before: World, after: World): void => {
  const ours = new Set([...linkedIn(before), ...linkedIn(after)]);
  for (const [id, unit] of before.platform.units)
    if (!ours.has(id)) expect(after.platform.units.get(id)).toEqual(unit);
  for (const [id, person] of before.platform.people) {
    if (ours.has(id)) continue;
    const manager =
      person.manager !== null && after.platform.people.has(person.manager) ? person.manager : null;
    expect(after.platform.people.get(id)).toEqual({ ...person, manager });
  }
};

const shuffled = <T>(items: readonly T[], pick: (n: number) => number): T[] => {
  const rest = [...items];
  const result: T[] = [];
  while (rest.length > 0) result.push(...rest.splice(pick(rest.length), 1));
  return result;
};

const inAnyOrder = (input: PushInput, pick: (n: number) => number): PushInput => ({
  ...input,
  units: shuffled(input.units, pick),
  accounts: shuffled(input.accounts, pick).map((account) => ({
    ...account,
    memberships: shuffled(account.memberships, pick),
  })),
  remoteUnits: shuffled(input.remoteUnits, pick),
  remoteAccounts: shuffled(input.remoteAccounts, pick).map((remote) => ({
    ...remote,
    value: { ...remote.value, memberships: shuffled(remote.value.memberships, pick) },
  })),
  links: {
    units: new Map(shuffled([...input.links.units], pick)),
    accounts: new Map(shuffled([...input.links.accounts], pick)),
  },
});

describe('a push of whatever the roster has become', () => {
  it('leads exactly to the state that the roster wants, in any order, and then has nothing left to do', () => {
    fc.assert(
      fc.property(smooth, (recipe) => {
        const world = smoothWorld(recipe);
        const wanted = pictureWanted(world);
        const { operations } = plan(world.input());
        expect(operations.filter(({ state }) => state !== 'PLANNED')).toEqual([]);
        applyPlan(world, operations, { pick: picker(recipe.order) });
        expect(pictureNow(world)).toEqual(wanted);
        expect(plan(world.input()).operations).toEqual([]);
      }),
      tries(COMPANIES),
    );
  });
});

describe('a push into a platform where anything may be in the way', () => {
  it('makes only calls that the platform takes, in any order, and then has nothing left that could be done', () => {
    fc.assert(
      fc.property(rough, (recipe) => {
        const world = roughWorld(recipe);
        const apply = (): void => {
          const { operations } = plan(world.input());
          for (const { dependsOn, wave } of operations) {
            for (const one of dependsOn) expect(operations[one]?.wave).toBeLessThan(wave);
          }
          const done = applyPlan(world, operations, { pick: picker(recipe.order), release: true });
          expect(done.length).toBe(operations.filter(goes).length);
        };
        apply();
        // A name may not be given away for a moment where renaming is switched off: whoever wants it waits a turn.
        for (let turn = 0; turn < 8 && recipe.off.includes('updateOrgUnits'); turn++) apply();
        expect(plan(world.input()).operations.filter(goes)).toEqual([]);
      }),
      tries(COMPANIES),
    );
  });

  it('changes nothing but what its rows name, and never what nobody has linked', () => {
    fc.assert(
      fc.property(rough, (recipe) => {
        const world = roughWorld(recipe);
        const before = copyOf(world);
        const done = applyPlan(world, plan(world.input()).operations, { pick: picker(recipe.order) });
        expectNothingElse(before, world, done);
        expectStrangersUntouched(before, world);
      }),
      tries(COMPANIES),
    );
  });

  it('is the same plan to the byte whatever the order of the facts', () => {
    fc.assert(
      fc.property(rough, (recipe) => {
        const input = roughWorld(recipe).input();
        const { operations } = plan(input);
        const again = plan(inAnyOrder(input, picker(recipe.order))).operations;
        expect(again).toEqual(operations);
        expect(planDigest(again)).toBe(planDigest(operations));
      }),
      tries(COMPANIES),
    );
  });

  it('lets no guard be passed: what goes without a word stays below every limit (rules 1 to 3)', () => {
    fc.assert(
      fc.property(rough, (recipe) => {
        const world = roughWorld(recipe);
        world.rules = { ...world.rules, guards: DEFAULT_PUSH_RULES.guards };
        const before = copyOf(world);
        const { operations, guards } = plan(world.input());
        applyPlan(world, operations, { pick: picker(recipe.order) });
        const limit = (kind: string): number => guards.find((guard) => guard.kind === kind)?.limit ?? -1;
        const people = [...before.platform.people];
        const count = (is: (id: string, was: (typeof people)[number][1]) => boolean): number =>
          people.filter(([id, was]) => is(id, was)).length;
        const now = (id: string) => world.platform.people.get(id);
        expect(count((id) => now(id) === undefined)).toBeLessThanOrEqual(limit('ACCOUNT_DELETE'));
        expect(count((id, was) => was.active && now(id)?.active === false)).toBeLessThanOrEqual(
          limit('ACCOUNT_DISABLE'),
        );
        const renamed = count(
          (id, was) => now(id) !== undefined && now(id)?.values['name'] !== was.values['name'],
        );
        expect(renamed).toBeLessThanOrEqual(limit('ACCOUNT_RENAME'));
        const rang = count(
          (id, was) => now(id) !== undefined && now(id)?.values['mobile'] !== was.values['mobile'],
        );
        expect(rang).toBeLessThanOrEqual(limit('ACCOUNT_LOGIN_ID'));
        const units = [...before.platform.units];
        const unitNow = (id: string) => world.platform.units.get(id);
        expect(units.filter(([id]) => unitNow(id) === undefined).length).toBeLessThanOrEqual(
          limit('ORG_UNIT_DELETE'),
        );
        const moved = units.filter(
          ([id, was]) => unitNow(id) !== undefined && unitNow(id)?.parent !== was.parent,
        );
        expect(moved.length).toBeLessThanOrEqual(limit('ORG_UNIT_MOVE'));
        const called = units.filter(
          ([id, was]) => unitNow(id) !== undefined && unitNow(id)?.name !== was.name,
        );
        expect(called.length).toBeLessThanOrEqual(limit('ORG_UNIT_RENAME'));
        const lost = people.flatMap(([id, was]) => {
          const seats = now(id)?.seats;
          return seats === undefined
            ? []
            : was.seats.filter(({ unit }) => !seats.some((seat) => seat.unit === unit));
        });
        expect(lost.length).toBeLessThanOrEqual(limit('MEMBERSHIP_REMOVE'));
      }),
      tries(COMPANIES),
    );
  });
});

/** Takes a run back, as far as that can be: what was deleted stays so. */
const undo = (
  world: World,
  before: World,
  done: readonly Done[],
  pick: (choices: number) => number,
): PlannedOperation[] => {
  const led = (externalId: string): string[] =>
    (before.platform.people.get(externalId)?.seats ?? []).flatMap(({ unit, leader }) =>
      leader ? [unit] : [],
    );
  const input = world.input();
  const { operations } = invertPlan({
    applied: done.map((one) => ({ ...one, led: led(one.externalId) })),
    remoteUnits: new Map(input.remoteUnits.map((unit) => [unit.externalId, unit])),
    remoteAccounts: new Map(input.remoteAccounts.map((person) => [person.value.externalId, person])),
    links: input.links,
    capabilities: world.capabilities,
    guards: world.rules.guards,
    linked: { accounts: 1, orgUnits: 1, memberships: 1 },
  });
  applyPlan(world, operations, { pick });
  return [...operations];
};

/** Whatever no refused row concerns is as it was before the push. */
const expectTakenBack = (before: World, world: World, refused: readonly PlannedOperation[]): void => {
  const stuck = new Set(refused.map(({ externalId }) => externalId));
  for (const [id, unit] of before.platform.units) {
    if (!stuck.has(id)) expect(world.platform.units.get(id)).toEqual(unit);
  }
  for (const [id, person] of before.platform.people) {
    if (stuck.has(id)) continue;
    const now = world.platform.people.get(id);
    expect({ ...now?.values, active: now?.active }).toEqual({ ...person.values, active: person.active });
    expect(now?.seats.map(({ unit }) => unit).sort()).toEqual(person.seats.map(({ unit }) => unit).sort());
  }
};

describe('taking a push back', () => {
  it('brings everything back that was not deleted, and says of the rest that it cannot be', () => {
    fc.assert(
      fc.property(smooth, (recipe) => {
        const world = smoothWorld(recipe);
        const before = copyOf(world);
        const pick = picker(recipe.order);
        const done = applyPlan(world, plan(world.input()).operations, { pick });
        const taken = undo(world, before, done, pick);
        const deletes = done.filter(({ operation }) => operation.kind.startsWith('DELETE_'));
        const refused = taken.filter(({ state }) => state !== 'PLANNED');
        expect(refused.every(({ issues }) => issues.length > 0)).toBe(true);
        expect(refused.length).toBeGreaterThanOrEqual(deletes.length);
        expectTakenBack(before, world, refused);
        if (refused.length > 0) return;
        expect(Object.fromEntries(world.platform.units)).toEqual(Object.fromEntries(before.platform.units));
        expect(pictureNow(world)).toEqual(pictureNow(before));
        expect(world.unitLinks).toEqual(before.unitLinks);
        expect(world.accountLinks).toEqual(before.accountLinks);
      }),
      tries(COMPANIES),
    );
  });
});
