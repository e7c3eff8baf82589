import { DEFAULT_PULL_RULES, type PullRules } from '../../src/domain/index.ts';
import { createConnectionApp } from '../../src/flows/connection/connection-app.ts';
import { decideStaged, removeInvalid } from '../../src/flows/import/decide-staged.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { newMasterKey } from '../../src/store/master-keys.ts';
import type { BareArgs } from '../anchors/callbacks.ts';
import { type CallbackTarget, eventKey } from './callbacks.ts';
import { type GatewaySettings, gatewayOn } from './gateway.ts';
import { ImportWorld, type Place } from './import-world.ts';
import { settle } from './imported.ts';
import { type BenchDatabase, type BenchServer, withClient } from './server.ts';
import { type SimulatedCompany, startCompany } from './simulator.ts';
import { PLATFORMS, type PlatformName } from './stand-ins.ts';

/** The same people on both platforms. */
const SIZE = { people: 2_000, units: 100, seed: 15 };
/** Whom the second company has that the first one has, too, is told by the number. */
const RULES: PullRules = {
  ...DEFAULT_PULL_RULES,
  matchKeys: [{ remoteField: 'mobile', rosterField: 'mobile', foldCase: false }],
};
/** Rates of a connection, as their forms propose them. */
const CALLS_PER_SECOND: Readonly<Record<PlatformName, number>> = { dingtalk: 20, wecom: 166 };
const TOKEN = 'hTq7sVn2LkX4';
const AES_KEY = 'aWRlbnRpdHktZ2F0ZXdheS1zaW0ta2V5LTAxMjM0NTY';

/** Pulls a company without regard to rates, and writes everything that may be written into the roster. */
const pull = async (database: BenchDatabase, place: Place): Promise<void> => {
  const { http } = createPlatformServices();
  const world = ImportWorld.enter(database.app, place, http);
  const run = await world.begin();
  await world.fetch(run, await world.connection());
  await world.stage(run, RULES);
  // As a reviewer would: whom the rules have matched is right, and what breaks one is left out.
  await decideStaged(world.context, { runId: run.id, decision: 'ACCEPTED', kind: 'ACCOUNT', filter: {} });
  await removeInvalid(world.context, { runId: run.id });
  await world.commit(run.id);
  await world.close();
  await http.close();
};

interface Connected {
  readonly place: Place;
  readonly company: SimulatedCompany;
}

/** Connections of one tenant to all of the companies, which are pulled one after the other. */
const connectAll = async (
  database: BenchDatabase,
  companies: readonly SimulatedCompany[],
): Promise<Connected[]> => {
  const connected: Connected[] = [];
  for (const company of companies) {
    const { platform } = company.standIn;
    const form = company.form(CALLS_PER_SECOND[platform]);
    const [first] = connected;
    const place =
      first === undefined
        ? await ImportWorld.create(database.app, form, newMasterKey())
        : await ImportWorld.connect(database.app, first.place, { form, name: platform, pullRules: RULES });
    await pull(database, place);
    connected.push({ place, company });
  }
  return connected;
};

/** A tenant whose roster holds two companies, one on each platform, and follows what happens there. */
export class CallbackWorld {
  readonly database: BenchDatabase;
  readonly place: Place;
  readonly targets: readonly CallbackTarget[];
  readonly #companies: readonly SimulatedCompany[];

  private constructor(
    database: BenchDatabase,
    place: Place,
    what: { readonly targets: readonly CallbackTarget[]; readonly companies: readonly SimulatedCompany[] },
  ) {
    this.database = database;
    this.place = place;
    this.targets = what.targets;
    this.#companies = what.companies;
  }

  static async create(server: BenchServer): Promise<CallbackWorld> {
    const database = await server.create('bench_callbacks');
    const companies: SimulatedCompany[] = [];
    try {
      for (const platform of PLATFORMS) companies.push(await startCompany(SIZE, platform));
      const places = await connectAll(database, companies);
      const targets = await Promise.all(
        places.map(({ place, company }) => CallbackWorld.#target(database, place, company)),
      );
      const [first] = places;
      if (first === undefined) throw new TypeError('there is no platform');
      await settle(database);
      return new CallbackWorld(database, first.place, { targets, companies });
    } catch (error) {
      await Promise.all(companies.map((company) => company.stop()));
      throw error;
    }
  }

  static async #target(
    database: BenchDatabase,
    place: Place,
    company: SimulatedCompany,
  ): Promise<CallbackTarget> {
    const { http } = createPlatformServices();
    const world = ImportWorld.enter(database.app, place, http);
    const { callbackKey } = await createConnectionApp(world.context, {
      connectionId: place.connectionId,
      name: '事件',
      callbackToken: TOKEN,
      callbackAesKey: AES_KEY,
      eventSource: 'CALLBACK',
    });
    await world.close();
    await http.close();
    const people = (await company.control('GET', '/people')) as readonly { readonly userid: string }[];
    return {
      platform: company.standIn.platform,
      connectionId: place.connectionId,
      path: `/callbacks/${callbackKey}`,
      corpId: String(company.told['corpId']),
      token: TOKEN,
      aesKey: AES_KEY,
      people: people.map(({ userid }) => userid),
    };
  }

  gatewaySettings(): Promise<GatewaySettings> {
    return gatewayOn(this.database.urls, this.place.masterKey);
  }

  /** Makes an empty table like the real one, with its key and nothing else, and says how to fill it. */
  async bare(): Promise<BareArgs> {
    await withClient(this.database.superuser, async (client) => {
      await client.query('drop table if exists public.bare_event');
      await client.query('create table public.bare_event (like muster.received_event including defaults)');
      await client.query('alter table public.bare_event add unique (tenant_id, connection_id, dedupe_key)');
    });
    const { superuser } = this.database.urls;
    return { databaseUrl: superuser, tenantId: this.place.tenantId, targets: this.targets };
  }

  /** Events that are stored. */
  async count(): Promise<number> {
    const { rows } = await withClient(this.database.superuser, (client) =>
      client.query<{ count: number }>('select count(*)::integer as count from muster.received_event'),
    );
    return rows[0]?.count ?? 0;
  }

  /** How often each event is stored, by its key. */
  async stored(): Promise<ReadonlyMap<string, number>> {
    const rows = await withClient(this.database.superuser, (client) =>
      client.query<{ connection: string; userid: string; at: string; count: number }>(
        `select connection_id as connection, hints->0->>'externalId' as userid,
           round(extract(epoch from occurred_at) * 1000)::text as at, count(*)::integer as count
         from muster.received_event group by 1, 2, 3`,
      ),
    );
    return new Map(
      rows.rows.map(({ connection, userid, at, count }) => [eventKey(connection, userid, Number(at)), count]),
    );
  }

  async stop(): Promise<void> {
    await Promise.all(this.#companies.map((company) => company.stop()));
  }
}
