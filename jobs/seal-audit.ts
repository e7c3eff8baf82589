import { sealAudit } from '../src/store/audit-chain.ts';
import { eachTenant } from './each-tenant.ts';
import { defineTask } from './task.ts';
import { timed } from './timed.ts';

/** Seals what was audited since the last minute; writers of events never wait for it. */
export const sealAuditTask = defineTask({
  name: 'seal-audit',
  payload: timed,
  cron: '* * * * *',
  run: (context) => eachTenant(context, (tenantId) => sealAudit(context.db, tenantId)),
});
