import { newId } from '../../src/domain/index.ts';
import type { Company, Gateway } from './gateway.ts';

/** Connections and copies of people, put where a pull would have put them. */
export const copiesIn = (gateway: Gateway, { tenantId }: Company) => {
  const write = (sql: string, ...params: unknown[]) => gateway.testDatabase.look(sql, [tenantId, ...params]);
  return {
    connection: async (name: string): Promise<string> => {
      const id = newId<'Connection'>();
      await write(
        `insert into muster.connection (tenant_id, id, platform, name, pull_rules) values ($1, $2, 'sheet', $3, '{}')`,
        id,
        name,
      );
      return id;
    },
    person: async (connectionId: string, externalId: string, value: object = {}): Promise<string> => {
      const id = newId<'RemoteAccount'>();
      await write(
        `insert into muster.remote_account (tenant_id, id, connection_id, external_id, name, value, content_hash)
         values ($1, $2, $3, $4, $4, $5, '')`,
        id,
        connectionId,
        externalId,
        JSON.stringify(value),
      );
      return id;
    },
    leave: (id: string) =>
      write('update muster.remote_account set gone_at = now() where tenant_id = $1 and id = $2', id),
    run: async (connectionId: string, phase: string, more: object = {}): Promise<string> => {
      const id = newId<'ImportRun'>();
      await write(
        `insert into muster.import_run (tenant_id, id, connection_id, scope, phase, error_code, error_details, committed_at)
         select $1, $2, $3, 'ALL', $4, e.code, e.details, e.at
         from jsonb_to_record($5::jsonb) as e(code text, details jsonb, at timestamptz)`,
        id,
        connectionId,
        phase,
        JSON.stringify(more),
      );
      return id;
    },
    row: async (
      runId: string,
      remoteAccountId: string,
      fields: { readonly accountId?: string; readonly after?: object; readonly changes?: object },
    ): Promise<string> => {
      const id = newId<'StagedAccount'>();
      await write(
        `insert into muster.staged_account (tenant_id, id, run_id, ordinal, external_id, remote_account_id, situation,
           action, account_id, after, changes, issues, blocking, reason_code, row_digest)
         values ($1, $2, $3, 1, ($4::uuid)::text, $4::uuid, 'LINKED', 'UPDATE', $5, $6, $7,
           '[{"code":"ATTRIBUTE_ILLEGAL","field":"attributes.salary","value":"4711","blocking":true}]', true,
           'FIELDS_CHANGED', '')`,
        id,
        runId,
        remoteAccountId,
        fields.accountId ?? null,
        JSON.stringify(fields.after ?? {}),
        JSON.stringify(fields.changes ?? []),
      );
      return id;
    },
  };
};
