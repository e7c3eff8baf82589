import fc from 'fast-check';
import type {
  AccountId,
  AttributeDefinition,
  AttributeDefinitionId,
  MatchKey,
  OrgUnitId,
  RemoteAccountValue,
  TenantId,
} from '../../../src/domain/index.ts';
import type { AccountPlanContext, RosterAccount } from '../../../src/planner/facts.ts';
import type { AccountPlanInput } from '../../../src/planner/plan-accounts.ts';

/** Small pools of values, so that duplicates, swaps and near misses are the rule and not the exception. */
const MOBILES = ['13800000001', '13800000002', '13800000003', '13800000004', '+852-51234567'];
const EMAILS = ['a@x.cn', 'b@x.cn', 'c@x.cn', 'D@x.cn'];
const NAMES = ['王小明', '李娜', 'Ann Lee', 'ann lee', '欧阳修'];
const UNITS = ['1', '2', '3', '4'];
const UNKNOWN_UNIT = '99';

export const accountId = (n: number): AccountId => `account-${n}` as AccountId;
export const unitId = (externalId: string): OrgUnitId => `unit-${externalId}` as OrgUnitId;
/** A unit of the roster that no platform knows. */
export const LOCAL_UNIT = unitId('local');
/** Account that a platform's person becomes when it is created. */
export const createdId = (externalId: string): AccountId => `created-${externalId}` as AccountId;

export const DEFINITIONS: readonly AttributeDefinition[] = [
  { name: 'costCentre', type: 'TEXT' as const, choices: [], required: false, unique: false },
  { name: 'badge', type: 'NUMBER' as const, choices: [], required: false, unique: true },
  { name: 'shirt', type: 'CHOICE' as const, choices: ['S', 'M'], required: true, unique: false },
].map((facts, i) => ({
  id: `definition-${i}` as AttributeDefinitionId,
  tenantId: 'tenant' as TenantId,
  target: 'ACCOUNT',
  label: facts.name,
  editable: true,
  enabled: true,
  sensitive: false,
  remark: null,
  version: 1,
  ...facts,
}));

const seen = <T>(values: readonly T[]): fc.Arbitrary<T | null | undefined> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );

const membership = fc.record({
  orgUnitExternalId: fc.constantFrom(...UNITS, ...UNITS, UNKNOWN_UNIT),
  leader: fc.boolean(),
  order: fc.constantFrom('1', '2', '-176275808490200512'),
});

const remoteAttributes = fc.record(
  {
    costCentre: fc.constantFrom('10', '20', null),
    badge: fc.constantFrom(1, 2, 3, null, 'seven'),
    shirt: fc.constantFrom('S', 'M', 'XXL', null),
    avatar: fc.constant('https://static.example.com/a.png'),
  },
  { requiredKeys: ['avatar'] },
);

const remote = (externalId: string): fc.Arbitrary<RemoteAccountValue> =>
  fc.record({
    externalId: fc.constant(externalId),
    ids: fc.constant([{ kind: 'userid', value: externalId }]),
    name: seen(NAMES),
    mobile: seen([...MOBILES, '+86-13800000001', 'none']),
    email: seen([...EMAILS, 'not a mail']),
    jobNumber: seen(['J1', 'J2', 'j1']),
    title: seen(['工程师', '经理']),
    managerExternalId: seen(['p0', 'p1', 'p2', 'nobody']),
    active: fc.constantFrom(true, true, true, undefined, false),
    memberships: fc.uniqueArray(membership, { maxLength: 3, selector: (one) => one.orgUnitExternalId }),
    attributes: remoteAttributes,
  });

const rosterMemberships = fc
  .uniqueArray(fc.constantFrom(...UNITS.map(unitId), LOCAL_UNIT), { minLength: 1, maxLength: 3 })
  .chain((units) =>
    fc.tuple(
      fc.constantFrom(...units),
      fc.tuple(
        ...units.toSorted().map((orgUnitId) =>
          fc.record({
            orgUnitId: fc.constant(orgUnitId),
            leader: fc.boolean(),
            title: fc.constant(null),
            order: fc.constantFrom('0', '1'),
          }),
        ),
      ),
    ),
  );

