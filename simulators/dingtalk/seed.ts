import type { Company, CompanyPerson } from '../company/index.ts';
import { type Corp, createCorp } from './corp.ts';
import { addDepartment, addUser, type NewUser, orderForRank } from './mutations.ts';

/** The corp that holds a generated company; unit ids and person ids become dept_id and userid as they are. */
export function seedCorp(corpId: string, company: Company): Corp {
  const corp = createCorp(corpId, company.name);
  for (const unit of company.units) {
    if (unit.parentId !== null)
      addDepartment(corp, { id: unit.id, name: unit.name, parentId: unit.parentId });
    const dept = corp.departments.get(unit.id);
    if (dept) dept.managers = [...unit.leaderIds];
  }
  for (const person of company.people) addUser(corp, toUser(person));
  return corp;
}

function toUser(person: CompanyPerson): NewUser {
  const { id, custom, managerId, memberships, ...same } = person;
  const user: NewUser & { managerUserid?: string | null; extension?: Readonly<Record<string, string>> } = {
    ...same,
    userid: id,
    modifiedAt: person.createdAt,
    roles: person.admin
      ? [{ id: 4_065_312_371, name: person.admin === 1 ? '主管理员' : '子管理员', groupName: '默认' }]
      : [],
    memberships: memberships.map(({ unitId, order, ...rest }) => ({
      ...rest,
      deptId: unitId,
      order: orderForRank(order),
    })),
  };
  if (managerId !== undefined) user.managerUserid = managerId;
  if (custom) user.extension = custom;
  return user;
}
