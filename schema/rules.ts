import type { Role, Scope } from '../src/domain/index.ts';
import type { Rule } from './authorisation.ts';
import { CONNECTION_OBJECT_RULES, CONNECTION_ROOT_RULES } from './connection/connection.rules.ts';
import { EVENT_OBJECT_RULES, EVENT_ROOT_RULES } from './event/event.rules.ts';
import { IMPORT_OBJECT_RULES, IMPORT_ROOT_RULES } from './import/import.rules.ts';
import { LINK_OBJECT_RULES, LINK_ROOT_RULES, READS_LINKS } from './link/link.rules.ts';
import {
  MACHINE_CLIENT_OBJECT_RULES,
  MACHINE_CLIENT_ROOT_RULES,
} from './machine-clients/machine-client.rules.ts';
import { ROLE_OBJECT_RULES, ROLE_ROOT_RULES } from './roles/role.rules.ts';
import { SIGN_IN_OBJECT_RULES, SIGN_IN_ROOT_RULES } from './sign-in/sign-in.rules.ts';
import { SYNC_OBJECT_RULES, SYNC_ROOT_RULES } from './sync/sync.rules.ts';

const rule = (
  roles: readonly Role[],
  scopes: readonly Scope[],
  more: Pick<Rule, 'wholeTenant' | 'also'> = {},
): Rule => ({ roles, scopes, ...more });

const HIMSELF = 'A MEMBER sees himself; a limited DIRECTORY_ADMIN sees his subtree.';
const SUBTREE = 'A limited DIRECTORY_ADMIN sees his subtree.';
const EDITS_SUBTREE =
  'A limited DIRECTORY_ADMIN edits inside his subtree, where things are and where they go; nobody edits an account that stands above him.';

const READS_ROSTER = rule(['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'], ['directory:read'], { also: SUBTREE });
const EDITS_ROSTER = rule(['OWNER', 'DIRECTORY_ADMIN'], ['directory:write'], { also: EDITS_SUBTREE });

const EDITS_DICTIONARY = rule(['OWNER', 'DIRECTORY_ADMIN'], [], { wholeTenant: true });

/** The rule of each field of Query and Mutation. */
export const ROOT_RULES: Readonly<Record<string, Rule>> = {
  ...SIGN_IN_ROOT_RULES,
  ...CONNECTION_ROOT_RULES,
  ...EVENT_ROOT_RULES,
  ...IMPORT_ROOT_RULES,
  ...LINK_ROOT_RULES,
  ...SYNC_ROOT_RULES,
  ...ROLE_ROOT_RULES,
  ...MACHINE_CLIENT_ROOT_RULES,
  'Query.me': rule(['MEMBER'], ['directory:read']),
  'Query.account': rule(['MEMBER'], ['directory:read'], { also: HIMSELF }),
  'Query.accounts': READS_ROSTER,
  'Query.orgUnit': READS_ROSTER,
  'Query.orgUnits': READS_ROSTER,
  'Query.orgUnitTree': READS_ROSTER,
  'Mutation.createAccount': EDITS_ROSTER,
  'Mutation.updateAccount': EDITS_ROSTER,
  'Mutation.disableAccount': EDITS_ROSTER,
  'Mutation.enableAccount': EDITS_ROSTER,
  'Mutation.deleteAccount': EDITS_ROSTER,
  'Mutation.restoreAccount': EDITS_ROSTER,
  'Mutation.setMemberships': EDITS_ROSTER,
  'Mutation.setManager': EDITS_ROSTER,
  'Mutation.createOrgUnit': EDITS_ROSTER,
  'Mutation.updateOrgUnit': EDITS_ROSTER,
  'Mutation.moveOrgUnit': EDITS_ROSTER,
  'Mutation.deleteOrgUnit': EDITS_ROSTER,
  'Mutation.restoreOrgUnit': EDITS_ROSTER,
  'Query.attributeDefinitions': rule(['MEMBER'], ['directory:read', 'directory:write']),
  'Mutation.createAttributeDefinition': EDITS_DICTIONARY,
  'Mutation.updateAttributeDefinition': EDITS_DICTIONARY,
  'Mutation.deleteAttributeDefinition': EDITS_DICTIONARY,
  'Query.accountHistory': READS_ROSTER,
  'Query.auditEvents': rule(['OWNER', 'AUDITOR'], ['audit:read']),
  'Query.tenant': rule(['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'], ['directory:read']),
  'Mutation.updateTenant': rule(['OWNER'], []),
};

/** Rules of an object type: seen wherever it is reached, but for the fields that have a rule of their own. */
export interface ObjectRules {
  readonly fields?: Readonly<Record<string, Rule>>;
  /** Fields whose values are shown in part: by what, and to whom. */
  readonly masked?: Readonly<Record<string, string>>;
}

const SENSITIVE =
  'Values of sensitive attributes are shown to OWNER and DIRECTORY_ADMIN, and to everybody his own; nobody else learns that they exist.';

/** Each object type must be listed; what is reached through a guarded field needs no rule of its own. */
export const OBJECT_RULES: Readonly<Record<string, ObjectRules>> = {
  ...SIGN_IN_OBJECT_RULES,
  ...CONNECTION_OBJECT_RULES,
  ...EVENT_OBJECT_RULES,
  ...IMPORT_OBJECT_RULES,
  ...LINK_OBJECT_RULES,
  ...SYNC_OBJECT_RULES,
  ...ROLE_OBJECT_RULES,
  ...MACHINE_CLIENT_OBJECT_RULES,
  Account: { masked: { attributes: SENSITIVE }, fields: { provenance: READS_ROSTER, links: READS_LINKS } },
  AccountChange: { masked: { changes: SENSITIVE } },
  FieldChange: {},
  FieldProvenance: {},
  AuditEvent: {},
  AuditEventConnection: {},
  AuditEventEdge: {},
  AccountConnection: {},
  AccountEdge: {},
  AccountPayload: {},
  Membership: {},
  OrgUnit: { masked: { attributes: SENSITIVE }, fields: { links: READS_LINKS } },
  OrgUnitConnection: {},
  OrgUnitEdge: {},
  OrgUnitPayload: {},
  OrgUnitTree: {},
  PageInfo: {},
  AttributeDefinition: {},
  AttributeDefinitionPayload: {},
  DeleteAttributeDefinitionPayload: {},
  Tenant: {},
  PasswordPolicy: {},
  TenantPayload: {},
};
