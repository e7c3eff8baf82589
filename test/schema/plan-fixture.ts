import {
  DEFAULT_PULL_RULES,
  DEFAULT_PUSH_RULES,
  newId,
  type PlannedOperation,
} from '../../src/domain/index.ts';
import { reviewDigest } from '../../src/planner/push/plan-digest.ts';
import type { Company, Gateway } from './gateway.ts';

/** A row of a plan; what is left out is plain. */
export interface PlanFixture {
  readonly ordinal: number;
  readonly kind: PlannedOperation['kind'];
  readonly objectType: PlannedOperation['objectType'];
  readonly objectId: string;
  readonly externalId?: string;
  readonly name: string;
  readonly reason: PlannedOperation['reason'];
  readonly rule?: string;
  readonly state: PlannedOperation['state'];
  readonly changes?: readonly object[];
  readonly holds?: readonly string[];
  readonly issues?: readonly object[];
  readonly dependsOn?: readonly number[];
}

export interface PlanOptions {
  readonly phase?: string;
  readonly rules?: object;
  readonly guards?: readonly object[];
  readonly totals?: object;
  readonly error?: { readonly code: string; readonly details: object };
}

/** Connections and plans, put where planning would have put them. */
export const plansIn = (gateway: Gateway, { tenantId }: Company) => {
  const write = (sql: string, ...params: unknown[]) => gateway.testDatabase.look(sql, [tenantId, ...params]);
  return {
    connection: async (name: string): Promise<string> => {
      const id = newId<'Connection'>();
      await write(
        `insert into muster.connection (tenant_id, id, platform, name, enabled, mode, pull_rules)
         values ($1, $2, 'paper', $3, true, 'READ_WRITE', $4)`,
        id,
        name,
        JSON.stringify(DEFAULT_PULL_RULES),
      );
      return id;
    },
    plan: async (
      connectionId: string,
      rows: readonly PlanFixture[],
      options: PlanOptions = {},
    ): Promise<string> => {
      const id = newId<'SyncPlan'>();
      const content = `content of ${id}`;
      await write(
        `insert into muster.sync_plan (tenant_id, id, connection_id, kind, phase, rules, guards, totals, content_digest,
           digest, error_code, error_details, expires_at, planned_at)
         values ($1, $2, $3, 'FULL', $4, $5, $6, $7, $8, $9, $10, $11, now() + interval '1 day', now())`,
        id,
        connectionId,
        options.phase ?? 'REVIEW',
        JSON.stringify(options.rules ?? DEFAULT_PUSH_RULES),
        JSON.stringify(options.guards ?? []),
        options.totals === undefined ? null : JSON.stringify(options.totals),
        content,
        reviewDigest(content, []),
        options.error?.code ?? null,
        options.error === undefined ? null : JSON.stringify(options.error.details),
      );
      for (const row of rows) {
        await write(
          `insert into muster.plan_operation (tenant_id, plan_id, connection_id, ordinal, kind, object_type, object_id,
             external_id, name, reason, rule, changes, wave, depends_on, holds, issues, content_digest, planned_state, state)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14, $15, '', $16, $16)`,
          id,
          connectionId,
          row.ordinal,
          row.kind,
          row.objectType,
          row.objectId,
          row.externalId ?? null,
          row.name,
          row.reason,
          row.rule ?? 'leaver.action',
          JSON.stringify(row.changes ?? []),
          row.dependsOn ?? [],
          row.holds ?? [],
          JSON.stringify(row.issues ?? []),
          row.state,
        );
      }
      return id;
    },
    attempt: (planId: string, ordinal: number, attempt: number, code: string | null) =>
      write(
        `insert into muster.sync_attempt (tenant_id, plan_id, ordinal, attempt, outcome, error_code, error_details)
         values ($1, $2, $3, $4, $5, $6, '{}')`,
        planId,
        ordinal,
        attempt,
        code === null ? 'APPLIED' : 'WAITING',
        code,
      ),
    run: async (connectionId: string, planId: string, more: object): Promise<string> => {
      const id = newId<'SyncRun'>();
      await write(
        `insert into muster.sync_run (tenant_id, id, plan_id, connection_id, phase, calls, calls_per_second, eta,
           wait_until, error_code, error_details)
         select $1, $2, $3, $4, e.phase, coalesce(e.calls, 0), e.pace, e.eta, e.wait, e.code, e.details
         from jsonb_to_record($5::jsonb) as e(phase text, calls int, pace real, eta timestamptz, wait timestamptz,
           code text, details jsonb)`,
        id,
        planId,
        connectionId,
        JSON.stringify(more),
      );
      return id;
    },
    sensitiveAttribute: (name: string) =>
      write(
        `insert into muster.attribute_definition (tenant_id, id, target, name, label, type, sensitive)
         values ($1, $2, 'ACCOUNT', $3, $3, 'TEXT', true)`,
        newId(),
        name,
      ),
  };
};
