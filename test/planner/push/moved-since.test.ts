import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldMasters, RemoteAccountValue, TargetOperation } from '../../../src/domain/index.ts';
import { pushMasters } from '../../../src/planner/masters.ts';
import { movedSince, writesShared } from '../../../src/planner/push/moved-since.ts';
import { tries } from '../../support/properties.ts';

const person: RemoteAccountValue = {
  externalId: 'u1',
  ids: [],
  name: '王小明',
  mobile: '13800000001',
  email: null,
  jobNumber: 'J1',
  title: '工程师',
  managerExternalId: undefined,
  active: true,
  memberships: [{ orgUnitExternalId: '1' }, { orgUnitExternalId: '2' }],
  attributes: { costCentre: '10' },
};

const update = (values: Readonly<Record<string, string | null>>): TargetOperation => ({
  kind: 'UPDATE_ACCOUNT',
  externalId: 'u1',
  values,
});

const FIELDS = ['title', 'jobNumber', 'costCentre'] as const;
const MASTERED = {
  title: 'title',
  jobNumber: 'jobNumber',
  costCentre: 'attributes.costCentre',
} as const;

describe('a field that both sides may write, looked at before it is written', () => {
  it('has moved exactly when it is neither what the plan found nor what it is going to be', () => {
    const value = fc.constantFrom('a', 'b', 'c', null);
    const side = fc.record({
      before: value,
      after: value,
      now: fc.option(value, { nil: undefined }),
      shared: fc.boolean(),
      written: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.record({ title: side, jobNumber: side, costCentre: side }), (sides) => {
        const written = FIELDS.filter((field) => sides[field].written);
        const masters = pushMasters(
          Object.fromEntries(
            FIELDS.flatMap((field) => (sides[field].shared ? [[MASTERED[field], 'BOTH' as const]] : [])),
          ),
        );
        const operation = update(Object.fromEntries(written.map((field) => [field, sides[field].after])));
        const changes = written.map((field) => ({ field, before: sides[field].before }));
        const now: RemoteAccountValue = {
          ...person,
          title: sides.title.now,
          jobNumber: sides.jobNumber.now,
          attributes: { costCentre: sides.costCentre.now },
        };
        const moved = written.filter((field) => {
          const { before, after, now: held, shared } = sides[field];
          return shared && held !== undefined && held !== before && held !== after;
        });
        expect(movedSince(masters, { operation, changes }, now)).toBe(moved.length > 0);
        expect(writesShared(masters, operation)).toBe(written.some((field) => sides[field].shared));
      }),
      tries(1000),
    );
  });

  const all: FieldMasters = {
    mobile: 'BOTH',
    memberships: 'BOTH',
    manager: 'BOTH',
    'orgUnit.name': 'BOTH',
    'orgUnit.parent': 'BOTH',
  };
  const masters = pushMasters(all);

  it('is the same number and the same places however they are written', () => {
    const before = [
      { orgUnitExternalId: '2', primary: true },
      { orgUnitExternalId: '1', primary: false },
    ];
    const operation: TargetOperation = {
      ...update({ mobile: '13900000001' }),
      kind: 'UPDATE_ACCOUNT',
      externalId: 'u1',
      values: { mobile: '13900000001' },
      memberships: [{ orgUnitExternalId: '3', primary: true }],
    };
    const changes = [
      { field: 'memberships', before },
      { field: 'mobile', before: '+86-13800000001' },
    ];
    expect(movedSince(masters, { operation, changes }, person)).toBe(false);
    const elsewhere = { ...person, memberships: [{ orgUnitExternalId: '4' }] };
    expect(movedSince(masters, { operation, changes }, elsewhere)).toBe(true);
  });

  it('of managers and units is told from who they are and where they hang', () => {
    const manager: TargetOperation = { kind: 'SET_MANAGER', externalId: 'u1', managerExternalId: 'u2' };
    const changes = [{ field: 'manager', before: { externalId: 'u3' } }];
    const led = (managerExternalId: string | null | undefined): boolean =>
      movedSince(masters, { operation: manager, changes }, { ...person, managerExternalId });
    expect([led('u3'), led('u2'), led(undefined), led('u4'), led(null)]).toEqual([
      false,
      false,
      false,
      true,
      true,
    ]);
    const move: TargetOperation = {
      kind: 'MOVE_ORG_UNIT',
      externalId: '7',
      parentExternalId: '2',
      name: '乙',
    };
    const told = [
      { field: 'name', before: '甲' },
      { field: 'parent', before: { externalId: '1' } },
    ];
    const hangs = (parentExternalId: string, name: string): boolean =>
      movedSince(
        masters,
        { operation: move, changes: told },
        { externalId: '7', ids: [], parentExternalId, name, attributes: {} },
      );
    expect([hangs('1', '甲'), hangs('2', '乙'), hangs('3', '甲'), hangs('1', '丙')]).toEqual([
      false,
      false,
      true,
      true,
    ]);
    expect(writesShared(masters, { kind: 'DELETE_ORG_UNIT', externalId: '7' })).toBe(false);
  });
});
