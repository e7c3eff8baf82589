import {
  type AccountId,
  type AgreedAccount,
  DEFAULT_PUSH_RULES,
  type FieldMasters,
  type OrgUnitId,
  type RemoteAccountValue,
} from '../../../../src/domain/index.ts';
import type { RosterAccount } from '../../../../src/planner/facts.ts';
import type { PushAccount, PushInput, PushUnit } from '../../../../src/planner/push/facts.ts';
import { planPush } from '../../../../src/planner/push/plan-push.ts';
import { CAPABILITIES, field, WIDE_GUARDS } from './world.ts';

const ROOT = 'unit-root' as OrgUnitId;
const unit = (id: string): OrgUnitId => `unit-${id}` as OrgUnitId;

const pushed = ({ memberships, ...account }: RosterAccount): PushAccount => ({
  ...account,
  statusSince: null,
  memberships: memberships.map(({ orgUnitId, leader, order }) => ({ orgUnitId, leader, order })),
});

const boss = (id: string): RosterAccount => ({
  id: `account-${id}` as AccountId,
  version: 1,
  disabledByImport: false,
  protected: false,
  userName: id,
  displayName: id,
  status: 'ACTIVE',
  email: null,
  mobile: null,
  jobNumber: null,
  title: null,
  managerId: null,
  primaryOrgUnitId: unit('1'),
  attributes: {},
  memberships: [{ orgUnitId: unit('1'), leader: false, title: null, order: '0' }],
});

const BOSSES = ['a', 'b', 'c'].map(boss);

const bossThere = ({ id, displayName }: RosterAccount): RemoteAccountValue => ({
  externalId: id.replace('account-', 'u-'),
  ids: [],
  name: displayName,
  mobile: null,
  email: null,
  jobNumber: null,
  title: null,
  managerExternalId: null,
  active: true,
  memberships: [{ orgUnitExternalId: '1', leader: false }],
  attributes: { costCentre: null },
});

const UNITS: readonly PushUnit[] = [
  { id: ROOT, parentId: null, name: '公司', order: '0', deleted: false, version: 1 },
  ...['1', '2', '3'].map((id) => ({
    id: unit(id),
    parentId: ROOT,
    name: `部门${id}`,
    order: '0',
    deleted: false,
    version: 1,
  })),
];

/** Leaders are nobody's business here. */
const OPERATIONS = new Set([...CAPABILITIES.operations].filter((kind) => kind !== 'SET_LEADERS'));

export interface PersonWorld {
  readonly account: RosterAccount;
  readonly remote: RemoteAccountValue;
  readonly base: AgreedAccount | null;
  readonly masters: FieldMasters;
  /** Found by a rule, not linked yet. */
  readonly unlinked?: boolean;
}

/** One person on both sides, in a company that agrees in everything else. */
export const personInput = ({ account, remote, base, masters, unlinked }: PersonWorld): PushInput => {
  const accounts = [pushed(account), ...BOSSES.map(pushed)];
  const external = (id: string): string =>
    id === account.id ? remote.externalId : id.replace('account-', 'u-');
  return {
    scope: { kind: 'FULL' },
    units: UNITS,
    accounts,
    remoteUnits: UNITS.map(({ id, name }) => ({
      externalId: id === ROOT ? '0' : id.replace('unit-', ''),
      parentExternalId: id === ROOT ? null : '0',
      name,
      hash: id,
      gone: false,
    })),
    remoteAccounts: [remote, ...BOSSES.map(bossThere)].map((value) => ({ value, hash: 'h', gone: false })),
    remoteComplete: true,
    links: {
      units: new Map(UNITS.map(({ id }) => [id, id === ROOT ? '0' : id.replace('unit-', '')])),
      accounts: new Map(
        accounts.flatMap(({ id }) => (unlinked && id === account.id ? [] : [[id, external(id)] as const])),
      ),
    },
    agreed: new Map(accounts.map(({ id, version }) => [id, version])),
    masters,
    agreedValues: base === null ? new Map() : new Map([[account.id, base]]),
    invitations: new Map(),
    quarantined: new Set(),
    rules: {
      ...DEFAULT_PUSH_RULES,
      guards: WIDE_GUARDS,
      secondaryMemberships: true,
      membershipOwnership: 'REPLACE',
    },
    matchKeys: unlinked ? [{ remoteField: 'externalId', rosterField: 'userName', foldCase: false }] : [],
    capabilities: {
      ...CAPABILITIES,
      operations: OPERATIONS,
      rootExternalId: '0',
      fields: [
        field('name', 'displayName', { required: true, clearable: false }),
        ...['mobile', 'email', 'jobNumber', 'title', 'costCentre'].map((name) => field(name, name)),
      ],
    },
    previousAccountsInScope: null,
    now: new Date('2026-11-28T00:00:00Z'),
    tenantRootId: ROOT,
  };
};

/** Rows about the one person. */
export const planPerson = (world: PersonWorld) => {
  const plan = planPush(personInput(world));
  if (plan.outcome !== 'PLANNED') throw new Error(plan.code);
  return plan.operations.filter(({ objectId }) => objectId === world.account.id);
};
