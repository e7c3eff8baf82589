import type { FieldMasters } from '../../domain/agreed.ts';
import type { PushRules } from '../../domain/push-rules.ts';
import { canonicalJson } from '../canonical-hash.ts';

/** Without the rules that say how a plan is looked at and when it is made, rather than whom it changes. */
const whomItChanges = ({
  guards: _guards,
  shrink: _shrink,
  approval: _approval,
  incremental: _incremental,
  everyMinutes: _everyMinutes,
  ...rest
}: PushRules) => rest;

/** What a push goes by. */
export interface PushedBy {
  readonly rules: PushRules;
  readonly masters: FieldMasters;
}

/**
 * Whether two sets of rules may change other people or write other values: mapping, scope, root, leavers, switches, and
 * whose the fields are (field-notes rule 19). Guards, approval and timers do not count.
 */
export const pushesOtherwise = (one: PushedBy, other: PushedBy): boolean =>
  canonicalJson([whomItChanges(one.rules), one.masters]) !==
  canonicalJson([whomItChanges(other.rules), other.masters]);
