import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId, RemoteAccountValue } from '../../src/domain/index.ts';
import { accountFrom, applyChanges } from '../../src/planner/apply-changes.ts';
import { IMPORTED_ACCOUNT_FIELDS } from '../../src/planner/diff.ts';
import { runDigest } from '../../src/planner/digest.ts';
import type { PlannedAccount, RosterAccount } from '../../src/planner/facts.ts';
import { type AccountPlanInput, planAccounts } from '../../src/planner/plan-accounts.ts';
import { tries } from '../support/properties.ts';
import { accountId, createdId, DEFINITIONS, pull, unitId } from './support/company.ts';
import { apply, commitable, digested, modelOf, revert } from './support/model.ts';
import { DUPLICATE, naiveDuplicates, naivePlan } from './support/naive.ts';

/** Companies of each property (R9). */
const COMPANIES = 1000;

const fieldsOf = (state: object): Record<string, unknown> => {
  const { displayName, email, jobNumber, managerId, mobile, title, ...rest } = state as Record<
    string,
    unknown
  >;
  const { status, attributes, memberships, primaryOrgUnitId } = rest;
  return {
    displayName,
    email,
    jobNumber,
    managerId,
    mobile,
    title,
    status,
    attributes,
    memberships,
    primaryOrgUnitId,
  };
};

/** The same pull once more, after a commit. */
const again = (input: AccountPlanInput, model: ReturnType<typeof apply>): AccountPlanInput => ({
  ...input,
  roster: [...model.roster.values()],
  links: model.links,
});

/**
 * A reference waits for its other end: for somebody who was not created (second wave), or who was disputed until
 * the others had been linked, as the first plan said. All else is done at once.
 */
const waits = (
  row: PlannedAccount,
  first: PlannedAccount | undefined,
  model: ReturnType<typeof apply>,
): boolean =>
  row.changes.every(({ field, after }) => field === 'managerId' && !model.roster.has(after as AccountId)) ||
  (row.changes.every(({ field }) => field === 'managerId') &&
    first?.issues.some(({ code }) => code === 'MANAGER_UNKNOWN') === true);

const acceptable = (input: AccountPlanInput) =>
  commitable(
    planAccounts(input).rows.filter(({ blocking }) => !blocking),
    input,
  );

