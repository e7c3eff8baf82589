import { ACCOUNT_SWITCHES } from './account-switch.ts';
import { DEPARTMENT_READS } from './department-reads.ts';
import { DEPARTMENT_WRITES } from './department-writes.ts';
import { EVENT_ROUTES } from './event-routes.ts';
import type { Family } from './failures.ts';
import { LEAVER_READS } from './leaver-reads.ts';
import { TOKEN_ROUTES } from './token-routes.ts';
import { USER_LISTS } from './user-lists.ts';
import { USER_READS } from './user-reads.ts';
import { USER_WRITES } from './user-writes.ts';
import type { Route, TokenRoute } from './world.ts';

/** Which family of paths a port serves. */
export type Host = Family | 'both';

export type AnyRoute = Route | TokenRoute;

const ROUTES: readonly AnyRoute[] = [
  ...TOKEN_ROUTES,
  ...DEPARTMENT_READS,
  ...USER_LISTS,
  ...USER_READS,
  ...LEAVER_READS,
  ...DEPARTMENT_WRITES,
  ...USER_WRITES,
  ...ACCOUNT_SWITCHES,
  ...EVENT_ROUTES,
];

const plain = new Map<string, AnyRoute[]>();
const patterned: { readonly route: AnyRoute; readonly pattern: RegExp }[] = [];
for (const route of ROUTES) {
  if (route.path.includes('{')) {
    patterned.push({ route, pattern: new RegExp(`^${route.path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`) });
  } else plain.set(route.path, [...(plain.get(route.path) ?? []), route]);
}

export type Match =
  | { readonly kind: 'route'; readonly route: AnyRoute; readonly path: Readonly<Record<string, string>> }
  /** The path exists, for another method. */
  | { readonly kind: 'method'; readonly wanted: string; readonly route: AnyRoute }
  | { readonly kind: 'unknown' };

export function matchRoute(host: Host, method: string, path: string): Match {
  const candidates: { route: AnyRoute; path: Record<string, string> }[] = [];
  for (const route of plain.get(path) ?? []) candidates.push({ route, path: {} });
  if (candidates.length === 0) {
    for (const { route, pattern } of patterned) {
      const found = pattern.exec(path);
      if (found) candidates.push({ route, path: { ...found.groups } });
    }
  }
  const served = candidates.filter(({ route }) => host === 'both' || route.family === host);
  const exact = served.find(({ route }) => route.method === method);
  if (exact) return { kind: 'route', ...exact };
  const other = served[0];
  return other ? { kind: 'method', wanted: other.route.method, route: other.route } : { kind: 'unknown' };
}
