import { startScimServer } from '../../simulators/scim/index.ts';
import { scimConnection } from '../platforms/support/scim.ts';
import type { DirectoryStandIn } from './directory-source.contract.ts';

/** Small, so that there are many pages of not too many people: the library behind it takes its time for each. */
const PAGE = 6;

/** A SCIM service with a company, for the contract of reading. */
export const startScim = async (): Promise<DirectoryStandIn> => {
  const company = { seed: 11, people: 300, orgUnits: 30, messy: true };
  const server = await startScimServer({ company });
  const { world } = server;
  let hired = 0;
  return {
    connection: (pullRules = {}) =>
      scimConnection(server, { pullRules, settings: { pageSize: String(PAGE) } }),
    accounts: () =>
      [...world.users.keys()].map((externalId) => ({
        externalId,
        orgUnitExternalIds: world.groupsOf(externalId).map(({ id }) => id),
      })),
    orgUnits: () =>
      [...world.groups.values()].map((group) => ({
        externalId: group.id,
        parentExternalId: world.parentOf(group),
      })),
    calls: () => world.ledger.length,
    leastCalls: () => Math.ceil(world.groups.size / PAGE) + Math.ceil(world.users.size / PAGE),
    hire(unit) {
      hired += 1;
      const { id } = world.keep('User', { id: `hired-${hired}`, userName: `hired-${hired}`, active: true });
      world.join(unit, id);
      return id;
    },
    dismiss: (id) => void world.removeUser(id),
    breakAfter: (calls) => world.faults.add({ fault: { kind: 'resetBefore' }, nth: calls + 1, times: null }),
    loseSilently: () => world.faults.add({ path: '/Users', nth: 7, fault: { kind: 'loseRow', row: 4 } }),
    heal: () => world.faults.clear(),
    close: () => server.close(),
  };
};
