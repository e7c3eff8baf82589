import type { PushContext } from './context.ts';
import type { PushAccount } from './facts.ts';
import type { FieldPlan } from './field-values.ts';
import type { PeopleMatch } from './match-people.ts';
import type { Seats } from './memberships.ts';
import type { PushScope } from './scope.ts';
import type { UnitTree } from './unit-nodes.ts';
import type { WantedId } from './user-id.ts';

/** What all people of a plan have in common. */
export interface PeopleFacts {
  readonly scope: PushScope;
  readonly tree: UnitTree;
  readonly seats: Seats;
  readonly match: PeopleMatch;
  readonly fields: readonly FieldPlan[];
}

/** The same, with what is asked of it person by person. */
export interface PeoplePlanning extends PeopleFacts {
  readonly context: PushContext;
  readonly wanted: (account: PushAccount) => WantedId;
}
