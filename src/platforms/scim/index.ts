import type { Platform } from '../../ports/platform.ts';
import type { PlatformServices } from '../kit/services.ts';
import { createTokenCache } from '../kit/token-cache.ts';
import { settings } from './config.ts';
import { scimSource } from './source.ts';
import { scimTarget } from './target.ts';

/** Any service that speaks SCIM 2.0 (RFC 7643, RFC 7644). */
export const scim = (services: PlatformServices): Platform => {
  const shared = { ...services, announced: createTokenCache(services.clock, { earlyMs: 0 }) };
  return {
    name: 'scim',
    label: { zh: 'SCIM 2.0', en: 'SCIM 2.0' },
    settings,
    permissions: [],
    accountIdKinds: ['id'],
    directorySource: scimSource(shared),
    directoryTarget: scimTarget(shared),
  };
};
