import { describe, expect, it } from 'vitest';
import type { PlannedOperation } from '../../../src/domain/index.ts';
import { planPush } from '../../../src/planner/push/plan-push.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { ROOT_ID, unitId, World } from './support/world.ts';

const pick = (): number => 0;
const short = ({ kind, objectId, state }: PlannedOperation): string => `${kind} ${objectId} ${state}`;
const rows = (world: World): string[] => plan(world.input()).operations.map(short);
const issues = (world: World): (string | undefined)[] =>
  plan(world.input()).operations.map((row) => row.issues[0]?.code);

const pushed = (): World => {
  const world = new World();
  const a = world.addUnit('a', ROOT_ID, '研发');
  world.addUnit('b', a, '后端');
  world.addUnit('c', ROOT_ID, '销售');
  return world.settle();
};

describe('where the tree hangs', () => {
  it('W-DD-47: aborts with nothing planned when the roots differ in name, linked or not', () => {
    const world = pushed();
    world.unit(ROOT_ID).name = '另一公司';
    const mismatch = {
      outcome: 'ABORTED',
      code: 'PUSH_ROOT_NAME_MISMATCH',
      details: { roster: '另一公司', platform: '公司' },
    };
    expect(planPush(world.input())).toEqual(mismatch);
    world.unitLinks.delete(ROOT_ID);
    expect(planPush(world.input())).toEqual(mismatch);
  });

  it('W-DD-47: links the root of the same name, and units of the same level and name, without writing', () => {
    const world = pushed();
    world.unitLinks.clear();
    expect(rows(world)).toEqual(['a', 'c', 'root', 'b'].map((id) => `LINK_ORG_UNIT unit-${id} PLANNED`));
    const before = world.platform.copy();
    applyPlan(world, plan(world.input()).operations, { pick });
    expect(world.platform.units).toEqual(before.units);
    expect(rows(world)).toEqual([]);
  });

  it('W-DD-47: a namesake on another level is not the same unit', () => {
    const world = pushed();
    world.unitLinks.delete(unitId('b'));
    world.unit(unitId('b')).parentId = ROOT_ID;
    expect(rows(world)).toEqual(['CREATE_ORG_UNIT unit-b PLANNED']);
  });

  it('W-DD-48, 30: below a top unit the root itself is pushed, and its name does not matter', () => {
    const world = new World();
    world.unitLinks.clear();
    world.unit(ROOT_ID).name = '集团';
    world.addUnit('a');
    const top = world.platform.createUnit('1', '挂载点');
    world.rules = { ...world.rules, topOrgUnitExternalId: top };
    applyPlan(world, plan(world.input()).operations, { pick });
    const root = world.unitLinks.get(ROOT_ID) ?? '';
    expect(world.platform.units.get(root)).toMatchObject({ parent: top, name: '集团' });
    expect(world.platform.units.get(world.unitLinks.get(unitId('a')) ?? '')).toMatchObject({ parent: root });
  });

  it('ID-22, 31: a root that was chosen is filtered out, its children come first, and what is outside is not pushed', () => {
    const world = pushed();
    world.unitLinks.delete(unitId('a'));
    world.unitLinks.delete(unitId('b'));
    world.platform.units.delete('u:unit-b');
    world.platform.units.delete('u:unit-a');
    world.rules = { ...world.rules, rootOrgUnitId: unitId('a') };
    const [create, ...others] = plan(world.input()).operations;
    expect(others).toEqual([]);
    expect(create).toMatchObject({
      kind: 'CREATE_ORG_UNIT',
      objectId: 'unit-b',
      content: { parent: { externalId: '1' } },
    });
  });

  it.each([
    ['rootOrgUnitId', { rootOrgUnitId: unitId('nowhere') }],
    ['topOrgUnitExternalId', { topOrgUnitExternalId: 'nowhere' }],
  ])('aborts when the unit of %s is not there', (_name, rule) => {
    const world = pushed();
    world.rules = { ...world.rules, ...rule };
    expect(planPush(world.input())).toMatchObject({
      outcome: 'ABORTED',
      code: 'PUSH_ROOT_UNKNOWN',
      details: { id: expect.stringContaining('nowhere') },
    });
  });

  it('where the platform has no unit for the company, the first level are top units and no names are compared', () => {
    const world = new World({ root: null });
    world.unit(ROOT_ID).name = '随便';
    world.addUnit('a');
    expect(plan(world.input()).operations.map(({ content }) => content.parent)).toEqual([null]);
  });
});

