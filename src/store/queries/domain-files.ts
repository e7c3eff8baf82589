import type { ConnectionId, DomainFileId, TenantId } from '../../domain/index.ts';
import type { Database } from '../database.ts';
import type { Tx } from '../transaction.ts';

/** A file by which a platform has a domain proved to be ours. */
export interface DomainFileRow {
  readonly id: DomainFileId;
  readonly connectionId: ConnectionId;
  readonly host: string;
  readonly name: string;
  readonly content: string;
  readonly createdAt: Date;
  readonly createdById: string | null;
  readonly createdByName: string | null;
}

const COLUMNS = `id, connection_id as "connectionId", host, name, content, created_at as "createdAt",
  created_by_id as "createdById", created_by_name as "createdByName"`;

/** One host and name across all tenants: a request names no tenant. */
export const DOMAIN_FILE_KEY = 'domain_file_address';

/** Stores a file; one of the same connection, host and name is replaced. Breaks `DOMAIN_FILE_KEY` otherwise. */
export const saveDomainFile = async (
  tx: Tx,
  file: Pick<DomainFileRow, 'id' | 'connectionId' | 'host' | 'name' | 'content'>,
): Promise<DomainFileRow> => {
  await tx.execute(
    `delete from muster.domain_file where tenant_id = muster.current_tenant() and connection_id = $1 and host = $2
       and name = $3`,
    [file.connectionId, file.host, file.name],
  );
  const rows = await tx.query<DomainFileRow & Record<string, unknown>>(
    `insert into muster.domain_file (tenant_id, id, connection_id, host, name, content)
     values (muster.current_tenant(), $1, $2, $3, $4, $5) returning ${COLUMNS}`,
    [file.id, file.connectionId, file.host, file.name, file.content],
  );
  const [row] = rows;
  if (row === undefined) throw new TypeError('an insert returns its row');
  return row;
};

/** Removes a file; `null` when there is none. */
export const deleteDomainFileRow = async (tx: Tx, id: DomainFileId): Promise<DomainFileRow | null> => {
  const rows = await tx.query<DomainFileRow & Record<string, unknown>>(
    `delete from muster.domain_file where tenant_id = muster.current_tenant() and id = $1 returning ${COLUMNS}`,
    [id],
  );
  return rows[0] ?? null;
};

/** Files of a connection, or of all, by host and name. */
export const selectDomainFiles = (
  db: Database,
  tenantId: TenantId,
  connectionId: ConnectionId | null,
): Promise<DomainFileRow[]> =>
  db.read<DomainFileRow & Record<string, unknown>>(
    tenantId,
    `select ${COLUMNS} from muster.domain_file
     where tenant_id = muster.current_tenant() and ($1::uuid is null or connection_id = $1)
     order by host, name`,
    [connectionId],
  );

/** What is served at a host under a name; `null` = nothing. */
export const findServedFile = (
  db: Database,
  address: { readonly host: string; readonly name: string },
): Promise<string | null> =>
  db.system(async (client) => {
    const { rows } = await client.query<{ content: string }>({
      name: 'served_file',
      text: 'select content from muster.domain_file where host = $1 and name = $2',
      values: [address.host, address.name],
    });
    return rows[0]?.content ?? null;
  });
