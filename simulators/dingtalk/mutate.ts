import type { Clock } from './clock.ts';
import { type Corp, type LeaveReason, schedule, type User } from './corp.ts';
import type { EventContent } from './event-payloads.ts';
import { acceptInvitation, declineInvitation } from './invitations.ts';
import * as change from './mutations.ts';
import type { Settings } from './settings.ts';

/** A person as tests describe one; `deptIds` or `memberships`, else the root. */
export type PersonInput = Omit<change.NewUser, 'memberships' | 'userid'> & {
  readonly userid?: string;
  readonly deptIds?: readonly number[];
  readonly memberships?: change.NewUser['memberships'];
};

/**
 * Changes that happen on the platform's side, e.g. by its administrator. Each shows at once, or after
 * `visibilityDelayMs`. Unknown ids throw `TypeError`.
 */
export interface Mutate {
  addDepartment(input: { id?: number; name: string; parentId: number; order?: number }): number;
  renameDepartment(id: number, name: string): void;
  moveDepartment(id: number, parentId: number): void;
  /** With its descendants; the people in them stay in the corp without these memberships. */
  removeDepartment(id: number): void;
  addUser(input: PersonInput): string;
  /** `mobile: null` shows as empty text. */
  changeUser(userid: string, patch: change.UserPatch): void;
  renameUser(userid: string, name: string): void;
  /** Replaces the departments of a person. */
  moveUser(userid: string, deptIds: readonly number[]): void;
  setLeader(userid: string, deptId: number, leader: boolean): void;
  removeUser(userid: string, reason?: LeaveReason): void;
  /** The invited person agrees in the client, or does not; unknown mobiles throw `TypeError`. */
  acceptInvitation(mobile: string): string;
  declineInvitation(mobile: string): void;
  /** Creating somebody with this phone asks its owner instead: 40103. */
  protectMobile(mobile: string): void;
}

/** Tells the apps of a change; they may hear of it before it shows in reads. */
export type Raise = (type: string, content: EventContent) => unknown;

export function createMutate(corp: Corp, clock: Clock, settings: Settings, raise: Raise): Mutate {
  const later = (apply: () => void): void => schedule(corp, clock, settings, apply);
  const user = (userid: string): User => change.needUser(corp, userid);
  const ofUser = (type: string, userid: string): void => void raise(type, { userIds: [userid] });
  const ofDept = (type: string, id: number): void => void raise(type, { deptIds: [id] });
  const changeDept = (id: number, patch: Parameters<typeof change.changeDepartment>[2]): void => {
    later(() => change.changeDepartment(corp, id, patch));
    ofDept('org_dept_modify', id);
  };
  const changeUser = (userid: string, apply: () => void): void => {
    later(apply);
    ofUser('user_modify_org', userid);
  };
  return {
    addDepartment: (input) => {
      const id = input.id ?? corp.nextDeptId++;
      later(() => change.addDepartment(corp, { ...input, id }));
      ofDept('org_dept_create', id);
      return id;
    },
    renameDepartment: (id, name) => changeDept(id, { name }),
    moveDepartment: (id, parentId) => changeDept(id, { parentId }),
    removeDepartment: (id) => {
      const gone = descendants(corp, id);
      const people = [...corp.users.values()].filter(({ memberships }) =>
        memberships.some(({ deptId }) => gone.includes(deptId)),
      );
      later(() => change.removeDepartment(corp, id));
      for (const deptId of gone) ofDept('org_dept_remove', deptId);
      for (const { userid } of people) ofUser('user_modify_org', userid);
    },
    addUser: ({ deptIds = [1], memberships, userid, ...fields }) => {
      const id = userid ?? change.newUserid(corp);
      const places = memberships ?? deptIds.map((deptId) => ({ deptId }));
      const now = Math.floor(clock.now());
      const dated = { createdAt: now, modifiedAt: now, ...fields };
      later(() => change.addUser(corp, { ...dated, userid: id, memberships: places }));
      ofUser('user_add_org', id);
      return id;
    },
    changeUser: (userid, patch) =>
      changeUser(userid, () => void change.changeUser(corp, userid, patch, clock.now())),
    renameUser: (userid, name) =>
      changeUser(userid, () => void change.changeUser(corp, userid, { name }, clock.now())),
    moveUser: (userid, deptIds) =>
      changeUser(userid, () => {
        change.setMemberships(
          corp,
          user(userid),
          deptIds.map((deptId) => ({ deptId })),
        );
        change.changeUser(corp, userid, {}, clock.now());
      }),
    setLeader: (userid, deptId, leader) =>
      changeUser(userid, () => change.setLeader(corp, userid, deptId, leader)),
    protectMobile: (mobile) => {
      corp.protectedMobiles.add(mobile);
    },
    acceptInvitation: (mobile) => {
      const userid = acceptInvitation(corp, settings, mobile, clock.now());
      ofUser('user_add_org', userid);
      ofUser('user_active_org', userid);
      return userid;
    },
    declineInvitation: (mobile) => declineInvitation(corp, mobile),
    removeUser: (userid, reason = 'delete') => {
      user(userid);
      // `user/get` says 60121 at once, lists may lag behind.
      corp.gone.add(userid);
      later(() => change.removeUser(corp, userid, { at: clock.now(), reason }));
      ofUser('user_leave_org', userid);
    },
  };
}

/** The department and everything below it. */
export function descendants(corp: Corp, id: number): number[] {
  const below = [...(corp.departments.get(id)?.children ?? [])];
  return [id, ...below.flatMap((child) => descendants(corp, child))];
}