const rosterAccount = (n: number): fc.Arbitrary<RosterAccount> =>
  fc
    .tuple(
      fc.record({
        displayName: fc.constantFrom(...NAMES),
        status: fc.constantFrom(
          'ACTIVE' as const,
          'ACTIVE' as const,
          'DISABLED' as const,
          'DELETED' as const,
        ),
        email: fc.option(fc.constantFrom(...EMAILS)),
        mobile: fc.option(fc.constantFrom(...MOBILES)),
        jobNumber: fc.option(fc.constantFrom('J1', 'J2')),
        title: fc.option(fc.constantFrom('工程师', '经理')),
        attributes: fc.constantFrom({}, { shirt: 'S' }, { shirt: 'M', badge: n + 1 }),
        version: fc.integer({ min: 1, max: 9 }),
        disabledByImport: fc.boolean(),
        protected: fc.constantFrom(false, false, false, true),
      }),
      rosterMemberships,
    )
    .map(([facts, [primaryOrgUnitId, memberships]]) => ({
      ...facts,
      disabledByImport: facts.disabledByImport && facts.status === 'DISABLED',
      id: accountId(n),
      userName: n === 3 ? 'P3' : `user${n}`,
      managerId: null,
      primaryOrgUnitId,
      memberships,
    }));

/** Roster values are unique, as the gateway keeps them: whoever comes later has none. */
const withoutDuplicates = (accounts: readonly RosterAccount[]): RosterAccount[] => {
  const taken = new Set<string>();
  const once = (value: string | null): string | null => {
    if (value === null || taken.has(value.toLowerCase())) return null;
    taken.add(value.toLowerCase());
    return value;
  };
  return accounts.map((account) =>
    account.status === 'DELETED'
      ? account
      : { ...account, email: once(account.email), mobile: once(account.mobile) },
  );
};

const MATCH_KEYS: readonly MatchKey[] = [
  { remoteField: 'mobile', rosterField: 'mobile', foldCase: false },
  { remoteField: 'email', rosterField: 'email', foldCase: true },
  { remoteField: 'name', rosterField: 'displayName', foldCase: true },
  { remoteField: 'jobNumber', rosterField: 'jobNumber', foldCase: false },
];

/** Who of the platform is linked to whom: pairs of numbers, each side once. */
const pairs = (remotes: number, accounts: number): fc.Arbitrary<(readonly [number, number])[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...Array(remotes + 2).keys()]),
      fc.shuffledSubarray([...Array(accounts).keys()]),
    )
    .map(([people, linked]) => people.slice(0, linked.length).map((p, i) => [p, linked[i] ?? 0] as const));

/** What does not change between two pulls of one company. */
const contextOf = (rules: AccountPlanContext['rules']): AccountPlanInput['context'] => ({
  rules,
  definitions: DEFINITIONS,
  orgUnitOf: (externalId) => (UNITS.includes(externalId) ? unitId(externalId) : undefined),
  ownsOrgUnit: (id) => id !== LOCAL_UNIT,
});

/** A pull of a small, messy company. */
export const pull: fc.Arbitrary<AccountPlanInput> = fc
  .tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }))
  .chain(([people, accounts]) =>
    fc.record({
      remotes: fc.tuple(...Array.from({ length: people }, (_, n) => remote(`p${n}`))),
      roster: fc
        .tuple(...Array.from({ length: accounts }, (_, n) => rosterAccount(n)))
        .map(withoutDuplicates),
      pairs: pairs(people, accounts),
      matchKeys: fc.shuffledSubarray([...MATCH_KEYS]),
      guard: fc.constantFrom({ fraction: 0.05, count: 20 }, { fraction: 1, count: 100 }),
      requireMobile: fc.boolean(),
      userNameSource: fc.constantFrom('externalId' as const, 'mobile' as const, 'pinyin' as const),
      leaverAction: fc.constantFrom('DISABLE' as const, 'DISABLE' as const, 'NONE' as const),
      conclusive: fc.boolean(),
      room: fc.constantFrom(null, null, 1),
    }),
  )
  .map(({ pairs: linked, matchKeys, guard, ...facts }) => {
    const links = new Map(linked.map(([p, n]) => [`p${p}`, accountId(n)]));
    const { requireMobile, userNameSource, leaverAction } = facts;
    const rules = { requireMobile, userNameSource, leaverAction };
    return {
      context: contextOf(rules),
      rules: { matchKeys, guard },
      remotes: facts.remotes,
      roster: facts.roster,
      links,
      newIdOf: createdId,
      conclusive: facts.conclusive,
      room: facts.room,
    };
  });
