import {
  AppError,
  type ConnectionId,
  type ErrorCode,
  type ImportRunId,
  type OrgUnitId,
} from '../../domain/index.ts';
import { countedAccounts } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { workInBulk } from '../../store/queries/bulk.ts';
import { rememberRange, selectConnection } from '../../store/queries/connections.ts';
import { concludeHeld } from '../../store/queries/event-outcomes.ts';
import { settleSkipped } from '../../store/queries/import-agreed.ts';
import {
  acceptedUpdates,
  createAccounts,
  linkAccounts,
  markCommitted,
  rewriteUniqueValues,
  updateAccounts,
  updateMemberships,
} from '../../store/queries/import-commit-accounts.ts';
import {
  acceptedCreates,
  clashingRows,
  invalidRows,
  lockSeats,
  lockTargets,
  type Obstacle,
  rowsSeatedIn,
  staleRows,
} from '../../store/queries/import-commit-check.ts';
import {
  applyUnitChanges,
  collectUnitChanges,
  linkUnits,
  placeUnitChanges,
} from '../../store/queries/import-commit-units.ts';
import { readDefinitions } from '../../store/queries/import-facts.ts';
import { dropFetched } from '../../store/queries/import-fetched.ts';
import { collectClashes, dropCrossIssues } from '../../store/queries/import-recheck.ts';
import { type ImportRunRow, lockRun, readRun } from '../../store/queries/import-runs.ts';
import { lockQuota } from '../../store/queries/roster-tenant.ts';
import type { Tx } from '../../store/transaction.ts';
import { defaultPasswordPlace } from '../connection/open-connection.ts';
import type { FlowContext } from '../context.ts';
import { groundMoved } from './ground-moved.ts';
import { judgeAccepted } from './judge-tree.ts';
import { BULK_TIMEOUT, importActor, runNotFound, tenantOf } from './run-context.ts';

export interface CommitImportInput {
  readonly runId: ImportRunId;
  /** Digest of what was reviewed, as the run shows it. */
  readonly digest: string;
  /** The reviewer has seen that the fetch was not complete and wants what it brought. It disables nobody. */
  readonly acceptIncomplete?: boolean;
}

export interface CommitReport {
  readonly orgUnits: number;
  readonly accountsCreated: number;
  readonly accountsChanged: number;
}

/** Hashes a password; provided by the composition root, because it must stand behind the one bounded queue. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
}

const refuse = (code: ErrorCode, { count, names }: Obstacle): void => {
  if (count > 0) throw new AppError(code, { details: { count, names } });
};

const requireQuota = async (tx: Tx, runId: ImportRunId): Promise<void> => {
  const quota = await lockQuota(tx);
  if (quota === null) return;
  const wanted = (await countedAccounts(tx)) + (await acceptedCreates(tx, runId));
  if (wanted > quota) throw new AppError('IMPORT_QUOTA_EXCEEDED', { details: { wanted, quota } });
};

/** Limits that an administrator has set on purpose; a fetch within them is all that was asked for. */
const ON_PURPOSE: ReadonlySet<string> = new Set(['NAMED_ONLY', 'RANGE_NARROWED', 'START_UNITS_ONLY']);

/** An incomplete fetch does not become a commit unless somebody says so who has seen it (goal R7). */
const requireComplete = (run: ImportRunRow): void => {
  const reasons = (run.statement?.gaps ?? []).map(({ code }) => code).filter((code) => !ON_PURPOSE.has(code));
  const refused = run.guard?.leaversRefused;
  const miscounted = refused === 'COUNT_MISMATCH' || refused === 'EMPTY';
  if (reasons.length === 0 && !miscounted) return;
  const told: readonly string[] = reasons.length > 0 ? [...new Set(reasons)] : [refused ?? ''];
  throw new AppError('IMPORT_PARTIAL', { details: { reasons: told } });
};

/**
 * Everything that may speak against the commit, asked while all that it will change is locked.
 * @returns the units that change, in the order of the tree that they lead to
 */
const requireCommittable = async (tx: Tx, run: ImportRunRow): Promise<readonly OrgUnitId[]> => {
  refuse('IMPORT_ROWS_INVALID', await invalidRows(tx, run.id));
  await requireQuota(tx, run.id);
  await lockTargets(tx, run.id);
  const lostSeats = await lockSeats(tx, run.id);
  if (lostSeats.length > 0) refuse('IMPORT_ROSTER_MOVED', await rowsSeatedIn(tx, run.id, lostSeats));
  refuse('IMPORT_ROSTER_MOVED', await staleRows(tx, run));
  const tree = await judgeAccepted(tx, run.id);
  refuse('IMPORT_ROWS_INVALID', tree.obstacle);
  const definitions = await readDefinitions(tx, 'ACCOUNT');
  await collectClashes(tx, run.id, { counting: "decision = 'ACCEPTED'", definitions });
  refuse('IMPORT_ROWS_INVALID', await clashingRows(tx));
  await dropCrossIssues(tx);
  return tree.order;
};

const ACCEPTED_OWNERS = (kind: 'account' | 'org_unit'): string =>
  `select ${kind}_id from muster.staged_${kind} where run_id = $1 and decision = 'ACCEPTED' and action <> 'NONE'`;

