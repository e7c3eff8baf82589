import { pino } from 'pino';
import {
  type AccountId,
  type MachineClientId,
  newId,
  type OrgUnitId,
  type Principal,
  type Role,
  type SessionId,
  type TenantId,
} from '../../src/domain/index.ts';
import type { FlowContext } from '../../src/flows/context.ts';
import { createAccount } from '../../src/flows/roster/create-account.ts';
import { createOrgUnit } from '../../src/flows/roster/create-org-unit.ts';
import { newMasterKey, parseMasterKeys } from '../../src/store/master-keys.ts';
import { createSecrets } from '../../src/store/secrets.ts';
import type { TestDatabase } from '../support/index.ts';

export const principalOf = (
  tenantId: TenantId,
  roles: readonly Role[],
  more: { readonly id?: AccountId; readonly subtree?: OrgUnitId } = {},
): Principal => ({
  kind: 'ACCOUNT',
  id: more.id ?? newId<'Account'>(),
  sessionId: newId<'Session'>() as SessionId,
  tenantId,
  name: roles.join('+'),
  roles,
  subtree: more.subtree ?? null,
  requestId: 'test',
  address: '127.0.0.1',
});

export const machineOf = (tenantId: TenantId): Principal => ({
  kind: 'MACHINE',
  id: newId<'MachineClient'>() as MachineClientId,
  tenantId,
  name: 'machine',
  scopes: ['directory:write'],
  requestId: 'test',
  address: '127.0.0.1',
});

/** A company of its own in a test's database, with shortcuts to what tests do all the time. */
export interface Company {
  readonly tenantId: TenantId;
  readonly rootId: OrgUnitId;
  /** As its owner; another clock or principal on demand. */
  as(who?: Principal, now?: () => Date): FlowContext;
  unit(name: string, parentId?: OrgUnitId): Promise<OrgUnitId>;
  account(userName: string, orgUnitId?: OrgUnitId): Promise<AccountId>;
  /** One row as it is in the database. */
  row(table: 'account' | 'org_unit', id: string): Promise<Record<string, unknown>>;
  auditOf(objectId: string): Promise<string[]>;
}

export const createCompany = async (testDatabase: TestDatabase): Promise<Company> => {
  const tenantId = newId<'Tenant'>();
  const rootId = newId<'OrgUnit'>();
  await testDatabase.look(
    `with t as (insert into muster.tenant (id, code, name, password_policy) values ($1, $2, '公司', '{}'))
     insert into muster.org_unit (tenant_id, id, name) values ($1, $3, '公司')`,
    [tenantId, `t-${tenantId.slice(-12)}`, rootId],
  );
  const owner = principalOf(tenantId, ['OWNER']);
  const deps = {
    db: testDatabase.database,
    secrets: createSecrets(parseMasterKeys(newMasterKey())),
    platforms: new Map(),
    logger: pino({ level: 'silent' }),
  };
  const as: Company['as'] = (who = owner, now = () => new Date()) => ({ ...deps, now, principal: who });
  return {
    tenantId,
    rootId,
    as,
    unit: (name, parentId = rootId) => createOrgUnit(as(), { name, parentId }),
    account: (userName, orgUnitId = rootId) =>
      createAccount(as(), { userName, displayName: userName, orgUnitId }),
    row: async (table, id) => {
      const [row] = await testDatabase.look(
        `select * from muster.${table} where tenant_id = $1 and id = $2`,
        [tenantId, id],
      );
      if (row === undefined) throw new Error(`no ${table} ${id}`);
      return row;
    },
    auditOf: async (objectId) => {
      const rows = await testDatabase.look<{ action: string }>(
        'select action from muster.audit_event where tenant_id = $1 and object_id = $2 order by id',
        [tenantId, objectId],
      );
      return rows.map(({ action }) => action);
    },
  };
};