describe('a plan of people', () => {
  it('has the situation, the action and the outcome of the naive oracle', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const expected = naivePlan(input);
        const { rows } = planAccounts(input);
        expect(rows.map(({ externalId }) => externalId).sort()).toEqual([...expected.keys()].sort());
        for (const row of rows) {
          const wanted = expected.get(row.externalId);
          const { situation, action } = row;
          expect({ situation, action }).toEqual({ situation: wanted?.situation, action: wanted?.action });
          if (!wanted?.after) continue;
          const current = input.roster.find(({ id }) => id === row.targetId);
          const after = current === undefined ? accountFrom(row.changes) : applyChanges(current, row.changes);
          const nothing = { displayName: null, primaryOrgUnitId: null };
          const predicted = fieldsOf(after);
          if (current === undefined) {
            for (const field of Object.keys(nothing)) predicted[field] = predicted[field] || null;
          }
          expect(predicted).toEqual(wanted.after);
        }
      }),
      tries(COMPANIES),
    );
  });

  it('finds the duplicates of the naive oracle, and lets values be swapped', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const { rows } = planAccounts(input);
        for (const field of ['mobile', 'email'] as const) {
          const found = rows.filter(({ issues }) => issues.some(({ code }) => code === DUPLICATE[field]));
          expect(found.map(({ externalId }) => externalId).sort()).toEqual(
            [...naiveDuplicates(input, field)].sort(),
          );
        }
      }),
      tries(COMPANIES),
    );
  });

  it('leaves nothing to do for the rows that were applied', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const rows = acceptable(input);
        const after = apply(modelOf(input), rows);
        const second = planAccounts(again(input, after));
        const applied = new Map(rows.map((row) => [row.externalId, row]));
        const open = second.rows.filter(
          (row) => applied.has(row.externalId) && !waits(row, applied.get(row.externalId), after),
        );
        expect(open).toEqual([]);
      }),
      tries(COMPANIES),
    );
  });

  it('does not depend on the order of its input', () => {
    const shuffled = pull.chain((input) =>
      fc
        .tuple(
          fc.shuffledSubarray([...input.remotes], { minLength: input.remotes.length }),
          fc.shuffledSubarray([...input.roster], { minLength: input.roster.length }),
          fc.shuffledSubarray([...input.links], { minLength: input.links.size }),
        )
        .map(([remotes, roster, links]) => {
          const turned = remotes.map((one) => ({ ...one, memberships: one.memberships.toReversed() }));
          return [input, { ...input, remotes: turned, roster, links: new Map(links) }] as const;
        }),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        const first = planAccounts(one);
        const second = planAccounts(other);
        expect(second.guards).toEqual(first.guards);
        // The order of a person's unknown units is the only thing that follows the input.
        const verdicts = (plan: typeof first) =>
          plan.rows.map((row) => ({ ...row, issues: row.issues.map((each) => JSON.stringify(each)).sort() }));
        expect(verdicts(second)).toEqual(verdicts(first));
        expect(runDigest(digested(second.rows).toReversed())).toBe(runDigest(digested(first.rows)));
      }),
      tries(COMPANIES),
    );
  });

  it('is taken back without a trace', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const before = modelOf(input);
        const rows = acceptable(input).map((row) => ({
          ...row,
          // A reference that the second wave left out was never written, so it is not in the committed row.
          changes: row.changes.filter(({ field }) => field !== 'managerId'),
        }));
        const after = revert(apply(before, rows), rows);
        const states = (model: typeof before) =>
          [...model.roster.values()].map((account) => ({ id: account.id, ...fieldsOf(account) }));
        expect(states(after)).toEqual(states(before));
        expect([...after.links].sort()).toEqual([...before.links].sort());
      }),
      tries(COMPANIES),
    );
  });

  it('never lets a leaver, a tripped guard or a protected account through by itself', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const { rows, guards } = planAccounts(input);
        const accepted = rows.filter(({ decision }) => decision === 'ACCEPTED');
        expect(accepted.filter(({ action }) => action === 'DISABLE')).toEqual([]);
        const moves = accepted.filter(({ action }) => action === 'MOVE').length;
        expect(moves).toBeLessThanOrEqual(guards.moves.limit);
        for (const row of rows) {
          const current = input.roster.find(({ id }) => id === row.targetId);
          if (!current?.protected) continue;
          const touched = row.changes.map(({ field }) => field);
          expect(touched.filter((f) => ['email', 'mobile', 'status', 'userName'].includes(f))).toEqual([]);
          if (row.action === 'LINK') expect(row.blocking).toBe(true);
        }
        if (!input.conclusive) expect(rows.filter(({ situation }) => situation === 'DELETED')).toEqual([]);
      }),
      tries(COMPANIES),
    );
  });

  it('never overwrites with what is absent, and writes no field outside the closed list', () => {
    const sources: Readonly<Record<string, string>> = {
      displayName: 'name',
      managerId: 'managerExternalId',
      status: 'active',
      primaryOrgUnitId: 'memberships',
    };
    fc.assert(
      fc.property(pull, (input) => {
        for (const { externalId, changes, action, reason } of planAccounts(input).rows) {
          const remote = input.remotes.find((one) => one.externalId === externalId);
          for (const { field } of changes) {
            const attribute = field.startsWith('attributes.') ? field.slice('attributes.'.length) : null;
            if (attribute === null) expect(IMPORTED_ACCOUNT_FIELDS).toContain(field);
            if (remote === undefined || action === 'CREATE' || reason === 'RETURNED') continue;
            if (action === 'LINK' && field === 'status') continue;
            const source: unknown =
              attribute === null
                ? Reflect.get(remote, sources[field] ?? field)
                : remote.attributes[attribute];
            expect(source).not.toBeUndefined();
          }
        }
      }),
      tries(COMPANIES),
    );
  });
});

