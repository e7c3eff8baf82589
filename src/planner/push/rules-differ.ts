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

/**
 * Whether two sets of rules may change other people or write other values: mapping, scope, root, leavers, switches
 * (field-notes rule 19). Guards, approval and timers do not count.
 */
export const pushesOtherwise = (one: PushRules, other: PushRules): boolean =>
  canonicalJson(whomItChanges(one)) !== canonicalJson(whomItChanges(other));
