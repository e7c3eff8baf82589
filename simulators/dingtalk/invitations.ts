import type { Corp, Invitation } from './corp.ts';
import { addUser, newUserid } from './mutations.ts';
import type { Settings } from './settings.ts';

const DAY_MS = 86_400_000;

/** Phones whose owners must agree first: protected ones, and those deleted here within the last 24 hours. */
export function mustBeAsked(corp: Corp, mobile: string, now: number): boolean {
  if (corp.protectedMobiles.has(mobile)) return true;
  return now - (corp.leftMobiles.get(mobile) ?? Number.NEGATIVE_INFINITY) < DAY_MS;
}

/** Asks the owner of the phone; asked again, the newest request is the one that counts. */
export function invite(corp: Corp, invitation: Invitation): void {
  corp.invitations.set(invitation.mobile, invitation);
}

function take(corp: Corp, mobile: string): Invitation {
  const invitation = corp.invitations.get(mobile);
  if (!invitation) throw new TypeError(`nobody with ${mobile} was invited`);
  corp.invitations.delete(mobile);
  return invitation;
}

/** The owner agrees in the client and is a member from then on; returns the userid. */
export function acceptInvitation(corp: Corp, settings: Settings, mobile: string, now: number): string {
  const { asked } = take(corp, mobile);
  const userid =
    settings.invitedKeepsUserid && !corp.users.has(asked.userid) ? asked.userid : newUserid(corp);
  // A department may have gone meanwhile; who has none left joins at the root.
  const places = asked.memberships.filter(({ deptId }) => corp.departments.has(deptId));
  const memberships = places.length > 0 ? places : [{ deptId: 1 }];
  const since = { createdAt: Math.floor(now), modifiedAt: Math.floor(now) };
  corp.protectedMobiles.delete(mobile);
  corp.leftMobiles.delete(mobile);
  addUser(corp, { ...asked, ...since, userid, memberships, active: true });
  return userid;
}

/** The owner says no: nothing is left of it. */
export function declineInvitation(corp: Corp, mobile: string): void {
  take(corp, mobile);
}
