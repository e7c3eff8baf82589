import type { App } from './apps.ts';
import { type Corp, chainOf, ROOT, type User } from './corp.ts';

/** Whether the app's authorization range (通讯录授权范围) holds the department. */
export function deptInRange(corp: Corp, app: App, deptId: number): boolean {
  if (app.range.depts.includes(ROOT)) return true;
  return chainOf(corp, deptId).some((id) => app.range.depts.includes(id));
}

export function userInRange(corp: Corp, app: App, user: User): boolean {
  if (app.range.depts.includes(ROOT) || app.range.users.includes(user.userid)) return true;
  return user.memberships.some((membership) => deptInRange(corp, app, membership.deptId));
}