describe('a plan of people, by example', () => {
  const base: AccountPlanInput = {
    context: {
      rules: { userNameSource: 'externalId', requireMobile: false, leaverAction: 'DISABLE' },
      definitions: DEFINITIONS,
      orgUnitOf: (externalId) => unitId(externalId),
      ownsOrgUnit: () => true,
    },
    rules: { matchKeys: [], guard: { fraction: 0.05, count: 20 } },
    remotes: [],
    roster: [],
    links: new Map(),
    newIdOf: createdId,
    conclusive: true,
    room: null,
  };

  const account = (n: number, more: Partial<RosterAccount> = {}): RosterAccount => ({
    id: accountId(n),
    version: 1,
    disabledByImport: false,
    protected: false,
    userName: `u${n}`,
    displayName: `N${n}`,
    status: 'ACTIVE',
    email: null,
    mobile: null,
    jobNumber: null,
    title: null,
    managerId: null,
    primaryOrgUnitId: unitId('1'),
    attributes: { shirt: 'S' },
    memberships: [{ orgUnitId: unitId('1'), leader: false, title: null, order: '0' }],
    ...more,
  });

  const person = (n: number, more: Partial<RemoteAccountValue> = {}): RemoteAccountValue => ({
    externalId: `u${n}`,
    ids: [],
    name: `N${n}`,
    mobile: undefined,
    email: undefined,
    jobNumber: undefined,
    title: undefined,
    managerExternalId: undefined,
    active: undefined,
    memberships: [{ orgUnitExternalId: '1', leader: false }],
    attributes: { shirt: 'S' },
    ...more,
  });

  const linkedCompany = (size: number) => {
    const numbers = [...Array(size).keys()];
    return {
      roster: numbers.map((n) => account(n)),
      links: new Map(numbers.map((n) => [`u${n}`, accountId(n)])),
      remotes: numbers.map((n) => person(n)),
    };
  };

  const codesOf = (input: AccountPlanInput) =>
    Object.fromEntries(
      planAccounts(input).rows.map((row) => [row.externalId, row.issues.map(({ code }) => code)]),
    );

  it('holds the leavers, and marks them when they are too many', () => {
    const company = linkedCompany(10);
    const without = (gone: number) => ({ ...base, ...company, remotes: company.remotes.slice(gone) });
    expect(planAccounts(without(3)).guards.disables).toEqual({ tripped: false, counted: 3, limit: 3 });
    expect(codesOf(without(3))['u0']).toEqual(['LEAVER']);
    const { rows, guards } = planAccounts(without(4));
    expect(guards.disables.tripped).toBe(true);
    expect(rows.map(({ issues, decision }) => [issues.length, decision])).toEqual([
      ...Array(4).fill([2, 'PENDING']),
      ...Array(6).fill([0, 'ACCEPTED']),
    ]);
  });

  it('holds a reorganisation by its own guard, and lets the rest go on', () => {
    const company = linkedCompany(10);
    const moved = [{ orgUnitExternalId: '2', leader: false }];
    const remotes = company.remotes.map((one, n) => ({
      ...one,
      ...(n < 4 ? { memberships: moved } : { title: 'x' }),
    }));
    const { rows, guards } = planAccounts({ ...base, ...company, remotes });
    expect(guards).toMatchObject({ disables: { tripped: false }, moves: { tripped: true, counted: 4 } });
    expect(rows.map(({ action, decision }) => `${action} ${decision}`)).toEqual([
      ...Array(4).fill('MOVE PENDING'),
      ...Array(6).fill('UPDATE ACCEPTED'),
    ]);
  });

  it("lets two people swap a number, and blames both who take a third one's", () => {
    const roster = [account(0, { mobile: '13800000000' }), account(1, { mobile: '13800000001' }), account(2)];
    const company = { ...linkedCompany(3), roster };
    const swap = [person(0, { mobile: '13800000001' }), person(1, { mobile: '13800000000' })];
    expect(codesOf({ ...base, ...company, remotes: [...swap, person(2)] })).toEqual({
      u0: [],
      u1: [],
      u2: [],
    });
    const greedy = person(2, { mobile: '13800000001' });
    expect(codesOf({ ...base, ...company, remotes: [...swap, greedy] })).toEqual({
      u0: ['MOBILE_DUPLICATE'],
      u1: [],
      u2: ['MOBILE_DUPLICATE'],
    });
  });

  it('does not give the number of an administrator away, who would have to give it up (S15)', () => {
    const roster = [account(0, { mobile: '13800000000', protected: true }), account(1)];
    const remotes = [person(0, { mobile: '13900000000' }), person(1, { mobile: '13800000000' })];
    expect(codesOf({ ...base, ...linkedCompany(2), roster, remotes })).toEqual({
      u0: ['PROTECTED_ACCOUNT'],
      u1: ['MOBILE_DUPLICATE'],
    });
  });

  it('refuses user names and unique attributes that are taken, whatever their case', () => {
    const roster = [account(7, { userName: 'U1', attributes: { shirt: 'S', badge: 0 } })];
    const remotes = [person(1), person(2, { attributes: { shirt: 'S', badge: 0 } })];
    expect(codesOf({ ...base, roster, remotes })).toEqual({
      u1: ['USER_NAME_DUPLICATE'],
      u2: ['ATTRIBUTE_DUPLICATE'],
    });
    const deleted = roster.map((one) => ({ ...one, status: 'DELETED' as const }));
    expect(codesOf({ ...base, roster: deleted, remotes })).toEqual({ u1: [], u2: [] });
  });

  it('leaves out the last creates when the quota is used up, those with a fault first', () => {
    const remotes = [person(3), person(1), person(2), person(0, { name: null })];
    const over = (room: number | null) =>
      Object.entries(codesOf({ ...base, remotes, room }))
        .filter(([, codes]) => codes.includes('QUOTA_EXCEEDED'))
        .map(([externalId]) => externalId);
    expect([over(null), over(4), over(3), over(2), over(0), over(-1)]).toEqual([
      [],
      [],
      ['u0'],
      ['u0', 'u3'],
      ['u0', 'u1', 'u2', 'u3'],
      ['u0', 'u1', 'u2', 'u3'],
    ]);
  });

  it('tells a taken match from an ambiguous one', () => {
    const matchKeys = [{ remoteField: 'name', rosterField: 'displayName', foldCase: true }] as const;
    const rules = { ...base.rules, matchKeys };
    const roster = [account(0), account(1, { displayName: 'Two' }), account(2, { displayName: 'TWO' })];
    const links = new Map([['u9', accountId(0)]]);
    const remotes = [person(0), person(1, { name: 'two' }), person(9, { name: 'N0' })];
    expect(codesOf({ ...base, rules, roster, links, remotes })).toEqual({
      u0: ['MATCH_TAKEN'],
      u1: ['MATCH_DISPUTED'],
      u9: [],
    });
  });

  it('refers to managers who come in the same run, and not to disputed ones', () => {
    const remotes = [person(0, { managerExternalId: 'u1' }), person(1, { managerExternalId: '' })];
    const [first, second] = planAccounts({ ...base, remotes }).rows;
    expect(first?.changes.find(({ field }) => field === 'managerId')?.after).toBe(createdId('u1'));
    expect(second?.changes.some(({ field }) => field === 'managerId')).toBe(false);
    const cleared = planAccounts({
      ...base,
      ...linkedCompany(1),
      roster: [account(0, { managerId: accountId(5) })],
      remotes: [person(0, { managerExternalId: '' })],
    });
    expect(cleared.rows[0]?.changes).toEqual([{ field: 'managerId', before: accountId(5), after: null }]);
  });
});
