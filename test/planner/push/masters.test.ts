import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AgreedAccount,
  FieldMaster,
  FieldMasters,
  PlannedOperation,
  RemoteAccountValue,
  TargetMembership,
  TargetOperation,
} from '../../../src/domain/index.ts';
import { agreedAccount } from '../../../src/planner/agreed.ts';
import { applyChanges } from '../../../src/planner/apply-changes.ts';
import type { MembershipState, RosterAccount } from '../../../src/planner/facts.ts';
import { pullMasters } from '../../../src/planner/masters.ts';
import { planAccount } from '../../../src/planner/propose.ts';
import { agreedAccountAfter } from '../../../src/planner/push/agreed-after.ts';
import { accountCopyAfter } from '../../../src/planner/push/copy-after.ts';
import { tries } from '../../support/properties.ts';
import {
  ACCOUNT,
  FIELDS,
  type Field,
  mastersArbitrary,
  SIDES,
  type Sides,
  toBase,
  toRemote,
  toRoster,
} from '../support/merging.ts';
import { type PersonWorld, planPerson } from './support/merge-world.ts';

const unitsOf = (seats: unknown): string =>
  (seats as readonly MembershipState[])
    .map(({ orgUnitId }) => orgUnitId)
    .sort()
    .join();

/** Of places a push writes only where they are. */
const isSame = (field: Field, a: unknown, b: unknown): boolean =>
  field.name === 'memberships' ? unitsOf(a) === unitsOf(b) : a === b;

const isWholly =
  (field: Field) =>
  (a: unknown, b: unknown): boolean =>
    field.name === 'memberships' ? JSON.stringify(a) === JSON.stringify(b) : a === b;

const PUSHED: Readonly<Record<string, string>> = { displayName: 'name' };
const pushedName = ({ name }: Field): string => PUSHED[name] ?? name;

type Fate = 'NOTHING' | 'WRITTEN' | 'LEFT' | 'CONFLICT';

/** What must become of one field, told without a line of the planner. */
const expected = (field: Field, sides: Sides, master: FieldMaster): Fate => {
  const { platform, roster, base } = sides[field.name] ?? {
    platform: undefined,
    roster: null,
    base: undefined,
  };
  if (platform === undefined || isSame(field, platform, roster)) return 'NOTHING';
  if (master === 'ROSTER') return 'WRITTEN';
  if (master === 'PLATFORM') return 'LEFT';
  if (base === undefined) return 'CONFLICT';
  if (isSame(field, base, roster)) return 'LEFT';
  // Who leads goes with the place: where that has changed there, the place is not taken away without a word.
  return isWholly(field)(base, platform) ? 'WRITTEN' : 'CONFLICT';
};

const found = (field: Field, rows: readonly PlannedOperation[]): Fate => {
  const name = pushedName(field);
  const row = rows.find(
    ({ changes, issues }) =>
      changes.some((one) => one.field === name) || issues.some((one) => one.field === name),
  );
  if (row === undefined) return 'NOTHING';
  const told = row.issues.find((one) => one.field === name)?.code;
  if (told === 'PLATFORM_MASTER' || told === 'WAITS_FOR_PULL') {
    expect(row.state === 'SKIPPED' || !row.changes.some((one) => one.field === name)).toBe(true);
    return 'LEFT';
  }
  return told === 'FIELD_CONFLICT' ? 'CONFLICT' : 'WRITTEN';
};

const targetOf = (row: PlannedOperation): TargetOperation | null => {
  const externalId = row.externalId ?? '';
  if (row.kind === 'SET_MANAGER') {
    const { manager } = row.content;
    const id = manager && 'accountId' in manager ? manager.accountId.replace('account-', 'u-') : null;
    return { kind: 'SET_MANAGER', externalId, managerExternalId: id };
  }
  if (row.kind !== 'UPDATE_ACCOUNT' && row.kind !== 'MOVE_ACCOUNT') return null;
  const memberships = row.content.memberships?.map(
    ({ orgUnit, primary }): TargetMembership => ({
      orgUnitExternalId: 'orgUnitId' in orgUnit ? orgUnit.orgUnitId.replace('unit-', '') : orgUnit.externalId,
      primary,
    }),
  );
  return {
    kind: row.kind,
    externalId,
    values: row.content.values ?? {},
    ...(memberships === undefined ? {} : { memberships }),
  };
};

