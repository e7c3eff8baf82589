import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Company, type CompanyOptions, generateCompany } from '../company/index.ts';
import { createTime } from '../kit/scheduler.ts';
import { type App, type AppInput, createApp } from './apps.ts';
import { CONTROL_PREFIX, handleControl } from './control.ts';
import { createEvents } from './events.ts';
import { exchange } from './exchange.ts';
import { createFaults } from './faults.ts';
import { createLedger } from './ledger.ts';
import { createLimits } from './limits.ts';
import { createMutate, type Mutate } from './mutate.ts';
import type { Host } from './routing.ts';
import { seedCorp } from './seed.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { createTokenStore } from './tokens.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  /** What to generate, or a company that is there already. Default: 200 people, seed 1. */
  readonly company?: Partial<CompanyOptions> | Company;
  readonly corpId?: string;
  /** Default: one app with every permission and the whole company in its range. */
  readonly apps?: readonly AppInput[];
  readonly settings?: Partial<Settings>;
  /** Ports of 127.0.0.1; 0 = any free one. */
  readonly port?: number;
  /** Serves the new family on a port of its own; paths of the other family are then unknown on each. */
  readonly separateHosts?: boolean;
  readonly host?: string;
  /** Entries that the ledger keeps; default 200,000. */
  readonly ledgerSize?: number;
}

/** Everything a test drives; the same over HTTP under `/__control`. */
export interface Control extends World {
  readonly company: Company;
  readonly mutate: Mutate;
  /** Changes settings while running. */
  set(patch: Partial<Settings>): Settings;
  addApp(input?: AppInput): PublicApp;
  changeApp(clientId: string, patch: Omit<AppInput, 'clientId'>): PublicApp;
  /** Grants or takes permission points. */
  grant(clientId: string, ...scopes: string[]): void;
  revoke(clientId: string, ...scopes: string[]): void;
  describe(): Description;
  people(): { userid: string; unionid: string; name: string; deptIds: number[] }[];
  departments(): { id: number; parentId: number | null; name: string }[];
  /** People who were asked to join and have not answered (40103), oldest first. */
  invitations(): { mobile: string; userid: string; name: string; deptIds: number[]; at: number }[];
}

export type PublicApp = Omit<App, 'scopes'> & { readonly scopes: readonly string[] };

export interface Description {
  readonly url: string;
  readonly legacyUrl: string;
  readonly newUrl: string;
  readonly corpId: string;
  readonly apps: readonly PublicApp[];
  readonly people: number;
  readonly departments: number;
  readonly settings: Settings;
}

export interface DingTalkSimulator extends Control {
  /** Base address of the legacy host; also of the new one unless the hosts are separate. No trailing slash. */
  readonly url: string;
  readonly legacyUrl: string;
  readonly newUrl: string;
  /** The first app. */
  readonly app: App;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a DingTalk with one generated company on 127.0.0.1. */
export async function startDingTalkSimulator(options: SimulatorOptions = {}): Promise<DingTalkSimulator> {
  const { separateHosts = false, host = '127.0.0.1', port = 0 } = options;
  const addresses = { legacy: '', new: '' };
  const control = createControl(options, addresses);
  const servers = [await listen(control, separateHosts ? 'legacy' : 'both', { port, host })];
  if (separateHosts) servers.push(await listen(control, 'new', { port: port === 0 ? 0 : port + 1, host }));
  const [legacy, fresh = legacy] = servers.map(
    (server) => `http://${host}:${(server.address() as AddressInfo).port}`,
  );
  Object.assign(addresses, { legacy, new: fresh });
  const close = async (): Promise<void> => {
    control.events.stop();
    control.scheduler.close();
    await Promise.all(servers.map(stop));
  };
  const app = control.apps.values().next().value as App;
  const bases = { url: addresses.legacy, legacyUrl: addresses.legacy, newUrl: addresses.new };
  return { ...control, ...bases, app, close, [Symbol.asyncDispose]: close };
}

function createControl(options: SimulatorOptions, addresses: { legacy: string; new: string }): Control {
  const company = companyOf(options.company);
  const settings: Settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const { clock, scheduler } = createTime();
  const apps = new Map<string, App>();
  const corp = seedCorp(options.corpId ?? 'dingsimcorp00000000000000000000001', company);
  const events = createEvents({ corpId: corp.corpId, settings, clock, scheduler });
  const addApp = (input: AppInput = {}): PublicApp => {
    const app = createApp(input, apps.size + 1);
    apps.set(app.clientId, app);
    return shown(app);
  };
  for (const input of options.apps ?? [{}]) addApp(input);
  const appOf = (clientId: string): App => {
    const app = apps.get(clientId);
    if (!app) throw new TypeError(`no app ${clientId}`);
    return app;
  };
  return {
    company,
    settings,
    clock,
    corp,
    apps,
    tokens: createTokenStore(() => settings.oneTokenForBothHosts),
    limits: createLimits(settings),
    ledger: createLedger(options.ledgerSize ?? 200_000),
    faults: createFaults(),
    scheduler,
    events,
    addresses,
    mutate: createMutate(corp, clock, settings, (type, content) => events.raise(type, content)),
    set: (patch) => Object.assign(settings, patch),
    addApp,
    changeApp: (clientId, { scopes, ...patch }) => {
      const app = Object.assign(appOf(clientId), patch);
      if (scopes) app.scopes = new Set(scopes);
      return shown(app);
    },
    grant: (clientId, ...scopes) => {
      for (const scope of scopes) appOf(clientId).scopes.add(scope);
    },
    revoke: (clientId, ...scopes) => {
      for (const scope of scopes) appOf(clientId).scopes.delete(scope);
    },
    describe: () => ({
      url: addresses.legacy,
      legacyUrl: addresses.legacy,
      newUrl: addresses.new,
      corpId: corp.corpId,
      apps: [...apps.values()].map(shown),
      people: corp.users.size,
      departments: corp.departments.size,
      settings,
    }),
    people: () =>
      [...corp.users.values()].map(({ userid, unionid, name, memberships }) => ({
        userid,
        unionid,
        name,
        deptIds: memberships.map((entry) => entry.deptId),
      })),
    invitations: () =>
      [...corp.invitations.values()].map(({ mobile, at, asked }) => ({
        mobile,
        userid: asked.userid,
        name: asked.name,
        deptIds: asked.memberships.map((entry) => entry.deptId),
        at,
      })),
    departments: () =>
      [...corp.departments.values()].map(({ id, parentId, name }) => ({ id, parentId, name })),
  };
}

function companyOf(input: SimulatorOptions['company']): Company {
  if (input && 'units' in input) return input;
  return generateCompany({ seed: 1, people: 200, ...input });
}

function shown(app: App): PublicApp {
  return { ...app, scopes: [...app.scopes] };
}

async function listen(
  control: Control,
  family: Host,
  where: { port: number; host: string },
): Promise<Server> {
  const server = createServer((request, response) => {
    const work = request.url?.startsWith(CONTROL_PREFIX)
      ? handleControl(control, request, response)
      : exchange(control, family, request, response);
    // A caller that hangs up, or a fault of the simulator itself: the connection says so, the process goes on.
    work.catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
  server.on('upgrade', (request, socket, head) => control.events.streams.upgrade(request, socket, head));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, resolve);
  });
  return server;
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
