import {
  type AccountId,
  DEFAULT_PUSH_RULES,
  GUARD_KINDS,
  type GuardKind,
  type GuardRule,
  type MatchKey,
  OPERATION_KINDS,
  type OrgUnitId,
  type PushRules,
  type TargetCapabilities,
  type TargetField,
  type TargetOperationKind,
} from '../../../../src/domain/index.ts';
import type { PushAccount, PushInput, PushUnit } from '../../../../src/planner/push/facts.ts';
import { ModelPlatform, type ModelRules } from './model-platform.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type WorldUnit = Mutable<PushUnit>;
export type WorldAccount = Mutable<Omit<PushAccount, 'memberships'>> & {
  memberships: { orgUnitId: OrgUnitId; leader: boolean; order: string }[];
};

export const unitId = (n: number | string): OrgUnitId => `unit-${n}` as OrgUnitId;
export const accountId = (n: number | string): AccountId => `account-${n}` as AccountId;
export const ROOT_ID = unitId('root');

export const field = (name: string, source: string, more: Partial<TargetField> = {}): TargetField => ({
  name,
  label: { zh: name, en: name },
  rule: { maxLength: 64 },
  required: false,
  unique: false,
  updatable: true,
  clearable: true,
  loginId: false,
  source: { kind: 'ATTRIBUTE', name: source },
  when: 'ALWAYS',
  ...more,
});

export const FIELDS: readonly TargetField[] = [
  field('name', 'displayName', { required: true, clearable: false }),
  field('mobile', 'mobile', { required: true, unique: true, clearable: false, loginId: true }),
  field('email', 'email', { unique: true }),
  field('jobNumber', 'jobNumber'),
  field('title', 'title'),
];

const CALLS = OPERATION_KINDS.filter((kind): kind is TargetOperationKind => !/^(UN)?LINK/.test(kind));

export const CAPABILITIES: TargetCapabilities = {
  operations: new Set(CALLS),
  rootExternalId: '1',
  orgUnitName: { maxLength: 64, pattern: { source: '[^-]+', message: { zh: '', en: '' } } },
  foldOrgUnitNames: true,
  maxDepth: null,
  maxChildren: null,
  maxMemberships: null,
  membershipRequired: true,
  deleteOnlyEmpty: true,
  accountIds: { mode: 'ASSIGNED', rule: { maxLength: 64 }, foldCase: true },
  fields: FIELDS,
  orders: false,
};

const guards = (rule: GuardRule): PushRules['guards'] =>
  Object.fromEntries(GUARD_KINDS.map((kind) => [kind, rule])) as Record<GuardKind, GuardRule>;

/** So high that none ever trips: what guards hold is another test's business. */
export const WIDE_GUARDS = guards({ fraction: 1_000, count: 1_000_000 });

/** A roster, a platform, and what is known to be the same in both. */
export class World {
  readonly units = new Map<OrgUnitId, WorldUnit>();
  readonly accounts = new Map<AccountId, WorldAccount>();
  readonly unitLinks = new Map<OrgUnitId, string>();
  readonly accountLinks = new Map<AccountId, string>();
  readonly agreed = new Map<AccountId | OrgUnitId, number>();
  platform: ModelPlatform;
  rules: PushRules = { ...DEFAULT_PUSH_RULES, guards: WIDE_GUARDS };
  capabilities: TargetCapabilities = CAPABILITIES;
  matchKeys: readonly MatchKey[] = [];

  constructor(rules: Partial<ModelRules> = {}) {
    this.platform = new ModelPlatform({
      root: '1',
      foldNames: true,
      memberRequired: true,
      maxSeats: null,
      maxDepth: null,
      unique: ['mobile', 'email'],
      required: ['name', 'mobile'],
      ...rules,
    });
    this.capabilities = {
      ...CAPABILITIES,
      rootExternalId: this.platform.rules.root,
      membershipRequired: this.platform.rules.memberRequired,
      maxDepth: this.platform.rules.maxDepth,
      foldOrgUnitNames: this.platform.rules.foldNames,
    };
    this.units.set(ROOT_ID, {
      id: ROOT_ID,
      parentId: null,
      name: '公司',
      order: '0',
      deleted: false,
      version: 1,
    });
    if (this.platform.rules.root === null) return;
    this.platform.units.set('1', { parent: null, name: '公司', order: '0' });
    this.unitLinks.set(ROOT_ID, '1');
  }

