import type { AccountId } from '../../domain/index.ts';
import type { FlowContext } from '../context.ts';
import { updateAccount } from './update-account.ts';

export interface SetManagerInput {
  readonly accountId: AccountId;
  readonly version?: number | undefined;
  /** `null` = nobody. */
  readonly managerId: AccountId | null;
}

/**
 * Says whom an account reports to. Nobody reports to himself, directly or around a circle.
 * @throws AppError as updateAccount; MANAGER_CYCLE
 */
export const setManager = (context: FlowContext, input: SetManagerInput): Promise<AccountId> =>
  updateAccount(context, { id: input.accountId, version: input.version, managerId: input.managerId });
