import { expect, test } from 'vitest';
import { startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { startWeComSimulator } from '../../simulators/wecom/index.ts';
import { newId, type OpenConnection } from '../../src/domain/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms } from '../../src/platforms/registry.ts';
import type { FeedApp } from '../../src/ports/change-feed.ts';
import { connectionTo } from '../platforms/support/dingtalk.ts';
import { wecomConnection } from '../platforms/support/wecom.ts';
import { changeFeedContract, type FeedStandIn } from './change-feed.contract.ts';

const KEYS = { token: 'contractToken01', aesKey: 'abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG' };
const COMPANY = { seed: 3, people: 20, orgUnits: 5 };

const appOf = (connection: OpenConnection, agentId: string | null): FeedApp => ({
  connection,
  app: {
    id: newId<'ConnectionApp'>(),
    connectionId: connection.id,
    name: 'events',
    agentId,
    homeAddress: null,
  },
  appKey: null,
  ...KEYS,
});

const startDingTalk = async (): Promise<FeedStandIn> => {
  const simulator = await startDingTalkSimulator({ company: COMPANY });
  const { events, mutate, clock, app } = simulator;
  const feedApp = appOf(connectionTo(simulator), String(app.agentId));
  let hired = 0;
  const number = (): number => {
    hired += 1;
    return hired;
  };
  const passRepetitions = async (): Promise<void> => {
    for (const ms of [10_000, 30_000, 60_000, 300_000]) {
      await events.idle();
      clock.advance(ms);
    }
    await events.idle();
  };
  return {
    app: () => feedApp,
    subscribe: (address) => events.subscribe(app.clientId, address),
    unsubscribe: () => events.unsubscribe(app.clientId),
    edits: {
      addOrgUnit: () => String(mutate.addDepartment({ name: `部门${number()}`, parentId: 1 })),
      renameOrgUnit: (id) => mutate.renameDepartment(Number(id), `改名${number()}`),
      moveOrgUnit: (id) => {
        const parentId = simulator
          .departments()
          .find((one) => one.parentId === 1 && String(one.id) !== id)?.id;
        mutate.moveDepartment(Number(id), parentId ?? 1);
      },
      removeOrgUnit: (id) => mutate.removeDepartment(Number(id)),
      hire: () =>
        mutate.addUser({ userid: `hired${number()}`, name: '新人', mobile: `1990000${1000 + hired}` }),
      change: (id) => mutate.renameUser(id, `改名${number()}`),
      move: (id) => mutate.moveUser(id, [simulator.departments().at(-1)?.id ?? 1]),
      dismiss: (id) => mutate.removeUser(id),
    },
    raiseForeign: () =>
      void events.raise('label_user_change', { more: { userIdList: ['u1'], labelIdList: [1] } }),
    doubleNext: () => events.next({ copies: 2 }),
    settled: () => events.idle(),
    passRepetitions,
    streams: () => events.streams.connections(),
    close: () => simulator.close(),
  };
};

const startWeCom = async (): Promise<FeedStandIn> => {
  const simulator = await startWeComSimulator({ company: COMPANY });
  const { callbacks, mutate } = simulator;
  const feedApp = appOf(wecomConnection(simulator), null);
  let hired = 0;
  const number = (): number => {
    hired += 1;
    return hired;
  };
  return {
    app: () => feedApp,
    async subscribe({ url, token, aesKey }) {
      const verdict = await callbacks.configure('contacts', {
        url,
        token,
        encodingAesKey: aesKey,
        form: 'full',
      });
      if (!verdict.ok) throw new TypeError(verdict.reason);
    },
    unsubscribe: () => callbacks.remove('contacts'),
    edits: {
      addOrgUnit: () => String(mutate.addDepartment({ name: `部门${number()}`, parentId: 1 })),
      renameOrgUnit: (id) => mutate.renameDepartment(Number(id), `改名${number()}`),
      moveOrgUnit: (id) => {
        const parentId = simulator
          .departments()
          .find((one) => one.parentId === 1 && String(one.id) !== id)?.id;
        mutate.moveDepartment(Number(id), parentId ?? 1);
      },
      removeOrgUnit: (id) => mutate.removeDepartment(Number(id)),
      hire: () =>
        mutate.addUser({ userid: `hired${number()}`, name: '新人', mobile: `1990000${1000 + hired}` }),
      change: (id) => mutate.renameUser(id, `改名${number()}`),
      move: (id) => mutate.moveUser(id, [simulator.departments().at(-1)?.id ?? 1]),
      dismiss: (id) => mutate.removeUser(id),
    },
    raiseForeign: () =>
      void callbacks.send('contacts', [
        ['ToUserName', simulator.corp.corpId],
        ['FromUserName', 'u1'],
        ['CreateTime', { bare: Math.floor(Date.now() / 1000) }],
        ['MsgType', 'event'],
        ['Event', 'enter_agent'],
        ['AgentID', { bare: 1000002 }],
      ]),
    doubleNext: () => callbacks.next({ copies: 2 }),
    settled: () => callbacks.idle(),
    passRepetitions: () => callbacks.idle(),
    close: () => simulator.close(),
  };
};

const STAND_INS: Readonly<Record<string, () => Promise<FeedStandIn>>> = {
  dingtalk: startDingTalk,
  wecom: startWeCom,
};

const feeds = [...createPlatforms(createPlatformServices())].flatMap(([name, { changeFeed }]) =>
  changeFeed === undefined ? [] : [[name, changeFeed] as const],
);

test('has a stand-in for every platform that tells of changes', () => {
  expect(feeds.map(([name]) => name).sort()).toEqual(Object.keys(STAND_INS).sort());
});

for (const [name, offers] of feeds)
  changeFeedContract(name, offers, async () => {
    const services = createPlatformServices();
    const feed = createPlatforms(services).get(name)?.changeFeed;
    const start = STAND_INS[name];
    if (feed === undefined || start === undefined) throw new TypeError(`nothing stands in for ${name}`);
    const standIn = await start();
    const close = async (): Promise<void> => {
      await services.http.close();
      await standIn.close();
    };
    return { feed, standIn: { ...standIn, close } };
  });
