import type { OpenConnection, RemoteOrgUnitValue } from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import { rowsByCursor } from '../kit/cursor-pages.ts';
import { listedReader } from '../kit/listed-reader.ts';
import { meterOf } from '../kit/meter.ts';
import { cleanText } from '../kit/text.ts';
import { nullWhen } from '../kit/vendor-errors.ts';
import { sourceByWalk } from '../kit/walk-source.ts';
import { CONTACTS, WecomClient, type WecomServices } from './client.ts';
import { permissions } from './config.ts';
import { accountOf, mirrored } from './fields.ts';
import * as types from './types.ts';

export const ROOT = '1';

const unitOf = ({ id, name, name_en, parentid, order }: types.Department): RemoteOrgUnitValue => ({
  externalId: id,
  ids: [{ kind: 'dept_id', value: id }],
  parentExternalId: id === ROOT || parentid === undefined || parentid === '0' ? null : parentid,
  ...(name === undefined ? {} : { name: cleanText(name) }),
  ...(order === undefined ? {} : { order: mirrored(order) }),
  attributes: name_en === undefined || name_en === '' ? {} : { nameEn: name_en },
});

const LIST_ID = 'user/list_id';
/** One cheap call of the secret that writes. */
export const knock = (client: WecomClient) => client.look(LIST_ID, { limit: 1 }, types.placesAnswer);

/** Departments by person. Page 96067. */
const readPlaces = async (client: WecomClient): Promise<ReadonlyMap<string, readonly string[]>> => {
  const places = new Map<string, string[]>();
  const pages = rowsByCursor(LIST_ID, async (cursor) => {
    const page = await client.look(LIST_ID, { cursor, limit: 10_000 }, types.placesAnswer);
    return { rows: page.dept_user, next: page.next_cursor };
  });
  for await (const { userid, department } of pages)
    places.set(userid, [...(places.get(userid) ?? []), department]);
  return places;
};

/** People and tags of the app's visible range besides its departments. Pages 90227, 90213. */
const listedPeople = async (client: WecomClient): Promise<readonly string[]> => {
  const { byApp, agentId: agentid } = client.settings;
  if (!byApp || agentid === '') return [];
  const agent = await client.read('agent/get', types.agentAnswer, { agentid });
  const people = [...(agent.allow_userinfos?.user ?? [])];
  for (const tagid of agent.allow_tags?.tagid ?? [])
    people.push(...((await client.read('tag/get', types.tagAnswer, { tagid })) ?? []));
  return [...new Set(people.map(({ userid }) => userid))];
};

/** People of the department as they come. Page 90201. */
export const peopleOf = (client: WecomClient, id: string): Promise<readonly types.Person[]> =>
  client.read('user/list', types.membersAnswer, { department_id: id });

/** The person as the platform shows one, `null` = there is none. Page 90196. */
export const personOf = (client: WecomClient, userid: string): Promise<types.Person | null> =>
  nullWhen('PLATFORM_ACCOUNT_UNKNOWN', () => client.read('user/get', types.personAnswer, { userid }));

/** The calls of the contact API that reading needs. By contacts sync the platform may withhold all details (48009). */
export const wecomReader = (client: WecomClient, connection: OpenConnection) => {
  const { reading, writer, settings } = client;
  const view = { ...settings, emailField: connection.pullRules.emailField };
  return listedReader({
    rootId: ROOT,
    idKind: 'userid',
    meter: meterOf([reading, writer], settings.callsPerSecond),
    mayWithhold: !settings.byApp,
    details: {
      units: async () => (await client.read('department/list', types.departmentsAnswer)).map(unitOf),
      unit: async (id) => unitOf(await client.read('department/get', types.departmentAnswer, { id })),
      members: async (id, seesAll) =>
        (await peopleOf(client, id)).map((person) => accountOf(person, view, seesAll)),
      async memberIds(id) {
        const answer = await client.read('user/simplelist', types.memberIdsAnswer, { department_id: id });
        return answer.map(({ userid }) => userid);
      },
      async account(id) {
        const person = await personOf(client, id);
        return person === null ? null : accountOf(person, view, false);
      },
      individuals: () => listedPeople(client),
    },
    ids: writer && {
      units: async () =>
        (await writer.get('/cgi-bin/department/simplelist', types.departmentIdsAnswer)).map(unitOf),
      places: () => readPlaces(client),
    },
  });
};

const CONSENT = {
  zh: '2022 年 6 月 20 日后创建的应用读不到此字段，属平台限制；本人登录授权后可补全。',
  en: 'Apps made after 2022-06-20 are not shown it; people can consent to it when they sign in.',
};
const HIDDEN = ['mobile', 'email', 'biz_mail', 'gender', 'address', 'avatar'] as const;

/** Reading side of WeCom (rows W-WX-02, 17, 18; O2-17, 21…23, 25). */
export const wecomSource = (services: WecomServices): DirectorySource =>
  sourceByWalk(services, {
    open: (connection, signal) => wecomReader(new WecomClient(services, connection, { signal }), connection),
    spec(connection, signal) {
      const client = new WecomClient(services, connection, { signal });
      const { reading, writer, settings } = client;
      const own = writer === undefined || writer === reading;
      return {
        client: reading,
        reader: wecomReader(client, connection),
        bases: [settings.apiBase],
        appName: client.readingName,
        secrets: own ? [] : [{ name: CONTACTS, client: writer, look: () => knock(client) }],
        companyName: settings.corpId,
        permissions,
        probes: {
          'department/list': (id) => client.read('department/list', types.departmentsAnswer, { id }),
          'user/list': (id) => peopleOf(client, id),
          'user/get': () => personOf(client, 'nobody'),
          // There is nothing to change in this call: it only knocks at the gate.
          'department/update': () => client.write('department/update', { id: 1 }, { schema: types.done }),
        },
        fields: HIDDEN.map((name) => ({ name, remedy: CONSENT })),
        sample: (id) => peopleOf(client, id),
        console: { zh: '企业微信管理后台 > 应用管理 > 该应用', en: 'WeCom admin console > Apps > the app' },
        rangeName: { zh: '可见范围', en: 'visible range' },
      };
    },
  });
