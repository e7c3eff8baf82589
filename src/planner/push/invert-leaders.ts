import type { AccountRef, PlannedMembership } from '../../domain/sync.ts';
import { type Draft, draft, isOut, issue, PHASES, tell } from './draft.ts';
import type { AppliedOperation, UndoInput } from './invert-plan.ts';

type Inverses = ReadonlyMap<AppliedOperation, Draft>;

/** Where people are while a run is being taken back. */
interface Seating {
  readonly isInNow: (externalId: string, unit: string) => boolean;
  /** Once everything else has been taken back. */
  readonly isIn: (externalId: string, unit: string) => boolean;
  /** The row that puts somebody elsewhere, or takes somebody away. */
  readonly moverOf: (externalId: string) => Draft | undefined;
}

const seatingOf = ({ remoteAccounts }: UndoInput, inverses: Inverses): Seating => {
  const movers = new Map<string, Draft>();
  for (const [{ externalId }, row] of inverses) {
    const moves = row.content.memberships !== undefined || row.kind === 'DELETE_ACCOUNT';
    if (!moves || externalId === null || isOut(row)) continue;
    const known = movers.get(externalId);
    if (known === undefined || known.wave <= row.wave) movers.set(externalId, row);
  }
  const isInNow: Seating['isInNow'] = (externalId, unit) => {
    const now = remoteAccounts.get(externalId);
    // Of whom nothing is known, nothing was done to: they are where they led.
    if (now === undefined) return true;
    return !now.gone && now.value.memberships.some((seat) => seat.orgUnitExternalId === unit);
  };
  const isThere = (unit: string, seats: readonly PlannedMembership[]): boolean =>
    seats.some(({ orgUnit }) => 'externalId' in orgUnit && orgUnit.externalId === unit);
  return {
    isInNow,
    isIn: (externalId, unit) => {
      const mover = movers.get(externalId);
      return mover === undefined ? isInNow(externalId, unit) : isThere(unit, mover.content.memberships ?? []);
    },
    moverOf: (externalId) => movers.get(externalId),
  };
};

/** Leaders of a unit: before the run, and when all but the leaders who come back has been taken back. */
interface Led {
  readonly before: Set<string>;
  readonly meanwhile: readonly string[];
}

const idsOf = ({ links }: UndoInput, leaders: readonly AccountRef[]): string[] =>
  leaders.flatMap((ref) => {
    const id = 'externalId' in ref ? ref.externalId : links.accounts.get(ref.accountId);
    return id === undefined ? [] : [id];
  });

const refsTo = (externalIds: readonly string[]): AccountRef[] =>
  externalIds.toSorted().map((externalId) => ({ externalId }));

/** An inverse comes first of all, when those who have left the unit are not back yet: it cannot name them. */
const restrict = (input: UndoInput, seating: Seating, row: Draft): Led => {
  const unit = row.externalId ?? '';
  const before = idsOf(input, row.content.leaders ?? []);
  const meanwhile = before.filter((id) => seating.isInNow(id, unit));
  if (before.some((id) => !seating.isIn(id, unit))) tell(row, issue('IRREVERSIBLE', 'leaders'));
  const leaders = refsTo(meanwhile);
  row.content = { leaders };
  row.changes = row.changes.map((change) => ({ ...change, after: leaders }));
  return { before: new Set(before), meanwhile };
};

const leadersNow = (input: UndoInput): ((unit: string) => readonly string[]) => {
  const flagged = new Map<string, string[]>();
  for (const [id, { value }] of input.remoteAccounts) {
    for (const { leader, orgUnitExternalId } of value.memberships) {
      if (leader) flagged.set(orgUnitExternalId, [...(flagged.get(orgUnitExternalId) ?? []), id]);
    }
  }
  return (unit) => input.remoteUnits.get(unit)?.leaderExternalIds ?? flagged.get(unit) ?? [];
};

/** Units whose leaders the run has set, and those that people led of whom it has changed something. */
const ledUnits = (
  input: UndoInput,
  inverses: Inverses,
  seating: Seating,
): ReadonlyMap<string, Led | null> => {
  const units = new Map<string, Led | null>();
  for (const [{ operation, externalId }, row] of inverses) {
    if (operation.kind === 'SET_LEADERS' && externalId !== null)
      units.set(externalId, isOut(row) ? null : restrict(input, seating, row));
  }
  const set = new Set(units.keys());
  const now = leadersNow(input);
  for (const [{ externalId, led }, row] of inverses) {
    for (const unit of isOut(row) || externalId === null ? [] : (led ?? [])) {
      if (set.has(unit)) continue;
      const known = units.get(unit) ?? { before: new Set(now(unit)), meanwhile: now(unit) };
      known.before.add(externalId ?? '');
      units.set(unit, known);
    }
  }
  return units;
};

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one));

/**
 * Leaders of units into which people come back, set once they are there. Restricts the inverses that set leaders to
 * those who are in the unit before that. Who does not come back cannot lead again.
 *
 * @param wave that of the rows, after all others
 */
export const leadAgain = (input: UndoInput, inverses: Inverses, wave: number): Draft[] => {
  if (!input.capabilities.operations.has('SET_LEADERS')) return [];
  const seating = seatingOf(input, inverses);
  const rows: Draft[] = [];
  for (const [unit, led] of ledUnits(input, inverses, seating)) {
    if (led === null) continue;
    const remote = input.remoteUnits.get(unit);
    const leaders = [...led.before].filter((id) => seating.isIn(id, unit));
    // A flag goes with the membership that carries it; a list of its own has to be written.
    const isListed = remote?.leaderExternalIds !== undefined;
    const staying = led.meanwhile.filter((id) => isListed || seating.isIn(id, unit));
    if (isSame(leaders, staying)) continue;
    const after = refsTo(leaders);
    const movers = [...led.before, ...led.meanwhile].map(seating.moverOf).filter((row) => row !== undefined);
    const row = draft({
      kind: 'SET_LEADERS',
      phase: PHASES.REFERENCES,
      objectId: null,
      externalId: unit,
      name: remote?.name ?? unit,
      reason: 'UNDO',
      rule: 'undo',
      content: { leaders: after },
      changes: [{ field: 'leaders', before: refsTo(staying), after }],
      needs: [...new Set(movers)],
      base: { version: null, remoteHash: remote?.hash ?? null },
    });
    row.wave = wave;
    rows.push(row);
  }
  return rows;
};