const writeUnits = async (tx: Tx, run: ImportRunRow, order: readonly OrgUnitId[]): Promise<number> => {
  const orgUnits = await collectUnitChanges(tx, run.id);
  if (order.length > 0) await placeUnitChanges(tx, order);
  if (orgUnits > 0) await applyUnitChanges(tx);
  const definitions = await readDefinitions(tx, 'ORG_UNIT');
  await linkUnits(
    tx,
    run,
    definitions.map(({ name }) => name),
  );
  const owners = { owners: ACCEPTED_OWNERS('org_unit'), params: [run.id], definitions };
  await rewriteUniqueValues(tx, 'org_unit', owners);
  return orgUnits;
};

const writeAccounts = async (
  tx: Tx,
  run: ImportRunRow,
  passwordHash: string | null,
): Promise<Pick<CommitReport, 'accountsChanged' | 'accountsCreated'>> => {
  const expected = await acceptedUpdates(tx, run.id);
  await tx.query('set constraints muster.account_user_name deferred');
  const accountsChanged = await updateAccounts(tx, run);
  if (accountsChanged !== expected) {
    refuse('IMPORT_ROSTER_MOVED', { count: expected - accountsChanged, names: [] });
  }
  await updateMemberships(tx, run);
  const accountsCreated = await createAccounts(tx, run, passwordHash);
  await tx.query('set constraints muster.account_user_name immediate');
  const definitions = await readDefinitions(tx, 'ACCOUNT');
  await linkAccounts(
    tx,
    run,
    definitions.map(({ name }) => name),
  );
  await settleSkipped(tx, run);
  const owners = { owners: ACCEPTED_OWNERS('account'), params: [run.id], definitions };
  await rewriteUniqueValues(tx, 'account', owners);
  return { accountsChanged, accountsCreated };
};

const commitIn = async (
  context: FlowContext,
  tx: Tx,
  input: CommitImportInput & { readonly passwordHash: string | null },
): Promise<CommitReport> => {
  const run = await lockRun(tx, input.runId);
  if (run === null) throw runNotFound(input.runId);
  if (run.phase !== 'REVIEW') throw new AppError('IMPORT_PHASE_WRONG', { details: { phase: run.phase } });
  if (run.digest !== input.digest) throw new AppError('IMPORT_DIGEST_STALE');
  if (input.acceptIncomplete !== true) requireComplete(run);
  const report = await commitLocked(context, tx, { run, passwordHash: input.passwordHash });
  await insertAuditEvent(tx, {
    action: 'import.commit',
    objectType: 'ImportRun',
    objectId: run.id,
    details: {
      digest: input.digest,
      ...report,
      ...(input.acceptIncomplete === true ? { acceptIncomplete: true } : {}),
    },
  });
  return report;
};

/** Writes the accepted rows of a run that the caller has locked and may commit. */
export const commitLocked = async (
  context: FlowContext,
  tx: Tx,
  { run, passwordHash }: { readonly run: ImportRunRow; readonly passwordHash: string | null },
): Promise<CommitReport> => {
  // A handful of rows is found by indexes; only where everything moves are whole tables looked over.
  if (run.kind === 'WHOLE') await workInBulk(tx);
  const order = await requireCommittable(tx, run);
  const orgUnits = await writeUnits(tx, run, order);
  const accounts = await writeAccounts(tx, run, passwordHash);
  const { principal } = context;
  await markCommitted(tx, run.id, { id: principal.id, name: principal.name });
  // What events have named says nothing of what can be seen.
  if (run.kind === 'WHOLE' && run.statement !== null) {
    await rememberRange(tx, run.connectionId, run.statement.visibleRange.digest);
  }
  // Not afterwards: whoever dies in between would leave it behind for ever.
  await dropFetched(tx, run.id);
  await concludeHeld(tx, run.id, 'COMMITTED');
  return { orgUnits, ...accounts };
};

/** The connection's default password, hashed once for all: everybody who gets it has to change it. */
export const defaultPasswordHash = async (
  context: FlowContext & { readonly passwords: PasswordHasher },
  connectionId: ConnectionId,
): Promise<string | null> => {
  const tenantId = tenantOf(context);
  const connection = await selectConnection(context.db, tenantId, connectionId);
  if (connection === null || connection.defaultPassword === null) return null;
  const place = defaultPasswordPlace(tenantId, connection.id);
  return context.passwords.hash(await context.secrets.open(connection.defaultPassword, place));
};

/**
 * Writes the accepted rows of a reviewed import into the roster: in one transaction, set by set, all or nothing.
 * Every row then has its outcome: applied, unchanged, skipped or held.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG, IMPORT_DIGEST_STALE when something else was approved,
 *   IMPORT_PARTIAL, IMPORT_ROWS_INVALID, IMPORT_ROSTER_MOVED naming the stale rows, IMPORT_QUOTA_EXCEEDED
 */
export const commitImport = async (
  context: FlowContext & { readonly passwords: PasswordHasher },
  input: CommitImportInput,
): Promise<CommitReport> => {
  const run = await readRun(context.db, tenantOf(context), input.runId);
  if (run === null) throw runNotFound(input.runId);
  const passwordHash = await defaultPasswordHash(context, run.connectionId);
  const committed = context.db.transaction(
    importActor(context, input.runId),
    (tx) => commitIn(context, tx, { ...input, passwordHash }),
    { statementTimeout: BULK_TIMEOUT },
  );
  return groundMoved('IMPORT_ROSTER_MOVED', committed);
};
