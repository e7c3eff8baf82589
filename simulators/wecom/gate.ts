import { type App, ipListed, ipTrusted, isForbidden } from './apps.ts';
import { fail } from './failures.ts';
import type { Route, World } from './world.ts';

export interface Knock {
  readonly token: string | null;
  readonly ip: string;
  readonly now: number;
}

/** The app that the token belongs to, expired or not: for the ledger. */
export function appOfToken(world: World, token: string | null): App | undefined {
  if (!token) return undefined;
  const found = world.tokens.look(token, world.clock.now());
  return found.state === 'unknown' ? undefined : found.app;
}

/** Lets a call in or throws the failure: token, app, address, right to the call, in this order. */
export function enter(world: World, route: Route, { token, ip, now }: Knock): App {
  if (!token) fail(41001);
  const found = world.tokens.look(token, now);
  if (found.state === 'unknown' || found.state === 'void') fail(40014);
  if (found.state === 'expired') fail(42001);
  const { app } = found;
  if (world.settings.corpBanned) fail(301007);
  if (!app.enabled) fail(world.settings.disabledAppCode);
  if (!ipTrusted(app, ip)) fail(60020);
  if (isForbidden(app, route.path)) fail(48002);
  checkAccess(world, route, { app, ip });
  return app;
}

function checkAccess({ settings }: World, route: Route, { app, ip }: { app: App; ip: string }): void {
  const contacts = app.kind === 'contacts';
  switch (route.access) {
    case 'any':
      return;
    case 'contacts':
      if (!contacts) fail(settings.appWriteCode);
      return;
    case 'edit':
      if (!contacts) fail(settings.appWriteCode);
      if (app.permission !== 'edit') fail(48008);
      return;
    case 'details':
      if (contacts && !ipListed(app.oldIps, ip)) fail(48009);
      return;
    case 'apps':
      if (contacts) fail(48002);
  }
}