  unit(id: OrgUnitId): WorldUnit {
    const unit = this.units.get(id);
    if (unit === undefined) throw new Error(`no unit ${id}`);
    return unit;
  }

  account(id: AccountId): WorldAccount {
    const account = this.accounts.get(id);
    if (account === undefined) throw new Error(`no account ${id}`);
    return account;
  }

  addUnit(n: number | string, parentId: OrgUnitId = ROOT_ID, name = `部门${n}`): OrgUnitId {
    const id = unitId(n);
    this.units.set(id, { id, parentId, name, order: '0', deleted: false, version: 1 });
    return id;
  }

  addAccount(n: number | string, orgUnitId: OrgUnitId, facts: Partial<WorldAccount> = {}): AccountId {
    const id = accountId(n);
    this.accounts.set(id, {
      id,
      version: 1,
      status: 'ACTIVE',
      statusSince: null,
      userName: `user${n}`,
      displayName: `员工${n}`,
      email: `p${n}@example.com`,
      mobile: `138${String(n).replace(/\D/g, '').padStart(8, '0')}`,
      jobNumber: null,
      title: null,
      managerId: null,
      primaryOrgUnitId: orgUnitId,
      attributes: {},
      memberships: [{ orgUnitId, leader: false, order: '0' }],
      ...facts,
    });
    return id;
  }

  /** Puts the whole roster on the platform, linked, as if it had been pushed before. */
  settle(): this {
    const place = (id: OrgUnitId): string | null => this.unitLinks.get(id) ?? this.platform.rules.root;
    const pending = [...this.units.values()].filter(({ id, deleted }) => id !== ROOT_ID && !deleted);
    for (let i = 0; i < pending.length; i++) {
      const unit = pending[i];
      if (unit === undefined) break;
      const parent = unit.parentId;
      if (parent !== null && parent !== ROOT_ID && !this.unitLinks.has(parent)) {
        pending.push(unit);
        continue;
      }
      const external = `u:${unit.id}`;
      this.platform.units.set(external, {
        parent: parent === null ? null : place(parent),
        name: unit.name,
        order: '0',
      });
      this.unitLinks.set(unit.id, external);
    }
    for (const account of this.accounts.values()) {
      if (account.status === 'DELETED') continue;
      const external = `a:${account.id}`;
      this.platform.people.set(external, {
        values: {
          name: account.displayName,
          mobile: account.mobile,
          email: account.email,
          jobNumber: account.jobNumber,
          title: account.title,
        },
        seats: account.memberships
          .filter(
            ({ orgUnitId }) => this.rules.secondaryMemberships || orgUnitId === account.primaryOrgUnitId,
          )
          .flatMap(({ orgUnitId, leader }) => {
            const unit = orgUnitId === ROOT_ID ? this.platform.rules.root : place(orgUnitId);
            return unit === null ? [] : [{ unit, leader: leader && account.status === 'ACTIVE' }];
          }),
        manager: account.managerId === null ? null : `a:${account.managerId}`,
        active: account.status === 'ACTIVE',
      });
      this.accountLinks.set(account.id, external);
    }
    for (const person of this.platform.people.values()) {
      if (person.manager !== null && !this.platform.people.has(person.manager)) person.manager = null;
    }
    for (const { id, version } of [...this.units.values(), ...this.accounts.values()])
      this.agreed.set(id, version);
    return this;
  }

  input(more: Partial<PushInput> = {}): PushInput {
    return {
      scope: { kind: 'FULL' },
      units: [...this.units.values()].filter(({ id, deleted }) => !deleted || this.unitLinks.has(id)),
      accounts: [...this.accounts.values()].filter(
        ({ id, status }) =>
          status !== 'DELETED' || this.accountLinks.has(id) || more.invitations?.has(id) === true,
      ),
      remoteUnits: this.platform.unitStates(),
      remoteAccounts: this.platform.accountStates(),
      remoteComplete: true,
      links: { units: this.unitLinks, accounts: this.accountLinks },
      agreed: this.agreed,
      invitations: new Map(),
      quarantined: new Set(),
      rules: this.rules,
      matchKeys: this.matchKeys,
      capabilities: this.capabilities,
      previousAccountsInScope: null,
      now: new Date('2026-11-28T00:00:00Z'),
      tenantRootId: ROOT_ID,
      ...more,
    };
  }
}
