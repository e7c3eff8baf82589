import {
  type AccountId,
  AppError,
  type ConnectionId,
  isId,
  newId,
  type RemoteAccountId,
  type Text,
} from '../../domain/index.ts';
import { fold } from '../../planner/fold.ts';
import { cleanText, normaliseEmail, normaliseMobile } from '../../planner/normalise.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { lockConnection } from '../../store/queries/connections.ts';
import {
  judgeLinkFile,
  LINK_FIELDS,
  LINK_OUTCOMES,
  type LinkField,
  type LinkFileRow,
  type LinkOutcome,
  type LinkVerdict,
  makeFileLinks,
  readLinkVerdicts,
  storeLinkFile,
} from '../../store/queries/link-import.ts';
import { connectionNotFound } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { readsRoster } from './export-links.ts';
import type { FileRow, LinkFileFormat } from './file/parse-link-file.ts';
import { readLinkFile } from './file/read-link-file.ts';
import { LINK_OUTCOME_TEXTS } from './outcome-texts.ts';
import { standingAbove } from './standing-above.ts';

export { LINK_FIELDS, LINK_OUTCOMES, type LinkField, type LinkOutcome };

/** Milliseconds for one statement over a whole file. */
const BULK_TIMEOUT = 120_000;

export interface ImportLinksInput {
  readonly connectionId: ConnectionId;
  readonly content: Buffer;
  readonly format: LinkFileFormat;
  /** Field of the account that the filled column means. */
  readonly field: LinkField;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

export interface LinkReportRow {
  /** Row of the file, its header being 1. */
  readonly row: number;
  readonly externalId: string;
  readonly value: string;
  readonly outcome: LinkOutcome;
  readonly accountId: AccountId | null;
  readonly remoteAccountId: RemoteAccountId | null;
}

export interface LinkReport {
  readonly dryRun: boolean;
  /** Rows by outcome; an outcome that no row has is 0. */
  readonly counts: Readonly<Record<LinkOutcome, number>>;
  /** What each outcome means. */
  readonly texts: Readonly<Record<LinkOutcome, Text>>;
  readonly rows: readonly LinkReportRow[];
}

/** The value as the field is compared: as imports match, without regard to case. */
const COMPARABLE: Readonly<Record<LinkField, (value: string) => string>> = {
  userName: (value) => fold(cleanText(value)),
  mobile: normaliseMobile,
  email: (value) => fold(normaliseEmail(value)),
  jobNumber: (value) => fold(cleanText(value)),
};

function* comparableRows(rows: readonly FileRow[], field: LinkField): Generator<LinkFileRow> {
  const comparable = COMPARABLE[field];
  for (const [row, externalId, value] of rows) {
    yield {
      row,
      externalId: cleanText(externalId),
      value: comparable(value),
      linkId: newId<'AccountLink'>(),
      eventId: newId<'AuditEvent'>(),
    };
  }
}

const countsOf = (verdicts: readonly LinkVerdict[]): Record<LinkOutcome, number> => {
  const counts = Object.fromEntries(LINK_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    LinkOutcome,
    number
  >;
  for (const { outcome } of verdicts) counts[outcome] += 1;
  return counts;
};

const judgeAndLink = (
  context: FlowContext,
  input: ImportLinksInput,
  rows: readonly FileRow[],
): Promise<LinkVerdict[]> =>
  context.db.transaction(
    actorOf(context.principal),
    async (tx) => {
      const { connectionId, field, dryRun } = input;
      if ((await lockConnection(tx, connectionId, 'share')) === null) throw connectionNotFound(connectionId);
      await workInBulk(tx);
      await storeLinkFile(tx, comparableRows(rows, field));
      await judgeLinkFile(tx, { connectionId, field, ...standingAbove(context.principal) });
      if (!dryRun) await makeFileLinks(tx, connectionId);
      const verdicts = await readLinkVerdicts(tx);
      if (!dryRun) {
        await insertAuditEvent(tx, {
          action: 'connection.importLinks',
          objectType: 'Connection',
          objectId: connectionId,
          details: { field, rows: verdicts.length, counts: countsOf(verdicts) },
        });
      }
      return verdicts;
    },
    { statementTimeout: BULK_TIMEOUT },
  );

/**
 * Links the people of a filled file to accounts, by the value of one field (rows W-DD-41, W-GD-09). Links are all that
 * it makes: nothing is written to the platform, so a read-only connection takes it as well (row W-DD-26). Nothing is
 * guessed, no link that stands is changed, and each row is told how it ended.
 * @throws AppError NOT_FOUND, FORBIDDEN for a machine client that may not read the roster, LINK_FILE_UNREADABLE,
 *   LINK_FILE_COLUMN_MISSING
 */
export const importLinks = async (context: FlowContext, input: ImportLinksInput): Promise<LinkReport> => {
  if (!isId(input.connectionId)) throw connectionNotFound(input.connectionId);
  if (!readsRoster(context.principal)) {
    // The report tells which values accounts have.
    throw new AppError('FORBIDDEN', { details: { action: 'importLinks without directory:read' } });
  }
  const rows = await readLinkFile(input.content, input.format);
  const verdicts = await judgeAndLink(context, input, rows);
  const typed = new Map(rows.map((row) => [row[0], row]));
  return {
    dryRun: input.dryRun,
    counts: countsOf(verdicts),
    texts: LINK_OUTCOME_TEXTS,
    rows: verdicts.map((verdict) => {
      const [, externalId = '', value = ''] = typed.get(verdict.row) ?? [];
      return { ...verdict, externalId, value };
    }),
  };
};
