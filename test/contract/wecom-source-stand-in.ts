import { BEFORE_RESTRICTIONS, NO_LIMITS, startWeComSimulator } from '../../simulators/wecom/index.ts';
import { wecomConnection } from '../platforms/support/wecom.ts';
import type { DirectoryStandIn } from './directory-source.contract.ts';

/** A company at WeCom whose app was made before the restrictions of 2022, for the contract of reading. */
export const startWecom = async (): Promise<DirectoryStandIn> => {
  const company = { seed: 11, people: 400, orgUnits: 40, messy: true };
  const simulator = await startWeComSimulator({
    company,
    settings: NO_LIMITS,
    apps: [{ createdAt: BEFORE_RESTRICTIONS }],
  });
  const { clientId } = simulator.app;
  let hired = 0;
  return {
    connection: (pullRules = {}) => wecomConnection(simulator, { pullRules }),
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
    // All departments in one call, the people of each in another.
    leastCalls: () => 1 + simulator.departments().length,
    narrow(units, users) {
      const depts = units.length === 0 && users.length === 0 ? [1] : units.map(Number);
      simulator.changeApp(clientId, { range: { depts, users: [...users] } });
    },
    hire(unit) {
      hired += 1;
      const mobile = `1990000${String(hired).padStart(4, '0')}`;
      const [userid, name] = [`hired${hired}`, '新人'];
      return simulator.mutate.addUser({ userid, name, mobile, deptIds: [Number(unit)] });
    },
    dismiss: (userid) => simulator.mutate.removeUser(userid),
    breakAfter: (calls) =>
      void simulator.faults.add({ fault: { kind: 'resetBefore' }, nth: calls + 1, times: null }),
    loseSilently: () =>
      void simulator.faults.add({
        api: '/cgi-bin/user/list',
        nth: 7,
        fault: { kind: 'shortPage', rows: 1, lose: true },
      }),
    heal: () => simulator.faults.clear(),
    close: () => simulator.close(),
  };
};
