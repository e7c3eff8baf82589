import {
  AppError,
  type OpenConnection,
  type RemoteAccountValue,
  type RemoteOrgUnitValue,
  type TargetOperation,
  type TargetResult,
} from '../../domain/index.ts';
import type { ApplyOptions, DirectoryTarget } from '../../ports/directory-target.ts';
import { carryOut, holdsValues } from './carry-out.ts';
import type { DirectoryReader } from './directory-reader.ts';
import { nullWhen } from './vendor-errors.ts';

/** The calls of a platform with a tree, bound to one connection and one signal. */
export interface TargetCalls {
  readonly reader: Pick<DirectoryReader, 'rootId' | 'range' | 'unit' | 'children' | 'account' | 'meter'>;
  /** Id of the person with that number, `null` when there is nobody. */
  accountIdByMobile(mobile: string): Promise<string | null>;
  /** Makes the one writing call of an operation. */
  write(operation: TargetOperation): Promise<Pick<TargetResult, 'ids'> & { readonly externalId: string }>;
}

type Creation<Kind> = Extract<TargetOperation, { readonly kind: Kind }>;

/** The unit that bears our own id, or the name alone: units that match are one in the plan as well (row W-DD-47). */
const madeUnit = async (
  { reader }: TargetCalls,
  operation: Creation<'CREATE_ORG_UNIT'>,
): Promise<RemoteOrgUnitValue | null> => {
  const siblings = await reader.children(operation.parentExternalId ?? reader.rootId);
  const keyed = siblings.find((unit) => unit.attributes['sourceIdentifier'] === operation.orgUnitId);
  const named = siblings.find((unit) => unit.name === operation.name);
  if (keyed === undefined && named?.attributes['sourceIdentifier'] !== undefined)
    throw new AppError('PLATFORM_ORG_UNIT_NAME_TAKEN', { details: { object: operation.name } });
  return keyed ?? named ?? null;
};

/** Under a chosen id whoever has the same number is ours; without one, only who is like the operation in all. */
const madeAccount = async (
  calls: TargetCalls,
  { externalId, values }: Creation<'CREATE_ACCOUNT'>,
): Promise<RemoteAccountValue | null> => {
  const mobile = values['mobile'] ?? null;
  const id = externalId ?? (mobile === null ? null : await calls.accountIdByMobile(mobile));
  const found = id === null ? null : await calls.reader.account(id);
  if (found === null) return null;
  const key = found.mobile === undefined || mobile === null ? {} : { mobile };
  if (holdsValues(found, externalId === null ? values : key)) return found;
  const code = externalId === null ? 'PLATFORM_MOBILE_TAKEN' : 'PLATFORM_ACCOUNT_ID_TAKEN';
  throw new AppError(code, { details: { object: id } });
};

const holder = async (calls: TargetCalls, operation: TargetOperation): Promise<string | null> => {
  const mobile = operation.kind === 'CREATE_ACCOUNT' ? operation.values['mobile'] : undefined;
  return mobile === undefined || mobile === null ? null : calls.accountIdByMobile(mobile);
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
  capabilities: DirectoryTarget['capabilities'];
}): DirectoryTarget => {
  const meter = (connection: OpenConnection) =>
    platform.open(connection, { signal: new AbortController().signal, urgent: false }).reader.meter;
  return {
    capabilities: platform.capabilities,
    async apply(connection, operation, options) {
      options.signal.throwIfAborted();
      const calls = platform.open(connection, options);
      const writer = {
        find: (one: TargetOperation) => find(calls, one),
        write: calls.write,
        holder: (one: TargetOperation) => holder(calls, one),
        calls: calls.reader.meter.calls,
      };
      return carryOut(operation, writer, options);
    },
    async probe(connection, signal) {
      await platform.open(connection, { signal, urgent: false }).reader.range();
    },
    callsPerSecond: (connection) => meter(connection).callsPerSecond,
  };
};
