import { describe, expect, it } from 'vitest';
import { type OrgUnitPlanInput, planOrgUnits } from '../../src/planner/plan-org-units.ts';
import { id, ROOT, remoteUnit, unit } from './support/units.ts';

describe('a plan of units, by example', () => {
  const base: OrgUnitPlanInput = {
    roster: [unit('root', null, '公司'), unit('a', ROOT, 'A'), unit('b', ROOT, 'B')],
    remotes: [],
    links: new Map([
      ['a', id('a')],
      ['b', id('b')],
    ]),
    definitions: [],
    targetOrgUnitId: ROOT,
    byName: false,
    newIdOf: (externalId) => id(`new-${externalId}`),
    guard: { fraction: 1, count: 100 },
    conclusive: false,
  };
  const rowsOf = (input: Partial<OrgUnitPlanInput>) =>
    Object.fromEntries(planOrgUnits({ ...base, ...input }).rows.map((row) => [row.externalId, row]));
  const codesOf = (input: Partial<OrgUnitPlanInput>) =>
    Object.fromEntries(
      Object.values(rowsOf(input)).map((row) => [
        row.externalId,
        row.issues.map(({ code, blocking }) => `${code}${blocking ? '!' : ''}`),
      ]),
    );

  it('creates below the target, and keeps linked top units where they are', () => {
    const roster = [...base.roster, unit('c', id('a'), 'C')];
    const links = new Map([...base.links, ['c', id('c')]]);
    const remotes = [remoteUnit('new', null, 'New'), remoteUnit('c', null, 'C')];
    const rows = rowsOf({ roster, links, remotes });
    expect(rows['new']?.changes).toContainEqual({ field: 'parentId', before: null, after: ROOT });
    expect(rows['new']).toMatchObject({ action: 'CREATE', orgUnitId: id('new-new'), baseVersion: null });
    expect(rows['c']).toMatchObject({ action: 'NONE', reason: 'UNCHANGED', baseVersion: 1, settled: true });
  });

  it('renames, reorders and lets brothers swap their names', () => {
    const remotes = [remoteUnit('a', null, 'B'), { ...remoteUnit('b', null, 'A'), order: '7' }];
    const rows = rowsOf({ remotes });
    expect(rows['a']).toMatchObject({ action: 'UPDATE', reason: 'FIELDS_CHANGED', issues: [] });
    expect(rows['b']?.changes).toEqual([
      { field: 'name', before: 'B', after: 'A' },
      { field: 'order', before: '0', after: '7' },
    ]);
  });

  it('blames whoever takes a name that a brother keeps', () => {
    expect(codesOf({ remotes: [remoteUnit('a', null, 'A'), remoteUnit('n', null, 'ａ')] })).toEqual({
      a: [],
      n: ['SIBLING_NAME_DUPLICATE!'],
    });
  });

  it('tells names that are missing or too long, and parents that nobody knows', () => {
    expect(
      codesOf({
        remotes: [
          remoteUnit('n', null, ' '),
          remoteUnit('m', null, 'x'.repeat(201)),
          remoteUnit('o', 'nowhere', 'O'),
          remoteUnit('a', 'nowhere', 'A2'),
          remoteUnit('b', 'nowhere', 'B'),
        ],
      }),
    ).toEqual({
      n: ['NAME_MISSING!'],
      m: ['NAME_TOO_LONG!'],
      o: ['PARENT_UNKNOWN!'],
      a: ['PARENT_UNKNOWN'],
      b: ['PARENT_UNKNOWN'],
    });
  });

  it('tells cycles of the platform, and those through a unit that only the roster knows', () => {
    const remotes = [remoteUnit('x', 'y', 'X'), remoteUnit('y', 'x', 'Y'), remoteUnit('z', 'x', 'Z')];
    expect(codesOf({ remotes })).toEqual({ x: ['PARENT_CYCLE!'], y: ['PARENT_CYCLE!'], z: [] });
    const roster = [...base.roster, unit('local', id('a'), 'L'), unit('c', id('local'), 'C')];
    const links = new Map([...base.links, ['c', id('c')]]);
    const through = [remoteUnit('a', 'c', 'A'), remoteUnit('c', null, 'C')];
    expect(codesOf({ roster, links, remotes: through })).toEqual({ a: ['PARENT_CYCLE!'], c: [] });
  });

  it('guards against a reorganisation of the tree', () => {
    const names = ['c', 'd', 'e', 'f'];
    const roster = [...base.roster, ...names.map((name) => unit(name, ROOT, name))];
    const links = new Map([...base.links, ...names.map((name) => [name, id(name)] as const)]);
    const remotes = [remoteUnit('a', null, 'A'), ...names.map((name) => remoteUnit(name, 'a', name))];
    const guard = { fraction: 0.05, count: 20 };
    const held = planOrgUnits({ ...base, roster, links, remotes, guard });
    expect(held.moves).toEqual({ tripped: true, counted: 4, limit: 3 });
    expect(held.rows.map(({ action, decision, issues }) => [action, decision, issues.length])).toEqual([
      ['NONE', 'ACCEPTED', 0],
      ...Array(4).fill(['MOVE', 'PENDING', 1]),
    ]);
    const few = planOrgUnits({ ...base, roster, links, remotes: remotes.slice(0, 4), guard });
    expect(few.moves.tripped).toBe(false);
    expect(few.rows.every(({ decision }) => decision === 'ACCEPTED')).toBe(true);
  });

  it('disputes brothers of one name instead of guessing, and keeps a deleted unit deleted', () => {
    const remotes = [remoteUnit('1', null, 'a'), remoteUnit('2', null, 'A'), remoteUnit('3', '1', 'X')];
    const rows = rowsOf({ remotes, links: new Map(), byName: true });
    expect([rows['1']?.situation, rows['2']?.situation]).toEqual(['DISPUTED', 'DISPUTED']);
    expect(rows['1']).toMatchObject({
      orgUnitId: null,
      blocking: true,
      decision: 'PENDING',
      candidates: [id('a')],
    });
    expect(rows['3']?.issues.map(({ code }) => code)).toEqual(['PARENT_UNKNOWN']);
    const roster = base.roster.map((one) =>
      one.id === id('a') ? { ...one, status: 'DELETED' as const } : one,
    );
    const gone = rowsOf({ roster, remotes: [remoteUnit('a', null, 'New'), remoteUnit('c', 'a', 'C')] });
    expect(gone['a']).toMatchObject({ action: 'NONE', reason: 'DELETED_IN_ROSTER', changes: [] });
    expect(gone['c']).toMatchObject({ action: 'CREATE', blocking: true });
  });

  it("takes several top units of the target's name for its children", () => {
    const remotes = [remoteUnit('1', null, '公司'), remoteUnit('2', null, 'A')];
    const rows = rowsOf({ remotes, links: new Map(), byName: true });
    expect([rows['1']?.situation, rows['2']?.situation]).toEqual(['UNMATCHED', 'UNLINKED']);
  });
});
