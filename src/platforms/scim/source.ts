import type { RemoteAccountValue, RemoteOrgUnitValue } from '../../domain/index.ts';
import type { DirectorySource } from '../../ports/directory-source.ts';
import { entriesAt, textAt } from '../kit/attribute-edits.ts';
import type { ListDoctorSpec } from '../kit/list-doctor.ts';
import { sourceByLists } from '../kit/list-source.ts';
import type { ListReader } from '../kit/listed-snapshot.ts';
import { arrangedByPath, splitPath } from '../kit/units-by-path.ts';
import { compareIds } from '../kit/walk.ts';
import { ScimClient, type ScimServices } from './client.ts';
import type { ScimSettings } from './config.ts';
import { findByText } from './find.ts';
import type { Resource } from './types.ts';
import { accountOf, DISPLAY_NAME, directGroupIds } from './values.ts';

const unitOf = (group: Resource, { parent }: ScimSettings): RemoteOrgUnitValue => ({
  externalId: group.id,
  ids: [{ kind: 'id', value: group.id }],
  parentExternalId: parent === null ? null : textAt(group, parent.keys),
  name: textAt(group, DISPLAY_NAME.keys) ?? '',
  attributes: { externalId: textAt(group, ['externalId']) },
});

const scimReader = (client: ScimClient, withMembers: boolean): ListReader => {
  const { settings } = client;
  const { userEndpoint, groupEndpoint, parent, pathSeparator, pageSize, callsPerSecond } = settings;
  const groups = client.pages(groupEndpoint, withMembers ? {} : { excludedAttributes: 'members' });
  const users = client.pages(userEndpoint);

  const unit = async (id: string): Promise<RemoteOrgUnitValue | null> => {
    const group = await client.read(groupEndpoint, id);
    if (group === null) return null;
    const found = unitOf(group, settings);
    const [above, name] = (parent === null ? splitPath(found.name ?? '', pathSeparator) : undefined) ?? [];
    if (above === undefined || name === undefined) return found;
    const [parentGroup] = await findByText(client, groupEndpoint, { attribute: 'displayName', text: above });
    return parentGroup === undefined ? found : { ...found, name, parentExternalId: parentGroup.id };
  };

  /** Direct memberships as the person shows them; one who shows none is looked for in the units. */
  const unitIdsOf = async (user: Resource): Promise<string[]> => {
    const ids = directGroupIds(user);
    if (ids.length > 0) return ids;
    const wanted = { attribute: 'members.value', text: user.id };
    return (await findByText(client, groupEndpoint, wanted)).map(({ id }) => id);
  };

  const account = async (id: string): Promise<RemoteAccountValue | null> => {
    const user = await client.read(userEndpoint, id);
    if (user === null) return null;
    const ids = (await unitIdsOf(user)).sort(compareIds);
    return { ...accountOf(user), memberships: ids.map((id) => ({ orgUnitExternalId: id })) };
  };

  return {
    pageSize,
    meter: { calls: () => client.calls, callsPerSecond, pausedUntil: () => client.pausedUntil },
    async units(start, count) {
      const { rows, total } = await groups(start, count);
      const units = rows.map((group) => ({
        id: group.id,
        unit: unitOf(group, settings),
        memberIds: entriesAt(group, 'members').flatMap(({ value, type }) =>
          typeof value === 'string' && String(type).toLowerCase() !== 'group' ? [value] : [],
        ),
      }));
      return { rows: units, total };
    },
    ...(parent === null ? { arrange: (units) => arrangedByPath(units, pathSeparator) } : {}),
    async people(start, count) {
      const { rows, total } = await users(start, count);
      return { rows: rows.map((user) => ({ id: user.id, account: accountOf(user) })), total };
    },
    unit,
    account,
  };
};

const WISH = {
  zh: '可以同步，但更新须整体写回，或查找须读取全部列表；请尽量让对方开启 PATCH 与 filter。',
  en: 'It works, but changes are written as a whole, or look-ups read whole lists: have both switched on if you can.',
};

const doctorOf = (client: ScimClient): ListDoctorSpec => {
  const { baseUrl, tokenUrl, auth, userEndpoint, groupEndpoint, parent } = client.settings;
  const count = (endpoint: string) => async () => (await client.pages(endpoint)(1, 1)).total;
  const areShown = async (keys: readonly string[]): Promise<boolean> => {
    const { rows } = await client.pages(groupEndpoint)(1, 100);
    return rows.length < 2 || rows.some((group) => textAt(group, keys) !== null);
  };
  return {
    client,
    bases: auth === 'oauth2' ? [baseUrl, tokenUrl] : [baseUrl],
    principal: auth,
    enter: auth === 'oauth2' ? () => client.fetchToken() : count(userEndpoint),
    async features() {
      const { patch, filter, etag } = await client.announced();
      const told = JSON.stringify({ patch, filter, etag });
      const subject = 'ServiceProviderConfig';
      return { subject, told: { zh: told, en: told }, wish: patch && filter ? null : WISH };
    },
    ...(parent === null ? {} : { parents: { name: parent.path, areShown: () => areShown(parent.keys) } }),
    people: { name: userEndpoint, count: count(userEndpoint) },
    units: { name: groupEndpoint, count: count(groupEndpoint) },
    unitName: async (id) => (await scimReader(client, false).unit(id))?.name ?? null,
  };
};

/** Reading side: all groups, then all users (RFC 7644 §3.4.2). */
export const scimSource = (services: ScimServices): DirectorySource =>
  sourceByLists(services, {
    open: (connection, { signal, withMembers }) =>
      scimReader(new ScimClient(services, connection, { signal }), withMembers),
    spec: (connection, signal) => doctorOf(new ScimClient(services, connection, { signal })),
  });
