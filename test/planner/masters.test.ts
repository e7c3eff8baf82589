import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  AgreedAccount,
  FieldMaster,
  MasteredField,
  RemoteAccountValue,
} from '../../src/domain/index.ts';
import { agreedAccount, contestedAccount } from '../../src/planner/agreed.ts';
import { applyChanges } from '../../src/planner/apply-changes.ts';
import { sameMemberships } from '../../src/planner/diff-memberships.ts';
import type { AccountPlanContext, PlannedAccount, RosterAccount } from '../../src/planner/facts.ts';
import { pullMasters, winnerOf } from '../../src/planner/masters.ts';
import { planAccount } from '../../src/planner/propose.ts';
import { tries } from '../support/properties.ts';
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
} from './support/merging.ts';

/** Of each property. */
const CASES = 2000;

const contextWith = (
  masters: Partial<Record<MasteredField, FieldMaster>>,
  byEvent: boolean,
): AccountPlanContext => ({
  ...ACCOUNT.context,
  masters: pullMasters(masters, byEvent),
});

const planOf = (
  context: AccountPlanContext,
  sides: {
    readonly remote: RemoteAccountValue;
    readonly current: RosterAccount;
    readonly base: AgreedAccount | null;
  },
  decided: readonly string[] = [],
): PlannedAccount =>
  planAccount(context, {
    externalId: sides.remote.externalId,
    remote: sides.remote,
    current: sides.current,
    match: { situation: 'LINKED', accountId: sides.current.id, candidates: [], keyIndex: null },
    base: sides.base,
    decided: new Set(decided),
  });

const isSame = (field: Field, a: unknown, b: unknown): boolean =>
  field.roster === 'memberships' ? sameMemberships(a as never, b as never) : a === b;

/** What must become of one field, told without a line of the planner. */
const expected = (
  field: Field,
  sides: Sides,
  master: FieldMaster,
): 'NOTHING' | 'TAKEN' | 'KEPT' | 'CONFLICT' => {
  const { platform, roster, base } = sides[field.name] ?? {
    platform: undefined,
    roster: null,
    base: undefined,
  };
  if (platform === undefined || isSame(field, platform, roster)) return 'NOTHING';
  if (master === 'ROSTER') return 'KEPT';
  if (master === 'PLATFORM') return 'TAKEN';
  if (base === undefined) return 'CONFLICT';
  if (isSame(field, base, roster)) return 'TAKEN';
  return isSame(field, base, platform) ? 'KEPT' : 'CONFLICT';
};

const found = (field: Field, row: PlannedAccount): string => {
  const told = row.issues.find((one) => one.field === field.roster)?.code;
  if (told === 'FIELD_CONFLICT') return 'CONFLICT';
  if (told === 'FIELD_KEPT') return 'KEPT';
  return row.changes.some((change) => change.field === field.roster) ? 'TAKEN' : 'NOTHING';
};

/** What the commit remembers of an accepted row, as `store/queries/import-agreed.ts` does in SQL. */
const remember = (
  base: AgreedAccount | null,
  remote: RemoteAccountValue,
  row: PlannedAccount,
  after: RosterAccount,
) => {
  const { externalId: _id, ids: _ids, active: _active, attributes, ...fields } = remote;
  const shown = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const agreed = agreedAccount(remote, row.issues, ACCOUNT.context.orgUnitOf) ?? shown;
  const same = Object.entries(attributes).filter(
    ([name, value]) => (value ?? null) === (after.attributes[name] ?? null),
  );
  return { ...base, ...agreed, attributes: { ...base?.attributes, ...Object.fromEntries(same) } };
};

