import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OrgUnitId } from '../../src/domain/index.ts';
import { applyChanges } from '../../src/planner/apply-changes.ts';
import type { PlannedOrgUnit, RosterOrgUnit } from '../../src/planner/facts.ts';
import { type OrgUnitPlanInput, planOrgUnits } from '../../src/planner/plan-org-units.ts';
import { findTreeConflicts, treeAfter } from '../../src/planner/tree-after.ts';
import { tries } from '../support/properties.ts';
import { id, ROOT, remoteUnit, unit } from './support/units.ts';

/** Companies of each property (R9). */
const COMPANIES = 1000;
const NAMES = ['研发', '销售', 'HR', 'hr', '财务'];

/** A tree over `r0`…: each hangs below an earlier one, names unique among siblings as the gateway keeps them. */
const rosterTree = fc.array(fc.tuple(fc.nat(5), fc.constantFrom(...NAMES)), { maxLength: 6 }).map((facts) => {
  const units = [unit('root', null, '公司')];
  for (const [n, [parent, name]] of facts.entries()) {
    const parentId = parent === 0 ? ROOT : id(`r${(parent - 1) % Math.max(1, n)}`);
    const hangs = units.some((one) => one.id === parentId) ? parentId : ROOT;
    const taken = units.some(
      (one) => one.parentId === hangs && one.name.toLowerCase() === name.toLowerCase(),
    );
    units.push(unit(`r${n}`, hangs, taken ? `${name}${n}` : name));
  }
  return units;
});

/** Foreign data: any parent at all, so that cycles, strangers and several top units occur. */
const remoteTree = fc
  .array(
    fc.tuple(fc.constantFrom(null, '0', '1', '2', '3', '4', '5', 'gone'), fc.constantFrom(...NAMES, ' ')),
    {
      maxLength: 6,
    },
  )
  .map((facts) => facts.map(([parent, name], n) => remoteUnit(String(n), parent, name)));

const pull: fc.Arbitrary<OrgUnitPlanInput> = fc
  .record({
    roster: rosterTree,
    remotes: remoteTree,
    linked: fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6]),
    byName: fc.boolean(),
    conclusive: fc.boolean(),
  })
  .map(({ linked, roster, ...facts }) => {
    const units = roster.slice(1);
    const links = new Map(
      units.flatMap((one, n) => (linked[n] === undefined ? [] : [[String(linked[n]), one.id]])),
    );
    return {
      ...facts,
      roster,
      links,
      definitions: [],
      targetOrgUnitId: ROOT,
      newIdOf: (externalId) => id(`new-${externalId}`),
      guard: { fraction: 1, count: 100 },
    };
  });

const isCyclic = (tree: ReadonlyMap<OrgUnitId, RosterOrgUnit>, from: OrgUnitId): boolean => {
  let at = tree.get(from)?.parentId ?? null;
  for (let steps = 0; at !== null; steps++) {
    if (at === from || steps > tree.size) return true;
    at = tree.get(at)?.parentId ?? null;
  }
  return false;
};

/** Rows in the order of the tree to which they lead, without those that do not go. */
const inOrder = (input: OrgUnitPlanInput, accepted: readonly PlannedOrgUnit[]): PlannedOrgUnit[] => {
  const { order } = treeAfter(accepted, input.roster);
  return accepted.toSorted((a, b) => order.indexOf(a.orgUnitId ?? '') - order.indexOf(b.orgUnitId ?? ''));
};

/**
 * What a commit would let through: it judges the tree again among the accepted rows until it is one, and puts them into
 * its order, which without the others may be another than the plan's.
 */
const commitable = (input: OrgUnitPlanInput, rows: readonly PlannedOrgUnit[]): PlannedOrgUnit[] => {
  let accepted = rows.filter(({ blocking, action }) => !blocking && action !== 'NONE');
  for (;;) {
    const conflicts = findTreeConflicts(accepted, input.roster);
    if (conflicts.size === 0) return inOrder(input, accepted);
    accepted = accepted.filter(({ externalId }) => !conflicts.has(externalId));
  }
};

/** Applies the rows one by one, in their order: never without a parent, never through a cycle. */
const commit = (input: OrgUnitPlanInput, rows: readonly PlannedOrgUnit[]): OrgUnitPlanInput => {
  const tree = new Map(input.roster.map((one) => [one.id, one]));
  const links = new Map(input.links);
  for (const row of rows) {
    if (row.orgUnitId === null) throw new Error('a row without unit');
    const blank = { ...unit('blank', null, ''), id: row.orgUnitId, order: '' };
    const after = applyChanges(tree.get(row.orgUnitId) ?? blank, row.changes);
    expect(after.parentId === null || tree.has(after.parentId)).toBe(true);
    tree.set(row.orgUnitId, after);
    expect(isCyclic(tree, row.orgUnitId)).toBe(false);
    links.set(row.externalId, row.orgUnitId);
  }
  return { ...input, roster: [...tree.values()], links };
};

const siblings = (roster: readonly RosterOrgUnit[]): string[] =>
  roster.map(({ parentId, name }) => `${parentId} ${name.toLowerCase()}`);

