import type { Platform } from '../ports/platform.ts';
import { dingtalk } from './dingtalk/index.ts';
import type { PlatformServices } from './kit/services.ts';
import { scim } from './scim/index.ts';
import { wecom } from './wecom/index.ts';

/** Every platform that Muster knows: one line each. */
const PLATFORMS = { dingtalk, scim, wecom } as const satisfies Record<
  string,
  (services: PlatformServices) => Platform
>;

export type PlatformName = keyof typeof PLATFORMS;
export const PLATFORM_NAMES = Object.keys(PLATFORMS) as readonly PlatformName[];

/** The platforms by name, made with the services that they share. */
export const createPlatforms = (services: PlatformServices): ReadonlyMap<string, Platform> =>
  new Map(Object.entries(PLATFORMS).map(([name, create]) => [name, create(services)]));
