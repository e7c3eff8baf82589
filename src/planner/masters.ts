import type { FieldMasters } from '../domain/agreed.ts';
import type { FieldMaster, MasteredField } from '../domain/events.ts';

/** Who is the master of what, as one direction sees it. */
export interface Masters {
  readonly declared: FieldMasters;
  /** Master of every field that none is declared for. */
  readonly otherwise: FieldMaster;
}

/**
 * As a pull sees it: what is not declared follows the platform. What an event brings is merged instead, because an
 * event must never take back an edit of the roster that was not pushed yet.
 */
export const pullMasters = (declared: FieldMasters | undefined, byEvent: boolean): Masters => ({
  declared: declared ?? {},
  otherwise: byEvent ? 'BOTH' : 'PLATFORM',
});

/** As a push sees it: what is not declared follows the roster. */
export const pushMasters = (declared: FieldMasters | undefined): Masters => ({
  declared: declared ?? {},
  otherwise: 'ROSTER',
});

export const masterOf = ({ declared, otherwise }: Masters, field: MasteredField): FieldMaster =>
  declared[field] ?? otherwise;

/** Whether any field is merged, so that what was last agreed on has to be known. */
export const mergesAny = ({ declared, otherwise }: Masters): boolean =>
  otherwise === 'BOTH' || Object.values(declared).includes('BOTH');

/** Which sides have changed a field since both last agreed on it. */
export interface Changed {
  readonly platform: boolean;
  readonly roster: boolean;
}

/** Whose value a field gets; `NEITHER` = a person decides. */
export type Winner = 'PLATFORM' | 'ROSTER' | 'NEITHER';

/**
 * Whose value stands where the two sides differ. With one master it is that side's. With both, whoever has changed the
 * field: when both have, or nothing tells who has (`null`), neither wins. Nobody wins by coming last.
 */
export const winnerOf = (master: FieldMaster, changed: Changed | null): Winner => {
  if (master !== 'BOTH') return master;
  if (changed === null || changed.platform === changed.roster) return 'NEITHER';
  return changed.platform ? 'PLATFORM' : 'ROSTER';
};
