import type {
  CompletenessStatement,
  Connection,
  ConnectionId,
  ImportKind,
  ImportRunId,
  ImportScope,
} from '../../domain/index.ts';
import { type Masters, pullMasters } from '../../planner/masters.ts';

/** A run that is being staged, with what it is staged by. */
export interface StagingRun {
  readonly id: ImportRunId;
  readonly connectionId: ConnectionId;
  readonly scope: ImportScope;
  readonly kind: ImportKind;
  readonly statement: CompletenessStatement;
  readonly connection: Pick<Connection, 'pullRules'>;
  /** Distinct people that the run has fetched. */
  readonly accounts: number;
  /** What started it: what an event brings is merged with what the roster holds. */
  readonly trigger: 'MANUAL' | 'SCHEDULE' | 'EVENT' | 'PUSH';
}

/** Whose the fields are in this run. */
export const mastersOf = ({
  connection,
  trigger,
}: {
  readonly connection: Pick<Connection, 'pullRules'>;
  readonly trigger: StagingRun['trigger'];
}): Masters => pullMasters(connection.pullRules.masters, trigger === 'EVENT');
