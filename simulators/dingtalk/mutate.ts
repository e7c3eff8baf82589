import type { Clock } from './clock.ts';
import { type Corp, type LeaveReason, schedule, type User } from './corp.ts';
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

export function createMutate(corp: Corp, clock: Clock, settings: Settings): Mutate {
  const later = (apply: () => void): void => schedule(corp, clock, settings, apply);
  const user = (userid: string): User => change.needUser(corp, userid);
  return {
    addDepartment: (input) => {
      const id = input.id ?? corp.nextDeptId++;
      later(() => change.addDepartment(corp, { ...input, id }));
      return id;
    },
    renameDepartment: (id, name) => later(() => change.changeDepartment(corp, id, { name })),
    moveDepartment: (id, parentId) => later(() => change.changeDepartment(corp, id, { parentId })),
    removeDepartment: (id) => later(() => change.removeDepartment(corp, id)),
    addUser: ({ deptIds = [1], memberships, userid, ...fields }) => {
      const id = userid ?? change.newUserid(corp);
      const places = memberships ?? deptIds.map((deptId) => ({ deptId }));
      const now = Math.floor(clock.now());
      const dated = { createdAt: now, modifiedAt: now, ...fields };
      later(() => change.addUser(corp, { ...dated, userid: id, memberships: places }));
      return id;
    },
    changeUser: (userid, patch) => later(() => void change.changeUser(corp, userid, patch, clock.now())),
    renameUser: (userid, name) => later(() => void change.changeUser(corp, userid, { name }, clock.now())),
    moveUser: (userid, deptIds) =>
      later(() => {
        change.setMemberships(
          corp,
          user(userid),
          deptIds.map((deptId) => ({ deptId })),
        );
        change.changeUser(corp, userid, {}, clock.now());
      }),
    setLeader: (userid, deptId, leader) => later(() => change.setLeader(corp, userid, deptId, leader)),
    protectMobile: (mobile) => {
      corp.protectedMobiles.add(mobile);
    },
    acceptInvitation: (mobile) => acceptInvitation(corp, settings, mobile, clock.now()),
    declineInvitation: (mobile) => declineInvitation(corp, mobile),
    removeUser: (userid, reason = 'delete') => {
      user(userid);
      // `user/get` says 60121 at once, lists may lag behind.
      corp.gone.add(userid);
      later(() => change.removeUser(corp, userid, { at: clock.now(), reason }));
    },
  };
}
