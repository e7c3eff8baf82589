import { type AccountId, AppError, type ImportRunId, isId, type OrgUnitId } from '../../domain/index.ts';
import { cleanText } from '../../planner/normalise.ts';
import {
  isChoosable,
  readStagedAccount,
  readStagedOrgUnit,
  writeMended,
} from '../../store/queries/import-review.ts';
import type { StagedAccountView } from '../../store/queries/import-rows.ts';
import { lockOrgUnits } from '../../store/queries/org-units-write.ts';
import type { Tx } from '../../store/transaction.ts';
import type { FlowContext } from '../context.ts';
import { CHOICE, MENDABLE_FIELDS, type MendableField } from './mend.ts';
import { restageAccount } from './restage-account.ts';
import { type ReviewedRun, reviewStep } from './review-step.ts';
import { stageOrgUnits } from './stage-org-units.ts';

export interface MendStagedInput {
  readonly runId: ImportRunId;
  readonly rowId: string;
  /** A field of {@link MENDABLE_FIELDS}; of a unit only `name`. */
  readonly field: string;
  /** `null` = empty. */
  readonly value: string | null;
}

const fixed = (field: string): AppError =>
  new AppError('IMPORT_FIELD_FIXED', { details: { field }, path: ['input', 'field'] });

const isMendable = (field: string): field is MendableField =>
  (MENDABLE_FIELDS as readonly string[]).includes(field);

const rowNotFound = (id: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'StagedRow', id }, path: ['input', 'rowId'] });

const requireUnit = async (tx: Tx, id: string | null): Promise<void> => {
  const [unit] = id !== null && isId(id) ? await lockOrgUnits(tx, [id as OrgUnitId], 'share') : [];
  if (unit?.status === 'ACTIVE') return;
  throw new AppError('NOT_FOUND', {
    details: { type: 'OrgUnit', id: id ?? '' },
    path: ['input', 'value'],
  });
};

const mendAccountRow = async (
  tx: Tx,
  run: ReviewedRun,
  what: { readonly row: StagedAccountView; readonly field: string; readonly value: string | null },
): Promise<void> => {
  const { row, field, value } = what;
  if (!isMendable(field) || row.situation === 'DELETED') throw fixed(field);
  // An import never changes the user name of an account that exists.
  if (field === 'userName' && row.situation !== 'UNMATCHED') throw fixed(field);
  if (field === 'orgUnitId') await requireUnit(tx, value);
  const before = row.after[field] ?? null;
  const after = value === null ? null : cleanText(value) || null;
  await writeMended(tx, { kind: 'ACCOUNT', id: row.id }, { [field]: { before, after } });
  await restageAccount(tx, run, row);
};

const mendUnitRow = async (tx: Tx, run: ReviewedRun, input: MendStagedInput): Promise<void> => {
  const row = await readStagedOrgUnit(tx, run.id, input.rowId);
  if (row === null) throw rowNotFound(input.rowId);
  if (input.field !== 'name' || input.value === null) throw fixed(input.field);
  const mended = { name: { before: row.name, after: cleanText(input.value) } };
  await writeMended(tx, { kind: 'ORG_UNIT', id: row.id }, mended);
  await stageOrgUnits(tx, run);
};

/**
 * Mends a field of a staged row in place; the row is planned and judged anew, and so is everything that its value
 * clashed with. What the platform said stays in the copy.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG, IMPORT_FIELD_FIXED
 */
export const mendStaged = (context: FlowContext, input: MendStagedInput): Promise<void> =>
  reviewStep(context, {
    runId: input.runId,
    work: async (tx, run) => {
      if (!isId(input.rowId)) throw rowNotFound(input.rowId);
      const row = await readStagedAccount(tx, run.id, input.rowId);
      if (row === null) return mendUnitRow(tx, run, input);
      return mendAccountRow(tx, run, { row, field: input.field, value: input.value });
    },
    audit: () => ({ action: 'import.mend', details: { rowId: input.rowId, field: input.field } }),
  });

export interface ChooseAccountInput {
  readonly runId: ImportRunId;
  readonly rowId: string;
  /** The account that this person is; `null` = none of them, a new one is made. */
  readonly accountId: AccountId | null;
}

const candidateUnknown = (accountId: string): AppError =>
  new AppError('IMPORT_CANDIDATE_UNKNOWN', { details: { accountId }, path: ['input', 'accountId'] });

/**
 * Says which account a person without link is: settles a disputed row, corrects a match, or links by hand.
 * @throws AppError NOT_FOUND, IMPORT_PHASE_WRONG, IMPORT_CANDIDATE_UNKNOWN, IMPORT_FIELD_FIXED for a linked person
 */
export const chooseAccount = (context: FlowContext, input: ChooseAccountInput): Promise<void> =>
  reviewStep(context, {
    runId: input.runId,
    work: async (tx, run) => {
      const row = isId(input.rowId) ? await readStagedAccount(tx, run.id, input.rowId) : null;
      if (row === null) throw rowNotFound(input.rowId);
      if (row.situation === 'LINKED' || row.situation === 'DELETED') throw fixed(CHOICE);
      const { accountId } = input;
      if (accountId !== null) {
        const legal = isId(accountId) && (await isChoosable(tx, run, { accountId, rowId: row.id }));
        if (!legal) throw candidateUnknown(accountId);
      }
      await writeMended(
        tx,
        { kind: 'ACCOUNT', id: row.id },
        { [CHOICE]: { before: row.accountId, after: accountId } },
      );
      await restageAccount(tx, run, row);
    },
    audit: () => ({
      action: 'import.chooseAccount',
      details: { rowId: input.rowId, accountId: input.accountId },
    }),
  });
