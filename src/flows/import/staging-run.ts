import type {
  CompletenessStatement,
  Connection,
  ConnectionId,
  ImportRunId,
  ImportScope,
} from '../../domain/index.ts';

/** A run that is being staged, with what it is staged by. */
export interface StagingRun {
  readonly id: ImportRunId;
  readonly connectionId: ConnectionId;
  readonly scope: ImportScope;
  readonly statement: CompletenessStatement;
  readonly connection: Pick<Connection, 'pullRules'>;
  /** Distinct people that the run has fetched. */
  readonly accounts: number;
}