interface Live {
  readonly account: RosterAccount;
  readonly remote: RemoteAccountValue;
  readonly base: AgreedAccount;
}

const push = (live: Live, masters: FieldMasters): Live & { readonly held: boolean } => {
  let { remote, base } = live;
  let held = false;
  for (const row of planPerson({ ...live, masters })) {
    held ||= row.state === 'HELD';
    const operation = row.state === 'PLANNED' ? targetOf(row) : null;
    if (operation === null) continue;
    remote = accountCopyAfter({ value: remote, believed: {} }, operation, {
      externalId: remote.externalId,
      ids: [],
    }).value;
    base = agreedAccountAfter(base, { operation, made: false });
  }
  return { ...live, remote, base, held };
};

const pull = (live: Live, masters: FieldMasters): Live & { readonly held: boolean } => {
  const { account, remote, base } = live;
  const row = planAccount(
    { ...ACCOUNT.context, masters: pullMasters(masters, false) },
    {
      externalId: remote.externalId,
      remote,
      current: account,
      match: { situation: 'LINKED', accountId: account.id, candidates: [], keyIndex: null },
      base,
    },
  );
  if (row.decision !== 'ACCEPTED') return { ...live, held: true };
  const after = applyChanges(account, row.changes);
  const { externalId: _id, ids: _ids, active: _active, attributes, ...fields } = remote;
  const agreed = agreedAccount(remote, row.issues, ACCOUNT.context.orgUnitOf) ?? fields;
  const same = Object.entries(attributes).filter(
    ([name, value]) => (value ?? null) === (after.attributes[name] ?? null),
  );
  return {
    account: after,
    remote,
    base: { ...base, ...agreed, attributes: { ...base.attributes, ...Object.fromEntries(same) } },
    held: false,
  };
};

const worldOf = (sides: Sides, masters: FieldMasters, known = true): PersonWorld => ({
  account: toRoster(sides),
  remote: toRemote(sides),
  base: known ? toBase(sides) : null,
  masters,
});

/** The platform shows everything, and both have agreed on everything once. */
const openly = (sides: Sides): Sides =>
  Object.fromEntries(
    Object.entries(sides).map(([name, { base, platform, roster }]) => {
      const then = base === undefined ? roster : base;
      return [name, { base: then, platform: platform === undefined ? then : platform, roster }];
    }),
  );

