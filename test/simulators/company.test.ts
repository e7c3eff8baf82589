import { expect, test } from 'vitest';
import { type Company, generateCompany } from '../../simulators/company/index.ts';

const tidy = generateCompany({ seed: 11, people: 2000 });
const messy = generateCompany({ seed: 11, people: 2000, messy: true });

function depths(company: Company): number[] {
  const byId = new Map<number, number>();
  for (const unit of company.units)
    byId.set(unit.id, unit.parentId === null ? 0 : (byId.get(unit.parentId) ?? Number.NaN) + 1);
  return [...byId.values()];
}

function membersOf(company: Company, unitId: number): string[] {
  return company.people
    .filter((person) => person.memberships.some((entry) => entry.unitId === unitId))
    .map(({ id }) => id);
}

test('the same options give the same company, another seed another one', () => {
  expect(JSON.stringify(generateCompany({ seed: 11, people: 2000, messy: true }))).toBe(
    JSON.stringify(messy),
  );
  expect(JSON.stringify(generateCompany({ seed: 12, people: 2000, messy: true }))).not.toBe(
    JSON.stringify(messy),
  );
});

test('a company has the asked people and units, parents before children, unique ids and sibling names', () => {
  expect(tidy.people).toHaveLength(2000);
  expect(tidy.units).toHaveLength(101);
  expect(generateCompany({ seed: 1, people: 50, orgUnits: 7 }).units).toHaveLength(8);
  for (const company of [tidy, messy]) {
    expect(new Set(company.people.map(({ id }) => id)).size).toBe(2000);
    expect(new Set(company.units.map(({ id }) => id)).size).toBe(company.units.length);
    expect(depths(company)).not.toContain(Number.NaN);
    const siblings = company.units.map((unit) => `${unit.parentId}/${unit.name.trim()}`);
    expect(new Set(siblings).size).toBe(siblings.length);
    expect(company.units.filter((unit) => /[-,，]/.test(unit.name))).toEqual([]);
  }
});

test('depth is 8 when tidy and 9 when messy, as the truth says', () => {
  expect(Math.max(...depths(tidy))).toBe(8);
  expect(Math.max(...depths(messy))).toBe(9);
  expect([tidy.truth.depth, messy.truth.depth]).toEqual([8, 9]);
});

test('a tidy company has no invalid person and no value twice', () => {
  expect(tidy.truth.invalid).toEqual([]);
  expect(tidy.truth.conflicts).toEqual([]);
  const { mobile, mail, jobNumber } = tidy.truth.groups;
  expect([mobile, mail, jobNumber]).toEqual([[], [], []]);
  expect(tidy.people.every((person) => /^1\d{10}$/.test(person.mobile ?? ''))).toBe(true);
  expect(tidy.people.every((person) => /^[^@\s]+@[^@\s]+\.[a-z]+$/.test(person.email ?? ''))).toBe(true);
});

test('a messy company is 2 % invalid and 1 % in conflict, with nobody in both', () => {
  expect(messy.truth.invalid).toHaveLength(40);
  expect(messy.truth.conflicts).toHaveLength(20);
  expect(new Set([...messy.truth.invalid, ...messy.truth.conflicts]).size).toBe(60);
});

test('the truth names exactly the people with each defect', () => {
  const { ids, groups } = messy.truth;
  const having = (check: (person: Company['people'][number]) => boolean): string[] =>
    messy.people
      .filter(check)
      .map(({ id }) => id)
      .sort();
  const sorted = (list: readonly string[]): string[] => [...list].sort();
  expect(having((person) => !person.mobile?.trim())).toEqual(sorted(ids.noMobile));
  expect(having((person) => !!person.mobile && !/^1\d{10}$/.test(person.mobile.trim()))).toEqual(
    sorted(ids.illegalMobile),
  );
  const legalMail = /^[^@\s]+@[^@\s]+\.[a-z]+$/i;
  expect(having((person) => !!person.email && !legalMail.test(person.email.trim()))).toEqual(
    sorted(ids.illegalMail),
  );
  expect(having((person) => person.name.trim() === '')).toEqual(sorted(ids.blankName));
  expect(sorted(groups.mobile.flat())).toEqual(sorted(ids.duplicateMobile));
  expect(sorted(groups.mail.flat())).toEqual(sorted(ids.duplicateMail));
  expect(sorted(groups.jobNumber.flat())).toEqual(sorted(ids.duplicateJobNumber));
  expect(having((person) => [...person.name].length >= 80)).toEqual(sorted(ids.longName));
  expect(having((person) => person.memberships.length > 1)).toEqual(sorted(ids.severalUnits));
  expect(sorted(membersOf(messy, 1))).toEqual(sorted(ids.rootMember));
  expect(messy.truth.counts.namesake).toBe(new Set(groups.name.flat()).size);
});

test('blanks stand around names, mails and unit names and are told with their clean value', () => {
  const people = new Map(messy.people.map((person) => [person.id, person]));
  expect(new Set(messy.truth.trimmed.map(({ id }) => id)).size).toBe(40);
  for (const { id, field, raw, clean } of messy.truth.trimmed) {
    expect(people.get(id)?.[field]).toBe(raw);
    expect(raw.trim()).toBe(clean);
    expect(raw).not.toBe(clean);
  }
  const blanks = messy.truth.trimmed.map(({ raw }) => raw).join('');
  expect(blanks).toContain('\u00a0');
  expect(blanks).toContain('\u3000');
  const blankUnits = messy.units.filter((unit) => unit.name !== unit.name.trim()).map(({ id }) => id);
  expect(blankUnits.sort()).toEqual([...messy.truth.blankUnitIds].sort());
});

test('one department of a messy company holds more than 300 people', () => {
  const { id, people } = messy.truth.largestUnit;
  expect(people).toBeGreaterThan(300);
  expect(membersOf(messy, id)).toHaveLength(people);
});

test('names hold characters beyond the basic plane and the middle dot', () => {
  const names = messy.people.map(({ name }) => name).join('');
  expect(names).toMatch(/[\u{20000}-\u{2ffff}]/u);
  expect(names).toContain('·');
  expect(names).toContain('䶮');
});

test('leaders and managers are people of the company, leaders of their own unit', () => {
  const ids = new Set(tidy.people.map(({ id }) => id));
  for (const unit of tidy.units) {
    const members = new Set(membersOf(tidy, unit.id));
    expect(unit.leaderIds.every((id) => members.has(id))).toBe(true);
  }
  expect(tidy.people.every((person) => !person.managerId || ids.has(person.managerId))).toBe(true);
  const unknown = messy.people.filter(
    (person) => person.managerId && !messy.people.some(({ id }) => id === person.managerId),
  );
  expect(unknown.map(({ id }) => id).sort()).toEqual([...messy.truth.ids.unknownManager].sort());
});

test('small messy companies still show every planted kind', () => {
  const small = generateCompany({ seed: 3, people: 50, messy: true });
  for (const [kind, count] of Object.entries(small.truth.counts)) {
    expect(count, kind).toBeGreaterThan(kind === 'inactive' ? -1 : 0);
  }
});

test('100,000 people come with 5,000 units', () => {
  const large = generateCompany({ seed: 2, people: 100_000 });
  expect(large.people).toHaveLength(100_000);
  expect(large.units).toHaveLength(5001);
  expect(large.truth.depth).toBe(8);
  const children = new Map<number | null, number>();
  for (const unit of large.units) children.set(unit.parentId, (children.get(unit.parentId) ?? 0) + 1);
  expect(Math.max(...children.values())).toBeLessThan(1000);
});
