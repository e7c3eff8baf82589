import {
  type AccountId,
  AppError,
  type ErrorDetails,
  isId,
  type OrgUnitId,
  type Principal,
  type Text,
} from '../../domain/index.ts';
import {
  type AccountRecord,
  lockAccounts,
  membershipsOf,
  rolesOf,
} from '../../store/queries/accounts-write.ts';
import { lockOrgUnits, type OrgUnitRecord, pathOfOrgUnit } from '../../store/queries/org-units-write.ts';
import type { Tx } from '../../store/transaction.ts';

/** Where in the input something stands, for the error's path. */
export type InputPath = readonly (string | number)[];

export const notFound = (type: string, id: string, path?: InputPath): AppError =>
  new AppError('NOT_FOUND', { details: { type, id }, ...(path === undefined ? {} : { path }) });

export const invalid = (field: string, reason: Text, path?: InputPath): AppError =>
  new AppError('INPUT_INVALID', {
    details: { field, reason: reason.en, reasonZh: reason.zh },
    path: path ?? ['input', field],
  });

/** Unit that a directory administrator is limited to, `null` = no limit. */
export const subtreeOf = (principal: Principal): OrgUnitId | null =>
  principal.kind === 'ACCOUNT' && !principal.roles.includes('OWNER') ? principal.subtree : null;

/** An object that an edit names, and where in the input. */
export interface Wanted {
  readonly id: string;
  readonly path: InputPath;
  /** The edit changes the object itself and does not only refer to it. */
  readonly change?: boolean;
}

const outside = (type: string, id: string, path?: InputPath): AppError =>
  new AppError('OUTSIDE_SUBTREE', { details: { type, id }, ...(path === undefined ? {} : { path }) });

/** Path that everything an administrator touches must begin with; `.` = no limit. */
const limitOf = async (tx: Tx, principal: Principal): Promise<string> => {
  const subtree = subtreeOf(principal);
  if (subtree === null) return '.';
  // A subtree whose unit is gone allows nothing: no path begins with this.
  return (await pathOfOrgUnit(tx, subtree)) ?? 'none';
};

/**
 * Org units that an edit names, locked, in the order asked for; all lie in the caller's subtree.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE
 */
export const requireOrgUnits = async (
  tx: Tx,
  principal: Principal,
  wanted: readonly Wanted[],
): Promise<OrgUnitRecord[]> => {
  const ids = wanted.map(({ id }) => id).filter(isId) as OrgUnitId[];
  const strength = wanted.some(({ change }) => change === true) ? 'no key update' : 'share';
  const found = new Map((await lockOrgUnits(tx, ids, strength)).map((unit) => [unit.id as string, unit]));
  const limit = await limitOf(tx, principal);
  return wanted.map(({ id, path }) => {
    const unit = found.get(id.toLowerCase());
    if (unit === undefined) throw notFound('OrgUnit', id, path);
    if (!unit.path.startsWith(limit)) throw outside('OrgUnit', id, path);
    return unit;
  });
};

/** One org unit that an edit names; see {@link requireOrgUnits}. */
export const requireOrgUnit = async (
  tx: Tx,
  principal: Principal,
  wanted: Wanted,
): Promise<OrgUnitRecord> => {
  const [unit] = await requireOrgUnits(tx, principal, [wanted]);
  if (unit === undefined) throw notFound('OrgUnit', wanted.id, wanted.path);
  return unit;
};

/** @throws AppError ORG_UNIT_DELETED */
export const requireActiveUnit = (unit: OrgUnitRecord, path: InputPath): void => {
  if (unit.status !== 'ACTIVE')
    throw new AppError('ORG_UNIT_DELETED', { details: { name: unit.name }, path });
};

const isPrivileged = (role: { readonly role: string; readonly orgUnitId: OrgUnitId | null }): boolean =>
  role.role === 'OWNER' || role.role === 'AUDITOR' || role.role === 'DIRECTORY_ADMIN';

/**
 * An administrator must not reach more than he has by changing somebody who has it: the account of an owner is
 * changed by owners alone, and one with any role by no machine and nobody who is limited to a subtree, himself apart.
 */
const requireNotAbove = async (tx: Tx, principal: Principal, account: AccountRecord): Promise<void> => {
  if (principal.kind === 'SYSTEM' || principal.id === (account.id as string)) return;
  if (principal.kind === 'ACCOUNT' && principal.roles.includes('OWNER')) return;
  const roles = await rolesOf(tx, account.id);
  const above = roles.some(({ role }) => role === 'OWNER');
  const limited = subtreeOf(principal) !== null || principal.kind === 'MACHINE';
  if (above || (limited && roles.some(isPrivileged))) {
    throw new AppError('PROTECTED_ACCOUNT', { details: { userName: account.userName } });
  }
};

/**
 * The account that an edit names, locked. An administrator of a subtree may edit those whose primary unit lies in
 * it; nobody edits an account that stands above him.
 * @throws AppError NOT_FOUND, OUTSIDE_SUBTREE, PROTECTED_ACCOUNT
 */
export const requireAccount = async (
  tx: Tx,
  principal: Principal,
  wanted: Wanted,
): Promise<AccountRecord> => {
  const [account] = isId(wanted.id) ? await lockAccounts(tx, [wanted.id as AccountId]) : [];
  if (account === undefined) throw notFound('Account', wanted.id, wanted.path);
  const limit = await limitOf(tx, principal);
  if (limit !== '.') {
    const primary = await pathOfOrgUnit(tx, account.primaryOrgUnitId);
    // Who may not even see the account is not told that it exists.
    if (primary === null || !primary.startsWith(limit)) {
      const visible = await isVisible(tx, account.id, limit);
      throw visible
        ? outside('Account', wanted.id, wanted.path)
        : notFound('Account', wanted.id, wanted.path);
    }
  }
  await requireNotAbove(tx, principal, account);
  return account;
};

const isVisible = async (tx: Tx, accountId: AccountId, limit: string): Promise<boolean> => {
  for (const { orgUnitId } of await membershipsOf(tx, accountId)) {
    if ((await pathOfOrgUnit(tx, orgUnitId))?.startsWith(limit)) return true;
  }
  return false;
};

/** @throws AppError VERSION_CONFLICT when the object has moved on since it was read; no version = no question */
export const requireVersion = (
  type: string,
  object: { readonly id: string; readonly version: number },
  given: number | undefined,
): void => {
  if (given === undefined || given === object.version) return;
  const details: ErrorDetails = { type, id: object.id, current: object.version, given };
  throw new AppError('VERSION_CONFLICT', { details, path: ['input', 'version'] });
};
