import { ENTERPRISE, type Resource, startScimServer, UNIT, type World } from '../../simulators/scim/index.ts';
import type { TargetValues } from '../../src/domain/index.ts';
import { scimConnection } from '../platforms/support/scim.ts';
import { SCIM_FAULTS } from './scim-target-faults.ts';
import type { HeldAccount, TargetStandIn } from './target-stand-in.ts';

interface Entry {
  readonly type?: string;
  readonly value?: string;
}
interface User {
  readonly userName?: string;
  readonly displayName?: string;
  readonly title?: string;
  readonly active?: boolean;
  readonly nickName?: string;
  readonly name?: { readonly familyName?: string; readonly givenName?: string };
  readonly emails?: readonly Entry[];
  readonly phoneNumbers?: readonly Entry[];
  readonly [ENTERPRISE]?: {
    readonly employeeNumber?: string;
    readonly department?: string;
    readonly costCenter?: string;
    readonly manager?: Entry;
  };
}

const ofType = (entries: readonly Entry[] | undefined, type: string): string | null =>
  entries?.find((entry) => entry.type === type)?.value ?? null;

const heldAccount = (world: World, resource: Resource): HeldAccount => {
  const user = resource as Resource & User;
  const enterprise = user[ENTERPRISE];
  const others = [user.emails, user.phoneNumbers].map((list = []) =>
    list.filter(({ type }) => type !== 'work' && type !== 'mobile'),
  );
  return {
    externalId: user.id,
    values: {
      userName: user.userName ?? null,
      name: user.displayName ?? null,
      email: ofType(user.emails, 'work'),
      mobile: ofType(user.phoneNumbers, 'mobile'),
      title: user.title ?? null,
      jobNumber: enterprise?.employeeNumber ?? null,
      familyName: user.name?.familyName ?? null,
      givenName: user.name?.givenName ?? null,
      department: enterprise?.department ?? null,
    },
    memberships: world.groupsOf(user.id).map(({ id }) => ({ orgUnitExternalId: id })),
    managerExternalId: enterprise?.manager?.value ?? null,
    active: user.active !== false,
    foreign: JSON.stringify([user.nickName ?? '', enterprise?.costCenter ?? '', others]),
  };
};

const valuesOf = (number: number): TargetValues => ({
  userName: `person-${number}`,
  name: `人员${number}`,
  email: `p${number}@example.cn`,
  mobile: `15${String(number).padStart(9, '0')}`,
  title: `职务${number}`,
  jobNumber: `J${number}`,
  familyName: `姓${number}`,
  givenName: `名${number}`,
  department: `部${number}`,
});

const FOREIGN = { nickName: '他人所填', photos: [{ value: 'https://example.cn/a.png', type: 'photo' }] };

/** A SCIM service as the contract of writing sees it; `patch: false` = one that takes whole resources alone. */
export const startScimTarget = async ({ patch = true } = {}): Promise<TargetStandIn> => {
  const company = { seed: 13, people: 30, orgUnits: 6 };
  const server = await startScimServer({ company, settings: { patch, etag: !patch } });
  const { world } = server;
  let lost = 0;
  let texts = 0;
  const withForeign = (user: Record<string, unknown> & { id: string }) => {
    const homes = [{ value: 'home@example.cn', type: 'home' }];
    const emails = [...((user['emails'] as Entry[] | undefined) ?? []), ...homes];
    const enterprise = { ...(user[ENTERPRISE] as object | undefined), costCenter: '他人' };
    world.keep('User', { ...user, ...FOREIGN, emails, [ENTERPRISE]: enterprise });
  };
  return {
    connection: () => scimConnection(server),
    orgUnits: async () =>
      [...world.groups.values()].map((group) => ({
        externalId: group.id,
        parentExternalId: world.parentOf(group),
        name: String(group['displayName']),
        leaderExternalIds: [],
      })),
    accounts: async () => [...world.users.values()].map((user) => heldAccount(world, user)),
    calls: () => world.ledger.filter(({ path }) => path !== '/token').length,
    values: valuesOf,
    valueOfLength(_field, length) {
      texts += 1;
      return `x${texts}`.padEnd(length, 'x');
    },
    enforces: new Set([
      'ORG_UNIT_NAME',
      'MEMBERSHIP_REQUIRED',
      'DELETE_ONLY_EMPTY',
      'FIELD_LENGTH',
      'FIELD_REQUIRED',
      'FIELD_UNIQUE',
    ]),
    addOrgUnits: async (parent, names) =>
      names.map((displayName) => {
        const id = world.nextId();
        const above = parent === null ? {} : { [UNIT]: { parent } };
        return world.keep('Group', { id, displayName, ...above }).id;
      }),
    async hire(unit, number) {
      const id = world.nextId();
      withForeign({ id, userName: `hired-${number}`, active: true });
      world.join(unit, id);
      return id;
    },
    async addForeign(id) {
      const user = world.users.get(id);
      if (user !== undefined) withForeign(user);
    },
    loseNext(what) {
      lost += 1;
      const silent = lost % 2 === 0;
      const after = what === 'ANSWER';
      const kind = after ? 'resetAfter' : 'resetBefore';
      world.faults.add({ writes: true, fault: silent ? { kind: 'timeout', after } : { kind } });
    },
    faults: SCIM_FAULTS.map(({ what, code, rules }) => ({
      what,
      code,
      strike() {
        for (const rule of rules) world.faults.add(rule);
      },
    })),
    heal: () => world.faults.clear(),
    close: () => server.close(),
  };
};
