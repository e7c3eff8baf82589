import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import type { WeComSimulator } from '../../simulators/wecom/index.ts';
import type { Client } from './client.ts';
import {
  ACCOUNTS,
  COMMIT,
  CONNECTIONS,
  CREATE_CONNECTION,
  CREATE_CONNECTION_APP,
  DELETE_CONNECTION,
  TEST_CONNECTION,
  TREE,
  UPDATE_CONNECTION,
} from './operations.ts';
import { pull, showCounts } from './pull.ts';
import { CREATE_ORG_UNIT, DELETE_ACCOUNT, DELETE_ORG_UNIT } from './push-operations.ts';
import { headline, line, must, StepFailed } from './tell.ts';

/** Who takes part: a company at one platform, and the other platform to which its changes travel on. */
export interface Travellers {
  readonly client: Client;
  /** Where Muster is reached, as the platform is told. */
  readonly address: string;
  readonly wecom: WeComSimulator;
  readonly dingtalk: DingTalkSimulator;
  readonly dingtalkConnectionId: string;
}

const NAME = '远山制造（模拟企业微信）';
const KEYS = { token: 'demoToken2026', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' };
/** A change is given up on after so many milliseconds. */
const PATIENCE_MS = 60_000;

const UNIT = /^分公司\d{6}$/;

/** Takes what an earlier run has left out of the roster: its simulated companies, where those people were, are gone. */
export const clearSecondCompany = async (client: Client): Promise<void> => {
  const old = (await client.ask(CONNECTIONS)).find(({ name }) => name === NAME);
  if (old !== undefined) await client.ask(DELETE_CONNECTION, { input: { id: old.id } });
  const units = await client.ask(TREE);
  for (const { id: orgUnitId } of units.filter(({ name }) => UNIT.test(name))) {
    const below = (id: string): string[] => [
      ...units.filter(({ parentId }) => parentId === id).flatMap((unit) => below(unit.id)),
      id,
    ];
    const filter = { orgUnitId, includeDescendants: true };
    const { nodes } = await client.ask(ACCOUNTS, { filter, first: 200 });
    for (const { id } of nodes) await client.ask(DELETE_ACCOUNT, { input: { id } });
    for (const id of below(orgUnitId)) await client.ask(DELETE_ORG_UNIT, { input: { id } });
  }
};

/** The unit of the roster below which the second company is hung; another one each time. */
const ownUnit = async (client: Client): Promise<string> => {
  const [root] = await client.ask(TREE);
  const name = `分公司${randomInt(100_000, 999_999)}`;
  return (await client.ask(CREATE_ORG_UNIT, { input: { parentId: root?.id, name } })).id;
};

const connect = async ({ client, wecom }: Travellers): Promise<string> => {
  headline('A second company, at another platform: the same form, the same test, the same flows');
  const targetOrgUnitId = await ownUnit(client);
  const { id } = await client.ask(CREATE_CONNECTION, {
    input: {
      platform: 'wecom',
      name: NAME,
      enabled: true,
      allowPrivateNetwork: true,
      settings: {
        corpId: wecom.corp.corpId,
        agentId: String(wecom.app.agentId),
        appSecret: wecom.app.clientSecret,
        contactsSecret: wecom.contacts.clientSecret,
        apiBase: wecom.url,
      },
      // The two companies give the same ids to different people: here the number names a person.
      pullRules: { targetOrgUnitId, events: 'COMMIT', userNameSource: 'mobile' },
    },
  });
  const { passed, steps } = await client.ask(TEST_CONNECTION, { input: { id } });
  for (const { status, code, subject, message } of steps) line(`${status} ${code} ${subject}: ${message}`);
  must(passed, 'every step of the test passed');
  return id;
};

const arrival = async (what: string, arrived: () => boolean | Promise<boolean>): Promise<void> => {
  const started = performance.now();
  while (!(await arrived())) {
    if (performance.now() - started > PATIENCE_MS) throw new StepFailed(`${what} did not arrive in 60 s`);
    await sleep(50);
  }
  must(true, `${what} after ${((performance.now() - started) / 1_000).toFixed(1)} s`);
};

const inRoster = async (client: Client, userName: string) =>
  (
    await client.ask(ACCOUNTS, { filter: { search: userName, includeDescendants: true }, first: 20 })
  ).nodes.find((one) => one.userName === userName);

const listen = async (travellers: Travellers, connectionId: string): Promise<void> => {
  const { client, wecom, address } = travellers;
  const app = await client.ask(CREATE_CONNECTION_APP, {
    input: {
      connectionId,
      name: '通讯录同步',
      callbackToken: KEYS.token,
      callbackAesKey: KEYS.aesKey,
      eventSource: 'CALLBACK',
    },
  });
  const url = new URL(new URL(app.callbackUrl).pathname, address).href;
  const verdict = await wecom.callbacks.configure('contacts', {
    url,
    token: KEYS.token,
    encodingAesKey: KEYS.aesKey,
  });
  must(verdict.ok, 'the platform has verified the address at which it tells of changes');
};

/** Names of the units that a person is in at DingTalk. */
const seats = (dingtalk: DingTalkSimulator, userid: string): readonly string[] => {
  const ids = dingtalk.people().find((one) => one.userid === userid)?.deptIds ?? [];
  return dingtalk.departments().flatMap(({ id, name }) => (ids.includes(id) ? [name] : []));
};

/** A company is pulled from a second platform; what is changed there comes in by itself and goes on to the first one. */
export const travel = async (travellers: Travellers): Promise<void> => {
  const { client, wecom, dingtalk, dingtalkConnectionId } = travellers;
  const connectionId = await connect(travellers);
  const held = (userid: string) => dingtalk.corp.users.get(userid);
  const run = await pull(client, connectionId);
  showCounts(run);
  await client.ask(UPDATE_CONNECTION, {
    input: { id: dingtalkConnectionId, pushRules: { incremental: 'APPLY' } },
  });
  const done = await client.ask(COMMIT, { input: { runId: run.id, digest: run.digest } });
  line(`${done.orgUnits} units, ${done.accountsCreated} people made, ${done.accountsChanged} changed`);
  const [first, second] = [...wecom.corp.members.values()];
  if (first === undefined || second === undefined) throw new StepFailed('the second company is empty');
  await arrival('its people are at DingTalk as well', () => held(first.mobile) !== undefined);

  headline('Changes that arrive by themselves: from WeCom into the roster, and on to DingTalk');
  await listen(travellers, connectionId);
  const unit = wecom
    .departments()
    .find(({ id }) => id !== 1 && !first.memberships.some(({ departmentId }) => departmentId === id));
  if (unit === undefined) throw new StepFailed('the second company has one unit only');
  wecom.mutate.moveUser(first.userid, [unit.id]);
  line(`somebody moves ${first.name} (${first.userid}) to ${unit.name} at WeCom`);
  await arrival(
    'the roster has moved him',
    async () => (await inRoster(client, first.mobile))?.orgUnit.path.at(-1) === unit.name,
  );
  await arrival('… and DingTalk too', () => seats(dingtalk, first.mobile).includes(unit.name));
  wecom.mutate.removeUser(second.userid);
  line(`somebody removes ${second.userid} (${second.name}) from the company at WeCom`);
  await arrival(
    'his account is disabled',
    async () => (await inRoster(client, second.mobile))?.status === 'DISABLED',
  );
};
