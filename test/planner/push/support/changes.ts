import type { AccountId, OrgUnitId } from '../../../../src/domain/index.ts';
import { accountId, ROOT_ID, World, type WorldAccount, type WorldUnit } from './world.ts';

/** What happens to a company between two pushes: three numbers pick what, to whom, and with what. */
export interface Change {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

const NAMES = ['研发', '销售', 'HR', '财务', '市场', '法务', '客服', '采购'];
const TITLES = ['工程师', '经理', '总监', null];

export const activeUnits = (world: World): WorldUnit[] =>
  [...world.units.values()].filter(({ id, deleted }) => !deleted && id !== ROOT_ID);

const livePeople = (world: World): WorldAccount[] =>
  [...world.accounts.values()].filter(({ status }) => status === 'ACTIVE');

const pick = <T>(items: readonly T[], n: number): T | undefined => items[n % Math.max(1, items.length)];

const isBelow = (world: World, id: OrgUnitId, above: OrgUnitId): boolean => {
  for (let at: OrgUnitId | null = id; at !== null; at = world.unit(at).parentId)
    if (at === above) return true;
  return false;
};

const isFree = (world: World, parentId: OrgUnitId | null, name: string, self?: OrgUnitId): boolean =>
  !activeUnits(world).some(
    (unit) =>
      unit.id !== self && unit.parentId === parentId && unit.name.toLowerCase() === name.toLowerCase(),
  );

const touch = (thing: { version: number }): void => {
  thing.version++;
};

const rename = (world: World, unit: WorldUnit, name: string): void => {
  if (!isFree(world, unit.parentId, name, unit.id)) return;
  unit.name = name;
  touch(unit);
};

const move = (world: World, unit: WorldUnit, to: OrgUnitId): void => {
  if (isBelow(world, to, unit.id) || !isFree(world, to, unit.name, unit.id)) return;
  unit.parentId = to;
  touch(unit);
};

const swapNames = (a: WorldUnit, b: WorldUnit): void => {
  [a.name, b.name] = [b.name, a.name];
  touch(a);
  touch(b);
};

/** A below B, and B where A was. */
const cross = (world: World, a: WorldUnit, b: WorldUnit): void => {
  if (a === b || !isBelow(world, b.id, a.id)) return;
  const place = a.parentId;
  if (!isFree(world, place, b.name, a.id) || !isFree(world, b.id, a.name)) return;
  b.parentId = place;
  a.parentId = b.id;
  touch(a);
  touch(b);
};

const uniqueName = (world: World, parentId: OrgUnitId, name: string): string => {
  for (let n = 0; ; n++) {
    const candidate = n === 0 ? name : `${name}${n}`;
    if (isFree(world, parentId, candidate)) return candidate;
  }
};

const newUnit = (world: World, parentId: OrgUnitId, name: string): OrgUnitId =>
  world.addUnit(`n${world.units.size}`, parentId, uniqueName(world, parentId, name));

const seatIn = (account: WorldAccount, from: OrgUnitId, to: OrgUnitId): void => {
  if (!account.memberships.some(({ orgUnitId }) => orgUnitId === from)) return;
  const others = account.memberships.filter(({ orgUnitId }) => orgUnitId !== from && orgUnitId !== to);
  account.memberships = [...others, { orgUnitId: to, leader: false, order: '0' }];
  if (account.primaryOrgUnitId === from) account.primaryOrgUnitId = to;
  touch(account);
};

/** Removes a unit; what is in it goes one level up. */
const removeUnit = (world: World, unit: WorldUnit): void => {
  const up = unit.parentId ?? ROOT_ID;
  for (const account of world.accounts.values()) seatIn(account, unit.id, up);
  unit.deleted = true;
  for (const child of activeUnits(world)) {
    if (child.parentId !== unit.id) continue;
    child.name = uniqueName(world, up, child.name);
    child.parentId = up;
    touch(child);
  }
  touch(unit);
};

const replaceUnit = (world: World, unit: WorldUnit): void => {
  const { name, parentId } = unit;
  removeUnit(world, unit);
  newUnit(world, parentId ?? ROOT_ID, name);
};

const swapField = (a: WorldAccount, b: WorldAccount, field: 'email' | 'title'): void => {
  [a[field], b[field]] = [b[field], a[field]];
  touch(a);
  touch(b);
};

const setManager = (world: World, account: WorldAccount, manager: AccountId | null): void => {
  if (manager === account.id) return;
  account.managerId = manager === null || world.account(manager).status !== 'ACTIVE' ? null : manager;
  touch(account);
};

export const leave = (world: World, account: WorldAccount, status: 'DISABLED' | 'DELETED'): void => {
  account.status = status;
  touch(account);
  for (const other of world.accounts.values()) {
    if (status === 'DELETED' && other.managerId === account.id) setManager(world, other, null);
  }
};

const newAccount = (world: World, orgUnitId: OrgUnitId, manager: WorldAccount | undefined): void => {
  const id = world.addAccount(`${9_000 + world.accounts.size}`, orgUnitId);
  if (manager !== undefined) setManager(world, world.account(id), manager.id);
};

const addSeat = (account: WorldAccount, orgUnitId: OrgUnitId): void => {
  if (account.memberships.some((seat) => seat.orgUnitId === orgUnitId)) return;
  account.memberships = [...account.memberships, { orgUnitId, leader: false, order: '0' }];
  touch(account);
};

const toggleLeader = (account: WorldAccount, n: number): void => {
  account.memberships = account.memberships.map((seat, i) =>
    i === n % account.memberships.length ? { ...seat, leader: !seat.leader } : seat,
  );
  touch(account);
};

/** New names, moves, values: what an administrator does to the roster. */
const ROSTER_CHANGES: readonly ((world: World, a: number, b: number) => void)[] = [
  (world, a, b) => {
    const unit = pick(activeUnits(world), a);
    if (unit !== undefined) rename(world, unit, NAMES[b % NAMES.length] ?? '研发');
  },
  (world, a, b) => {
    const unit = pick(activeUnits(world), a);
    const to = pick([world.unit(ROOT_ID), ...activeUnits(world)], b);
    if (unit !== undefined && to !== undefined) move(world, unit, to.id);
  },
  (world, a, b) => {
    const unit = pick(activeUnits(world), a);
    const brother = pick(
      activeUnits(world).filter(({ parentId }) => parentId === unit?.parentId),
      b,
    );
    if (unit !== undefined && brother !== undefined && unit !== brother) swapNames(unit, brother);
  },
  (world, a, b) => {
    const unit = pick(activeUnits(world), a);
    const below = pick(
      activeUnits(world).filter(
        ({ id }) => unit !== undefined && id !== unit.id && isBelow(world, id, unit.id),
      ),
      b,
    );
    if (unit !== undefined && below !== undefined) cross(world, unit, below);
  },
  (world, a, b) => {
    const parent = pick([world.unit(ROOT_ID), ...activeUnits(world)], a);
    newUnit(world, parent?.id ?? ROOT_ID, NAMES[b % NAMES.length] ?? '研发');
  },
  (world, a) => {
    const unit = pick(activeUnits(world), a);
    if (unit !== undefined) removeUnit(world, unit);
  },
  (world, a) => {
    const unit = pick(activeUnits(world), a);
    if (unit !== undefined) replaceUnit(world, unit);
  },
  (world, a, b) => {
    const unit = pick([world.unit(ROOT_ID), ...activeUnits(world)], a);
    newAccount(world, unit?.id ?? ROOT_ID, pick(livePeople(world), b));
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    const unit = pick(activeUnits(world), b);
    if (account !== undefined && unit !== undefined) seatIn(account, account.primaryOrgUnitId, unit.id);
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    const unit = pick(activeUnits(world), b);
    if (account !== undefined && unit !== undefined) addSeat(account, unit.id);
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    if (account === undefined) return;
    account.title = TITLES[b % TITLES.length] ?? null;
    touch(account);
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    const other = pick(livePeople(world), b);
    if (account !== undefined && other !== undefined && account !== other) swapField(account, other, 'email');
  },
  (world, a, b) => {
    // A number that goes from hand to hand: who gives it gets a new one.
    const account = pick(livePeople(world), a);
    const other = pick(livePeople(world), b);
    if (account === undefined || other === undefined || account === other) return;
    account.mobile = other.mobile;
    other.mobile = `139${String(world.accounts.size * 1_000 + a + b + account.version).padStart(8, '0')}`;
    const clash = [...world.accounts.values()].some((one) => one !== other && one.mobile === other.mobile);
    if (clash) other.mobile = `137${String(other.version * 100_000 + a * 7 + b).padStart(8, '0')}`;
    touch(account);
    touch(other);
  },
  (world, a) => {
    const account = pick(livePeople(world), a);
    if (account !== undefined) leave(world, account, 'DISABLED');
  },
  (world, a) => {
    const account = pick(livePeople(world), a);
    if (account !== undefined) leave(world, account, 'DELETED');
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    const manager = pick([undefined, ...livePeople(world)], b);
    if (account !== undefined) setManager(world, account, manager?.id ?? null);
  },
  (world, a, b) => {
    const account = pick(livePeople(world), a);
    if (account !== undefined) toggleLeader(account, b);
  },
  (world, a) => {
    const account = pick(
      [...world.accounts.values()].filter(({ status }) => status === 'DISABLED'),
      a,
    );
    if (account === undefined) return;
    account.status = 'ACTIVE';
    touch(account);
  },
  (world, a) => {
    // Its number is free again for whoever comes.
    const gone = pick(
      [...world.accounts.values()].filter(({ status }) => status === 'DELETED'),
      a,
    );
    const taken = livePeople(world).some(({ mobile }) => mobile === gone?.mobile);
    if (gone === undefined || taken) return;
    const email = livePeople(world).some((one) => one.email === gone.email) ? null : gone.email;
    world.addAccount(`${9_000 + world.accounts.size}`, ROOT_ID, { mobile: gone.mobile, email });
  },
];

const linkedUnits = (world: World): [OrgUnitId, string][] =>
  [...world.unitLinks].filter(([id]) => id !== ROOT_ID);

/** Somebody works on the platform by hand, or strangers are there, or nobody has linked what is there. */
const PLATFORM_CHANGES: readonly ((world: World, a: number, b: number) => void)[] = [
  (world, a, b) => {
    const external = pick(
      [...world.platform.units.keys()].filter((id) => id !== '1'),
      a,
    );
    if (external !== undefined) world.platform.renameUnit(external, NAMES[b % NAMES.length] ?? '研发');
  },
  (world, a, b) => {
    const external = pick(
      [...world.platform.units.keys()].filter((id) => id !== '1'),
      a,
    );
    const to = pick([...world.platform.units.keys()], b);
    if (external !== undefined && to !== undefined) world.platform.moveUnit(external, to);
  },
  (world, a, b) => {
    const parent = pick([...world.platform.units.keys()], a) ?? null;
    world.platform.createUnit(parent, NAMES[b % NAMES.length] ?? '研发');
  },
  (world, a, b) => {
    const unit = pick([...world.platform.units.keys()], a);
    const n = world.platform.people.size;
    const values = {
      name: '陌生人',
      mobile: `136${String(n * 100 + (b % 97)).padStart(8, '0')}`,
      email: null,
    };
    world.platform.createPerson(`stranger-${n}-${b}`, values, unit === undefined ? [] : [unit]);
  },
  (world, a, b) => {
    const external = pick([...world.platform.people.keys()], a);
    if (external !== undefined)
      world.platform.updatePerson(external, { title: TITLES[b % 3] ?? '经理' }, null);
  },
  (world, a, b) => {
    const external = pick([...world.platform.people.keys()], a);
    const unit = pick([...world.platform.units.keys()], b);
    if (external !== undefined && unit !== undefined) world.platform.updatePerson(external, {}, [unit]);
  },
  (world, a) => {
    const external = pick([...world.platform.people.keys()], a);
    if (external !== undefined) world.platform.setActive(external, a % 2 === 0);
  },
  (world, a) => {
    const external = pick([...world.platform.people.keys()], a);
    if (external !== undefined) world.platform.deletePerson(external);
  },
  (world, a) => {
    const external = pick([...world.platform.units.keys()], a);
    if (external !== undefined) world.platform.deleteUnit(external);
  },
  (world, a) => {
    const link = pick(linkedUnits(world), a);
    if (link !== undefined) world.unitLinks.delete(link[0]);
  },
  (world, a) => {
    const link = pick([...world.accountLinks], a);
    if (link !== undefined) world.accountLinks.delete(link[0]);
  },
  (world, a, b) => {
    const person = pick([...world.platform.people], a);
    const manager = pick([...world.platform.people.keys()], b);
    if (person !== undefined && manager !== undefined) world.platform.setManager(person[0], manager);
  },
];

/** Does a change; what the platform refuses has simply not happened. */
export const change = (world: World, { kind, a, b }: Change, which: 'ROSTER' | 'BOTH'): void => {
  const all =
    which === 'ROSTER' ? ROSTER_CHANGES : [...ROSTER_CHANGES, ...PLATFORM_CHANGES, ...PLATFORM_CHANGES];
  const chosen = all[kind % all.length];
  try {
    chosen?.(world, a, b);
  } catch (error) {
    if (!(error instanceof Error) || error.constructor.name !== 'Refused') throw error;
  }
};

/** A company of that many units and people, by a small generator of numbers of its own. */
export const company = (
  size: { readonly units: number; readonly people: number; readonly seed: number },
  world = new World(),
): World => {
  let state = (size.seed >>> 0) + 1;
  const roll = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const units = [ROOT_ID];
  for (let n = 0; n < size.units; n++) {
    const parent = units[roll(units.length)] ?? ROOT_ID;
    units.push(newUnit(world, parent, NAMES[roll(NAMES.length)] ?? '研发'));
  }
  for (let n = 0; n < size.people; n++) {
    const unit = units[roll(units.length)] ?? ROOT_ID;
    const id = world.addAccount(n, unit, { title: TITLES[roll(TITLES.length)] ?? null });
    const account = world.account(id);
    if (roll(4) === 0) addSeat(account, units[roll(units.length)] ?? ROOT_ID);
    if (roll(5) === 0) toggleLeader(account, roll(2));
    if (n > 0 && roll(2) === 0) account.managerId = accountId(roll(n));
  }
  return world;
};
