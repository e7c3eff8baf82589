import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode, type TargetOperation, type TargetResult } from '../../src/domain/index.ts';
import { type DirectoryTarget, UNKNOWN_OUTCOMES } from '../../src/ports/directory-target.ts';
import { targetLimitContract } from './target-limits.contract.ts';
import {
  type Held,
  place,
  SCENES,
  type Scene,
  type SceneMaker,
  scenesOf,
  TargetLab,
} from './target-scenes.ts';
import type { TargetFault, TargetStandIn } from './target-stand-in.ts';

export type { TargetFault, TargetStandIn } from './target-stand-in.ts';

/** Goal R5: an unknown outcome is settled by no more calls than these on top of those that are needed anyway. */
const EXTRA_CALLS = 2;

/** Kinds of writing call that every fault is tried with: making, changing, removing. */
const STRUCK_KINDS = ['CREATE_ORG_UNIT', 'CREATE_ACCOUNT', 'UPDATE_ACCOUNT', 'DELETE_ACCOUNT'] as const;

type Ending = 'retry' | 'park' | 'stop';

/** What the applying flow does about an error, by its class alone. */
const endingOf = (code: ErrorCode): Ending => {
  const { kind } = new AppError(code).row.retry;
  if (kind === 'after-fix') return 'stop';
  return kind === 'never' ? 'park' : 'retry';
};

