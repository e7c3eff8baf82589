import { startDingTalkSimulator } from '../../simulators/dingtalk/index.ts';
import { createPlatformServices } from '../../src/platforms/kit/services.ts';
import { createPlatforms, PLATFORM_NAMES, type PlatformName } from '../../src/platforms/registry.ts';
import { hastyClock } from '../platforms/support/clocks.ts';
import { connectionTo } from '../platforms/support/dingtalk.ts';
import { type DirectoryStandIn, directorySourceContract } from './directory-source.contract.ts';
import { startScim } from './scim-source-stand-in.ts';
import { startWecom } from './wecom-source-stand-in.ts';

const startDingTalk = async (): Promise<DirectoryStandIn> => {
  const company = { seed: 11, people: 400, orgUnits: 40, messy: true };
  const simulator = await startDingTalkSimulator({ company, settings: { qpsPerApp: null } });
  const { clientId } = simulator.app;
  let hired = 0;
  return {
    connection: (pullRules = {}) => connectionTo(simulator, { pullRules }),
    accounts: () =>
      simulator.people().map(({ userid, deptIds }) => ({
        externalId: userid,
        orgUnitExternalIds: deptIds.map(String),
      })),
    orgUnits: () =>
      simulator.departments().map(({ id, parentId }) => ({
        externalId: String(id),
        parentExternalId: parentId === null ? null : String(parentId),
      })),
    calls: () => simulator.ledger.summary().calls,
    leastCalls() {
      const sizes = new Map(simulator.departments().map(({ id }) => [id, 0]));
      for (const { deptIds } of simulator.people())
        for (const id of deptIds) sizes.set(id, (sizes.get(id) ?? 0) + 1);
      const pages = [...sizes.values()].reduce((sum, size) => sum + Math.max(1, Math.ceil(size / 100)), 0);
      return pages + sizes.size;
    },
    narrow(units, users) {
      const depts = units.length === 0 && users.length === 0 ? [1] : units.map(Number);
      simulator.changeApp(clientId, { range: { depts, users: [...users] } });
    },
    hire(unit) {
      hired += 1;
      const mobile = `1990000${String(hired).padStart(4, '0')}`;
      return simulator.mutate.addUser({
        userid: `hired${hired}`,
        name: '新人',
        mobile,
        deptIds: [Number(unit)],
      });
    },
    dismiss: (userid) => simulator.mutate.removeUser(userid),
    breakAfter: (calls) =>
      void simulator.faults.add({ fault: { kind: 'resetBefore' }, nth: calls + 1, times: null }),
    loseSilently: () =>
      void simulator.faults.add({
        api: '/topapi/v2/user/list',
        nth: 7,
        fault: { kind: 'shortPage', rows: 1, lose: true },
      }),
    heal: () => simulator.faults.clear(),
    close: () => simulator.close(),
  };
};

const STAND_INS: Record<PlatformName, () => Promise<DirectoryStandIn>> = {
  dingtalk: startDingTalk,
  scim: startScim,
  wecom: startWecom,
};

for (const name of PLATFORM_NAMES)
  directorySourceContract(name, async () => {
    const services = createPlatformServices({ clock: hastyClock() });
    const source = createPlatforms(services).get(name)?.directorySource;
    if (source === undefined) throw new TypeError(`${name} has no DirectorySource`);
    const standIn = await STAND_INS[name]();
    const close = async (): Promise<void> => {
      await services.http.close();
      await standIn.close();
    };
    return { source, standIn: { ...standIn, close } };
  });
