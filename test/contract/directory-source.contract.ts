import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CompletenessStatement,
  OpenConnection,
  PullRules,
  RemoteAccountValue,
  RemoteOrgUnitValue,
} from '../../src/domain/index.ts';
import type { CheckStep, DirectorySource, SnapshotRequest } from '../../src/ports/directory-source.ts';

/** One person as the stand-in really holds him. */
export interface TrueAccount {
  readonly externalId: string;
  readonly orgUnitExternalIds: readonly string[];
}

/** What a platform's stand-in lends to the suite; written once per platform. */
export interface DirectoryStandIn {
  connection(rules?: Partial<PullRules>): OpenConnection;
  accounts(): readonly TrueAccount[];
  /** Units with their parents, the company's own unit among them. */
  orgUnits(): readonly { readonly externalId: string; readonly parentExternalId: string | null }[];
  /** Requests that reached it since the start. */
  calls(): number;
  /** The least number of calls that reads everything. */
  leastCalls(): number;
  /** Narrows what the app may see; empty lists = the whole company again. Absent where a platform does not tell that. */
  narrow?(orgUnitExternalIds: readonly string[], accountExternalIds: readonly string[]): void;
  hire(orgUnitExternalId: string): string;
  dismiss(accountExternalId: string): void;
  /** The next so many calls of whatever kind are answered, those after them fail for good, until `heal`. */
  breakAfter(calls: number): void;
  /** The n-th call from now on for people of one unit loses some of them without a word. */
  loseSilently(): void;
  heal(): void;
  close(): Promise<void>;
}

export interface Taken {
  readonly units: ReadonlyMap<string, RemoteOrgUnitValue>;
  readonly accounts: ReadonlyMap<string, RemoteAccountValue>;
  readonly statement: CompletenessStatement;
  /** Kinds of the pages, in order. */
  readonly kinds: readonly string[];
  readonly cursors: readonly string[];
}

/** Takes a snapshot as an import does: one copy per external id, the last one. */
export const take = async (
  source: DirectorySource,
  connection: OpenConnection,
  options: {
    readonly request?: Partial<SnapshotRequest>;
    readonly signal?: AbortSignal;
    /** Copies of an interrupted run. */
    readonly before?: Pick<Taken, 'units' | 'accounts'>;
    /** Stops pulling after so many pages, as a killed process does. */
    readonly killAfterPages?: number;
  } = {},
): Promise<Taken> => {
  const units = new Map(options.before?.units);
  const accounts = new Map(options.before?.accounts);
  const kinds: string[] = [];
  const cursors: string[] = [];
  const request: SnapshotRequest = {
    scope: 'ALL',
    ...options.request,
    ...(options.before === undefined
      ? {}
      : { stored: { orgUnits: [...units.values()], accounts: [...accounts.values()] } }),
  };
  const generator = source.snapshot(connection, request, options.signal ?? new AbortController().signal);
  for (;;) {
    const step = await generator.next();
    if (step.done === true) return { units, accounts, statement: step.value, kinds, cursors };
    if (step.value.kind === 'orgUnits') for (const unit of step.value.items) units.set(unit.externalId, unit);
    else for (const account of step.value.items) accounts.set(account.externalId, account);
    kinds.push(step.value.kind);
    cursors.push(step.value.cursor);
    if (kinds.length === options.killAfterPages) {
      await generator.return(NOBODY);
      return { units, accounts, statement: NOBODY, kinds, cursors };
    }
  }
};

const NOBODY: CompletenessStatement = {
  complete: false,
  gaps: [{ code: 'CANCELLED', where: 'run', detail: 'killed' }],
  pages: 0,
  calls: 0,
  orgUnits: 0,
  accounts: 0,
  platformAccountCount: null,
  visibleRange: { wholeCompany: false, orgUnitExternalIds: [], accountExternalIds: [], digest: '' },
};

const sorted = (ids: Iterable<string>): string[] => [...ids].sort();

