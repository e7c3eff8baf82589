import { type CompanyOptions, generateCompany } from '../company/index.ts';
import { BASE, listen } from './server.ts';
import type { ScimSettings } from './settings.ts';
import { seed, World } from './world.ts';

export type { Fault, FaultRule } from './faults.ts';
export { CREDENTIALS, type ScimSettings } from './settings.ts';
export { ENTERPRISE, type LedgerEntry, type Resource, UNIT, type World } from './world.ts';

/** A running server, which ends with `close` or at the end of an `await using` block. */
export interface ScimServer extends AsyncDisposable {
  readonly world: World;
  readonly origin: string;
  /** Base address of the service. */
  readonly url: string;
  readonly tokenUrl: string;
  set(settings: Partial<ScimSettings>): void;
  close(): Promise<void>;
}

/** Starts a SCIM 2.0 service with the people of a generated company, or with nobody. */
export const startScimServer = async (
  options: {
    readonly company?: CompanyOptions;
    readonly settings?: Partial<ScimSettings>;
    readonly port?: number;
  } = {},
): Promise<ScimServer> => {
  const world = new World(options.settings ?? {});
  if (options.company !== undefined) seed(world, generateCompany(options.company));
  const { server, origin } = await listen(world, options.port);
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    world,
    origin,
    url: origin + BASE,
    tokenUrl: `${origin}/oauth/token`,
    set: (settings) => void Object.assign(world.settings, settings),
    close,
    [Symbol.asyncDispose]: close,
  };
};
