import {
  type Corp,
  chainOf,
  type Department,
  keyOf,
  type Member,
  type Membership,
  plainMobile,
  ROOT,
  subtreeOf,
} from './corp.ts';

/** Changes of the corp as bare data: they keep the indexes, know no rule of the platform, and throw `TypeError` for unknown ids. */
export interface NewDepartment {
  readonly id: number;
  readonly name: string;
  readonly nameEn?: string;
  readonly parentId: number;
  readonly order?: number;
}

export function needDepartment(corp: Corp, id: number): Department {
  const dept = corp.departments.get(id);
  if (!dept) throw new TypeError(`no department ${id}`);
  return dept;
}

export function needMember(corp: Corp, userid: string): Member {
  const member = corp.members.get(keyOf(userid));
  if (!member) throw new TypeError(`no member ${userid}`);
  return member;
}

export function addDepartment(corp: Corp, input: NewDepartment): Department {
  if (corp.departments.has(input.id)) throw new TypeError(`department ${input.id} exists`);
  const parent = needDepartment(corp, input.parentId);
  const dept: Department = {
    id: input.id,
    name: input.name,
    nameEn: input.nameEn ?? '',
    parentId: input.parentId,
    order: input.order ?? 0,
    seq: corp.nextSeq++,
    children: new Set(),
    members: new Set(),
  };
  corp.departments.set(dept.id, dept);
  parent.children.add(dept.id);
  corp.nextDepartmentId = Math.max(corp.nextDepartmentId, dept.id + 1);
  return dept;
}

export type DepartmentPatch = Partial<Pick<Department, 'name' | 'nameEn' | 'parentId' | 'order'>>;

export function changeDepartment(corp: Corp, id: number, { parentId, ...fields }: DepartmentPatch): void {
  const dept = needDepartment(corp, id);
  if (parentId !== undefined && parentId !== null && parentId !== dept.parentId) {
    if (chainOf(corp, parentId).includes(id))
      throw new TypeError(`department ${id} cannot move below itself`);
    needDepartment(corp, parentId).children.add(id);
    corp.departments.get(dept.parentId ?? 0)?.children.delete(id);
    dept.parentId = parentId;
  }
  Object.assign(dept, fields);
}

/** With its descendants; people in them lose these memberships. Returns the ids that went, deepest first. */
export function removeDepartment(corp: Corp, id: number): number[] {
  if (id === ROOT) throw new TypeError('the root department cannot be removed');
  needDepartment(corp, id);
  const gone = subtreeOf(corp, id).reverse();
  for (const dept of gone) {
    for (const key of [...dept.members]) {
      const member = corp.members.get(key) as Member;
      place(
        corp,
        member,
        member.memberships.filter((entry) => entry.departmentId !== dept.id),
      );
    }
    corp.departments.get(dept.parentId ?? 0)?.children.delete(dept.id);
    corp.departments.delete(dept.id);
    if (corp.unplaced === dept.id) corp.unplaced = null;
  }
  return gone.map((dept) => dept.id);
}

/** A member without its places; what is absent is empty. */
export type MemberFields = Omit<Member, 'seq' | 'userid' | 'memberships' | 'mainDepartment'>;

export interface Place {
  readonly departmentId: number;
  readonly order?: number;
  readonly leader?: boolean;
}

export type NewMember = Partial<MemberFields> & {
  readonly userid: string;
  readonly name: string;
  readonly places: readonly Place[];
  readonly mainDepartment?: number;
};

export function addMember(corp: Corp, input: NewMember): Member {
  const { userid, places, mainDepartment, ...fields } = input;
  if (corp.members.has(keyOf(userid))) throw new TypeError(`member ${userid} exists`);
  for (const { departmentId } of places) needDepartment(corp, departmentId);
  const member: Member = {
    useridGenerated: false,
    alias: '',
    mobile: '',
    email: '',
    bizMail: '',
    position: '',
    gender: '0',
    telephone: '',
    address: '',
    avatar: '',
    externalPosition: '',
    externalProfile: null,
    attributes: new Map(),
    directLeaders: [],
    activated: false,
    disabled: false,
    left: false,
    ...fields,
    userid,
    seq: corp.nextSeq++,
    memberships: [],
    mainDepartment: 0,
  };
  corp.members.set(keyOf(userid), member);
  index(corp, member);
  place(corp, member, places, mainDepartment);
  return member;
}

