import { BATCH_ROUTES } from './batch.ts';
import { CORP_ROUTES } from './corp-routes.ts';
import { DEPARTMENT_READS } from './department-reads.ts';
import { DEPARTMENT_WRITES } from './department-writes.ts';
import { INVITATION_ROUTES } from './invitations.ts';
import { LOGIN_ROUTES } from './login.ts';
import { MEDIA_ROUTES } from './media.ts';
import { MEMBER_READS } from './member-reads.ts';
import { MEMBER_WRITES } from './member-writes.ts';
import { TOKEN_ROUTES } from './token-routes.ts';
import type { AnyRoute } from './world.ts';

const ROUTES: readonly AnyRoute[] = [
  ...TOKEN_ROUTES,
  ...CORP_ROUTES,
  ...DEPARTMENT_READS,
  ...DEPARTMENT_WRITES,
  ...MEMBER_READS,
  ...MEMBER_WRITES,
  ...INVITATION_ROUTES,
  ...MEDIA_ROUTES,
  ...BATCH_ROUTES,
  ...LOGIN_ROUTES,
];

const byPath = new Map(ROUTES.map((route) => [route.path, route]));

/** The route of a path, whatever the method; `undefined` for a path that the platform does not serve. */
export function routeOf(path: string): AnyRoute | undefined {
  return byPath.get(path);
}
