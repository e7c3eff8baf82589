import { type App, ipAllowed } from './apps.ts';
import { apiNameOf } from './envelopes.ts';
import * as refuse from './gate-failures.ts';
import type { Params } from './params.ts';
import type { AnyRoute } from './routing.ts';
import type { Route, World } from './world.ts';

export interface Knock {
  readonly route: AnyRoute;
  /** Access token of the place where the route's family reads it. */
  readonly token: string | undefined;
  readonly ip: string;
  readonly now: number;
}

/** The app that the token belongs to, expired or not: for the ledger. */
export function appOfToken(world: World, token: string | undefined): App | undefined {
  const found = token === undefined ? undefined : world.tokens.look(token, world.clock.now());
  return found && found.state !== 'unknown' ? found.app : undefined;
}

/** Where legacy calls carry the token: query, else a field of the form body. The header is ignored. */
export function legacyToken(query: URLSearchParams, params: Params, isForm: boolean): string | undefined {
  const inQuery = query.get('access_token');
  if (inQuery) return inQuery;
  return isForm ? params.text('access_token') : undefined;
}

/** Lets a call in or throws the failure: token, app, address, permission point, rate, quota, in this order. */
export function enter(world: World, route: Route, knock: Knock): App {
  const refused = { family: route.family, apiName: apiNameOf(route.path) };
  if (!knock.token) throw refuse.tokenMissing(refused);
  const found = world.tokens.look(knock.token, knock.now);
  const foreign =
    found.state !== 'unknown' && !world.settings.oneTokenForBothHosts && found.family !== route.family;
  if (found.state === 'unknown' || foreign) throw refuse.tokenInvalid(refused);
  if (found.state === 'expired') throw refuse.tokenInvalid(refused, world.settings.expiredTokenCode);
  const { app } = found;
  if (!app.enabled) throw refuse.appDisabled(refused);
  if (!ipAllowed(app, knock.ip)) throw refuse.ipRefused(refused, app.clientId, knock.ip);
  if (route.scope !== null && !app.scopes.has(route.scope))
    throw refuse.scopeMissing(refused, app.clientId, route.scope);
  admit(world, refused, { app, route, now: knock.now });
  return app;
}

function admit(
  world: World,
  refused: refuse.Refused,
  { app, route, now }: { app: App; route: Route; now: number },
): void {
  const countsForQuota = route.countsForQuota === true || !world.settings.contactsExemptFromQuota;
  const verdict = world.limits.admit({ clientId: app.clientId, path: route.path, countsForQuota }, now);
  if (verdict.allowed) return;
  if (verdict.why === 'quota') throw refuse.quotaUsedUp(refused, world.settings.monthlyQuota ?? 0);
  const { why, limit, until } = verdict;
  throw refuse.throttled(refused, {
    dimension: why,
    limit,
    at: now,
    until,
    olderText: world.settings.olderThrottleText,
  });
}
