import { describe, expect, it } from 'vitest';
import type { MatchKey, PlannedOperation } from '../../../src/domain/index.ts';
import { applyPlan, plan } from './support/apply-plan.ts';
import { accountId, unitId, World } from './support/world.ts';

const pick = (): number => 0;
const short = ({ kind, objectId, state }: PlannedOperation): string => `${kind} ${objectId} ${state}`;
const rows = (world: World): string[] => plan(world.input()).operations.map(short);

const BY_MOBILE: MatchKey = { remoteField: 'mobile', rosterField: 'mobile', foldCase: false };
const BY_EMAIL: MatchKey = { remoteField: 'email', rosterField: 'email', foldCase: true };

const company = (keys: readonly MatchKey[]): World => {
  const world = new World();
  world.rules = {
    ...world.rules,
    leaver: { action: 'DELETE', deleteAfterDays: null, parkOrgUnitExternalId: null },
  };
  world.matchKeys = keys;
  world.addUnit('a');
  for (const n of [1, 2]) world.addAccount(n, unitId('a'));
  return world.settle();
};

const comesBack = (world: World): void => {
  world.account(accountId(1)).status = 'DELETED';
  world.addAccount(9, unitId('a'), { mobile: world.account(accountId(1)).mobile });
};

/** 1 has another number now, and 2, whose link was lost, has that of 1. */
const passesOn = (world: World, mobile = '13900000000'): void => {
  world.account(accountId(2)).mobile = world.account(accountId(1)).mobile;
  world.account(accountId(1)).mobile = mobile;
  world.accountLinks.delete(accountId(2));
};

const TAKEN = { state: 'SKIPPED', issues: [{ code: 'MATCH_TAKEN', value: 'a:account-1' }] };

describe('W-DD-34: who is found only for somebody who is linked to another', () => {
  it('is created once that one has gone, in the same plan', () => {
    const world = company([BY_MOBILE]);
    comesBack(world);
    const { operations } = plan(world.input());
    expect(operations.map(short)).toEqual([
      'DELETE_ACCOUNT account-1 PLANNED',
      'CREATE_ACCOUNT account-9 PLANNED',
    ]);
    expect(operations[1]?.dependsOn).toEqual([0]);
    applyPlan(world, operations, { pick });
    expect(rows(world)).toEqual([]);
  });

  it('waits for that one to go also where the value need not be unique', () => {
    const world = company([{ remoteField: 'name', rosterField: 'displayName', foldCase: false }]);
    comesBack(world);
    Object.assign(world.account(accountId(9)), { mobile: '13900000009', displayName: '员工1' });
    const { operations } = plan(world.input());
    expect(operations.map(({ kind, dependsOn }) => [kind, dependsOn])).toEqual([
      ['DELETE_ACCOUNT', []],
      ['CREATE_ACCOUNT', [0]],
    ]);
  });

  it('is told of while that one stays', () => {
    const world = company([BY_MOBILE]);
    comesBack(world);
    world.rules = { ...world.rules, protectedAccountIds: [accountId(1)] };
    const { operations } = plan(world.input());
    expect(operations.find(({ objectId }) => objectId === 'account-9')).toMatchObject(TAKEN);
  });

  it('is linked to whom another key finds, when that one gives the value up in the same plan', () => {
    const world = company([BY_MOBILE, BY_EMAIL]);
    passesOn(world);
    const { operations } = plan(world.input());
    expect(operations.map(short)).toEqual([
      'LINK_ACCOUNT account-2 PLANNED',
      'UPDATE_ACCOUNT account-1 PLANNED',
      'UPDATE_ACCOUNT account-2 PLANNED',
    ]);
    applyPlan(world, operations, { pick });
    expect(rows(world)).toEqual([]);
  });

  it('is told of when that one cannot give the value up after all', () => {
    const world = company([BY_MOBILE, BY_EMAIL]);
    world.platform.createPerson('stranger', { name: '陌生人', mobile: '13600000000' }, ['u:unit-a']);
    passesOn(world, '13600000000');
    const { operations } = plan(world.input());
    expect(operations).toMatchObject([
      { objectId: 'account-2', ...TAKEN },
      { objectId: 'account-1', state: 'SKIPPED', issues: [{ code: 'VALUE_TAKEN' }] },
    ]);
  });

  it('is created beside those who both go, and told of while one of them stays', () => {
    const world = company([BY_EMAIL, { remoteField: 'name', rosterField: 'displayName', foldCase: false }]);
    for (const n of [1, 2]) Object.assign(world.account(accountId(n)), { status: 'DELETED' });
    world.addAccount(9, unitId('a'), { email: 'p1@example.com', displayName: '员工2' });
    expect(rows(world)).toEqual([
      'DELETE_ACCOUNT account-1 PLANNED',
      'DELETE_ACCOUNT account-2 PLANNED',
      'CREATE_ACCOUNT account-9 PLANNED',
    ]);
    Object.assign(world.account(accountId(2)), { status: 'ACTIVE', email: null });
    world.platform.updatePerson('a:account-2', { email: null }, null);
    expect(rows(world)).toContain('LINK_ACCOUNT account-9 SKIPPED');
  });
});
