import type { AgreedAccount } from '../../domain/agreed.ts';
import type { FieldMaster, MasteredField } from '../../domain/events.ts';
import type { RemoteAccountValue } from '../../domain/remote.ts';
import type { PushIssue } from '../../domain/sync.ts';
import { type Changed, type Winner, winnerOf } from '../masters.ts';
import { issue } from './draft.ts';

const FIELDS: Readonly<Record<string, MasteredField>> = {
  name: 'displayName',
  mobile: 'mobile',
  email: 'email',
  jobNumber: 'jobNumber',
  title: 'title',
};

/** A platform's field as a member of a copy's value; `null` = it is one of its attributes. */
export const platformMemberOf = (name: string): keyof AgreedAccount | null =>
  Object.hasOwn(FIELDS, name) ? (name as keyof AgreedAccount) : null;

/** The mastered field of a platform's field: the one that a pull fills from it. */
export const platformFieldOf = (name: string): MasteredField => FIELDS[name] ?? `attributes.${name}`;

/** What a push may do about a field in which the two sides differ. */
export interface Verdict {
  readonly winner: Winner;
  /** Why it is not written, or why it is held; `null` = it is written. */
  readonly why: ((value: string | null) => PushIssue) | null;
}

const WRITTEN: Verdict = Object.freeze({ winner: 'ROSTER', why: null });

/** Whose value stands of a field; `changed` is asked only where both sides may write it. */
export const judgeField = (master: FieldMaster, field: string, changed: () => Changed | null): Verdict => {
  if (master === 'ROSTER') return WRITTEN;
  const winner = winnerOf(master, master === 'BOTH' ? changed() : null);
  if (winner === 'ROSTER') return WRITTEN;
  if (winner === 'NEITHER') return { winner, why: (value) => issue('FIELD_CONFLICT', field, value) };
  const code = master === 'PLATFORM' ? 'PLATFORM_MASTER' : 'WAITS_FOR_PULL';
  return { winner, why: () => issue(code, field) };
};

/** Somebody who is linked by this very plan: what is empty on one side was never agreed to be so. */
export const NEVER_AGREED: AgreedAccount = Object.freeze({
  email: null,
  jobNumber: null,
  managerExternalId: null,
  mobile: null,
  title: null,
});

/** What both last agreed on, as if the platform showed it: so that fields read it as they read what there is. */
export const baseAsRemote = (base: AgreedAccount): RemoteAccountValue => ({
  externalId: '',
  ids: [],
  name: base.name,
  mobile: base.mobile,
  email: base.email,
  jobNumber: base.jobNumber,
  title: base.title,
  managerExternalId: base.managerExternalId,
  active: undefined,
  memberships: base.memberships ?? [],
  attributes: base.attributes ?? {},
});
