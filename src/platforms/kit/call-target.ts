import {
  AppError,
  type OpenConnection,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type TargetOperation,
} from '../../domain/index.ts';
import type { ApplyOptions, DirectoryTarget } from '../../ports/directory-target.ts';
import { carryOut, holdsValues, type OperationWriter } from './carry-out.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { nullWhen } from './vendor-errors.ts';

/** The calls of a platform with a tree, bound to one connection and one signal. */
export interface TargetCalls {
  readonly reader: Pick<DirectoryReader, 'rootId' | 'range' | 'unit' | 'children' | 'account' | 'meter'>;
  /** Id of the person with that number, `null` when there is nobody; absent where ids are always chosen. */
  accountIdByMobile?(mobile: string): Promise<string | null>;
  /** Asks by cheap calls whether all credentials work; default: the range. */
  probe?(): Promise<unknown>;
  /** The unit that an earlier attempt has made, where its name does not tell; `undefined` = look by name. */
  madeUnit?(operation: Creation<'CREATE_ORG_UNIT'>): Promise<RemoteOrgUnitValue | null | undefined>;
  /** Makes the one writing call of an operation. */
  write: OperationWriter['write'];
}

type Creation<Kind> = Extract<TargetOperation, { readonly kind: Kind }>;

/** The unit that bears our own id, or the name alone: units that match are one in the plan as well (row W-DD-47). */
const madeUnit = async (
  { reader, ...calls }: TargetCalls,
  operation: Creation<'CREATE_ORG_UNIT'>,
): Promise<RemoteOrgUnitValue | null> => {
  const made = await calls.madeUnit?.(operation);
  if (made !== undefined) return made;
  const siblings = await reader.children(operation.parentExternalId ?? reader.rootId);
  const keyed = siblings.find((unit) => unit.attributes['sourceIdentifier'] === operation.orgUnitId);
  const named = siblings.find((unit) => unit.name === operation.name);
  if (keyed === undefined && named?.attributes['sourceIdentifier'] !== undefined)
    throw new AppError('PLATFORM_ORG_UNIT_NAME_TAKEN', { details: { object: operation.name } });
  return keyed ?? named ?? null;
};

/**
 * Under a chosen id whoever has the same number is ours, or the same name where no number can be seen; without one,
 * only who is like the operation in all.
 */
const madeAccount = async (
  calls: TargetCalls,
  { externalId, values }: Creation<'CREATE_ACCOUNT'>,
): Promise<RemoteAccountValue | null> => {
  const mobile = values['mobile'] ?? null;
  const id = externalId ?? (mobile === null ? null : ((await calls.accountIdByMobile?.(mobile)) ?? null));
  const found = id === null ? null : await calls.reader.account(id);
  if (found === null) return null;
  const told = (['mobile', 'name'] as const).find(
    (field) => found[field] !== undefined && typeof values[field] === 'string',
  );
  const key = told === undefined ? {} : { [told]: values[told] ?? null };
  if (holdsValues(found, externalId === null ? values : key)) return found;
  const code = externalId === null ? 'PLATFORM_MOBILE_TAKEN' : 'PLATFORM_ACCOUNT_ID_TAKEN';
  throw new AppError(code, { details: { object: id } });
};

const holder = async (calls: TargetCalls, operation: TargetOperation): Promise<string | null> => {
  const mobile = operation.kind === 'CREATE_ACCOUNT' ? operation.values['mobile'] : undefined;
  return mobile === undefined || mobile === null ? null : ((await calls.accountIdByMobile?.(mobile)) ?? null);
};

const find = async (
  calls: TargetCalls,
  operation: TargetOperation,
): Promise<RemoteOrgUnitValue | RemoteAccountValue | null> => {
  if (operation.kind === 'CREATE_ORG_UNIT') return madeUnit(calls, operation);
  if (operation.kind === 'CREATE_ACCOUNT') return madeAccount(calls, operation);
  const ofUnit = operation.kind.endsWith('_ORG_UNIT') || operation.kind === 'SET_LEADERS';
  if (!ofUnit) return calls.reader.account(operation.externalId);
  return nullWhen('PLATFORM_ORG_UNIT_UNKNOWN', () => calls.reader.unit(operation.externalId));
};

/** The writing side of a platform with a tree, from its single calls. */
export const targetByCalls = (platform: {
  /** Throws `INPUT_INVALID` when a setting is malformed. */
  open(connection: OpenConnection, how: Pick<ApplyOptions, 'signal' | 'urgent'>): TargetCalls;
  /** The platform makes no ids of people: who is given none gets Muster's own, which nobody else has. */
  readonly ownAccountIds?: boolean;
  capabilities: DirectoryTarget['capabilities'];
}): DirectoryTarget => {
  const meter = (connection: OpenConnection) =>
    platform.open(connection, { signal: new AbortController().signal, urgent: false }).reader.meter;
  return {
    capabilities: platform.capabilities,
    async apply(connection, asked, options) {
      options.signal.throwIfAborted();
      const isUnnamed = asked.kind === 'CREATE_ACCOUNT' && asked.externalId === null;
      const named = isUnnamed && platform.ownAccountIds === true;
      const operation = named ? { ...asked, externalId: asked.accountId } : asked;
      const calls = platform.open(connection, options);
      const writer = {
        find: (one: TargetOperation) => find(calls, one),
        write: calls.write,
        ...(calls.accountIdByMobile === undefined
          ? {}
          : { holder: (one: TargetOperation) => holder(calls, one) }),
        calls: calls.reader.meter.calls,
      };
      return carryOut(operation, writer, options);
    },
    async probe(connection, signal) {
      const calls = platform.open(connection, { signal, urgent: false });
      await (calls.probe?.() ?? calls.reader.range());
    },
    callsPerSecond: (connection) => meter(connection).callsPerSecond,
  };
};
