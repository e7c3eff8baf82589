import {
  AppError,
  type ErrorCode,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type TargetMembership,
  type TargetOperation,
  type TargetResult,
  type TargetValues,
} from '../../domain/index.ts';
import type { ApplyOptions } from '../../ports/directory-target.ts';
import { readMobile } from './mobile.ts';
import { seenText } from './text.ts';

/** The single calls with which a platform carries operations out, bound to one connection and one signal. */
export interface OperationWriter {
  /**
   * Of an operation that makes something: what an earlier attempt has made, found by its natural key; throws when
   * that key is somebody else's. Of every other one: the object as it is now. `null` = there is none.
   */
  find(operation: TargetOperation): Promise<RemoteOrgUnitValue | RemoteAccountValue | null>;
  /** Makes the one writing call; several only where each may be made again. */
  write(
    operation: TargetOperation,
  ): Promise<Pick<TargetResult, 'ids' | 'unconfirmed'> & { readonly externalId: string }>;
  /** Who has the number of somebody who is to be made, `null` = nobody that can be seen. */
  holder?(operation: TargetOperation): Promise<string | null>;
  /** Calls made so far. */
  calls(): number;
}

const GONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_ACCOUNT_UNKNOWN',
  'PLATFORM_ORG_UNIT_UNKNOWN',
]);
/** Refusals of a creation by which an earlier attempt may show before it can be read. */
const TAKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_ORG_UNIT_NAME_TAKEN',
  'PLATFORM_ACCOUNT_ID_TAKEN',
]);
const NUMBER_TAKEN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'PLATFORM_MOBILE_TAKEN',
  'PLATFORM_ALREADY_MEMBER',
]);
/** Applied twice these mean the same, and nothing that can be read tells whether they were: they are made again. */
const NOT_LOOKED_UP = new Set(['DELETE_ORG_UNIT', 'DELETE_ACCOUNT', 'ENABLE_ACCOUNT', 'DISABLE_ACCOUNT']);

const sameSet = (left: readonly string[], right: readonly string[]): boolean =>
  left.toSorted().join('\n') === right.toSorted().join('\n');

/** Whether each of these values is what the person has; `undefined` there = nobody can tell. */
export const holdsValues = (account: RemoteAccountValue, values: TargetValues): boolean => {
  const fields: Readonly<Record<string, unknown>> = { ...account.attributes, ...account };
  return Object.entries(values).every(([name, value]) => {
    const seen = fields[name];
    if (seen === undefined) return false;
    const told = seen === null ? null : String(seen);
    const form = name === 'mobile' ? (text: string | null) => readMobile(text, undefined) : seenText;
    return form(told) === form(value);
  });
};

const holdsMemberships = (account: RemoteAccountValue, wanted: readonly TargetMembership[]): boolean => {
  const orders = new Map(account.memberships.map((one) => [one.orgUnitExternalId, one.order]));
  const primary = wanted.find((one) => one.primary);
  return (
    sameSet([...orders.keys()], [...new Set(wanted.map((one) => one.orgUnitExternalId))]) &&
    (primary === undefined || account.memberships[0]?.orgUnitExternalId === primary.orgUnitExternalId) &&
    wanted.every(({ orgUnitExternalId: id, order }) => order === undefined || orders.get(id) === order)
  );
};

const isUnit = (object: RemoteOrgUnitValue | RemoteAccountValue): object is RemoteOrgUnitValue =>
  !('memberships' in object);

const unitHolds = (unit: RemoteOrgUnitValue, operation: TargetOperation): boolean => {
  const { kind } = operation;
  if (kind === 'SET_LEADERS') return sameSet(unit.leaderExternalIds ?? ['\n'], operation.leaderExternalIds);
  if (kind === 'UPDATE_ORG_UNIT')
    return unit.name === (operation.name ?? unit.name) && unit.order === (operation.order ?? unit.order);
  return (
    kind === 'MOVE_ORG_UNIT' &&
    unit.parentExternalId === operation.parentExternalId &&
    unit.name === (operation.name ?? unit.name)
  );
};