export type MemberPatch = Partial<MemberFields> & {
  readonly userid?: string;
  readonly places?: readonly Place[];
  readonly mainDepartment?: number;
};

export function changeMember(corp: Corp, userid: string, patch: MemberPatch): Member {
  const member = needMember(corp, userid);
  const { userid: newUserid, places, mainDepartment, ...fields } = patch;
  unindex(corp, member);
  Object.assign(member, fields);
  if (newUserid !== undefined && newUserid !== member.userid) renameMember(corp, member, newUserid);
  index(corp, member);
  if (places) place(corp, member, places, mainDepartment);
  else if (mainDepartment !== undefined) member.mainDepartment = mainDepartment;
  return member;
}

/** Keeps order and leader flag of the departments that stay, unless they are given. */
function place(corp: Corp, member: Member, places: readonly Place[], main?: number): void {
  const key = keyOf(member.userid);
  for (const { departmentId } of places) needDepartment(corp, departmentId);
  const before = member.memberships;
  for (const { departmentId } of before) corp.departments.get(departmentId)?.members.delete(key);
  member.memberships = places.map(({ departmentId, order, leader }): Membership => {
    const old = before.find((entry) => entry.departmentId === departmentId);
    needDepartment(corp, departmentId).members.add(key);
    return { departmentId, order: order ?? old?.order ?? 0, leader: leader ?? old?.leader ?? false };
  });
  const wanted = main ?? member.mainDepartment;
  const stays = member.memberships.some((entry) => entry.departmentId === wanted);
  member.mainDepartment = stays ? wanted : (member.memberships[0]?.departmentId ?? 0);
}

function renameMember(corp: Corp, member: Member, userid: string): void {
  const from = keyOf(member.userid);
  const to = keyOf(userid);
  member.userid = userid;
  if (from === to) return;
  corp.members.delete(from);
  corp.members.set(to, member);
  for (const { departmentId } of member.memberships) {
    const dept = needDepartment(corp, departmentId);
    dept.members.delete(from);
    dept.members.add(to);
  }
  for (const other of corp.members.values()) {
    other.directLeaders = other.directLeaders.map((key) => (key === from ? to : key));
  }
  if (corp.creator === from) corp.creator = to;
}

export function removeMember(corp: Corp, userid: string): void {
  const member = needMember(corp, userid);
  const key = keyOf(userid);
  place(corp, member, []);
  unindex(corp, member);
  corp.members.delete(key);
  dropLeader(corp, key);
}

/** Leaves the corp, yet stays in its book as status 5. */
export function markLeft(corp: Corp, userid: string): void {
  const member = needMember(corp, userid);
  place(corp, member, []);
  unindex(corp, member);
  member.left = true;
  dropLeader(corp, keyOf(userid));
}

function dropLeader(corp: Corp, key: string): void {
  for (const other of corp.members.values()) {
    if (other.directLeaders.includes(key))
      other.directLeaders = other.directLeaders.filter((leader) => leader !== key);
  }
}

/** Unique on the platform; of generated duplicates the first one is found. */
function indexes(corp: Corp, member: Member): readonly (readonly [Map<string, string>, string])[] {
  return [
    [corp.byMobile, plainMobile(member.mobile)],
    [corp.byEmail, member.email.trim().toLowerCase()],
    [corp.byBizMail, member.bizMail.toLowerCase()],
  ];
}

function index(corp: Corp, member: Member): void {
  for (const [map, value] of indexes(corp, member)) {
    if (value && !map.has(value)) map.set(value, keyOf(member.userid));
  }
}

function unindex(corp: Corp, member: Member): void {
  for (const [map, value] of indexes(corp, member)) {
    if (map.get(value) === keyOf(member.userid)) map.delete(value);
  }
}
