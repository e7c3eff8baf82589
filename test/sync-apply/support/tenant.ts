import pino from 'pino';
import { DEFAULT_PASSWORD_POLICY, newId, type OrgUnitId, type TenantId } from '../../../src/domain/index.ts';
import type { FlowContext } from '../../../src/flows/context.ts';
import { newMasterKey, parseMasterKeys } from '../../../src/store/master-keys.ts';
import { createSecrets } from '../../../src/store/secrets.ts';
import { systemContext, type TestDatabase } from '../../support/index.ts';

/** Of this test file; a process of its own needs it to open secrets. */
export const MASTER_KEY = newMasterKey();
const secrets = createSecrets(parseMasterKeys(MASTER_KEY));

/** A tenant with its root unit and nothing else, and a context in which its administrator works. */
export const createTenantWorld = async (
  database: TestDatabase,
): Promise<{ readonly context: FlowContext; readonly rootId: OrgUnitId }> => {
  const tenantId: TenantId = newId();
  const rootId: OrgUnitId = newId();
  await database.database.transaction(systemContext(tenantId), async (tx) => {
    await tx.query('insert into muster.tenant (id, code, name, password_policy) values ($1, $2, $3, $4)', [
      tenantId,
      `t-${tenantId.slice(-12)}`,
      '测试公司',
      JSON.stringify(DEFAULT_PASSWORD_POLICY),
    ]);
    await tx.query('insert into muster.org_unit (tenant_id, id, name) values ($1, $2, $3)', [
      tenantId,
      rootId,
      '总公司',
    ]);
  });
  const context: FlowContext = {
    db: database.database,
    secrets,
    platforms: new Map(),
    logger: pino({ level: 'silent' }),
    now: () => new Date(),
    principal: { kind: 'SYSTEM', id: null, tenantId, name: '管理员', requestId: 'test', address: null },
  };
  return { context, rootId };
};