describe('a push of fields that have a master (field-notes rules 22 and 26)', () => {
  const worlds = fc.record({ sides: SIDES, masters: mastersArbitrary, known: fc.boolean() });

  it('writes, leaves or holds each exactly as its master and the last agreement say', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(worlds, ({ sides, masters, known }) => {
        const rows = planPerson(worldOf(sides, masters, known));
        let contested = false;
        for (const field of FIELDS) {
          const master = masters[field.master] ?? 'ROSTER';
          const side = sides[field.name] ?? { base: undefined, platform: undefined, roster: null };
          const wanted = expected(
            field,
            { [field.name]: known ? side : { ...side, base: undefined } },
            master,
          );
          seen.add(`${master} ${wanted}`);
          expect([field.name, found(field, rows)]).toEqual([field.name, wanted]);
          contested ||= wanted === 'CONFLICT';
        }
        for (const row of rows) {
          const isContested = row.issues.some(({ code }) => code === 'FIELD_CONFLICT');
          expect(row.holds).toEqual(isContested ? ['FIELD_CONFLICT'] : []);
          if (isContested) expect(row.state).toBe('HELD');
        }
        expect(rows.some(({ state }) => state === 'HELD')).toBe(contested);
      }),
      tries(1000),
    );
    expect(seen.size).toBe(2 + 2 + 4);
  });

  it('and pulls between them lose no change, and end in the same on both sides unless a person is asked', () => {
    const rounds = fc.array(fc.constantFrom('PULL' as const, 'PUSH' as const), {
      minLength: 1,
      maxLength: 4,
    });
    let settled = 0;
    fc.assert(
      fc.property(SIDES, mastersArbitrary, rounds, (sides, declared, order) => {
        const open = openly(sides);
        // Every field has a master: what has none is whoever's comes first, as ever.
        const masters: FieldMasters = Object.fromEntries(
          FIELDS.map(({ master }) => [master, declared[master] ?? 'BOTH']),
        );
        let live: Live & { readonly held: boolean } = {
          account: toRoster(open),
          remote: toRemote(open),
          base: toBase(open),
          held: false,
        };
        let held = false;
        for (const step of [...order, 'PULL', 'PUSH', 'PULL', 'PUSH'] as const) {
          live = step === 'PULL' ? pull(live, masters) : push(live, masters);
          held ||= live.held;
        }
        const conflicts = FIELDS.filter((field) => expectedEnd(field, open, masters) === 'HELD');
        expect(held).toBe(conflicts.length > 0);
        if (held) return;
        settled += 1;
        for (const field of FIELDS) {
          const now = field.read(live.account);
          const wanted = expectedEnd(field, open, masters);
          const value = wanted === 'PLATFORM' ? open[field.name]?.platform : open[field.name]?.roster;
          expect([field.name, isSame(field, now, value)]).toEqual([field.name, true]);
        }
        expect(planPerson({ ...live, masters }).filter(({ state }) => state !== 'SKIPPED')).toEqual([]);
        const last = pull(live, masters);
        expect(last.account).toEqual(live.account);
      }),
      tries(1000),
    );
    expect(settled).toBeGreaterThan(50);
  });

  it('of somebody whom it links fills what one side has not got, holds what differs, and agrees on the rest', () => {
    const sides: Sides = {
      displayName: { base: undefined, platform: '王小明', roster: '王小明' },
      title: { base: undefined, platform: '经理', roster: null },
      jobNumber: { base: undefined, platform: null, roster: 'J1' },
      email: { base: undefined, platform: 'a@x.cn', roster: 'b@x.cn' },
    };
    const masters: FieldMasters = { title: 'BOTH', jobNumber: 'BOTH', email: 'BOTH' };
    const rows = planPerson({ ...worldOf(sides, masters, false), unlinked: true });
    const [link, change] = rows;
    expect(link).toMatchObject({ kind: 'LINK_ACCOUNT', state: 'PLANNED' });
    expect(link?.content.agreed).toEqual(['costCentre', 'mobile', 'name', 'memberships']);
    expect(change).toMatchObject({ kind: 'UPDATE_ACCOUNT', state: 'HELD', holds: ['FIELD_CONFLICT'] });
    expect(change?.content.values).toEqual({ email: 'b@x.cn', jobNumber: 'J1' });
    expect(change?.issues.map(({ code, field }) => `${code} ${field}`).sort()).toEqual([
      'FIELD_CONFLICT email',
      'WAITS_FOR_PULL title',
    ]);
  });
});

/** Whose value both sides end with. */
const expectedEnd = (field: Field, sides: Sides, masters: FieldMasters): 'PLATFORM' | 'ROSTER' | 'HELD' => {
  const master = masters[field.master] ?? 'BOTH';
  const { base, platform, roster } = sides[field.name] ?? { base: null, platform: null, roster: null };
  if (master !== 'BOTH') return master;
  const same = isWholly(field);
  if (same(platform, roster) || same(base, platform)) return 'ROSTER';
  return same(base, roster) ? 'PLATFORM' : 'HELD';
};
