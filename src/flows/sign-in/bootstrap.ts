import type { Logger } from 'pino';
import { type AccountId, DEFAULT_PASSWORD_POLICY, newId, type TenantId } from '../../domain/index.ts';
import { checkPassword } from '../../planner/password-policy.ts';
import type { ActorContext } from '../../store/actor-context.ts';
import type { Database } from '../../store/database.ts';
import { writeAccountSearch } from '../../store/queries/accounts-search.ts';
import { insertAccount, putMembership } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { savePassword } from '../../store/queries/credentials.ts';
import { insertOrgUnit } from '../../store/queries/org-units-write.ts';
import { insertRoleGrant } from '../../store/queries/roles.ts';
import { hasTenants, insertTenant, lockBootstrap } from '../../store/queries/tenant-create.ts';
import type { Tx } from '../../store/transaction.ts';
import { accountSearchRow } from '../roster/search-row.ts';
import { madePassword } from './new-password.ts';
import type { Passwords } from './passwords.ts';

export interface BootstrapDeps {
  readonly db: Database;
  readonly logger: Logger;
  readonly passwords: Passwords;
}

export interface BootstrapInput {
  /** Code of the first tenant. Default `main`. */
  readonly code?: string;
  /** Name of the tenant and of its root unit. */
  readonly name?: string;
  /** Whether the printed password is good for one sign-in only. Default: as the policy says, yes. */
  readonly mustChangePassword?: boolean;
}

/** The first administrator. The password exists here and nowhere else. */
export interface Bootstrapped {
  readonly tenantId: TenantId;
  readonly tenantCode: string;
  readonly accountId: AccountId;
  readonly userName: string;
  readonly password: string;
}

const createOwner = async (
  tx: Tx,
  input: { name: string; passwordHash: string; mustChange: boolean },
): Promise<AccountId> => {
  const root = newId<'OrgUnit'>();
  await insertOrgUnit(tx, { id: root, parent: null, name: input.name, order: null, attributes: {} });
  const account = {
    id: newId<'Account'>(),
    userName: 'admin',
    displayName: '管理员',
    email: null,
    mobile: null,
    jobNumber: null,
    title: null,
    managerId: null,
    primaryOrgUnitId: root,
    attributes: {},
  };
  await insertAccount(tx, account);
  await putMembership(tx, account.id, { orgUnitId: root });
  await writeAccountSearch(tx, [accountSearchRow(account)]);
  await savePassword(tx, {
    accountId: account.id,
    passwordHash: input.passwordHash,
    mustChange: input.mustChange,
  });
  await insertRoleGrant(tx, { accountId: account.id, role: 'OWNER', orgUnitId: null });
  return account.id;
};

/**
 * Creates the first tenant with its root unit and its owner `admin`, when there is no tenant at all; `null`
 * otherwise. Of several processes that start at once exactly one does it and knows the password.
 */
export const bootstrap = async (
  deps: BootstrapDeps,
  input: BootstrapInput = {},
): Promise<Bootstrapped | null> => {
  if (await deps.db.system(hasTenants)) return null;
  const policy = DEFAULT_PASSWORD_POLICY;
  const password = madePassword();
  if (checkPassword(policy, password).length > 0) throw new TypeError('the first password breaks the policy');
  const passwordHash = await deps.passwords.hash(password);
  const tenantId = newId<'Tenant'>();
  const tenantCode = input.code ?? 'main';
  const name = input.name ?? 'Muster';
  const context: ActorContext = {
    tenantId,
    actor: { kind: 'SYSTEM', id: null, name: 'bootstrap' },
    source: 'SYSTEM',
  };
  const accountId = await deps.db.transaction(context, async (tx) => {
    await lockBootstrap(tx.client);
    if (await hasTenants(tx.client)) return null;
    await insertTenant(tx, { id: tenantId, code: tenantCode, name, policy });
    const mustChange = input.mustChangePassword ?? policy.changeAtFirstSignIn;
    const owner = await createOwner(tx, { name, passwordHash, mustChange });
    await insertAuditEvent(tx, { action: 'tenant.bootstrap', objectType: 'Account', objectId: owner });
    return owner;
  });
  if (accountId === null) return null;
  deps.logger.info({ tenant: tenantCode }, 'created the first tenant and its owner');
  return { tenantId, tenantCode, accountId, userName: 'admin', password };
};