describe('a plan of units', () => {
  it('never leads through a cycle, and leaves nothing to do once applied', () => {
    fc.assert(
      fc.property(pull, (input) => {
        const { rows } = planOrgUnits(input);
        const accepted = commitable(input, rows);
        const after = commit(input, accepted);
        expect(new Set(siblings(after.roster)).size).toBe(after.roster.length);
        const everythingGoes = rows.every(({ blocking }) => !blocking);
        if (everythingGoes) expect(accepted).toEqual(rows.filter(({ action }) => action !== 'NONE'));
        const second = new Map(planOrgUnits(after).rows.map((row) => [row.externalId, row]));
        for (const { externalId } of accepted) {
          const left = second.get(externalId)?.changes.map(({ field }) => field) ?? [];
          // A parent that could not be placed yet is asked for again.
          expect(left.filter((field) => everythingGoes || field !== 'parentId')).toEqual([]);
        }
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
        )
        .map(([remotes, roster]) => [input, { ...input, remotes, roster }] as const),
    );
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(planOrgUnits(other)).toEqual(planOrgUnits(one));
      }),
      tries(COMPANIES),
    );
  });

  it('moves a unit in place, also when parent and child change places', () => {
    const roster = [unit('root', null, '公司'), unit('a', ROOT, 'A'), unit('b', id('a'), 'B')];
    const { rows } = planOrgUnits({
      roster,
      remotes: [remoteUnit('top', null, '公司'), remoteUnit('a', 'b', 'A'), remoteUnit('b', 'top', 'B')],
      links: new Map([
        ['top', ROOT],
        ['a', id('a')],
        ['b', id('b')],
      ]),
      definitions: [],
      targetOrgUnitId: ROOT,
      byName: false,
      newIdOf: id,
      guard: { fraction: 1, count: 100 },
      conclusive: true,
    });
    expect(rows.map(({ externalId, action }) => [externalId, action])).toEqual([
      ['top', 'NONE'],
      ['b', 'MOVE'],
      ['a', 'MOVE'],
    ]);
    expect(rows.every(({ blocking }) => !blocking)).toBe(true);
  });

  it('leaves no way around a cycle when a move is blocked: what is accepted is put in order by itself', () => {
    const roster = [
      unit('root', null, '公司'),
      unit('a', ROOT, 'A'),
      unit('b', id('a'), 'B'),
      unit('c', id('b'), 'C'),
    ];
    const input: OrgUnitPlanInput = {
      roster,
      remotes: [
        remoteUnit('top', null, '公司'),
        remoteUnit('a', 'c', 'A'),
        remoteUnit('b', 'top', 'B'),
        // Hangs in one of which nobody knows where it is: both are blocked, and C stays below B.
        remoteUnit('c', 'new', 'C'),
        remoteUnit('new', 'stranger', 'D'),
      ],
      links: new Map([
        ['top', ROOT],
        ['a', id('a')],
        ['b', id('b')],
        ['c', id('c')],
      ]),
      definitions: [],
      targetOrgUnitId: ROOT,
      byName: false,
      newIdOf: id,
      guard: { fraction: 1, count: 100 },
      conclusive: false,
    };
    const { rows } = planOrgUnits(input);
    const going = rows.filter(({ blocking, action }) => !blocking && action !== 'NONE');
    expect(going.map(({ externalId }) => externalId)).toEqual(['a', 'b']);
    const accepted = commitable(input, rows);
    expect(accepted.map(({ externalId }) => externalId)).toEqual(['b', 'a']);
    const { roster: after } = commit(input, accepted);
    expect(after.map(({ parentId }) => parentId)).toEqual([null, id('c'), ROOT, id('b')]);
  });

  it('matches by level and name from the root down when that is switched on, and only then', () => {
    const roster = [unit('root', null, '公司'), unit('rd', ROOT, '研发'), unit('deep', id('rd'), '销售')];
    const input = {
      roster,
      remotes: [remoteUnit('1', null, '公司'), remoteUnit('2', '1', '研发'), remoteUnit('3', '1', '销售')],
      links: new Map<string, OrgUnitId>(),
      definitions: [],
      targetOrgUnitId: ROOT,
      newIdOf: id,
      guard: { fraction: 1, count: 100 },
      conclusive: true,
    };
    const situations = (byName: boolean) =>
      Object.fromEntries(
        planOrgUnits({ ...input, byName }).rows.map((row) => [
          row.externalId,
          [row.situation, row.orgUnitId],
        ]),
      );
    expect(situations(true)).toEqual({
      '1': ['UNLINKED', ROOT],
      '2': ['UNLINKED', id('rd')],
      // The namesake is a level deeper.
      '3': ['UNMATCHED', id('3')],
    });
    expect(Object.values(situations(false)).map(([situation]) => situation)).toEqual([
      'UNMATCHED',
      'UNMATCHED',
      'UNMATCHED',
    ]);
  });

  it('tells a vanished unit and never removes it', () => {
    const input: OrgUnitPlanInput = {
      roster: [unit('root', null, '公司'), unit('a', ROOT, 'A')],
      remotes: [],
      links: new Map([['a', id('a')]]),
      definitions: [],
      targetOrgUnitId: ROOT,
      byName: false,
      newIdOf: id,
      guard: { fraction: 1, count: 100 },
      conclusive: true,
    };
    const [row] = planOrgUnits(input).rows;
    expect(row).toMatchObject({ situation: 'DELETED', action: 'NONE', decision: 'PENDING', changes: [] });
    expect(planOrgUnits({ ...input, conclusive: false }).rows).toEqual([]);
    const seen = planOrgUnits({ ...input, remotes: [remoteUnit('a', null, 'A')] });
    expect(seen.rows.map(({ situation }) => situation)).toEqual(['LINKED']);
    const deleted = input.roster.map((one) => ({ ...one, status: 'DELETED' as const }));
    expect(planOrgUnits({ ...input, roster: deleted }).rows).toEqual([]);
  });
});
