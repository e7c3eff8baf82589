import type { AccountId } from '../../domain/ids.ts';
import { settleValues } from './collisions.ts';
import { contextOf, type PushContext } from './context.ts';
import { diffPeople, type PeoplePlan } from './diff-people.ts';
import { diffUnits, type UnitPlan } from './diff-units.ts';
import type { Draft } from './draft.ts';
import { setEffects } from './effects.ts';
import { emptyUnits } from './empty-units.ts';
import type { PushInput, PushPlan } from './facts.ts';
import { fieldPlans } from './field-values.ts';
import { judgeGuards } from './guards.ts';
import { holdRows } from './holds.ts';
import { leaderRows } from './leaders.ts';
import { matchPeople } from './match-people.ts';
import { matchUnits } from './match-units.ts';
import { seatsOf } from './memberships.ts';
import { orderRows } from './order.ts';
import type { PeopleFacts } from './people-facts.ts';
import { managerRows } from './references.ts';
import { findRoot, type PushRoot } from './root.ts';
import { scopeOf } from './scope.ts';
import { settleUnits } from './settle-units.ts';
import { type Dependents, dependentsOf, spreadSkips } from './spread.ts';
import { released, type Takers, waitForRelease } from './taken.ts';
import { totalsOf } from './totals.ts';

/** All rows of a plan, in no order yet. */
interface Drafted {
  readonly facts: PeopleFacts;
  readonly units: UnitPlan;
  readonly people: PeoplePlan;
  readonly rows: readonly Draft[];
  readonly dependents: Dependents;
}

const draftRows = (context: PushContext, root: PushRoot, letGo: Takers): Drafted => {
  const scope = scopeOf(context, root);
  const match = matchPeople(context, scope, letGo);
  const tree = matchUnits(context, root, scope);
  const holders = settleUnits(context, tree, match);
  const units = diffUnits(context, { root, tree, holders });
  const seats = seatsOf({ root, scope, tree }, units);
  const facts: PeopleFacts = { scope, tree, seats, match, fields: fieldPlans(context) };
  const people = diffPeople(context, facts);
  const emptied = settleValues(context, people, facts.fields);
  waitForRelease(people, letGo);
  emptyUnits(context, tree, { units, people });
  const references = [
    ...managerRows(context, facts, people),
    ...leaderRows(context, facts, { root, units, people }),
  ];
  const rows = [...units.rows, ...people.rows, ...emptied, ...references];
  const dependents = dependentsOf(rows);
  spreadSkips(rows, dependents);
  return { facts, units, people, rows, dependents };
};

/**
 * Whoever is kept from being found or created only by somebody who goes, or gives up the value that both have, in this
 * very plan is planned for as well. Drafted again until that holds of the draft itself; who has once not been let go of
 * after all is not counted on again, so it ends.
 */
const draftReleased = (context: PushContext, root: PushRoot): Drafted => {
  const kept = new Set<AccountId>();
  let letGo: Takers = new Map();
  for (;;) {
    const drafted = draftRows(context, root, letGo);
    const now = released(context, drafted.facts.match, drafted.people);
    for (const id of letGo.keys()) if (!now.has(id)) kept.add(id);
    const next = new Map([...now].filter(([id]) => !kept.has(id)));
    if (next.size === letGo.size && [...next.keys()].every((id) => letGo.has(id))) return drafted;
    letGo = next;
  }
};

const countUnits = (context: PushContext, root: PushRoot, { tree }: PeopleFacts): number => {
  const isRootCounted = !root.pushed && root.anchor !== null && context.actsOnUnit(root.unit.id);
  const nodes = tree.nodes.filter(({ acted }) => acted).length;
  return nodes + tree.removals.length + (isRootCounted ? 1 : 0);
};

/**
 * The operations that bring a platform to the roster's state, each with its reason, its before and after, what it waits
 * for, and what speaks against it. Pure: the same facts in any order make the same plan.
 *
 * Where the tree hangs → who is in scope → who is who → what becomes of units → of people → of values that two want →
 * of references → what cannot go because of something else → guards and holds → order.
 */
export const planPush = (input: PushInput): PushPlan => {
  const context = contextOf(input);
  const root = findRoot(context);
  if ('outcome' in root) return root;
  const { facts, units, people, rows, dependents } = draftReleased(context, root);
  setEffects(context, rows, { tree: facts.tree, units });
  const guards = judgeGuards(context, rows, people.inScope);
  holdRows(context, rows, { verdicts: guards, dependents });
  const operations = orderRows(rows);
  const totals = totalsOf(operations, {
    orgUnits: countUnits(context, root, facts),
    accounts: people.counted,
    accountsInScope: people.inScope,
  });
  return { outcome: 'PLANNED', operations, guards, totals };
};
