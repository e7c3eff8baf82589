import type { AccountId, AttributeDefinition, Attributes } from '../../domain/index.ts';
import { writeAccountSearch } from '../../store/queries/accounts-search.ts';
import { type AccountRecord, updateAccountRow } from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import { enabledDefinitions } from '../../store/queries/roster-attributes.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { requireAccount, requireVersion } from './access.ts';
import { type AccountFieldsInput, readAccountFields } from './account-fields.ts';
import { refuseStatus } from './account-status.ts';
import { claimAttributes, editAttributes } from './attribute-values.ts';
import { requireManager } from './manager.ts';
import { accountSearchRow } from './search-row.ts';
import { naming } from './violations.ts';

export interface UpdateAccountInput extends AccountFieldsInput {
  readonly id: AccountId;
  /** Version that the edit was made from; another one now = VERSION_CONFLICT. */
  readonly version?: number | undefined;
  readonly managerId?: AccountId | null | undefined;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

const write = async (
  tx: Tx,
  account: AccountRecord,
  change: Readonly<Partial<AccountRecord>>,
): Promise<void> => {
  const after = { ...account, ...change };
  await naming(updateAccountRow(tx, account.id, change), [
    {
      constraint: 'account_user_name',
      code: 'USER_NAME_TAKEN',
      details: { userName: after.userName },
      path: ['input', 'userName'],
    },
  ]);
  await writeAccountSearch(tx, [accountSearchRow(after)]);
};

const attributesAfter = (
  context: FlowContext,
  account: AccountRecord,
  edit: {
    readonly definitions: readonly AttributeDefinition[];
    readonly given: UpdateAccountInput['attributes'];
  },
): { readonly attributes?: Attributes } => {
  if (edit.given === undefined) return {};
  const { definitions, given } = edit;
  const { principal } = context;
  return { attributes: editAttributes({ definitions, current: account.attributes, given, principal }) };
};

/**
 * Changes fields of an account; absent ones stay, `null` empties. What comes out as it was makes no new version.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, STATUS_CONFLICT, VERSION_CONFLICT,
 *   INPUT_INVALID, USER_NAME_TAKEN, MANAGER_CYCLE and the ATTRIBUTE_ codes
 */
export const updateAccount = async (context: FlowContext, input: UpdateAccountInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const account = await requireAccount(tx, context.principal, { id: input.id, path: ['input', 'id'] });
    if (account.status === 'DELETED') throw refuseStatus(account, 'changed');
    requireVersion('Account', account, input.version);
    const definitions = input.attributes === undefined ? [] : await enabledDefinitions(tx, 'ACCOUNT');
    const wanted = {
      ...readAccountFields(input),
      ...(input.managerId === undefined ? {} : { managerId: input.managerId }),
      ...attributesAfter(context, account, { definitions, given: input.attributes }),
    };
    const change = Object.fromEntries(
      Object.entries(wanted).filter(
        ([field, value]) => JSON.stringify(value) !== JSON.stringify(account[field as keyof AccountRecord]),
      ),
    ) as Partial<AccountRecord>;
    if (Object.keys(change).length === 0) return account.id;
    if (change.managerId != null) await requireManager(tx, account, change.managerId);
    await write(tx, account, change);
    if (change.attributes !== undefined) {
      await claimAttributes(tx, definitions, { id: account.id, attributes: change.attributes });
    }
    await insertAuditEvent(tx, {
      action: 'account.update',
      objectType: 'Account',
      objectId: account.id,
      details: { fields: Object.keys(change) },
    });
    return account.id;
  });
