import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy, type Tenant } from '../../domain/index.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  lockTenant,
  selectAccountCount,
  selectTenant,
  type TenantChange,
  updateTenantRow,
} from '../../store/queries/roster-tenant.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { invalid, notFound, requireVersion } from './access.ts';
import { readName } from './account-fields.ts';

/** Highest account quota. */
const QUOTA_MAX = 10_000_000;
const MIN_LENGTH = { least: 8, most: 128 } as const;
const MAX_AGE_DAYS = 3650;

export interface UpdateTenantInput {
  readonly version?: number | undefined;
  readonly name?: string | undefined;
  /** `null` = unlimited. */
  readonly accountQuota?: number | null | undefined;
  readonly passwordPolicy?:
    | { readonly [Rule in keyof PasswordPolicy]?: PasswordPolicy[Rule] | undefined }
    | undefined;
}

/** The tenant; rules of the password policy that were never set have their defaults. */
export const readTenant = async ({ db, principal }: FlowContext): Promise<Tenant> => {
  const tenant = await selectTenant(db, principal.tenantId);
  if (tenant === null) throw notFound('Tenant', principal.tenantId);
  return { ...tenant, passwordPolicy: { ...DEFAULT_PASSWORD_POLICY, ...tenant.passwordPolicy } };
};

/** Accounts that count against the quota (row ID-13). */
export const countTenantAccounts = ({ db, principal }: FlowContext): Promise<number> =>
  selectAccountCount(db, principal.tenantId);

const between = (field: string, value: number, [least, most]: readonly [number, number]): void => {
  if (Number.isInteger(value) && value >= least && value <= most) return;
  throw invalid(field, {
    zh: `应为 ${least} 到 ${most} 的整数`,
    en: `it is not a whole number from ${least} to ${most}`,
  });
};

const readPolicy = (current: PasswordPolicy, input: UpdateTenantInput['passwordPolicy']): PasswordPolicy => {
  const given = Object.fromEntries(Object.entries(input ?? {}).filter(([, value]) => value != null));
  const policy = { ...DEFAULT_PASSWORD_POLICY, ...current, ...given };
  between('passwordPolicy', policy.minLength, [MIN_LENGTH.least, MIN_LENGTH.most]);
  between('passwordPolicy', policy.maxAgeDays, [0, MAX_AGE_DAYS]);
  return policy;
};

/**
 * Changes name, account quota or password policy of the tenant; absent fields stay. A quota below the present
 * number of accounts is allowed: it stops new ones.
 * @throws AppError VERSION_CONFLICT, INPUT_INVALID
 */
export const updateTenant = async (context: FlowContext, input: UpdateTenantInput): Promise<void> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const tenant = await lockTenant(tx);
    if (tenant === null) throw notFound('Tenant', context.principal.tenantId);
    requireVersion('Tenant', tenant, input.version);
    if (input.accountQuota != null) between('accountQuota', input.accountQuota, [0, QUOTA_MAX]);
    const change: TenantChange = {
      ...(input.name === undefined ? {} : { name: readName('name', input.name) }),
      ...(input.accountQuota === undefined ? {} : { accountQuota: input.accountQuota }),
      ...(input.passwordPolicy === undefined
        ? {}
        : { passwordPolicy: readPolicy(tenant.passwordPolicy, input.passwordPolicy) }),
    };
    await updateTenantRow(tx, change);
    await insertAuditEvent(tx, {
      action: 'tenant.update',
      objectType: 'Tenant',
      objectId: tenant.id,
      details: { fields: Object.keys(change) },
    });
  });