describe('fields that have a master (field-notes rules 22 and 26)', () => {
  const worlds = fc.record({
    sides: SIDES,
    masters: mastersArbitrary,
    byEvent: fc.boolean(),
    known: fc.boolean(),
  });

  it('are taken, kept or held exactly as their master and the last agreement say', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(worlds, ({ sides, masters, byEvent, known }) => {
        const base = known ? toBase(sides) : null;
        const asked: Sides = known
          ? sides
          : Object.fromEntries(
              Object.entries(sides).map(([name, side]) => [name, { ...side, base: undefined }]),
            );
        const row = planOf(contextWith(masters, byEvent), {
          remote: toRemote(sides),
          current: toRoster(sides),
          base,
        });
        for (const field of FIELDS) {
          const master = masters[field.master] ?? (byEvent ? 'BOTH' : 'PLATFORM');
          const wanted = expected(field, asked, master);
          seen.add(`${master} ${wanted}`);
          expect([field.name, found(field, row)]).toEqual([field.name, wanted]);
        }
        const held = row.issues.some(({ code }) => code === 'FIELD_CONFLICT');
        expect(row.decision).toBe(held ? 'PENDING' : 'ACCEPTED');
      }),
      tries(CASES),
    );
    expect(seen.size).toBe(2 + 2 + 4);
  });

  it('lose no change of either side without a word: it wins, both have made it, or a person is asked', () => {
    fc.assert(
      fc.property(worlds, ({ sides, byEvent }) => {
        const masters = Object.fromEntries(FIELDS.map(({ master }) => [master, 'BOTH' as const]));
        const current = toRoster(sides);
        const row = planOf(contextWith(masters, byEvent), {
          remote: toRemote(sides),
          current,
          base: toBase(sides),
        });
        const after = applyChanges(current, row.changes);
        for (const field of FIELDS) {
          const side = sides[field.name];
          if (side === undefined || side.platform === undefined || side.base === undefined) continue;
          const asked = row.issues.some((one) => one.code === 'FIELD_CONFLICT' && one.field === field.roster);
          const now = field.read(after);
          if (!isSame(field, side.roster, side.base)) {
            expect(asked || isSame(field, now, side.roster)).toBe(true);
          }
          const kept = isSame(field, now, side.roster) && !isSame(field, side.roster, side.base);
          if (!isSame(field, side.platform, side.base)) {
            expect(asked || isSame(field, now, side.platform)).toBe(true);
            if (!asked && kept) expect(isSame(field, side.platform, side.roster)).toBe(true);
          }
        }
      }),
      tries(CASES),
    );
  });

  it('do the same once more without a trace: what was committed is not proposed again', () => {
    fc.assert(
      fc.property(worlds, ({ sides, masters, byEvent }) => {
        const context = contextWith(masters, byEvent);
        const remote = toRemote(sides);
        const base = toBase(sides);
        const row = planOf(context, { remote, current: toRoster(sides), base });
        const current = applyChanges(toRoster(sides), row.changes);
        const second = planOf(context, { remote, current, base: remember(base, remote, row, current) });
        expect(second.changes).toEqual([]);
        const kept = row.issues.filter(({ code }) => code === 'FIELD_KEPT');
        expect(second.issues.filter(({ code }) => code.startsWith('FIELD_'))).toEqual(kept);
        expect(second.settled).toBe(kept.length === 0);
      }),
      tries(CASES),
    );
  });

  it('stay as the roster has them once a conflict was skipped, and are a conflict anew when the platform goes on', () => {
    fc.assert(
      fc.property(SIDES, (sides) => {
        const context = contextWith({}, true);
        const remote = toRemote(sides);
        const base = toBase(sides);
        const current = toRoster(sides);
        const contested = contestedAccount(remote, planOf(context, { remote, current, base }).issues);
        const settled = {
          ...base,
          ...contested,
          attributes: { ...base.attributes, ...contested?.attributes },
        };
        const second = planOf(context, { remote, current, base: settled });
        expect(second.issues.filter(({ code }) => code === 'FIELD_CONFLICT')).toEqual([]);
        for (const field of FIELDS) {
          const first = expected(field, sides, 'BOTH');
          if (first === 'CONFLICT') expect([field.name, found(field, second)]).toEqual([field.name, 'KEPT']);
          else expect([field.name, found(field, second)]).toEqual([field.name, first]);
        }
      }),
      tries(CASES),
    );
  });

  it('are settled by what the reviewer puts in their place', () => {
    const sides: Sides = { title: { base: 'a', platform: 'b', roster: 'c' } };
    const remote = { ...toRemote(sides), title: 'd' };
    const row = planOf(contextWith({}, true), { remote, current: toRoster(sides), base: toBase(sides) }, [
      'title',
    ]);
    expect(row.changes).toEqual([{ field: 'title', before: 'c', after: 'd' }]);
    expect(row.issues).toEqual([]);
    expect(row.decision).toBe('ACCEPTED');
  });

  it('tell both values and the one that both last agreed on', () => {
    const sides: Sides = { mobile: { base: '13800000001', platform: '13800000002', roster: '13800000003' } };
    const row = planOf(contextWith({ mobile: 'BOTH' }, false), {
      remote: toRemote(sides),
      current: toRoster(sides),
      base: toBase(sides),
    });
    expect(row.changes).toEqual([{ field: 'mobile', before: '13800000003', after: '13800000002' }]);
    expect(row.issues).toEqual([
      { code: 'FIELD_CONFLICT', field: 'mobile', value: '13800000001', blocking: false },
    ]);
  });

  it('hold nobody up with what is wrong in a value that the roster keeps out', () => {
    const sides: Sides = { mobile: { base: '13800000001', platform: 'no number', roster: '13800000001' } };
    const world = { remote: toRemote(sides), current: toRoster(sides), base: toBase(sides) };
    const kept = planOf(contextWith({ mobile: 'ROSTER' }, false), world);
    expect(kept.issues).toEqual([
      { code: 'FIELD_KEPT', field: 'mobile', value: 'no number', blocking: false },
    ]);
    expect(kept).toMatchObject({
      action: 'NONE',
      reason: 'ROSTER_STANDS',
      decision: 'ACCEPTED',
      settled: false,
    });
    expect(planOf(contextWith({}, false), world).blocking).toBe(true);
  });

  it('of somebody who is linked only now are filled where one side has nothing, and held where both differ', () => {
    const sides: Sides = {
      title: { base: undefined, platform: 'b', roster: null },
      jobNumber: { base: undefined, platform: null, roster: 'J1' },
      email: { base: undefined, platform: 'a@x.cn', roster: 'b@x.cn' },
    };
    const current = toRoster(sides);
    const row = planAccount(contextWith({}, true), {
      externalId: 'u1',
      remote: toRemote(sides),
      current,
      match: { situation: 'UNLINKED', accountId: current.id, candidates: [], keyIndex: 0 },
    });
    const told = row.issues.map(({ code, field }) => `${code} ${field}`);
    expect(told).toEqual(['FIELD_CONFLICT email', 'FIELD_KEPT jobNumber']);
    expect(row.changes.map(({ field }) => field)).toEqual(['email', 'title']);
    expect(row.decision).toBe('PENDING');
  });
});

describe('the winner of a field', () => {
  it('is the same from either side', () => {
    const mirror = { PLATFORM: 'ROSTER', ROSTER: 'PLATFORM', BOTH: 'BOTH', NEITHER: 'NEITHER' } as const;
    const master = fc.constantFrom('PLATFORM' as const, 'ROSTER' as const, 'BOTH' as const);
    const changed = fc.option(fc.record({ platform: fc.boolean(), roster: fc.boolean() }));
    fc.assert(
      fc.property(master, changed, (one, by) => {
        const other = by === null ? null : { platform: by.roster, roster: by.platform };
        expect(winnerOf(mirror[one], other)).toBe(mirror[winnerOf(one, by)]);
      }),
      tries(CASES),
    );
  });
});
