import { type ConnectionId, isId, type Principal } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { type LinkExportRow, selectLinkExport } from '../../store/queries/link-export.ts';
import { getConnection } from '../connection/manage-connection.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { headerOf, LINK_COLUMNS, type LinkColumnWord } from './file/columns.ts';
import type { LinkFileFormat } from './file/parse-link-file.ts';
import { writeCsv } from './file/write-csv.ts';
import { writeXlsx } from './file/write-xlsx.ts';

/** Rows that are read at once. */
const PAGE = 2_000;

export interface ExportLinksInput {
  readonly connectionId: ConnectionId;
  /** Only people in these units of the platform, or anywhere below; absent = everybody. */
  readonly orgUnitExternalIds?: readonly string[] | undefined;
  /** Only people with a link, or only those without. */
  readonly linked?: boolean | undefined;
  /** Only people who have left the platform, or only those who have not. */
  readonly gone?: boolean | undefined;
  readonly format: LinkFileFormat;
}

export interface LinkFile {
  /** Name to save it under. */
  readonly name: string;
  readonly content: AsyncIterable<Buffer>;
}

/** A machine client that may read connections does not read the roster through them. */
export const readsRoster = (principal: Principal): boolean =>
  principal.kind !== 'MACHINE' || principal.scopes.includes('directory:read');

const cellsOf = (row: LinkExportRow, showsAccounts: boolean): readonly string[] => {
  const cells: Readonly<Record<LinkColumnWord, string | null>> = {
    externalId: row.externalId,
    name: row.name,
    mobile: row.mobile,
    email: row.email,
    jobNumber: row.jobNumber,
    title: row.title,
    orgUnits: row.orgUnits,
    gone: row.gone ? '是 yes' : '',
    linkedTo: showsAccounts ? row.userName : null,
    link: '',
  };
  return LINK_COLUMNS.map(({ word }) => cells[word] ?? '');
};

async function* pagesOf(
  context: FlowContext,
  input: ExportLinksInput,
): AsyncGenerator<readonly (readonly string[])[]> {
  const { db, principal } = context;
  const showsAccounts = readsRoster(principal);
  const query = {
    connectionId: input.connectionId,
    orgUnitExternalIds: input.orgUnitExternalIds ?? null,
    linked: input.linked ?? null,
    gone: input.gone ?? null,
    limit: PAGE,
  };
  yield [LINK_COLUMNS.map(headerOf)];
  for (let after: string | null = null; ; ) {
    const rows: LinkExportRow[] = await selectLinkExport(db, principal.tenantId, { ...query, after });
    if (rows.length > 0) yield rows.map((row) => cellsOf(row, showsAccounts));
    if (rows.length < PAGE) return;
    after = rows.at(-1)?.externalId ?? null;
  }
}

async function* whole(content: Promise<Buffer>): AsyncGenerator<Buffer> {
  yield await content;
}

/**
 * The copies of a connection's people as a file with an empty column to be filled: with the value of an account's
 * field, by which `importLinks` finds the account (rows W-DD-41, W-GD-09). The platform is not called.
 * @throws AppError NOT_FOUND
 */
export const exportLinks = async (context: FlowContext, input: ExportLinksInput): Promise<LinkFile> => {
  if (!isId(input.connectionId)) throw connectionNotFound(input.connectionId);
  await getConnection(context, { id: input.connectionId });
  // So many people's data at once leave a trace.
  await context.db.transaction(actorOf(context.principal), (tx) =>
    insertAuditEvent(tx, {
      action: 'connection.exportLinks',
      objectType: 'Connection',
      objectId: input.connectionId,
      details: { format: input.format },
    }),
  );
  const pages = pagesOf(context, input);
  return input.format === 'XLSX'
    ? { name: 'links.xlsx', content: whole(writeXlsx(LINK_COLUMNS.length, pages)) }
    : { name: 'links.csv', content: writeCsv(pages) };
};
