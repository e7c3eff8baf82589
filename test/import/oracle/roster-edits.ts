import { AppError } from '../../../src/domain/index.ts';
import { createAccount } from '../../../src/flows/roster/create-account.ts';
import { createAttributeDefinition } from '../../../src/flows/roster/create-attribute-definition.ts';
import { createOrgUnit } from '../../../src/flows/roster/create-org-unit.ts';
import { deleteAccount } from '../../../src/flows/roster/delete-account.ts';
import { deleteOrgUnit } from '../../../src/flows/roster/delete-org-unit.ts';
import { disableAccount } from '../../../src/flows/roster/disable-account.ts';
import { moveOrgUnit } from '../../../src/flows/roster/move-org-unit.ts';
import { restoreAccount } from '../../../src/flows/roster/restore-account.ts';
import { setMemberships } from '../../../src/flows/roster/set-memberships.ts';
import { updateAccount } from '../../../src/flows/roster/update-account.ts';
import { updateOrgUnit } from '../../../src/flows/roster/update-org-unit.ts';
import type { TestDatabase } from '../../support/index.ts';
import type { Pick } from '../random-changes.ts';
import type { ImportWorld } from '../support.ts';
import type { RosterFacts } from './roster-facts.ts';

const one = <T>(pick: Pick, from: readonly T[]): T => from[pick(from.length)] as T;

/** Whatever an administrator may do is done; whatever he may not is refused with a code, and is no edit. */
export const unlessRefused = async (work: Promise<unknown>): Promise<void> => {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
};

/** One edit of the roster by hand, between two pulls. */
export const editAtRandom = async (
  world: ImportWorld & { readonly database: TestDatabase },
  facts: RosterFacts,
  pick: Pick,
): Promise<void> => {
  const { context, database, tenantId } = world;
  const account = one(pick, facts.accounts);
  const [unit, other] = [one(pick, facts.units), one(pick, facts.units)];
  const edits: readonly (() => Promise<unknown>)[] = [
    () => createOrgUnit(context, { parentId: unit.id, name: one(pick, ['研发', 'HR', '本地', '法务']) }),
    () => updateOrgUnit(context, { id: unit.id, name: one(pick, ['研发1', 'hr', '本地', '法务2']) }),
    () => moveOrgUnit(context, { id: unit.id, parentId: other.id }),
    () => deleteOrgUnit(context, { id: unit.id, cascade: pick(2) === 0 }),
    () =>
      createAccount(context, {
        userName: one(pick, ['p3', 'P9', 'J1', 'wangxiaoming', 'b', `user${pick(99)}`]),
        displayName: one(pick, ['王小明', '李娜', 'Ann Lee']),
        orgUnitId: unit.id,
        email: one(pick, ['a@x.cn', 'c@x.cn', null]),
        mobile: one(pick, ['13800000001', '13800000012', null]),
        jobNumber: one(pick, ['J2', null]),
        attributes: pick(3) === 0 ? { badge: one(pick, ['B1', 'B5']) } : {},
      }),
    () => account && updateAccount(context, { id: account.id, displayName: one(pick, ['李娜', '改名']) }),
    () => account && updateAccount(context, { id: account.id, mobile: one(pick, ['13800000003', null]) }),
    () => account && updateAccount(context, { id: account.id, email: one(pick, ['b@x.cn', null]) }),
    () =>
      account && updateAccount(context, { id: account.id, attributes: { badge: one(pick, ['b2', null]) } }),
    () => account && setMemberships(context, { accountId: account.id, put: [{ orgUnitId: unit.id }] }),
    () => account && disableAccount(context, { id: account.id, reason: one(pick, ['离职', null]) }),
    () => account && deleteAccount(context, { id: account.id }),
    () => account && restoreAccount(context, { id: account.id }),
    () =>
      account &&
      database.look(
        `insert into muster.role_grant (tenant_id, account_id, role) values ($1, $2, $3) on conflict do nothing`,
        [tenantId, account.id, one(pick, ['OWNER', 'DIRECTORY_ADMIN', 'AUDITOR'])],
      ),
    () =>
      createAttributeDefinition(context, {
        target: 'ACCOUNT',
        ...one(pick, [
          { name: 'level', label: '级别', type: 'NUMBER' as const },
          { name: 'shirt', label: '衣服', type: 'CHOICE' as const, choices: ['S', 'M'] },
        ]),
      }),
    () =>
      createAttributeDefinition(context, { target: 'ORG_UNIT', name: 'floor', label: '楼层', type: 'TEXT' }),
  ];
  await unlessRefused(Promise.resolve(one(pick, edits)()));
};