describe('changes of the tree', () => {
  it('O2-19: a move is a move, with the new name along, and never a delete and a create', () => {
    const world = pushed();
    Object.assign(world.unit(unitId('b')), { parentId: unitId('c'), name: '支持', version: 2 });
    const [move, ...others] = plan(world.input()).operations;
    expect(others).toEqual([]);
    expect(move).toMatchObject({
      kind: 'MOVE_ORG_UNIT',
      reason: 'ROSTER_CHANGED',
      rule: 'operations.moveOrgUnits',
      content: { parent: { orgUnitId: 'unit-c' }, name: '支持' },
      changes: [
        { field: 'name', before: '后端', after: '支持' },
        { field: 'parent', before: { externalId: 'u:unit-a' }, after: { orgUnitId: 'unit-c' } },
      ],
      base: { version: 2 },
    });
  });

  it('rule 26: what only the platform changed is drift', () => {
    const world = pushed();
    world.platform.renameUnit('u:unit-a', '乱改');
    expect(plan(world.input()).operations).toMatchObject([{ kind: 'UPDATE_ORG_UNIT', reason: 'DRIFT' }]);
  });

  it('swaps two names with one of them called something else for a moment', () => {
    const world = pushed();
    world.unit(unitId('a')).name = '销售';
    world.unit(unitId('c')).name = '研发';
    const { operations } = plan(world.input());
    expect(operations.map(({ reason }) => reason).filter((reason) => reason === 'VACATE_NAME')).toHaveLength(
      2,
    );
    applyPlan(world, operations, { pick });
    expect(world.platform.units.get('u:unit-a')?.name).toBe('销售');
    expect(world.platform.units.get('u:unit-c')?.name).toBe('研发');
  });

  it('takes a name after its holder has left it, without an extra step', () => {
    const world = pushed();
    world.unit(unitId('c')).name = '研发';
    world.unit(unitId('a')).name = '工程';
    const { operations } = plan(world.input());
    expect(operations.map(short)).toEqual([
      'UPDATE_ORG_UNIT unit-a PLANNED',
      'UPDATE_ORG_UNIT unit-c PLANNED',
    ]);
    expect(operations[1]?.dependsOn).toEqual([0]);
  });

  it('gives the name of a unit that goes to a new one', () => {
    const world = pushed();
    world.unit(unitId('c')).deleted = true;
    world.addUnit('new', ROOT_ID, '销售');
    const { operations } = plan(world.input());
    expect(operations.map(({ kind, reason }) => `${kind} ${reason}`)).toEqual([
      'UPDATE_ORG_UNIT VACATE_NAME',
      'CREATE_ORG_UNIT NEW_IN_ROSTER',
      'DELETE_ORG_UNIT DELETED_IN_ROSTER',
    ]);
  });

  it('does not give a name away for a unit that stays after all', () => {
    const world = pushed();
    world.unit(unitId('c')).deleted = true;
    world.addUnit('new', ROOT_ID, '销售');
    world.platform.createPerson('stranger', { name: '陌生人', mobile: '13600000000' }, ['u:unit-c']);
    expect(rows(world)).toEqual(['CREATE_ORG_UNIT unit-new SKIPPED', 'DELETE_ORG_UNIT unit-c SKIPPED']);
    expect(issues(world)).toEqual(['SIBLING_NAME_TAKEN', 'ORG_UNIT_NOT_EMPTY']);
  });

  it('puts a unit below the one that was below it', () => {
    const world = pushed();
    world.unit(unitId('b')).parentId = ROOT_ID;
    world.unit(unitId('a')).parentId = unitId('b');
    const { operations } = plan(world.input());
    expect(operations.map(short)).toEqual(['MOVE_ORG_UNIT unit-b PLANNED', 'MOVE_ORG_UNIT unit-a PLANNED']);
    expect(operations[1]?.dependsOn).toEqual([0]);
  });

  it('never makes a circle when the other half of a crossing move is forbidden', () => {
    const world = pushed();
    world.unit(unitId('b')).parentId = ROOT_ID;
    world.unit(unitId('a')).parentId = unitId('b');
    world.rules = { ...world.rules, protectedOrgUnitIds: [unitId('b')] };
    expect(rows(world)).toEqual(['MOVE_ORG_UNIT unit-a SKIPPED', 'MOVE_ORG_UNIT unit-b SKIPPED']);
    expect(issues(world)).toEqual(['PARENT_BLOCKED', 'PROTECTED']);
  });
});