const accountHolds = (account: RemoteAccountValue, operation: TargetOperation): boolean => {
  if (operation.kind === 'SET_MANAGER')
    return (account.managerExternalId ?? null) === operation.managerExternalId;
  if (operation.kind !== 'UPDATE_ACCOUNT' && operation.kind !== 'MOVE_ACCOUNT') return false;
  const { values, memberships } = operation;
  return (
    holdsValues(account, values) && (memberships === undefined || holdsMemberships(account, memberships))
  );
};

/** Whether the object is as the operation would leave it. In doubt it is not: writing it again does no harm. */
export const isHeld = (
  object: RemoteOrgUnitValue | RemoteAccountValue,
  operation: TargetOperation,
): boolean => (isUnit(object) ? unitHolds(object, operation) : accountHolds(object, operation));

const isCreation = ({ kind }: TargetOperation): boolean =>
  kind === 'CREATE_ORG_UNIT' || kind === 'CREATE_ACCOUNT';

const about = (error: AppError, object: string, code: ErrorCode = error.code): AppError =>
  new AppError(code, { details: { ...error.details, object }, cause: error });

/** Some platforms say the same of a person and of a manager who is not there. */
const isOfManager = async (
  { code }: AppError,
  operation: TargetOperation,
  writer: OperationWriter,
): Promise<boolean> =>
  code === 'PLATFORM_MANAGER_UNKNOWN' ||
  (code === 'PLATFORM_ACCOUNT_UNKNOWN' && (await writer.find(operation)) !== null);

const isUnseen = async (
  { code, details }: AppError,
  operation: TargetOperation,
  writer: OperationWriter,
): Promise<boolean> => {
  if (!isCreation(operation)) return false;
  if (TAKEN.has(code)) return true;
  // Some platforms say who has it.
  if (operation.kind === 'CREATE_ACCOUNT' && details['holder'] !== undefined)
    return details['holder'] === operation.externalId;
  return NUMBER_TAKEN.has(code) && (await writer.holder?.(operation)) === null;
};

/**
 * One operation, once: after an unknown outcome the object is looked up first (goal R5). What is to be removed and is
 * gone, or is to be made and is there, is `ALREADY`; whoever has to agree first is `INVITED`.
 */
export const carryOut = async (
  operation: TargetOperation,
  writer: OperationWriter,
  { afterUnknownOutcome }: Pick<ApplyOptions, 'afterUnknownOutcome'>,
): Promise<TargetResult> => {
  const looks = afterUnknownOutcome && !NOT_LOOKED_UP.has(operation.kind);
  const found = looks ? await writer.find(operation) : null;
  if (found !== null && (isCreation(operation) || isHeld(found, operation)))
    return { outcome: 'ALREADY', externalId: found.externalId, ids: found.ids, calls: writer.calls() };
  try {
    const written = await writer.write(operation);
    return { outcome: 'DONE', ...written, calls: writer.calls() };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const calls = writer.calls();
    // Told of the unit or the person that was written; meant is somebody whom it was to be given.
    if (operation.kind === 'SET_LEADERS' && error.code.startsWith('PLATFORM_ACCOUNT_'))
      throw about(error, operation.leaderExternalIds.join(', '), 'PLATFORM_GROUP_OWNER_INVALID');
    if (operation.kind === 'SET_MANAGER' && (await isOfManager(error, operation, writer)))
      throw about(error, operation.managerExternalId ?? '', 'PLATFORM_MANAGER_UNKNOWN');
    if (error.code === 'PLATFORM_INVITED') return { outcome: 'INVITED', externalId: null, calls };
    const { kind } = operation;
    if ((kind === 'DELETE_ORG_UNIT' || kind === 'DELETE_ACCOUNT') && GONE.has(error.code))
      return { outcome: 'ALREADY', externalId: operation.externalId, calls };
    // Taken, and yet nobody was found: what the earlier attempt has made does not show in reads yet.
    if (looks && found === null && (await isUnseen(error, operation, writer)))
      throw new AppError('PLATFORM_BUSY', { details: error.details, cause: error });
    throw error;
  }
};
