import { createHash } from 'node:crypto';
import type { CompletenessGap, VisibleRange } from '../../domain/index.ts';
import { AppError, type ErrorCode, type GAP_CODES } from '../../domain/index.ts';
import type { ReadableRange } from './directory-reader.ts';

/** Gaps beyond this number are counted, not listed: a statement must stay readable. */
const LISTED_GAPS = 100;

/** Failures of one object; the walk goes on around it. Everything else concerns the whole connection. */
const LOCAL: ReadonlySet<ErrorCode> = new Set([
  'PLATFORM_ORG_UNIT_UNKNOWN',
  'PLATFORM_ORG_UNIT_INVALID',
  'PLATFORM_OUT_OF_RANGE',
  'PLATFORM_ACCOUNT_UNKNOWN',
  'PLATFORM_ANSWER_INVALID',
  'PLATFORM_TIMEOUT',
  'PLATFORM_BUSY',
  'PLATFORM_UNREACHABLE',
  'PLATFORM_CALL_REJECTED',
  'PLATFORM_UNKNOWN_ERROR',
]);

/** Of these, the ones that say something about the object and nothing about the platform's health. */
const ABOUT_THE_OBJECT: ReadonlySet<ErrorCode> = new Set([
  'PLATFORM_ORG_UNIT_UNKNOWN',
  'PLATFORM_ORG_UNIT_INVALID',
  'PLATFORM_OUT_OF_RANGE',
  'PLATFORM_ACCOUNT_UNKNOWN',
]);

/** So many objects failing one after the other mean that the platform is away, not that they are broken. */
const FAILURES_IN_A_ROW = 5;

/** Collects why a fetch cannot vouch for what it did not see. */
export class GapLog {
  readonly #gaps: CompletenessGap[];
  #unlisted: number;
  #inARow = 0;

  constructor(gaps: readonly CompletenessGap[] = [], unlisted = 0) {
    this.#gaps = [...gaps];
    this.#unlisted = unlisted;
  }

  get any(): boolean {
    return this.#gaps.length > 0;
  }

  get unlisted(): number {
    return this.#unlisted;
  }

  get listed(): readonly CompletenessGap[] {
    return this.#gaps;
  }

  add(code: (typeof GAP_CODES)[number], where: string, detail: string): void {
    if (this.#gaps.some((gap) => gap.code === code && gap.where === where)) return;
    if (this.#gaps.length < LISTED_GAPS) this.#gaps.push({ code, where, detail });
    else this.#unlisted += 1;
  }

  /**
   * Runs one call; a failure of that object alone becomes a gap and `undefined`, any other failure is thrown, and
   * so is the fifth failure in a row.
   */
  async guard<T>(gap: Omit<CompletenessGap, 'detail'>, call: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await call();
      this.#inARow = 0;
      return result;
    } catch (error) {
      if (!(error instanceof AppError) || !LOCAL.has(error.code)) throw error;
      if (!ABOUT_THE_OBJECT.has(error.code)) this.#inARow += 1;
      if (this.#inARow >= FAILURES_IN_A_ROW) throw error;
      this.add(gap.code, gap.where, `${error.code}: ${error.message}`);
      return undefined;
    }
  }

  /** All gaps, the last one standing for those that were too many to list. */
  statement(): readonly CompletenessGap[] {
    const [first] = this.#gaps;
    if (this.#unlisted === 0 || first === undefined) return this.#gaps;
    return [...this.#gaps, { code: first.code, where: '…', detail: `${this.#unlisted} more gaps` }];
  }
}

/** The visible range with a digest that is the same exactly for the same sets of ids. */
export const visibleRangeOf = (range: ReadableRange): VisibleRange => {
  const unitIds = [...range.unitIds].sort();
  const accountIds = [...range.accountIds].sort();
  const digest = createHash('sha256')
    .update(JSON.stringify([range.wholeCompany, unitIds, accountIds]))
    .digest('hex');
  return {
    wholeCompany: range.wholeCompany,
    orgUnitExternalIds: unitIds,
    accountExternalIds: accountIds,
    digest,
  };
};
