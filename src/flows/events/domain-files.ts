import { AppError, type ConnectionId, type DomainFileId, newId } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import {
  DOMAIN_FILE_KEY,
  type DomainFileRow,
  deleteDomainFileRow,
  findServedFile,
  saveDomainFile,
  selectDomainFiles,
} from '../../store/queries/domain-files.ts';
import type { Tx } from '../../store/transaction.ts';
import { connectionNotFound, requirePlatform } from '../connection/open-connection.ts';
import { actorOf, type FlowContext, type FlowDeps } from '../context.ts';
import { naming } from '../roster/violations.ts';

/** Characters of a file; platforms' own have a few dozen. */
const LONGEST = 1_024;
/** A name that an address can have as it is, and that is not a folder. */
const NAME = /^[0-9A-Za-z_-][0-9A-Za-z_.-]{0,95}\.txt$/;

export interface UploadDomainFileInput {
  readonly connectionId: ConnectionId;
  /** Host under which it is served, as it stands in addresses; without a port. */
  readonly host: string;
  readonly name: string;
  readonly content: string;
}

const readHost = (typed: string): string => {
  const host = typed.trim().toLowerCase();
  if (URL.canParse(`https://${host}`) && new URL(`https://${host}`).hostname === host) return host;
  throw new AppError('INPUT_INVALID', {
    details: { field: 'host', reason: 'it is not the name of a host', reasonZh: '不是主机名' },
    path: ['input', 'host'],
  });
};

const audit = (tx: Tx, verb: 'upload' | 'delete', file: DomainFileRow): Promise<void> =>
  insertAuditEvent(tx, {
    action: `domainFile.${verb}`,
    objectType: 'DomainFile',
    objectId: file.id,
    details: { connectionId: file.connectionId, host: file.host, name: file.name },
  });

/**
 * Takes the file by which a platform has a domain proved to be ours (row W-WX-05). From then on it is served at the root
 * of that host. A file that its platform would not give is not taken: nothing else is ever served there.
 * @throws AppError NOT_FOUND, INPUT_INVALID, DOMAIN_FILE_INVALID, DOMAIN_FILE_TAKEN
 */
export const uploadDomainFile = (
  context: FlowContext,
  input: UploadDomainFileInput,
): Promise<DomainFileRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    const host = readHost(input.host);
    const { name, content } = input;
    const rule = requirePlatform(context, connection.platform).domainFile;
    const taken = NAME.test(name) && content.length <= LONGEST && rule?.accepts(name, content) === true;
    if (!taken) throw new AppError('DOMAIN_FILE_INVALID', { details: { name: name.slice(0, 100) } });
    const file = { id: newId<'DomainFile'>(), connectionId: input.connectionId, host, name, content };
    const saved = await naming(saveDomainFile(tx, file), [
      {
        constraint: DOMAIN_FILE_KEY,
        code: 'DOMAIN_FILE_TAKEN',
        details: { host, name },
        path: ['input', 'name'],
      },
    ]);
    await audit(tx, 'upload', saved);
    return saved;
  });

/** Stops serving a file. @throws AppError NOT_FOUND */
export const deleteDomainFile = (context: FlowContext, input: { readonly id: DomainFileId }): Promise<void> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const file = await deleteDomainFileRow(tx, input.id);
    if (file === null) throw new AppError('NOT_FOUND', { details: { type: 'DomainFile', id: input.id } });
    await audit(tx, 'delete', file);
  });

/** Files of a connection, or of all connections, by host and name. */
export const findDomainFiles = (
  context: FlowContext,
  input: { readonly connectionId?: ConnectionId | undefined },
): Promise<DomainFileRow[]> =>
  selectDomainFiles(context.db, context.principal.tenantId, input.connectionId ?? null);

/** What is served at a host under a name, whoever asks; `null` = nothing. */
export const readServedFile = async (
  deps: Pick<FlowDeps, 'db'>,
  address: { readonly host: string; readonly name: string },
): Promise<string | null> => {
  if (!NAME.test(address.name)) return null;
  return findServedFile(deps.db, { ...address, host: address.host.toLowerCase() });
};