/** What every DirectorySource must do, whatever the platform. */
export const directorySourceContract = (
  platform: string,
  start: () => Promise<{ readonly source: DirectorySource; readonly standIn: DirectoryStandIn }>,
): void => {
  describe(`DirectorySource of ${platform}`, () => {
    let source: DirectorySource;
    let standIn: DirectoryStandIn;
    beforeAll(async () => {
      ({ source, standIn } = await start());
    });
    afterAll(() => standIn.close());

    const whole = () => take(source, standIn.connection());
    let first: Promise<Taken> | undefined;
    /** The whole company as it was at the start, taken once: for tests that change nothing. */
    const undisturbedOnce = (): Promise<Taken> => {
      first ??= whole();
      return first;
    };

    const expectEverybody = (taken: Taken): void => {
      expect(sorted(taken.accounts.keys())).toEqual(sorted(standIn.accounts().map((one) => one.externalId)));
      expect(sorted(taken.units.keys())).toEqual(sorted(standIn.orgUnits().map((one) => one.externalId)));
      for (const { externalId, orgUnitExternalIds } of standIn.accounts()) {
        const listed = taken.accounts.get(externalId)?.memberships.map((one) => one.orgUnitExternalId) ?? [];
        expect(sorted(listed)).toEqual(sorted(orgUnitExternalIds));
      }
    };

    it('brings everybody with every membership, and says that it is complete', async () => {
      const taken = await whole();
      expectEverybody(taken);
      expect(taken.statement).toMatchObject({
        complete: true,
        gaps: [],
        accounts: standIn.accounts().length,
        orgUnits: standIn.orgUnits().length,
        platformAccountCount: standIn.accounts().length,
        visibleRange: { wholeCompany: true },
      });
    });

    it('brings units before people and parents before children', async () => {
      const known = new Set<string>();
      const connection = standIn.connection();
      let people = false;
      for await (const page of source.snapshot(connection, { scope: 'ALL' }, new AbortController().signal)) {
        if (page.kind === 'accounts') people = true;
        else {
          expect(people).toBe(false);
          for (const unit of page.items) {
            if (unit.parentExternalId !== null) expect(known.has(unit.parentExternalId)).toBe(true);
            known.add(unit.externalId);
          }
        }
      }
      expect(people).toBe(true);
      for (const { externalId, parentExternalId } of standIn.orgUnits())
        if (parentExternalId !== null) expect(known.has(externalId)).toBe(true);
    });

    it('makes hardly more calls than the least possible, and counts them rightly', async () => {
      const before = standIn.calls();
      const { statement } = await whole();
      const made = standIn.calls() - before;
      expect(statement.calls).toBe(made);
      // A handful for token, range and head count besides the one per hundred.
      expect(made).toBeLessThanOrEqual(Math.ceil(standIn.leastCalls() * 1.01) + 6);
    });

    it('delivers trimmed texts and explicit kinds of ids', async () => {
      const { accounts, units } = await whole();
      for (const { name, mobile, email, jobNumber, title, ids } of accounts.values()) {
        for (const text of [name, mobile, email, jobNumber, title])
          if (typeof text === 'string') expect(text).toBe(text.normalize('NFC').trim());
        expect(ids.length).toBeGreaterThan(0);
        for (const id of ids) expect(id.kind).not.toBe('');
      }
      for (const unit of units.values()) {
        expect((unit.name ?? '').trim()).toBe(unit.name);
        if (unit.order !== undefined) expect(unit.order).toMatch(/^-?\d+$/);
      }
    });

    it('reads units alone when asked to', async () => {
      const taken = await take(source, standIn.connection(), { request: { scope: 'ORG_UNITS' } });
      expect(taken.accounts.size).toBe(0);
      expect(taken.statement).toMatchObject({ complete: true, orgUnits: standIn.orgUnits().length });
    });

    it.each([1, 3, 10, 40, 90])(
      'goes on after a kill behind page %i without reading twice',
      async (pages) => {
        const undisturbed = await undisturbedOnce();
        const before = standIn.calls();
        const killed = await take(source, standIn.connection(), { killAfterPages: pages });
        const resumeAfter = killed.cursors.at(-1) ?? '';
        const resumed = await take(source, standIn.connection(), {
          before: killed,
          request: { resumeAfter },
        });
        expectEverybody(resumed);
        expect(resumed.statement.complete).toBe(true);
        expect([...resumed.accounts.values()].length).toBe(undisturbed.accounts.size);
        for (const [id, account] of undisturbed.accounts) expect(resumed.accounts.get(id)).toEqual(account);
        const made = standIn.calls() - before;
        // What was in flight at the kill is read again, and the range is asked for anew.
        expect(made).toBeLessThanOrEqual(undisturbed.statement.calls + IN_FLIGHT);
      },
    );

    it('starts anew when it is given a cursor and no copies, or somebody else’s cursor', async () => {
      const killed = await take(source, standIn.connection(), { killAfterPages: 20 });
      const resumeAfter = killed.cursors.at(-1) ?? '';
      expectEverybody(await take(source, standIn.connection(), { request: { resumeAfter } }));
      const empty = { units: new Map(), accounts: new Map() };
      expectEverybody(
        await take(source, standIn.connection(), { before: empty, request: { resumeAfter: 'x' } }),
      );
    });

    it('ends within one call when aborted', async () => {
      const abort = new AbortController();
      const reason = new Error('cancelled');
      const pending = take(source, standIn.connection(), {
        signal: abort.signal,
        request: { onProgress: ({ callsDone }) => callsDone > 10 && abort.abort(reason) },
      });
      await expect(pending).rejects.toBe(reason);
      // A request that was on the wire may still arrive; none is sent after it.
      await new Promise((done) => setTimeout(done, 30));
      const after = standIn.calls();
      await new Promise((done) => setTimeout(done, 100));
      expect(standIn.calls()).toBe(after);
    });

    it('reports progress that ends at nothing left', async () => {
      const seen: (number | null)[] = [];
      await take(source, standIn.connection(), {
        request: { onProgress: ({ callsLeft }) => void seen.push(callsLeft) },
      });
      expect(seen.length).toBeGreaterThan(10);
      expect(seen.filter((left) => left !== null).at(-1)).toBe(0);
    });

    it('never calls a part of the company complete', async () => {
      const unit = standIn.orgUnits().find((one) => one.parentExternalId !== null)?.externalId ?? '';
      const started = await take(source, standIn.connection({ startOrgUnitExternalIds: [unit] }));
      expect(started.statement).toMatchObject({ complete: false, visibleRange: { wholeCompany: false } });
      expect(started.statement.gaps.map((gap) => gap.code)).toEqual(['START_UNITS_ONLY']);
      expect(started.units.get(unit)?.parentExternalId).toBeNull();
      expectPart(started, [unit]);
    });

    it('never calls what the app may see complete when that is a part', async () => {
      if (standIn.narrow === undefined) return;
      const unit = standIn.orgUnits().find((one) => one.parentExternalId !== null)?.externalId ?? '';
      const loner =
        standIn.accounts().find((one) => !one.orgUnitExternalIds.includes(unit))?.externalId ?? '';
      standIn.narrow([unit], [loner]);
      const narrowed = await whole();
      standIn.narrow([], []);
      expect(narrowed.statement).toMatchObject({ complete: false, visibleRange: { wholeCompany: false } });
      expect(narrowed.statement.gaps.map((gap) => gap.code)).toEqual(['RANGE_NARROWED']);
      expectPart(narrowed, [unit], [loner]);
    });

    const expectPart = (taken: Taken, tops: readonly string[], loners: readonly string[] = []): void => {
      const inside = new Set(tops);
      for (let before = 0; before !== inside.size; ) {
        before = inside.size;
        for (const { externalId, parentExternalId } of standIn.orgUnits())
          if (parentExternalId !== null && inside.has(parentExternalId)) inside.add(externalId);
      }
      const people = standIn.accounts().filter((one) => one.orgUnitExternalIds.some((id) => inside.has(id)));
      const ids = new Set([...people.map((one) => one.externalId), ...loners]);
      expect(sorted(taken.units.keys())).toEqual(sorted(inside));
      expect(sorted(taken.accounts.keys())).toEqual(sorted(ids));
    };

    it('finds somebody who comes or goes between two snapshots', async () => {
      const unit = standIn.orgUnits().at(-1)?.externalId ?? '';
      const hired = standIn.hire(unit);
      expect((await whole()).accounts.has(hired)).toBe(true);
      const only = await source.one(standIn.connection(), { kind: 'account', externalId: hired }, NEVER);
      expect(only).toMatchObject({ externalId: hired });
      standIn.dismiss(hired);
      const after = await whole();
      expect(after.accounts.has(hired)).toBe(false);
      expect(after.statement.complete).toBe(true);
      expect(
        await source.one(standIn.connection(), { kind: 'account', externalId: hired }, NEVER),
      ).toBeNull();
    });

    it('reads one unit afresh, and knows when there is none', async () => {
      const unit = standIn.orgUnits().find((one) => one.parentExternalId !== null);
      const what = { kind: 'orgUnit', externalId: unit?.externalId ?? '' } as const;
      expect(await source.one(standIn.connection(), what, NEVER)).toMatchObject(unit ?? {});
      expect(await source.one(standIn.connection(), { ...what, externalId: '999999999' }, NEVER)).toBeNull();
    });

    it('reads one person as the snapshot does', async () => {
      const { accounts } = await whole();
      const [externalId = ''] = accounts.keys();
      const one = await source.one(standIn.connection(), { kind: 'account', externalId }, NEVER);
      const { managerExternalId: _, ...listed } = accounts.get(externalId) as RemoteAccountValue;
      expect(one).toMatchObject({ ...listed, attributes: expect.any(Object) });
    });

    it('does not call a listing complete that lost somebody without a word', async () => {
      standIn.loseSilently();
      const taken = await whole();
      standIn.heal();
      const everybody = new Set(standIn.accounts().map((one) => one.externalId));
      const lost = [...everybody].filter((id) => !taken.accounts.has(id));
      expect(lost.length === 0 || !taken.statement.complete).toBe(true);
    });

    it('goes on around a broken platform or stops with an error, never with a statement that it is complete', async () => {
      for (const calls of [0, 5, 50]) {
        standIn.breakAfter(calls);
        const outcome = await whole().then(
          (taken) => taken.statement.complete,
          () => 'stopped',
        );
        standIn.heal();
        expect(outcome).not.toBe(true);
      }
      expect((await whole()).statement.complete).toBe(true);
    });

    it('is not misled by expected objects that are gone', async () => {
      const [somebody] = standIn.accounts();
      const expected = { orgUnits: ['999999999'], accounts: ['nobody', somebody?.externalId ?? ''] };
      const { statement } = await take(source, standIn.connection(), { request: { expected } });
      expect(statement.complete).toBe(true);
    });

    it('passes every step of its own check', async () => {
      const steps: CheckStep[] = [];
      for await (const step of source.check(standIn.connection(), NEVER)) steps.push(step);
      expect(steps.filter((step) => step.status !== 'PASS')).toEqual([]);
      for (const { message } of steps) expect(message.zh !== '' && message.en !== '').toBe(true);
    });
  });
};

const NEVER = new AbortController().signal;
/** Calls that a process may have under way when it is killed. */
const IN_FLIGHT = 70;
