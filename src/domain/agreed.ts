import type { FieldMaster, MasteredField } from './events.ts';
import type { RemoteAccountValue, RemoteOrgUnitValue } from './remote.ts';

/** Declared masters by field, one setting for both directions of a connection. What is not named is not declared. */
export type FieldMasters = Readonly<Partial<Record<MasteredField, FieldMaster>>>;

/**
 * What a person of a platform and the account last agreed on, field by field, in the platform's words: the base of a
 * three-way merge. A value: both held it then, or a person decided in its sight what the roster holds. `null`: both had
 * nothing. Absent: not known, so that nothing tells which side has changed.
 */
export type AgreedAccount = Partial<Omit<RemoteAccountValue, 'externalId' | 'ids' | 'active'>>;

/** The same of a unit. */
export type AgreedOrgUnit = Partial<
  Pick<RemoteOrgUnitValue, 'attributes' | 'name' | 'order' | 'parentExternalId'>
>;
