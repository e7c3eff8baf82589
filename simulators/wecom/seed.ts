import type { Company, CompanyPerson } from '../company/index.ts';
import { type Attribute, type Corp, createCorp, keyOf } from './corp.ts';
import { addDepartment, addMember, type NewMember } from './mutations.ts';

/** Platform order, larger first, for a rank of the company, 0 first. */
export function orderForRank(rank: number): number {
  return 100_000_000 - rank * 1000;
}

/** The corp that holds a generated company; ids of units and people become department ids and userids as they are. */
export function seedCorp(corpId: string, company: Company): Corp {
  const corp = createCorp(corpId, company.name);
  for (const { id, name, parentId, order } of company.units) {
    if (parentId !== null) addDepartment(corp, { id, name, parentId, order: orderForRank(order) });
  }
  const known = new Set(company.people.map((person) => person.id));
  for (const person of company.people) addMember(corp, toMember(person, known));
  const founder = company.people.find((person) => person.admin === 1);
  corp.creator = founder ? keyOf(founder.id) : null;
  return corp;
}

function toMember(person: CompanyPerson, known: ReadonlySet<string>): NewMember {
  const { managerId } = person;
  const attributes = new Map<string, Attribute>();
  if (person.jobNumber) attributes.set('工号', { type: 0, value: person.jobNumber });
  for (const [name, value] of Object.entries(person.custom ?? {})) attributes.set(name, { type: 0, value });
  return {
    userid: person.id,
    name: person.name,
    mobile: person.mobile ?? '',
    email: person.email ?? '',
    position: person.title ?? '',
    telephone: person.telephone ?? '',
    address: person.workPlace ?? '',
    gender: person.name.length % 2 === 0 ? '1' : '2',
    attributes,
    activated: person.active,
    directLeaders: managerId && known.has(managerId) ? [keyOf(managerId)] : [],
    places: person.memberships.map(({ unitId, order, leader }) => ({
      departmentId: unitId,
      order: orderForRank(order),
      leader,
    })),
  };
}
