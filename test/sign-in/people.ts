import { type AccountId, type AccountStatus, newId, type OrgUnitId } from '../../src/domain/index.ts';
import { insertAccount, putMembership } from '../../src/store/queries/accounts-write.ts';
import { savePassword } from '../../src/store/queries/credentials.ts';
import { rootOrgUnitId } from '../../src/store/queries/org-units-write.ts';
import { systemContext } from '../support/index.ts';
import type { House } from './support.ts';

export const PASSWORD = 'Correct-Horse-9';

/** An account of the house with {@link PASSWORD}. */
export const createPerson = async (
  house: House,
  userName: string,
  options: { mobile?: string; email?: string; mustChange?: boolean; passwordHash?: string } = {},
): Promise<AccountId> => {
  const passwordHash = options.passwordHash ?? (await house.algorithm.hash(PASSWORD));
  return house.test.database.transaction(systemContext(house.owner.tenantId), async (tx) => {
    const root = (await rootOrgUnitId(tx)) as OrgUnitId;
    const id = newId<'Account'>();
    await insertAccount(tx, {
      id,
      userName,
      displayName: userName,
      email: options.email ?? null,
      mobile: options.mobile ?? null,
      jobNumber: null,
      title: null,
      managerId: null,
      primaryOrgUnitId: root,
      attributes: {},
    });
    await putMembership(tx, id, { orgUnitId: root });
    await savePassword(tx, { accountId: id, passwordHash, mustChange: options.mustChange ?? false });
    return id;
  });
};

/** Changes the status of an account as an import would: by SQL alone, telling nobody. */
export const setStatus = async (house: House, id: AccountId, status: AccountStatus): Promise<void> => {
  await house.test.database.write(
    systemContext(house.owner.tenantId),
    `update muster.account set status = $2,
       deleted_at = case when $2 = 'DELETED' then clock_timestamp() end where id = $1 returning 1`,
    [id, status],
  );
};