describe('what the platform does not take', () => {
  it.each([
    ['a-b', 'NAME_ILLEGAL'],
    ['长'.repeat(65), 'NAME_TOO_LONG'],
  ])('tells of the name %s before any call, and of what would hang below', (name, code) => {
    const world = pushed();
    world.addUnit('new', ROOT_ID, name);
    world.addUnit('below', unitId('new'));
    expect(rows(world)).toEqual(['CREATE_ORG_UNIT unit-below SKIPPED', 'CREATE_ORG_UNIT unit-new SKIPPED']);
    expect(issues(world)).toEqual(['PARENT_BLOCKED', code]);
  });

  it('yields to a stranger of the same name', () => {
    const world = pushed();
    world.platform.createUnit('1', '市场');
    world.unit(unitId('c')).name = '市场';
    expect(issues(world)).toEqual(['SIBLING_NAME_TAKEN']);
  });

  it('rule 21: of two namesakes none is guessed', () => {
    const world = pushed();
    world.unitLinks.delete(unitId('c'));
    world.platform.units.set('twin', { parent: '1', name: '销售', order: '0' });
    expect(rows(world)).toEqual(['LINK_ORG_UNIT unit-c SKIPPED']);
    expect(issues(world)).toEqual(['MATCH_DISPUTED']);
  });

  it('counts levels and brothers', () => {
    const world = pushed();
    world.addUnit('deep', unitId('b'));
    world.capabilities = { ...world.capabilities, maxDepth: 2 };
    expect(issues(world)).toEqual(['DEPTH_EXCEEDED']);
    world.capabilities = { ...world.capabilities, maxDepth: null, maxChildren: 2 };
    world.addUnit('third');
    expect(rows(world)).toEqual(
      ['CREATE_ORG_UNIT unit-third SKIPPED', 'CREATE_ORG_UNIT unit-deep PLANNED'].sort((a, b) =>
        a < b ? -1 : 1,
      ),
    );
  });

  it('counts levels above the unit at which the tree hangs, however many there are', () => {
    const world = pushed();
    world.unitLinks.delete(ROOT_ID);
    let top = '1';
    for (let level = 1; level <= 8; level++) top = world.platform.createUnit(top, `层${level}`);
    world.rules = {
      ...world.rules,
      topOrgUnitExternalId: top,
      scope: { ...world.rules.scope, orgUnitIds: [unitId('c')] },
    };
    world.capabilities = { ...world.capabilities, maxDepth: 8 };
    const [row] = plan(world.input()).operations;
    expect(row).toMatchObject({ kind: 'MOVE_ORG_UNIT', issues: [{ code: 'DEPTH_EXCEEDED', value: '8' }] });
  });

  it('W-DD-35: with a scope, linked units outside of it go when the rule says so, and stay otherwise', () => {
    const world = pushed();
    world.rules = { ...world.rules, scope: { ...world.rules.scope, orgUnitIds: [unitId('a')] } };
    expect(rows(world)).toEqual([]);
    world.rules = { ...world.rules, outOfScope: 'REMOVE' };
    expect(plan(world.input()).operations).toMatchObject([
      { kind: 'DELETE_ORG_UNIT', objectId: 'unit-c', reason: 'OUT_OF_SCOPE', rule: 'outOfScope' },
    ]);
  });

  it('creates a linked unit that is gone only once somebody agrees', () => {
    const world = pushed();
    world.platform.deleteUnit('u:unit-c');
    expect(plan(world.input()).operations).toMatchObject([
      { kind: 'CREATE_ORG_UNIT', state: 'HELD', holds: ['GONE_ON_PLATFORM'], reason: 'GONE_ON_PLATFORM' },
    ]);
  });

  it('rule 7: without a complete fetch nothing is created or removed without a word', () => {
    const world = pushed();
    world.unit(unitId('c')).deleted = true;
    world.addUnit('new');
    const { operations } = plan(world.input({ remoteComplete: false }));
    expect(operations.map(({ holds }) => holds)).toEqual([['REMOTE_INCOMPLETE'], ['REMOTE_INCOMPLETE']]);
  });
});
