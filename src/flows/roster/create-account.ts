import { type AccountId, type Attributes, newId, type OrgUnitId } from '../../domain/index.ts';
import { writeAccountSearch } from '../../store/queries/accounts-search.ts';
import { insertAccount, type NewAccount, putMembership } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { invalid, requireActiveUnit, requireOrgUnit } from './access.ts';
import { type AccountFieldsInput, readAccountFields } from './account-fields.ts';
import { claimAttributes, editAttributes } from './attribute-values.ts';
import { requireManager } from './manager.ts';
import { requireQuota } from './quota.ts';
import { accountSearchRow } from './search-row.ts';
import { naming } from './violations.ts';

export interface CreateAccountInput extends AccountFieldsInput {
  readonly userName: string;
  readonly displayName: string;
  /** The primary org unit. */
  readonly orgUnitId: OrgUnitId;
  readonly managerId?: AccountId | null | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

const write = async (tx: Tx, account: NewAccount): Promise<void> => {
  await naming(insertAccount(tx, account), [
    {
      constraint: 'account_user_name',
      code: 'USER_NAME_TAKEN',
      details: { userName: account.userName },
      path: ['input', 'userName'],
    },
  ]);
  await putMembership(tx, account.id, { orgUnitId: account.primaryOrgUnitId });
  await writeAccountSearch(tx, [accountSearchRow(account)]);
};

const draft = (
  id: AccountId,
  input: CreateAccountInput,
  more: { readonly orgUnitId: OrgUnitId; readonly attributes: Attributes },
): NewAccount => {
  const fields = readAccountFields(input);
  if (fields.userName === undefined) throw invalid('userName', { zh: '不能为空', en: 'it is empty' });
  return {
    id,
    userName: fields.userName,
    displayName: fields.displayName ?? fields.userName,
    email: fields.email ?? null,
    mobile: fields.mobile ?? null,
    jobNumber: fields.jobNumber ?? null,
    title: fields.title ?? null,
    managerId: input.managerId ?? null,
    primaryOrgUnitId: more.orgUnitId,
    attributes: more.attributes,
  };
};

/**
 * Makes an account in an org unit, which becomes its primary one. Texts are trimmed and normalised.
 * @throws AppError INPUT_INVALID, NOT_FOUND, ORG_UNIT_DELETED, OUTSIDE_SUBTREE, USER_NAME_TAKEN, QUOTA_EXCEEDED,
 *   MANAGER_CYCLE and the ATTRIBUTE_ codes
 */
export const createAccount = async (context: FlowContext, input: CreateAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const { principal } = context;
    await requireQuota(tx, 1);
    const path = ['input', 'orgUnitId'];
    const unit = await requireOrgUnit(tx, principal, { id: input.orgUnitId, path });
    requireActiveUnit(unit, path);
    const definitions = await enabledDefinitions(tx, 'ACCOUNT');
    const given = input.attributes ?? {};
    const attributes = editAttributes({ definitions, current: {}, given, principal });
    const account = draft(newId<'Account'>(), input, { orgUnitId: unit.id, attributes });
    if (account.managerId !== null) await requireManager(tx, account, account.managerId);
    await write(tx, account);
    await claimAttributes(tx, definitions, account);
    await insertAuditEvent(tx, {
      action: 'account.create',
      objectType: 'Account',
      objectId: account.id,
      details: { userName: account.userName, orgUnitId: unit.id },
    });
    return account.id;
  });
