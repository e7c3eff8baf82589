import type { ConnectionId } from '../../domain/index.ts';
import type { Tx } from '../transaction.ts';

/** Rows of the kinds that a guard counts. */
export interface PassedRows {
  readonly disables: number;
  readonly moves: number;
  readonly unitMoves: number;
}

export const NOTHING_PASSED: PassedRows = { disables: 0, moves: 0, unitMoves: 0 };

const rowsOf = (kind: 'account' | 'org_unit', action: 'DISABLE' | 'MOVE'): string => `
  (select count(*)::integer from hour join muster.staged_${kind} s on s.run_id = hour.id
   where s.action = '${action}' and s.decision = 'ACCEPTED')`;

/** What events have had committed by themselves within the last hour: guards count it with what comes now. */
export const readHour = async (tx: Tx, connectionId: ConnectionId): Promise<PassedRows> => {
  const rows = await tx.query<PassedRows & Record<string, unknown>>(
    `with hour as materialized (
       select id from muster.import_run
       where tenant_id = muster.current_tenant() and connection_id = $1 and kind = 'EVENTS'
         and phase = 'COMMITTED' and committed_at > now() - interval '1 hour')
     select ${rowsOf('account', 'DISABLE')} as disables, ${rowsOf('account', 'MOVE')} as moves,
       ${rowsOf('org_unit', 'MOVE')} as "unitMoves"`,
    [connectionId],
  );
  return rows[0] ?? NOTHING_PASSED;
};
