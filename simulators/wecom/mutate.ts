import { ROOT } from './corp.ts';
import { unplacedNode } from './member-places.ts';
import { type MemberPatch, type NewMember, needDepartment, needMember } from './mutations.ts';
import type { World } from './world.ts';

/** A person as tests describe one; `deptIds` or `places`, else the root. Without a userid the platform makes one. */
export type PersonInput = Omit<NewMember, 'places' | 'userid'> & {
  readonly userid?: string;
  readonly deptIds?: readonly number[];
  readonly places?: NewMember['places'];
};

/**
 * What an administrator does in WeCom's console, or a member in the client: no rule is checked, and contacts-sync's
 * callback is told. Unknown ids throw `TypeError`.
 */
export interface Mutate {
  addDepartment(input: { id?: number; name: string; parentId: number; order?: number }): number;
  renameDepartment(id: number, name: string): void;
  moveDepartment(id: number, parentId: number): void;
  reorderDepartment(id: number, order: number): void;
  /** With its descendants; whoever has no other department goes to 其他（待设置部门）. */
  removeDepartment(id: number): void;
  addUser(input: PersonInput): string;
  changeUser(userid: string, patch: MemberPatch): void;
  renameUser(userid: string, name: string): void;
  /** Replaces the departments of a person. */
  moveUser(userid: string, deptIds: readonly number[]): void;
  setLeader(userid: string, deptId: number, leader: boolean): void;
  setMainDepartment(userid: string, deptId: number): void;
  setDirectLeader(userid: string, leaders: readonly string[]): void;
  /** A new userid; the console lets any be changed. */
  changeUserid(userid: string, newUserid: string): void;
  /** The member logs in to WeCom for the first time: 4 → 1. */
  activate(userid: string): void;
  disable(userid: string): void;
  enable(userid: string): void;
  removeUser(userid: string): void;
  /** The member leaves the corp: status 5, or gone. */
  leave(userid: string): void;
}

export function createMutate(world: World): Mutate {
  const { corp, changes } = world;
  const patch = (userid: string, fields: MemberPatch): void =>
    changes.changeMember('console', userid, { patch: fields });
  return {
    addDepartment: (input) => {
      const id = input.id ?? corp.nextDepartmentId;
      changes.addDepartment('console', { ...input, id });
      return id;
    },
    renameDepartment: (id, name) => changes.changeDepartment('console', id, { name }),
    moveDepartment: (id, parentId) => changes.changeDepartment('console', id, { parentId }),
    reorderDepartment: (id, order) => changes.changeDepartment('console', id, { order }),
    removeDepartment: (id) => {
      needDepartment(corp, id);
      const node = unplacedNode(corp);
      changes.removeDepartment('console', id, (at) => {
        node.prepare(at);
        return node.id;
      });
    },
    addUser: ({ deptIds = [ROOT], places, userid, ...fields }) => {
      const id = userid ?? `${fields.name}`.replace(/[^0-9A-Za-z]/g, '') + corp.nextSeq;
      changes.addMember('console', {
        useridGenerated: userid === undefined,
        ...fields,
        userid: id,
        places: places ?? deptIds.map((departmentId) => ({ departmentId })),
      });
      return id;
    },
    changeUser: patch,
    renameUser: (userid, name) => patch(userid, { name }),
    moveUser: (userid, deptIds) =>
      patch(userid, { places: deptIds.map((departmentId) => ({ departmentId })) }),
    setLeader: (userid, deptId, leader) => {
      const { memberships } = needMember(corp, userid);
      if (!memberships.some((entry) => entry.departmentId === deptId))
        throw new TypeError(`member ${userid} is not in department ${deptId}`);
      patch(userid, {
        places: memberships.map((entry) => (entry.departmentId === deptId ? { ...entry, leader } : entry)),
      });
    },
    setMainDepartment: (userid, mainDepartment) => patch(userid, { mainDepartment }),
    setDirectLeader: (userid, leaders) =>
      patch(userid, {
        directLeaders: leaders.map((leader) => needMember(corp, leader).userid.toLowerCase()),
      }),
    changeUserid: (userid, newUserid) => patch(userid, { userid: newUserid, useridGenerated: false }),
    activate: (userid) => patch(userid, { activated: true }),
    disable: (userid) => patch(userid, { disabled: true }),
    enable: (userid) => patch(userid, { disabled: false }),
    removeUser: (userid) => changes.removeMember('console', userid),
    leave: (userid) => changes.leave(userid),
  };
}
