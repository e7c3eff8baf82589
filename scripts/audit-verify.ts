/*
 * `npm run audit:verify [-- <tenant id>=<hash> …]`: recomputes the audit chain of every tenant. A hash that was noted
 * at an earlier run proves that the end of that tenant's chain was not cut off since.
 */
import { type AuditVerdict, verifyAuditChain } from '../src/store/audit-chain.ts';
import { tenantIds } from '../src/store/tenants.ts';
import { withStore } from './with-store.ts';

const notedHeads = (args: readonly string[]): Map<string, string> =>
  new Map(
    args.map((argument) => {
      const [tenantId = '', hash = ''] = argument.split('=');
      return [tenantId, hash];
    }),
  );

const show = (verdict: AuditVerdict): void => {
  const { tenantId, faults, sealedEvents, seals, unsealedEvents, head } = verdict;
  console.log(
    `${tenantId} ${faults.length === 0 ? 'holds' : 'BROKEN'}: ${sealedEvents} events under ${seals} seals, ` +
      `${unsealedEvents} not sealed yet; to note: ${tenantId}=${head || 'none'}`,
  );
  for (const { seq, kind } of faults) console.log(`  seal ${seq}: ${kind}`);
};

await withStore(async ({ database }) => {
  const noted = notedHeads(process.argv.slice(2));
  let holds = true;
  for (const tenantId of await tenantIds(database)) {
    const verdict = await verifyAuditChain(database, tenantId, noted.get(tenantId));
    show(verdict);
    holds &&= verdict.faults.length === 0;
  }
  return holds;
});
