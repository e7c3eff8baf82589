import type { AccountId, AttributeDefinitionId, MembershipId, OrgUnitId, TenantId } from './ids.ts';

export const ACCOUNT_STATUSES = ['ACTIVE', 'DISABLED', 'DELETED'] as const;
/** Life cycle of an account. `DELETED` is soft: it can be restored until `restoreUntil`, then it is purged. */
export type AccountStatus = (typeof ACCOUNT_STATUSES)[number];

export const ORG_UNIT_STATUSES = ['ACTIVE', 'DELETED'] as const;
export type OrgUnitStatus = (typeof ORG_UNIT_STATUSES)[number];

export const ATTRIBUTE_TYPES = ['TEXT', 'NUMBER', 'BOOLEAN', 'DATE', 'CHOICE'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

export const ATTRIBUTE_TARGETS = ['ACCOUNT', 'ORG_UNIT'] as const;
export type AttributeTarget = (typeof ATTRIBUTE_TARGETS)[number];

/** A value of a custom attribute; dates are ISO 8601 `YYYY-MM-DD`. `null` means "set to empty". */
export type AttributeValue = string | number | boolean | null;
export type Attributes = Readonly<Record<string, AttributeValue>>;

export interface Tenant {
  readonly id: TenantId;
  /** Short name used in addresses, lower-case letters, digits and hyphens, unique in the installation. */
  readonly code: string;
  readonly name: string;
  /** Highest number of accounts that are not deleted; `null` = unlimited. */
  readonly accountQuota: number | null;
  readonly passwordPolicy: PasswordPolicy;
  readonly version: number;
}

export interface OrgUnit {
  readonly id: OrgUnitId;
  readonly tenantId: TenantId;
  /** `null` only for the root of the tenant's one tree. */
  readonly parentId: OrgUnitId | null;
  readonly name: string;
  /** Position among its siblings, ascending. */
  readonly order: number;
  readonly status: OrgUnitStatus;
  readonly attributes: Attributes;
  readonly version: number;
}

export interface Account {
  readonly id: AccountId;
  readonly tenantId: TenantId;
  readonly userName: string;
  readonly displayName: string;
  readonly status: AccountStatus;
  readonly email: string | null;
  /** Eleven plain digits for mainland numbers; `+<country code>-<digits>` (ITU-T E.164) for all others. */
  readonly mobile: string | null;
  readonly jobNumber: string | null;
  readonly title: string | null;
  readonly managerId: AccountId | null;
  readonly primaryOrgUnitId: OrgUnitId;
  readonly attributes: Attributes;
  readonly version: number;
}

export interface Membership {
  readonly id: MembershipId;
  readonly accountId: AccountId;
  readonly orgUnitId: OrgUnitId;
  readonly primary: boolean;
  readonly leader: boolean;
  readonly title: string | null;
  readonly order: number;
}

export interface AttributeDefinition {
  readonly id: AttributeDefinitionId;
  readonly tenantId: TenantId;
  readonly target: AttributeTarget;
  /** Key under which the value is stored and exposed, e.g. `costCentre`; immutable. */
  readonly name: string;
  readonly label: string;
  readonly type: AttributeType;
  /** Allowed values of a `CHOICE`. */
  readonly choices: readonly string[];
  /** Required forces editable (row ID-28). */
  readonly required: boolean;
  readonly editable: boolean;
  readonly unique: boolean;
  readonly enabled: boolean;
  /** Sensitive values are shown to administrators and the person alone. */
  readonly sensitive: boolean;
  readonly remark: string | null;
  readonly version: number;
}

/** What a password must look like and how long it lives (row ID-42). */
export interface PasswordPolicy {
  readonly minLength: number;
  readonly requireUpper: boolean;
  readonly requireLower: boolean;
  readonly requireDigit: boolean;
  readonly requireSymbol: boolean;
  /** Days after which a password must be changed; 0 = never. */
  readonly maxAgeDays: number;
  readonly changeAtFirstSignIn: boolean;
}

export const DEFAULT_PASSWORD_POLICY: PasswordPolicy = {
  minLength: 10,
  requireUpper: true,
  requireLower: true,
  requireDigit: true,
  requireSymbol: false,
  maxAgeDays: 0,
  changeAtFirstSignIn: true,
};

export const ROLES = ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR', 'MEMBER'] as const;
/** What a signed-in account may do. `DIRECTORY_ADMIN` may be limited to one subtree of org units. */
export type Role = (typeof ROLES)[number];