const failureOf = async (applying: Promise<TargetResult>): Promise<AppError> => {
  const error = await applying.then(
    (result) => new TypeError(`it was applied: ${JSON.stringify(result)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw error;
};

/** Everything but the object that the scene is about must be as it was, and nothing may have come twice. */
const expectApplied = (scene: Scene, result: TargetResult, states: { before: Held; after: Held }): void => {
  const { before, after } = states;
  const { externalId } = result;
  expect(externalId).not.toBeNull();
  if (scene.touches !== null) expect(externalId).toBe(scene.touches);
  const id = externalId ?? '';
  const ofUnits = scene.operation.kind.includes('ORG_UNIT') || scene.operation.kind === 'SET_LEADERS';
  scene.expects(ofUnits ? after.orgUnits.get(id) : after.accounts.get(id), result);
  const others = (all: ReadonlyMap<string, unknown>, ours: boolean) =>
    new Map([...all].filter(([key]) => !ours || key !== id));
  expect(others(after.orgUnits, ofUnits)).toEqual(others(before.orgUnits, ofUnits));
  const lead = (state: Held) => others(state.accounts, !ofUnits);
  expect(lead(after)).toEqual(lead(before));
  // What Muster does not know of is left to those who do, at the person who was written as well.
  const foreign = before.accounts.get(id)?.foreign;
  if (foreign !== undefined && after.accounts.has(id)) expect(after.accounts.get(id)?.foreign).toBe(foreign);
};

/** What every DirectoryTarget must do, whatever the platform. */
export const directoryTargetContract = (
  platform: string,
  start: () => Promise<{ readonly target: DirectoryTarget; readonly standIn: TargetStandIn }>,
  faults: readonly string[],
): void => {
  describe(`DirectoryTarget of ${platform}`, () => {
    let lab: TargetLab;
    beforeAll(async () => {
      const { target, standIn } = await start();
      lab = new TargetLab(target, standIn);
      await lab.top();
      // The token is had by now, so that calls can be counted.
      await target.probe(lab.connection, new AbortController().signal);
    });
    afterAll(() => lab.standIn.close());
    let tests = 0;
    beforeEach(() => {
      tests += 1;
      if (tests % 20 === 0) lab.moveOn();
    });

    /** `null` = this platform's capabilities do not offer it: there is no promise to hold it to. */
    const prepared = async (maker: SceneMaker): Promise<Scene | null> => {
      if (!scenesOf(lab.capabilities).includes(maker)) return null;
      return maker.make(lab);
    };

    describe.each(SCENES)('$name', (maker) => {
      /** Calls of the operation when nothing goes wrong: one, but where a platform keeps memberships apart. */
      let needed = 1;

      it('as seen in the stand-in itself, and touches nothing else', async () => {
        const scene = await prepared(maker);
        if (scene === null) return;
        const before = await lab.held();
        const calls = lab.standIn.calls();
        const result = await lab.apply(scene.operation);
        expect(result.outcome).toBe('DONE');
        needed = lab.standIn.calls() - calls;
        expect(result.calls).toBe(needed);
        expectApplied(scene, result, { before, after: await lab.held() });
      });

      it('once, however often it is applied', async () => {
        const scene = await prepared(maker);
        if (scene === null) return;
        const before = await lab.held();
        const first = await lab.apply(scene.operation);
        const after = await lab.held();
        const again = await lab.apply(scene.operation, { afterUnknownOutcome: true });
        expect(['DONE', 'ALREADY']).toContain(again.outcome);
        expect(again.externalId).toBe(first.externalId);
        expect(await lab.held()).toEqual(after);
        // A caller who forgot to say so is refused, or told that it is there; nothing comes twice.
        await lab.apply(scene.operation).catch((error: unknown) => expect(error).toBeInstanceOf(AppError));
        const { orgUnits, accounts } = await lab.held();
        expect([orgUnits.size, accounts.size]).toEqual([after.orgUnits.size, after.accounts.size]);
        expectApplied(scene, first, { before, after: await lab.held() });
      });

      it.for(['ANSWER', 'REQUEST'] as const)('once, when the %s is lost (goal R5)', async (lost) => {
        const scene = await prepared(maker);
        if (scene === null) return;
        const before = await lab.held();
        for (let again = 0; again < 2; again += 1) {
          lab.standIn.loseNext(lost);
          const calls = lab.standIn.calls();
          const error = await failureOf(lab.apply(scene.operation));
          expect(UNKNOWN_OUTCOMES).toContain(error.code);
          // Never repeated blindly: whatever was called, the writing call was made once.
          expect(lab.standIn.calls() - calls).toBeLessThanOrEqual(EXTRA_CALLS);
          if (again === 0 && lost === 'ANSWER') break;
        }
        const calls = lab.standIn.calls();
        const result = await lab.apply(scene.operation, { afterUnknownOutcome: true });
        expect(['DONE', 'ALREADY']).toContain(result.outcome);
        expect(lab.standIn.calls() - calls).toBeLessThanOrEqual(needed + EXTRA_CALLS);
        expectApplied(scene, result, { before, after: await lab.held() });
      });
    });

    it('names the object of a failure, and deletes what is gone without complaint', async () => {
      const { operations, accountIds } = lab.capabilities;
      const stranger =
        accountIds.mode === 'CHOSEN' ? 'nobody-at-all' : '00000000-0000-4000-8000-000000000000';
      const strange = '999999999';
      const known = await lab.account();
      const unit = await lab.orgUnit(await lab.top());
      const refused: readonly (readonly [TargetOperation, string])[] = [
        [{ kind: 'UPDATE_ORG_UNIT', externalId: strange, name: '无' }, strange],
        [{ kind: 'MOVE_ORG_UNIT', externalId: strange, parentExternalId: unit }, strange],
        [{ kind: 'SET_LEADERS', externalId: unit, leaderExternalIds: [stranger] }, stranger],
        [{ kind: 'UPDATE_ACCOUNT', externalId: stranger, values: { title: '无' } }, stranger],
        [{ kind: 'MOVE_ACCOUNT', externalId: stranger, values: {}, memberships: [place(unit)] }, stranger],
        [{ kind: 'SET_MANAGER', externalId: stranger, managerExternalId: known }, stranger],
        [{ kind: 'SET_MANAGER', externalId: known, managerExternalId: stranger }, stranger],
        [{ kind: 'DISABLE_ACCOUNT', externalId: stranger }, stranger],
        [{ kind: 'ENABLE_ACCOUNT', externalId: stranger }, stranger],
      ];
      for (const [operation, object] of refused.filter(([{ kind }]) => operations.has(kind))) {
        const before = await lab.held();
        const error = await failureOf(lab.apply(operation));
        expect([operation.kind, JSON.stringify(error.details)]).toEqual([
          operation.kind,
          expect.stringContaining(object),
        ]);
        expect(error.row.retry.kind).toBe('never');
        expect(await lab.held()).toEqual(before);
      }
      for (const operation of [
        { kind: 'DELETE_ACCOUNT', externalId: stranger },
        { kind: 'DELETE_ORG_UNIT', externalId: strange },
      ] as const)
        if (operations.has(operation.kind))
          expect(await lab.apply(operation)).toMatchObject({ outcome: 'ALREADY' });
    });

    it('says INVITED for somebody who has to agree, and creates nobody', async () => {
      const { invitations } = lab.standIn;
      if (invitations === undefined) return;
      const operation = await lab.creation();
      invitations.protect(operation.values);
      const before = await lab.held();
      expect(await lab.apply(operation)).toMatchObject({ outcome: 'INVITED', externalId: null });
      expect(await lab.apply(operation, { afterUnknownOutcome: true })).toMatchObject({ outcome: 'INVITED' });
      expect(await lab.held()).toEqual(before);
      await invitations.accept(operation.values);
      expect((await lab.held()).accounts.size).toBe(before.accounts.size + 1);
    });

    it('ends when it is aborted, with the reason', async () => {
      const operation = await lab.creation();
      const reason = new Error('stopped');
      await expect(lab.apply(operation, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    });

    it('answers a probe, and tells a rate', async () => {
      await lab.target.probe(lab.connection, new AbortController().signal);
      expect(lab.target.callsPerSecond(lab.connection)).toBeGreaterThan(0);
    });

    targetLimitContract(() => lab);
    targetFaultContract(() => lab, faults);
  });
};

/** How the applying flow goes on until it knows; returns what the first attempt came to. */
const applyAsTheFlowDoes = async (
  lab: TargetLab,
  operation: TargetOperation,
): Promise<{ readonly code: ErrorCode | null; readonly result: TargetResult | null }> => {
  let code: ErrorCode | null = null;
  let afterUnknownOutcome = false;
  for (let attempt = 1; attempt <= 4; attempt += 1) {
    // A fault that stays is mended in the end.
    if (attempt === 4) lab.standIn.heal();
    try {
      return { code, result: await lab.apply(operation, { afterUnknownOutcome }) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      code ??= error.code;
      if (endingOf(error.code) !== 'retry') return { code, result: null };
      afterUnknownOutcome ||= UNKNOWN_OUTCOMES.has(error.code);
    }
  }
  return { code, result: null };
};

/** Push half of goal R6: each fault ends in exactly one of retry, park, stop, and nothing is doubled. */
const targetFaultContract = (lab: () => TargetLab, faults: readonly string[]): void => {
  const faultOf = (what: string): TargetFault => {
    const fault = lab().standIn.faults.find((one) => one.what === what);
    if (fault === undefined) throw new TypeError(`the stand-in has no fault ${what}`);
    return fault;
  };

  describe.each(faults)('a write under %s', (what) => {
    it.for(STRUCK_KINDS)('%s ends as the class of the error says', async (kind) => {
      const { capabilities, standIn } = lab();
      const maker = SCENES.find(
        (one) => one.kind === kind && one.name !== 'creates a person under a chosen id',
      );
      if (maker === undefined || !capabilities.operations.has(kind)) return;
      const scene = await maker.make(lab());
      const before = await lab().held();
      const fault = faultOf(what);
      fault.strike(kind);
      const { code, result } = await applyAsTheFlowDoes(lab(), scene.operation);
      standIn.heal();
      expect(code).toBe(fault.code);
      const ending = code === null ? 'retry' : endingOf(code);
      expect(result === null).toBe(ending !== 'retry');
      if (result === null) expect(await lab().held()).toEqual(before);
      const end = result ?? (await lab().apply(scene.operation));
      expectApplied(scene, end, { before, after: await lab().held() });
    });
  });

  it('was tried with at least thirty faults', () => {
    expect(new Set(faults).size).toBeGreaterThanOrEqual(30);
    expect(lab().standIn.faults.map((one) => one.what)).toEqual([...faults]);
  });
};
