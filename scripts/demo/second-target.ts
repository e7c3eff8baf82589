import { CREDENTIALS, type ScimServer, UNIT } from '../../simulators/scim/index.ts';
import type { Client } from './client.ts';
import { CONNECTIONS, CREATE_CONNECTION, DELETE_CONNECTION, TREE } from './operations.ts';
import { approveAndApply, planFull } from './push.ts';
import { headline, line, must, StepFailed } from './tell.ts';

const NAME = 'SCIM 服务（模拟）';

const connect = async (client: Client, service: ScimServer, orgUnitId: string): Promise<string> => {
  const input = {
    enabled: true,
    mode: 'READ_WRITE',
    allowPrivateNetwork: true,
    settings: {
      baseUrl: service.url,
      token: CREDENTIALS.bearer,
      parentAttribute: `${UNIT}:parent`,
      callsPerSecond: '100',
    },
    pushRules: { scope: { orgUnitIds: [orgUnitId] }, guards: [], incremental: 'OFF' },
  };
  // The service of an earlier run is gone, and what was linked there with it.
  const old = (await client.ask(CONNECTIONS)).find(({ name }) => name === NAME);
  if (old !== undefined) await client.ask(DELETE_CONNECTION, { input: { id: old.id } });
  const { id } = await client.ask(CREATE_CONNECTION, { input: { ...input, platform: 'scim', name: NAME } });
  return id;
};

/** The same roster, the same flows, another system: a part of the tree goes to a service that speaks SCIM 2.0. */
export const pushToScim = async (client: Client, service: ScimServer): Promise<void> => {
  headline('Another target: a part of the same roster goes to a SCIM 2.0 service');
  const units = await client.ask(TREE);
  const unit = units.find(
    ({ id, accountCount, depth }) =>
      depth > 0 && (accountCount ?? 0) >= 5 && !units.some(({ parentId }) => parentId === id),
  );
  if (unit === undefined) throw new StepFailed('the company has no unit with five people in it');
  const connectionId = await connect(client, service, unit.id);
  const plan = await planFull(client, connectionId);
  await approveAndApply(client, plan);
  const { users, groups } = service.world;
  line(`${groups.size} groups and ${users.size} users are there now`);
  must(users.size > 0 && groups.size > 0, `${unit.name} and its people have arrived by SCIM`);
  const left = (await planFull(client, connectionId)).counts['PLANNED'] ?? 0;
  must(left === 0, 'planned again, nothing is left to do');
};
