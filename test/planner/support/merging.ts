import fc from 'fast-check';
import type {
  AccountId,
  AgreedAccount,
  FieldMaster,
  MasteredField,
  OrgUnitId,
  RemoteAccountValue,
} from '../../../src/domain/index.ts';
import type { AccountPlanContext, MembershipState, RosterAccount } from '../../../src/planner/facts.ts';
import { DEFINITIONS } from './company.ts';

/** One field as both sides have it and as they last agreed on it, all in terms of the roster; undefined = not known. */
export interface Side {
  readonly base: unknown;
  readonly platform: unknown;
  readonly roster: unknown;
}
export type Sides = Readonly<Record<string, Side>>;

export interface Field {
  readonly name: string;
  readonly master: MasteredField;
  /** Its name among the changes of an account. */
  readonly roster: string;
  readonly read: (account: RosterAccount) => unknown;
}

const plain = (name: 'displayName' | 'email' | 'jobNumber' | 'mobile' | 'title'): Field => ({
  name,
  master: name,
  roster: name,
  read: (account) => account[name],
});

export const FIELDS: readonly Field[] = [
  plain('displayName'),
  plain('email'),
  plain('jobNumber'),
  plain('mobile'),
  plain('title'),
  { name: 'manager', master: 'manager', roster: 'managerId', read: ({ managerId }) => managerId },
  {
    name: 'memberships',
    master: 'memberships',
    roster: 'memberships',
    read: ({ memberships }) => memberships,
  },
  {
    name: 'costCentre',
    master: 'attributes.costCentre',
    roster: 'attributes.costCentre',
    read: ({ attributes }) => attributes['costCentre'] ?? null,
  },
];

const unit = (id: string): OrgUnitId => `unit-${id}` as OrgUnitId;
const seat = (id: string, leader = false): MembershipState => ({
  orgUnitId: unit(id),
  leader,
  title: null,
  order: '0',
});
const SEATS = [[seat('1')], [seat('1'), seat('2')], [seat('2')], [seat('2', true)], [seat('1'), seat('3')]];

const POOLS: Readonly<Record<string, { readonly held: readonly unknown[]; readonly empty: boolean }>> = {
  displayName: { held: ['王小明', '李娜', 'Ann'], empty: false },
  email: { held: ['a@x.cn', 'b@x.cn', 'c@x.cn'], empty: true },
  jobNumber: { held: ['J1', 'J2', 'J3'], empty: true },
  mobile: { held: ['13800000001', '13800000002', '13800000003'], empty: true },
  title: { held: ['工程师', '经理', '顾问'], empty: true },
  manager: { held: ['account-a', 'account-b', 'account-c'], empty: true },
  memberships: { held: SEATS, empty: false },
  costCentre: { held: ['10', '20', '30'], empty: true },
};

const sideOf = ({ held, empty }: { held: readonly unknown[]; empty: boolean }): fc.Arbitrary<Side> => {
  const value = fc.constantFrom(...held, ...(empty ? [null] : []));
  const maybe = fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant(undefined) });
  // Whoever is nowhere at all is an invalid row: another test's business.
  return fc.record({ base: maybe, platform: held === SEATS ? value : maybe, roster: value });
};

/** Two sides and their last agreement, small pools, so that equals and swaps are the rule. */
export const SIDES: fc.Arbitrary<Sides> = fc.record(
  Object.fromEntries(Object.entries(POOLS).map(([name, pool]) => [name, sideOf(pool)])),
);

const master = fc.constantFrom<FieldMaster | undefined>(
  'PLATFORM',
  'ROSTER',
  'BOTH',
  'BOTH',
  'BOTH',
  undefined,
);

export const mastersArbitrary: fc.Arbitrary<Partial<Record<MasteredField, FieldMaster>>> = fc
  .tuple(...FIELDS.map(() => master))
  .map((all) =>
    Object.fromEntries(
      FIELDS.flatMap((field, i) => (all[i] === undefined ? [] : [[field.master, all[i]] as const])),
    ),
  );

const DEFAULTS: Readonly<Record<string, unknown>> = {
  displayName: '王小明',
  email: null,
  jobNumber: null,
  mobile: '13800000001',
  title: null,
  manager: null,
  memberships: SEATS[0],
  costCentre: null,
};

const heldBy = (sides: Sides, name: string, side: keyof Side): unknown => {
  const held = sides[name];
  return held === undefined ? DEFAULTS[name] : held[side];
};

const shown = (value: unknown): string | null | undefined => value as string | null | undefined;

const membersOf = (sides: Sides, side: 'base' | 'platform') => {
  const manager = shown(heldBy(sides, 'manager', side));
  const seats = heldBy(sides, 'memberships', side) as readonly MembershipState[] | undefined;
  const costCentre = heldBy(sides, 'costCentre', side);
  return {
    name: shown(heldBy(sides, 'displayName', side)),
    email: shown(heldBy(sides, 'email', side)),
    jobNumber: shown(heldBy(sides, 'jobNumber', side)),
    mobile: shown(heldBy(sides, 'mobile', side)),
    title: shown(heldBy(sides, 'title', side)),
    managerExternalId: manager?.replace('account-', 'u-') ?? manager,
    ...(seats === undefined
      ? {}
      : {
          memberships: seats.map(({ orgUnitId, leader, order }) => ({
            orgUnitExternalId: orgUnitId.replace('unit-', ''),
            leader,
            order,
            title: '',
          })),
        }),
    attributes: costCentre === undefined ? {} : { costCentre },
  };
};

/** What the platform says. */
export const toRemote = (sides: Sides): RemoteAccountValue => ({
  externalId: 'u1',
  ids: [],
  active: true,
  memberships: [],
  ...membersOf(sides, 'platform'),
});

export const toBase = (sides: Sides): AgreedAccount => membersOf(sides, 'base');

export const toRoster = (sides: Sides): RosterAccount => {
  const memberships = heldBy(sides, 'memberships', 'roster') as readonly MembershipState[];
  const costCentre = heldBy(sides, 'costCentre', 'roster');
  return {
    id: 'account-1' as AccountId,
    version: 1,
    disabledByImport: false,
    protected: false,
    userName: 'u1',
    displayName: heldBy(sides, 'displayName', 'roster') as string,
    status: 'ACTIVE',
    email: heldBy(sides, 'email', 'roster') as string | null,
    mobile: heldBy(sides, 'mobile', 'roster') as string | null,
    jobNumber: heldBy(sides, 'jobNumber', 'roster') as string | null,
    title: heldBy(sides, 'title', 'roster') as string | null,
    managerId: heldBy(sides, 'manager', 'roster') as AccountId | null,
    primaryOrgUnitId: memberships[0]?.orgUnitId ?? unit('1'),
    attributes: costCentre === null ? {} : { costCentre: costCentre as string },
    memberships,
  };
};

export const ACCOUNT: { readonly context: AccountPlanContext } = {
  context: {
    rules: { userNameSource: 'externalId', requireMobile: false, leaverAction: 'DISABLE' },
    definitions: DEFINITIONS.filter(({ name }) => name === 'costCentre'),
    orgUnitOf: (externalId) => (['1', '2', '3'].includes(externalId) ? unit(externalId) : undefined),
    ownsOrgUnit: () => true,
    accountOf: (externalId) =>
      ['u-a', 'u-b', 'u-c'].includes(externalId)
        ? (externalId.replace('u-', 'account-') as AccountId)
        : undefined,
  },
};
