import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../src/domain/index.ts';
import { accountFrom, applyChanges } from '../../src/planner/apply-changes.ts';
import { IMPORTED_ACCOUNT_FIELDS } from '../../src/planner/diff.ts';
import { runDigest } from '../../src/planner/digest.ts';
import type { PlannedAccount } from '../../src/planner/facts.ts';
import { type AccountPlanInput, planAccounts } from '../../src/planner/plan-accounts.ts';
import { pull } from './support/company.ts';
import { apply, commitable, digested, modelOf, revert } from './support/model.ts';
import { DUPLICATE, naiveDuplicates, naivePlan } from './support/naive.ts';

/** Of each property (R9). */
const SEEDS = { numRuns: 1000 };

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

/** A reference to somebody who was not created waits for them (second wave); all else is done at once. */
const waits = (row: PlannedAccount, model: ReturnType<typeof apply>): boolean =>
  row.changes.every(({ field, after }) => field === 'managerId' && !model.roster.has(after as AccountId));

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
      SEEDS,
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
      SEEDS,
    );
  });

  it('leaves nothing to do for the rows that were applied', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const rows = acceptable(input);
        const after = apply(modelOf(input), rows);
        const second = planAccounts(again(input, after));
        const applied = new Set(rows.map(({ externalId }) => externalId));
        const open = second.rows.filter((row) => applied.has(row.externalId) && !waits(row, after));
        expect(open).toEqual([]);
      }),
      SEEDS,
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
      SEEDS,
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
      SEEDS,
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
      SEEDS,
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
      SEEDS,
    );
  });
});
