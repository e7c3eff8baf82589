import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Company, type CompanyOptions, generateCompany } from '../company/index.ts';
import { type Clock, createClock } from '../kit/clock.ts';
import { createLedger } from '../kit/ledger.ts';
import { type App, type AppInput, createApp } from './apps.ts';
import { createBatch } from './batch.ts';
import { createCallbacks } from './callbacks.ts';
import { createChanges } from './changes.ts';
import { CONTROL_PREFIX, handleControl } from './control.ts';
import { type Status, statusOf } from './corp.ts';
import { exchange } from './exchange.ts';
import { createFaults } from './faults.ts';
import { createLimits } from './limits.ts';
import { createLogins } from './login.ts';
import { createMediaStore } from './media.ts';
import { createMutate, type Mutate } from './mutate.ts';
import { notifyContacts } from './notices.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { seedCorp } from './seed.ts';
import { DEFAULT_SETTINGS, type Settings } from './settings.ts';
import { createTokenStore } from './tokens.ts';
import type { World } from './world.ts';

export interface SimulatorOptions {
  /** What to generate, or a company that is there already. Default: 200 people, seed 1. */
  readonly company?: Partial<CompanyOptions> | Company;
  readonly corpId?: string;
  /** Self-built apps. Default: one made after the restrictions of 2022, with the whole company in its range. */
  readonly apps?: readonly AppInput[];
  /** The contacts-sync assistant, which is always there. */
  readonly contacts?: AppInput;
  readonly settings?: Partial<Settings>;
  /** Port of 127.0.0.1; 0 = any free one. */
  readonly port?: number;
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
  addApp(input?: AppInput): App;
  /** A new address list or range shows after the delays of the settings, everything else at once. */
  changeApp(clientId: string, patch: Omit<AppInput, 'clientId' | 'kind' | 'agentId'>): App;
  describe(): Description;
  people(): { userid: string; name: string; deptIds: number[]; status: Status }[];
  departments(): { id: number; parentId: number | null; name: string }[];
}

export interface Description {
  readonly url: string;
  readonly corpId: string;
  /** Self-built apps and contacts-sync, with their secrets. */
  readonly apps: readonly App[];
  readonly people: number;
  readonly departments: number;
  readonly settings: Settings;
}

export interface WeComSimulator extends Control {
  /** Base address, without a trailing slash. */
  readonly url: string;
  /** The first self-built app. */
  readonly app: App;
  /** The contacts-sync assistant. */
  readonly contacts: App;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a WeCom with one generated company on 127.0.0.1. */
export async function startWeComSimulator(options: SimulatorOptions = {}): Promise<WeComSimulator> {
  const { host = '127.0.0.1', port = 0 } = options;
  const address = { url: '' };
  const control = createControl(options, address);
  const server = await listen(control, { port, host });
  address.url = `http://${host}:${(server.address() as AddressInfo).port}`;
  const close = async (): Promise<void> => {
    control.scheduler.close();
    control.callbacks.stop();
    await stop(server);
  };
  const [app] = [...control.apps.values()].filter((one) => one.kind === 'selfBuilt');
  const contacts = control.apps.get('contacts') as App;
  return {
    ...control,
    url: address.url,
    app: app ?? contacts,
    contacts,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function createControl(options: SimulatorOptions, address: { url: string }): Control {
  const company = companyOf(options.company);
  const world = createWorld(options, company);
  const { apps, settings, corp, scheduler } = world;
  const addApp = (input: AppInput = {}): App => {
    const app = createApp(input, apps.size + 1);
    apps.set(app.clientId, app);
    return app;
  };
  for (const input of options.apps ?? [{}]) addApp(input);
  addApp({ ...options.contacts, kind: 'contacts' });
  return {
    ...world,
    company,
    mutate: createMutate(world),
    set: (patch) => Object.assign(settings, patch),
    addApp,
    changeApp: (clientId, { ipList, range, ...patch }) => {
      const app = apps.get(clientId);
      if (!app) throw new TypeError(`no app ${clientId}`);
      if (ipList) later(scheduler, settings.trustedIpDelayMs, () => Object.assign(app, { ipList }));
      if (range) later(scheduler, settings.rangeDelayMs, () => Object.assign(app, { range }));
      return Object.assign(app, patch);
    },
    describe: () => ({
      url: address.url,
      corpId: corp.corpId,
      apps: [...apps.values()],
      people: corp.members.size,
      departments: corp.departments.size,
      settings,
    }),
    people: () =>
      [...corp.members.values()].map((member) => ({
        userid: member.userid,
        name: member.name,
        deptIds: member.memberships.map((entry) => entry.departmentId),
        status: statusOf(member),
      })),
    departments: () =>
      [...corp.departments.values()].map(({ id, parentId, name }) => ({ id, parentId, name })),
  };
}

function later(scheduler: Scheduler, ms: number, run: () => void): void {
  if (ms === 0) run();
  else scheduler.after(ms, run);
}

function createWorld(options: SimulatorOptions, company: Company): World {
  const settings: Settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const { clock, scheduler } = createTime();
  const corp = seedCorp(options.corpId ?? 'ww5a1d0c0ffee1234e', company);
  const apps = new Map<string, App>();
  const agentIdOf = (clientId: string): number | null => apps.get(clientId)?.agentId || null;
  const world: Omit<World, 'changes'> = {
    settings,
    clock,
    scheduler,
    corp,
    lag: { seen: null, waiting: 0, lastDueAt: 0 },
    apps,
    callbacks: createCallbacks({ corpId: corp.corpId, settings, clock, scheduler, agentIdOf }),
    tokens: createTokenStore(),
    limits: createLimits(settings),
    ledger: createLedger(options.ledgerSize ?? 200_000, /^450(09|33)$/),
    faults: createFaults(),
    invitations: [],
    media: createMediaStore(),
    batch: createBatch(),
    logins: createLogins(() => clock.now()),
  };
  const whole = world as World;
  return Object.assign(whole, {
    changes: createChanges(whole, (origin, change) => notifyContacts(whole, origin, change)),
  });
}

/** Moving the clock brings about at once what becomes due by it. */
function createTime(): { clock: Clock; scheduler: Scheduler } {
  const clock = createClock();
  const scheduler = createScheduler(clock);
  const advance = (ms: number): void => {
    clock.advance(ms);
    scheduler.settle();
  };
  return { clock: { ...clock, advance }, scheduler };
}

function companyOf(input: SimulatorOptions['company']): Company {
  if (input && 'units' in input) return input;
  return generateCompany({ seed: 1, people: 200, ...input });
}

async function listen(control: Control, where: { port: number; host: string }): Promise<Server> {
  const server = createServer((request, response) => {
    const work = request.url?.startsWith(CONTROL_PREFIX)
      ? handleControl(control, request, response)
      : exchange(control, request, response);
    // A caller that hangs up, or a fault of the simulator itself: the connection says so, the process goes on.
    work.catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`simulator failed: ${error instanceof Error ? error.stack : String(error)}`);
    });
  });
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
