import type { Mess } from './mess.ts';
import type { PersonDraft } from './people.ts';
import { CONFLICT_KINDS, type CompanyTruth, type DefectKind, INVALID_KINDS, ODD_KINDS } from './types.ts';
import type { UnitDraft } from './units.ts';

/** Sums up the finished company; `mess` is absent when none was planted. */
export function sumUp(
  people: readonly PersonDraft[],
  units: readonly UnitDraft[],
  mess: Mess | undefined,
): CompanyTruth {
  const ids = Object.fromEntries(
    [...INVALID_KINDS, ...CONFLICT_KINDS, ...ODD_KINDS].map((kind) => [kind, mess?.planted.get(kind) ?? []]),
  ) as Record<DefectKind, string[]>;
  const groups = {
    mobile: sharing(people, (person) => person.mobile?.trim()),
    mail: sharing(people, (person) => person.email?.trim().toLowerCase()),
    jobNumber: sharing(people, (person) => person.jobNumber?.trim()),
    name: sharing(people, (person) => person.name.trim()),
  };
  ids.namesake = groups.name.flat();
  ids.severalUnits = idsOf(people, (person) => person.memberships.length > 1);
  ids.rootMember = idsOf(people, (person) =>
    person.memberships.some((membership) => membership.unitId === 1),
  );
  ids.inactive = idsOf(people, (person) => !person.active);
  const counts = Object.fromEntries(Object.entries(ids).map(([kind, list]) => [kind, list.length]));
  return {
    people: people.length,
    units: units.length,
    memberships: people.reduce((sum, person) => sum + person.memberships.length, 0),
    depth: units.reduce((deepest, unit) => Math.max(deepest, unit.depth), 0),
    counts: counts as Record<DefectKind, number>,
    ids,
    invalid: INVALID_KINDS.flatMap((kind) => ids[kind]),
    conflicts: CONFLICT_KINDS.flatMap((kind) => ids[kind]),
    groups,
    trimmed: mess?.trimmed ?? [],
    blankUnitIds: mess?.blankUnitIds ?? [],
    largestUnit: largestUnit(people),
  };
}

function idsOf(people: readonly PersonDraft[], test: (person: PersonDraft) => boolean): string[] {
  return people.filter(test).map((person) => person.id);
}

/** Ids of people who share a value; empty values are shared by nobody. */
function sharing(
  people: readonly PersonDraft[],
  read: (person: PersonDraft) => string | undefined,
): string[][] {
  const byValue = new Map<string, string[]>();
  for (const person of people) {
    const value = read(person);
    if (!value) continue;
    const list = byValue.get(value);
    if (list) list.push(person.id);
    else byValue.set(value, [person.id]);
  }
  return [...byValue.values()].filter((list) => list.length > 1);
}

function largestUnit(people: readonly PersonDraft[]): { id: number; people: number } {
  const sizes = new Map<number, number>();
  for (const person of people) {
    for (const { unitId } of person.memberships) sizes.set(unitId, (sizes.get(unitId) ?? 0) + 1);
  }
  let largest = { id: 1, people: 0 };
  for (const [id, size] of sizes) if (size > largest.people) largest = { id, people: size };
  return largest;
}
