import { createLedger as createAnyLedger, type Ledger } from '../kit/ledger.ts';

export type { ApiTotals, Ledger, LedgerEntry, LedgerSummary } from '../kit/ledger.ts';

const THROTTLED = /^88\/900|^900|QpsLimit|QpmLimit|ApiCountLimit/;

/** Outcomes are `ok`, the code that was answered (`60121`, `88/90018`, `InvalidAuthentication`), or `fault:<kind>`. */
export function createLedger(keep: number): Ledger {
  return createAnyLedger(keep, THROTTLED);
}
