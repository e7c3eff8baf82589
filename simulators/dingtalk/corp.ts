import type { Clock } from './clock.ts';
import type { Settings } from './settings.ts';

/** The root department; it always exists and bears the corp's name. */
export const ROOT = 1;

export interface Department {
  readonly id: number;
  name: string;
  parentId: number | null;
  /** Smaller = first. */
  order: number;
  readonly children: Set<number>;
  readonly members: Set<string>;
  managers: string[];
  sourceIdentifier?: string;
  /** Further fields by wire name, as far as they were ever set. */
  readonly fields: Map<string, unknown>;
}

export interface Membership {
  readonly deptId: number;
  /** Larger = nearer the top; beyond 2^53. */
  order: bigint;
  leader: boolean;
  title?: string;
}

/** `null` = shown as empty text, absent = not shown. */
export interface User {
  readonly userid: string;
  readonly unionid: string;
  name: string;
  mobile?: string | null;
  stateCode: string;
  hideMobile: boolean;
  telephone?: string | null;
  jobNumber?: string | null;
  title?: string | null;
  email?: string | null;
  orgEmail?: string | null;
  workPlace?: string | null;
  remark?: string | null;
  managerUserid?: string | null;
  hiredDate?: number;
  createdAt: number;
  modifiedAt: number;
  active: boolean;
  /** 0 none, 1 main administrator, 2 sub-administrator. */
  admin: 0 | 1 | 2;
  boss: boolean;
  senior: boolean;
  /** Custom fields; travels as JSON text. */
  extension?: Readonly<Record<string, string>>;
  roles: { id: number; name: string; groupName: string }[];
  loginId?: string;
  exclusive: boolean;
  /** Of an enterprise account that the company has switched off. */
  disabled?: boolean;
  memberships: Membership[];
}

export type LeaveReason = 'oapi' | 'cancel' | 'leave' | 'delete' | 'unknown';

export interface Leaver {
  readonly user: User;
  readonly at: number;
  readonly reason: LeaveReason;
}

/** Somebody who was to be created and has to agree first. */
export interface Invitation {
  readonly mobile: string;
  readonly at: number;
  /** What was asked for, as it would have been created. */
  readonly asked: Omit<Partial<User>, 'memberships' | 'unionid'> & {
    readonly userid: string;
    readonly name: string;
    readonly memberships: readonly { readonly deptId: number; order?: bigint; title?: string }[];
  };
}

/** Everything the corp holds. Reads go through `mutations.ts`' invariants: indexes always fit the maps. */
export interface Corp {
  readonly corpId: string;
  readonly departments: Map<number, Department>;
  readonly users: Map<string, User>;
  readonly byMobile: Map<string, string>;
  readonly byUnionid: Map<string, string>;
  readonly byEmail: Map<string, string>;
  readonly byTelephone: Map<string, string>;
  readonly leavers: Leaver[];
  /** When the phone's owner last left. */
  readonly leftMobiles: Map<string, number>;
  /** Deleted, though perhaps still listed while the change spreads. */
  readonly gone: Set<string>;
  /** Phones whose owners must agree before they join (40103). */
  readonly protectedMobiles: Set<string>;
  /** By mobile; whoever was asked and has not answered yet. */
  readonly invitations: Map<string, Invitation>;
  /** Sorted members of departments, dropped on every change of the department. */
  readonly sortedMembers: Map<number, User[]>;
  readonly pending: {
    readonly dueAt: number;
    readonly apply: () => void;
    readonly claims: readonly string[];
  }[];
  nextDeptId: number;
  nextUserNumber: number;
}

export function createCorp(corpId: string, name: string): Corp {
  const root: Department = {
    id: ROOT,
    name,
    parentId: null,
    order: 0,
    children: new Set(),
    members: new Set(),
    managers: [],
    fields: new Map(),
  };
  return {
    corpId,
    departments: new Map([[ROOT, root]]),
    users: new Map(),
    byMobile: new Map(),
    byUnionid: new Map(),
    byEmail: new Map(),
    byTelephone: new Map(),
    leavers: [],
    leftMobiles: new Map(),
    gone: new Set(),
    protectedMobiles: new Set(),
    invitations: new Map(),
    sortedMembers: new Map(),
    pending: [],
    nextDeptId: 910_000_000,
    nextUserNumber: 1,
  };
}

/** A change, and the names and numbers that nobody else may take from the moment on at which it was accepted. */
export interface Creation {
  readonly apply: () => void;
  readonly claims: readonly string[];
}

/** Runs a change now, or lets it show later when the platform is set to be eventually consistent. */
export function schedule(
  corp: Corp,
  clock: Clock,
  settings: Settings,
  change: Creation | (() => void),
): void {
  const { apply, claims } = typeof change === 'function' ? { apply: change, claims: [] } : change;
  const [least, most] = settings.visibilityDelayMs;
  if (most === 0) {
    apply();
    return;
  }
  corp.pending.push({ dueAt: clock.now() + least + Math.random() * (most - least), apply, claims });
}

/** Whether something that does not show yet has it: what is unique is so for writers at once. */
export function claimed(corp: Corp, claim: string): boolean {
  return corp.pending.some(({ claims }) => claims.includes(claim));
}

/**
 * Applies what has become visible by `now`, in the order of the changes. A change whose object is gone by then (a
 * person added to a department that was removed meanwhile) is lost, as it would be on any eventually consistent store.
 */
export function settle(corp: Corp, now: number): void {
  for (let first = corp.pending[0]; first !== undefined && first.dueAt <= now; first = corp.pending[0]) {
    corp.pending.shift();
    try {
      first.apply();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
    }
  }
}

/** Direct members, topmost first; ties by userid. */
export function membersOf(corp: Corp, dept: Department): readonly User[] {
  const known = corp.sortedMembers.get(dept.id);
  if (known) return known;
  const rows = [...dept.members].map((userid) => {
    const user = corp.users.get(userid) as User;
    return { user, order: membershipOf(user, dept.id)?.order ?? 0n };
  });
  rows.sort((a, b) =>
    a.order === b.order ? (a.user.userid < b.user.userid ? -1 : 1) : a.order > b.order ? -1 : 1,
  );
  const users = rows.map((row) => row.user);
  corp.sortedMembers.set(dept.id, users);
  return users;
}

export function membershipOf(user: User, deptId: number): Membership | undefined {
  return user.memberships.find((membership) => membership.deptId === deptId);
}

/** The department itself, its parent, …, the root. */
export function chainOf(corp: Corp, deptId: number): number[] {
  const chain: number[] = [];
  for (let dept = corp.departments.get(deptId); dept; dept = corp.departments.get(dept.parentId ?? 0)) {
    chain.push(dept.id);
  }
  return chain;
}
