/*
 * Plans one push of a made-up company and prints seconds and peak memory. Arguments: people, and SAME or CHANGED.
 */
import type { AccountId, OrgUnitId, TargetField } from '../../src/domain/index.ts';
import { DEFAULT_PUSH_RULES, OPERATION_KINDS, type TargetOperationKind } from '../../src/domain/index.ts';
import type { PushInput } from '../../src/planner/push/facts.ts';
import { planPush } from '../../src/planner/push/plan-push.ts';

const [count = '100000', what = 'SAME'] = process.argv.slice(2);
const PEOPLE = Number(count);
const UNITS = PEOPLE / 10;
const BRANCHES = 10;

const unitId = (n: number) => `0195a1c2-0000-7000-8000-${String(n).padStart(12, '0')}` as OrgUnitId;
const accountId = (n: number) => `0195a1c2-1111-7000-8000-${String(n).padStart(12, '0')}` as AccountId;
const parentOf = (n: number): number => Math.floor((n - 1) / BRANCHES);
const mobile = (n: number): string => `138${String(n).padStart(8, '0')}`;
const isChanged = (n: number): boolean => what === 'CHANGED' && n % 10 === 9;

const field = (name: string, source: string, more: Partial<TargetField> = {}): TargetField => ({
  name,
  label: { zh: name, en: name },
  rule: { maxLength: 80 },
  required: false,
  unique: false,
  updatable: true,
  clearable: true,
  loginId: false,
  source: { kind: 'ATTRIBUTE', name: source },
  when: 'ALWAYS',
  ...more,
});

const numbers = (): number[] => [...Array(UNITS).keys()];
const people = (): number[] => [...Array(PEOPLE).keys()];

const makeUnits = (): PushInput['units'] =>
  numbers().map((n) => ({
    id: unitId(n),
    parentId: n === 0 ? null : unitId(parentOf(n)),
    name: isChanged(n) ? `新部门${n}` : `部门${n}`,
    order: String(n),
    deleted: false,
    version: 1,
  }));

const makeAccounts = (): PushInput['accounts'] =>
  people().map((n) => ({
    id: accountId(n),
    version: 1,
    status: 'ACTIVE',
    statusSince: null,
    userName: `user${n}`,
    displayName: `员工${n}`,
    email: `user${n}@example.com`,
    mobile: mobile(n),
    jobNumber: `J${n}`,
    title: isChanged(n) ? '经理' : '工程师',
    managerId: n === 0 ? null : accountId(Math.floor(n / BRANCHES)),
    primaryOrgUnitId: unitId(n % UNITS),
    attributes: {},
    memberships: [{ orgUnitId: unitId(n % UNITS), leader: n < UNITS, order: '0' }],
  }));

const makeRemoteUnits = (): PushInput['remoteUnits'] =>
  numbers().map((n) => ({
    externalId: `u${n}`,
    parentExternalId: n === 0 ? null : `u${parentOf(n)}`,
    name: `部门${n}`,
    order: String(n),
    hash: '0'.repeat(64),
    gone: false,
  }));

const makeRemoteAccounts = (): PushInput['remoteAccounts'] =>
  people().map((n) => ({
    value: {
      externalId: `a${n}`,
      ids: [{ kind: 'userid', value: `a${n}` }],
      name: `员工${n}`,
      mobile: mobile(n),
      email: `user${n}@example.com`,
      jobNumber: `J${n}`,
      title: '工程师',
      managerExternalId: n === 0 ? null : `a${Math.floor(n / BRANCHES)}`,
      active: true,
      memberships: [{ orgUnitExternalId: `u${n % UNITS}`, leader: n < UNITS, order: '0' }],
      attributes: {},
    },
    hash: '0'.repeat(64),
    gone: false,
  }));

const CAPABILITIES: PushInput['capabilities'] = {
  operations: new Set(OPERATION_KINDS.filter((kind): kind is TargetOperationKind => !/LINK_/.test(kind))),
  rootExternalId: 'u0',
  orgUnitName: { maxLength: 64 },
  foldOrgUnitNames: true,
  maxDepth: 10,
  maxChildren: null,
  maxMemberships: null,
  membershipRequired: true,
  deleteOnlyEmpty: true,
  accountIds: { mode: 'CHOSEN', rule: { maxLength: 64 }, foldCase: true },
  fields: [
    field('name', 'displayName', { required: true, clearable: false }),
    field('mobile', 'mobile', { required: true, unique: true, clearable: false, loginId: true }),
    field('email', 'email', { unique: true }),
    field('jobNumber', 'jobNumber'),
    field('title', 'title'),
  ],
  orders: true,
};

const makeInput = (): PushInput => {
  return {
    scope: { kind: 'FULL' },
    units: makeUnits(),
    accounts: makeAccounts(),
    remoteUnits: makeRemoteUnits(),
    remoteAccounts: makeRemoteAccounts(),
    remoteComplete: true,
    links: {
      units: new Map(numbers().map((n) => [unitId(n), `u${n}`])),
      accounts: new Map(people().map((n) => [accountId(n), `a${n}`])),
    },
    agreed: new Map(people().map((n) => [accountId(n), 1])),
    invitations: new Map(),
    quarantined: new Set(),
    rules: DEFAULT_PUSH_RULES,
    matchKeys: [],
    capabilities: CAPABILITIES,
    previousAccountsInScope: PEOPLE,
    now: new Date(0),
    tenantRootId: unitId(0),
  };
};

const input = makeInput();
const started = performance.now();
const plan = planPush(input);
const seconds = (performance.now() - started) / 1_000;
if (plan.outcome !== 'PLANNED') throw new Error(`aborted: ${plan.code}`);
const mebibytes = process.resourceUsage().maxRSS / 1_024;
process.stdout.write(JSON.stringify({ seconds, mebibytes, operations: plan.operations.length }));
