import {
  AppError,
  type RemoteAccountValue,
  type SeatedPerson,
  type TargetMembership,
  type TargetOperation,
} from '../../domain/index.ts';
import { nullWhen } from './vendor-errors.ts';

type SetLeaders = Extract<TargetOperation, { readonly kind: 'SET_LEADERS' }>;

/** A person as the platform shows one, with the places. */
export type ShownPerson = Pick<RemoteAccountValue, 'externalId' | 'memberships'>;

/** What is needed of a platform that keeps the lead of a unit with its people's places. */
export interface LeadCalls {
  /** People of the unit with all their places. */
  people(unitId: string): Promise<readonly ShownPerson[]>;
  /** Writes all places of a person. */
  place(externalId: string, memberships: readonly TargetMembership[]): Promise<unknown>;
}

const seatedAs = ({ externalId, memberships }: ShownPerson): SeatedPerson => ({
  externalId,
  memberships: memberships.map((one) => ({ ...one, primary: one.primary ?? false })),
});

/**
 * Sets who leads a unit by one call for everybody whose lead begins or ends; made again, it goes on where it ended. Where
 * the platform does not show how people sit, it is done by what Muster knows. Throws `PLATFORM_GROUP_OWNER_INVALID` for
 * leaders who are not in the unit, before anything is written.
 */
export const setLeads = async (
  { externalId: unitId, leaderExternalIds, people: known }: SetLeaders,
  calls: LeadCalls,
): Promise<void> => {
  const wanted = new Set(leaderExternalIds);
  const sits = ({ memberships }: SeatedPerson): boolean =>
    memberships.some((one) => one.orgUnitExternalId === unitId);
  const list = () => calls.people(unitId);
  const shown = known === undefined ? await list() : await nullWhen('PLATFORM_DETAILS_WITHHELD', list);
  const people = (shown?.map(seatedAs) ?? known ?? []).filter(sits);
  const strangers = leaderExternalIds.filter((id) => !people.some(({ externalId }) => externalId === id));
  if (strangers.length > 0)
    throw new AppError('PLATFORM_GROUP_OWNER_INVALID', { details: { object: strangers.join(', ') } });
  for (const { externalId, memberships } of people) {
    const leader = wanted.has(externalId);
    const after = memberships.map((one) => (one.orgUnitExternalId === unitId ? { ...one, leader } : one));
    const isSo = memberships.every((one, at) => one.leader === after[at]?.leader);
    if (!isSo) await calls.place(externalId, after);
  }
};
