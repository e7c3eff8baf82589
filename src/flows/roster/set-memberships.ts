import { type AccountId, AppError, type OrgUnitId } from '../../domain/index.ts';
import {
  type AccountRecord,
  deleteMemberships,
  membershipsOf,
  type NewMembership,
  putMembership,
  updateAccountRow,
} from '../../store/queries/accounts-write.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import {
  invalid,
  requireAccount,
  requireActiveUnit,
  requireOrgUnits,
  requireVersion,
  type Wanted,
} from './access.ts';
import { readOrder, readTitle } from './account-fields.ts';
import { refuseStatus } from './account-status.ts';

/** Highest number of org units that one edit names. */
const EDIT_MAX = 100;

export interface MembershipInput {
  readonly orgUnitId: OrgUnitId;
  readonly leader?: boolean | undefined;
  readonly title?: string | null | undefined;
  readonly order?: string | undefined;
}

export interface SetMembershipsInput {
  readonly accountId: AccountId;
  /** Version of the account that the edit was made from. */
  readonly version?: number | undefined;
  /** Memberships to add, or to change where the account is a member already; absent fields stay. */
  readonly put?: readonly MembershipInput[] | undefined;
  /** Units that the account shall leave. */
  readonly remove?: readonly OrgUnitId[] | undefined;
  /** The unit that shall be the primary one. */
  readonly primaryOrgUnitId?: OrgUnitId | undefined;
}

const readMembership = (input: MembershipInput, orgUnitId: OrgUnitId): NewMembership => ({
  orgUnitId,
  ...(input.leader === undefined ? {} : { leader: input.leader }),
  ...(input.title === undefined ? {} : { title: readTitle('title', input.title) }),
  ...(input.order === undefined ? {} : { order: readOrder('order', input.order) }),
});

/** Every unit that the edit touches lies in the caller's subtree; those that are entered are active. */
const requireUnits = async (tx: Tx, context: FlowContext, input: SetMembershipsInput): Promise<void> => {
  const put = input.put ?? [];
  const remove = input.remove ?? [];
  if (put.length + remove.length > EDIT_MAX) {
    throw invalid('put', {
      zh: `一次最多修改 ${EDIT_MAX} 个部门`,
      en: `one edit names at most ${EDIT_MAX} units`,
    });
  }
  const entered: Wanted[] = put.map(({ orgUnitId }, i) => ({
    id: orgUnitId,
    path: ['input', 'put', i, 'orgUnitId'],
  }));
  if (input.primaryOrgUnitId !== undefined) {
    entered.push({ id: input.primaryOrgUnitId, path: ['input', 'primaryOrgUnitId'] });
  }
  const left: Wanted[] = remove.map((id, i) => ({ id, path: ['input', 'remove', i] }));
  const units = await requireOrgUnits(tx, context.principal, [...entered, ...left]);
  for (const [i, { path }] of entered.entries()) {
    const unit = units[i];
    if (unit !== undefined) requireActiveUnit(unit, path);
  }
};

const write = async (tx: Tx, account: AccountRecord, input: SetMembershipsInput): Promise<void> => {
  for (const one of input.put ?? []) await putMembership(tx, account.id, readMembership(one, one.orgUnitId));
  const primary = input.primaryOrgUnitId ?? account.primaryOrgUnitId;
  if ((input.remove ?? []).some((id) => id === primary)) throw new AppError('PRIMARY_MEMBERSHIP_REQUIRED');
  await deleteMemberships(tx, account.id, input.remove ?? []);
  const members = await membershipsOf(tx, account.id);
  if (!members.some(({ orgUnitId }) => orgUnitId === primary)) {
    throw new AppError('PRIMARY_MEMBERSHIP_REQUIRED', { path: ['input', 'primaryOrgUnitId'] });
  }
  // Also when the primary unit stays: whoever has read the account must notice that it has changed.
  await updateAccountRow(tx, account.id, { primaryOrgUnitId: primary });
};

/**
 * Adds, changes and removes memberships of an account and chooses the primary one, all at once. The account gets a
 * new version.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT, STATUS_CONFLICT, VERSION_CONFLICT,
 *   ORG_UNIT_DELETED, PRIMARY_MEMBERSHIP_REQUIRED, INPUT_INVALID
 */
export const setMemberships = async (context: FlowContext, input: SetMembershipsInput): Promise<AccountId> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const path = ['input', 'accountId'];
    await requireUnits(tx, context, input);
    const account = await requireAccount(tx, context.principal, { id: input.accountId, path });
    if (account.status === 'DELETED') throw refuseStatus(account, 'changed');
    requireVersion('Account', account, input.version);
    await write(tx, account, input);
    await insertAuditEvent(tx, {
      action: 'account.setMemberships',
      objectType: 'Account',
      objectId: account.id,
      details: {
        put: (input.put ?? []).map(({ orgUnitId }) => orgUnitId),
        remove: input.remove ?? [],
        ...(input.primaryOrgUnitId === undefined ? {} : { primaryOrgUnitId: input.primaryOrgUnitId }),
      },
    });
    return account.id;
  });
