/** The root department; it always exists and bears the corp's name. */
export const ROOT = 1;

export interface Department {
  readonly id: number;
  name: string;
  nameEn: string;
  /** `null` of the root alone. */
  parentId: number | null;
  /** 0 … 2^32-1, larger first. */
  order: number;
  readonly seq: number;
  readonly children: Set<number>;
  /** Keys of its direct members. */
  readonly members: Set<string>;
}

export interface Membership {
  readonly departmentId: number;
  /** 0 … 2^32-1, larger first. */
  order: number;
  leader: boolean;
}

/** Custom field: 0 text, 1 web page. */
export type Attribute =
  | { readonly type: 0; readonly value: string }
  | { readonly type: 1; readonly url: string; readonly title: string };

/** Texts are empty when there is nothing. */
export interface Member {
  /** As it was typed; compared without regard to case. */
  userid: string;
  /** The platform made the userid: it may be changed once. */
  useridGenerated: boolean;
  /** Order of creation. */
  readonly seq: number;
  name: string;
  alias: string;
  mobile: string;
  email: string;
  bizMail: string;
  position: string;
  gender: '0' | '1' | '2';
  telephone: string;
  address: string;
  avatar: string;
  externalPosition: string;
  externalProfile: Readonly<Record<string, unknown>> | null;
  attributes: Map<string, Attribute>;
  memberships: Membership[];
  /** One of `memberships`, 0 when there is none. */
  mainDepartment: number;
  /** Keys of the direct leaders. */
  directLeaders: string[];
  activated: boolean;
  disabled: boolean;
  left: boolean;
}

/** Everything the corp holds; plain data, so that it can be copied. Keys of members are lower-cased userids. */
export interface Corp {
  readonly corpId: string;
  readonly departments: Map<number, Department>;
  readonly members: Map<string, Member>;
  /** By number without `+86` and dashes. */
  readonly byMobile: Map<string, string>;
  readonly byEmail: Map<string, string>;
  readonly byBizMail: Map<string, string>;
  /** Key of whoever created the corp and cannot be deleted. */
  creator: string | null;
  /** 其他（待设置部门）, as soon as somebody had to be put there. */
  unplaced: number | null;
  nextDepartmentId: number;
  nextSeq: number;
}

export function createCorp(corpId: string, name: string): Corp {
  const root: Department = {
    id: ROOT,
    name,
    nameEn: '',
    parentId: null,
    order: 100_000_000,
    seq: 0,
    children: new Set(),
    members: new Set(),
  };
  return {
    corpId,
    departments: new Map([[ROOT, root]]),
    members: new Map(),
    byMobile: new Map(),
    byEmail: new Map(),
    byBizMail: new Map(),
    creator: null,
    unplaced: null,
    nextDepartmentId: 2,
    nextSeq: 1,
  };
}

export function keyOf(userid: string): string {
  return userid.toLowerCase();
}

export function memberOf(corp: Corp, userid: string): Member | undefined {
  return corp.members.get(keyOf(userid));
}

/** Mainland numbers are the same with and without `+86`; dashes mean nothing. */
export function plainMobile(mobile: string): string {
  return mobile.replace(/[-\s]/g, '').replace(/^\+?86(?=1\d{10}$)/, '');
}

export type Status = 1 | 2 | 4 | 5;

/** 1 active, 2 disabled, 4 not activated, 5 left. */
export function statusOf(member: Member): Status {
  if (member.left) return 5;
  if (member.disabled) return 2;
  return member.activated ? 1 : 4;
}

/** The department itself, its parent, …, the root; empty when there is no such department. */
export function chainOf(corp: Corp, id: number): number[] {
  const chain: number[] = [];
  for (let dept = corp.departments.get(id); dept; dept = corp.departments.get(dept.parentId ?? 0)) {
    chain.push(dept.id);
  }
  return chain;
}

/** The department and everything below it, each parent before its children. */
export function subtreeOf(corp: Corp, id: number): Department[] {
  const dept = corp.departments.get(id);
  if (!dept) return [];
  return [dept, ...childrenOf(corp, dept).flatMap((child) => subtreeOf(corp, child.id))];
}

/** Larger `order` first, then the older one. */
export function childrenOf(corp: Corp, dept: Department): Department[] {
  const children = [...dept.children].map((id) => corp.departments.get(id) as Department);
  return children.sort((a, b) => b.order - a.order || a.seq - b.seq);
}

/** Direct members: larger `order` first, then whoever was created first. */
export function membersOf(corp: Corp, dept: Department): Member[] {
  const rows = [...dept.members].map((key) => {
    const member = corp.members.get(key) as Member;
    return { member, order: membershipOf(member, dept.id)?.order ?? 0 };
  });
  return rows.sort((a, b) => b.order - a.order || a.member.seq - b.member.seq).map((row) => row.member);
}

export function membershipOf(member: Member, departmentId: number): Membership | undefined {
  return member.memberships.find((entry) => entry.departmentId === departmentId);
}
