import {
  AppError,
  ERROR_TABLE,
  type ErrorCode,
  type ErrorDetails,
  type ImportRunId,
} from '../../src/domain/index.ts';
import type { getRun } from '../../src/flows/import/find-runs.ts';

type Run = Awaited<ReturnType<typeof getRun>>;

const isCode = (code: string): code is ErrorCode => Object.hasOwn(ERROR_TABLE, code);

const errorOf = (code: string | null, details: ErrorDetails | null) => {
  if (code === null) return null;
  const error = new AppError(isCode(code) ? code : 'INTERNAL', { details: details ?? {} });
  return { code: error.code, text: error.text, remedy: error.remedy, details: error.details };
};

/** What tells whose rows are counted; read by the resolver of outcomes. */
export interface CountedRows {
  readonly runId: ImportRunId;
  readonly kind: 'ACCOUNT' | 'ORG_UNIT';
  readonly committed: boolean;
}

const countsOf = ({ id: runId, counts, committedAt }: Run) => {
  if (counts === null) return null;
  const committed = committedAt !== null;
  return {
    ...counts,
    accounts: { ...counts.accounts, runId, kind: 'ACCOUNT', committed } as const,
    orgUnits: { ...counts.orgUnits, runId, kind: 'ORG_UNIT', committed } as const,
  };
};

/** A run in the shape of the API. */
export const runView = (run: Run) => {
  const { pages, calls, callsLeft, callsPerSecond, orgUnits, accounts, eta, guard, ...rest } = run;
  const { errorCode, errorDetails, ...shown } = rest;
  return {
    ...shown,
    guard,
    progress: { pages, calls, callsLeft, callsPerSecond, orgUnits, accounts, eta },
    quota: guard === null ? null : { used: guard.used, limit: guard.quota, afterCommit: guard.wanted },
    counts: countsOf(run),
    error: errorOf(errorCode, errorDetails),
  };
};
