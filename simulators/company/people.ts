import type { Random } from './random.ts';
import type { CompanyMembership, CompanyPerson } from './types.ts';
import type { UnitDraft } from './units.ts';
import { GIVEN, LATIN_GIVEN, LATIN_SURNAMES, LEADER_TITLES, PLACES, SURNAMES, TITLES } from './words.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A person while the company is being built. */
export type PersonDraft = Omit<Mutable<CompanyPerson>, 'memberships'> & {
  memberships: Mutable<CompanyMembership>[];
};

const MOBILE_PREFIXES =
  '130 131 135 136 137 138 139 150 151 152 158 159 176 177 180 182 186 187 188 189 198'.split(' ');
const DAY = 86_400_000;
const FIRST_DAY = Date.UTC(2012, 0, 1);
/** Coprime to 10^8: multiplying by it visits every eight-digit number once, so no mobile repeats by chance. */
const MOBILE_STEP = 48_271_393;

/** `count` people without units yet; everything that has to be unique is. */
export function draftPeople(random: Random, count: number): PersonDraft[] {
  const offset = random.int(90_000_000);
  return Array.from({ length: count }, (_, index) => draftPerson(random, index, offset));
}

function draftPerson(random: Random, index: number, offset: number): PersonDraft {
  const { name, mailbox } = draftName(random);
  const tail = String((offset + index * MOBILE_STEP) % 100_000_000).padStart(8, '0');
  const createdAt = FIRST_DAY + random.int(5200) * DAY + random.int(DAY);
  const person: PersonDraft = {
    id: draftId(random, index),
    name,
    mobile: random.pick(MOBILE_PREFIXES) + tail,
    email: `${mailbox}${index.toString(36)}@corp.example.com`,
    jobNumber: `A${String(index + 1).padStart(6, '0')}`,
    title: random.pick(TITLES),
    workPlace: random.pick(PLACES),
    createdAt,
    active: !random.chance(0.03),
    admin: 0,
    boss: false,
    memberships: [],
  };
  if (random.chance(0.7)) person.hiredDate = createdAt - (createdAt % DAY);
  if (random.chance(0.1)) person.telephone = `0571-${8000000 + index}`;
  if (random.chance(0.08))
    person.custom = { 工位: `${1 + random.int(30)}F-${random.int(400)}`, 班次: '白班' };
  return person;
}

function draftName(random: Random): { name: string; mailbox: string } {
  if (random.chance(0.03)) {
    const given = random.pick(LATIN_GIVEN);
    return { name: `${given} ${random.pick(LATIN_SURNAMES)}`, mailbox: given.toLowerCase() };
  }
  const [sign, sound] = random.pick(SURNAMES);
  const first = random.pick(GIVEN);
  if (random.chance(0.2)) return { name: sign + first[0], mailbox: `${sound}.${first[1]}` };
  const second = random.pick(GIVEN);
  return { name: sign + first[0] + second[0], mailbox: `${sound}.${first[1]}${second[1]}` };
}

/** Long digit strings, `manager####`, and self-chosen ids side by side, as real companies have them. */
function draftId(random: Random, index: number): string {
  if (index === 0) return 'manager1000';
  const kind = random.next();
  if (kind < 0.6) return `${100_000 + random.int(900_000)}${String(10_000_000 + index * 7)}${random.int(10)}`;
  if (kind < 0.65) return `manager${1000 + index}`;
  return `e${String(index).padStart(6, '0')}`;
}

export interface PlacementPlan {
  /** Share of people with two to four units. */
  readonly several: number;
  /** People besides the boss who sit directly in the root. */
  readonly rootMembers: number;
  /** People put into one unit on top of what chance brings; 0 = none. */
  readonly crowd: number;
}

/** Gives everybody units, ranks, leaders and managers. */
export function placePeople(
  random: Random,
  people: readonly PersonDraft[],
  units: readonly UnitDraft[],
  plan: PlacementPlan,
): void {
  const sizes = new Map<number, number>();
  const join = (person: PersonDraft, unit: UnitDraft): void => {
    if (person.memberships.some((membership) => membership.unitId === unit.id)) return;
    const order = sizes.get(unit.id) ?? 0;
    sizes.set(unit.id, order + 1);
    person.memberships.push({ unitId: unit.id, leader: false, order });
  };
  const root = units[0] as UnitDraft;
  const places = units.length > 1 ? units.slice(1) : units;
  const crowded = places[Math.min(2, places.length - 1)] as UnitDraft;
  people.forEach((person, index) => {
    if (index <= plan.rootMembers) join(person, root);
    if (index === 0) return;
    // Every unit gets its first person in turn, so that none but the last is empty by chance in small companies.
    if (index <= plan.crowd) join(person, crowded);
    else
      join(
        person,
        index - plan.crowd <= places.length
          ? (places[index - plan.crowd - 1] as UnitDraft)
          : random.pick(places),
      );
    if (random.chance(plan.several))
      for (let n = 1 + random.int(3); n > 0; n--) join(person, random.pick(places));
  });
  appoint(random, people, units);
}

function appoint(random: Random, people: readonly PersonDraft[], units: readonly UnitDraft[]): void {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  for (const person of people) {
    for (const membership of person.memberships) {
      const unit = byId.get(membership.unitId) as UnitDraft;
      if (membership.order > 0 && !(unit.leaderIds.length === 1 && random.chance(0.01))) continue;
      membership.leader = true;
      unit.leaderIds.push(person.id);
      const title = random.pick(LEADER_TITLES);
      membership.title = title;
      person.title = title;
    }
  }
  for (const person of people) {
    const manager = managerOf(person, byId);
    if (manager) person.managerId = manager;
  }
  people.forEach((person, index) => {
    person.boss = index === 0;
    person.admin = index === 0 ? 1 : index <= 3 ? 2 : 0;
  });
}

function managerOf(person: PersonDraft, units: ReadonlyMap<number, UnitDraft>): string | undefined {
  let unit = units.get(person.memberships[0]?.unitId ?? 1);
  while (unit) {
    const leader = unit.leaderIds[0];
    if (leader !== undefined && leader !== person.id) return leader;
    unit = unit.parentId === null ? undefined : units.get(unit.parentId);
  }
  return undefined;
}
