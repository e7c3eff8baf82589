import { createHash } from 'node:crypto';
import { AppError, type RemoteOrgUnitValue, type TargetOperation } from '../../domain/index.ts';
import { isCode, nullWhen } from './vendor-errors.ts';

type CreateUnit = Extract<TargetOperation, { readonly kind: 'CREATE_ORG_UNIT' }>;
type ReadUnit = (id: string) => Promise<RemoteOrgUnitValue>;

/** Far from the small numbers that platforms give, and within 31 bits. */
const FIRST = 2 ** 20;
const COUNT = 2 ** 31 - FIRST;
const ROUNDS = 8;

/** Numbers that a unit may have been given by us, one after the other, made of Muster's own id. */
function* numbersOf(orgUnitId: string): Generator<string, void, void> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const drawn = createHash('sha256').update(`${orgUnitId} ${round}`).digest().readUInt32BE(0);
    yield String(FIRST + (drawn % COUNT));
  }
}

const found = (read: ReadUnit, id: string): Promise<RemoteOrgUnitValue | null> =>
  nullWhen('PLATFORM_ORG_UNIT_UNKNOWN', () => read(id));

/**
 * Makes a unit under a number of our own, so that it is found again where names cannot be read. The platform says the
 * same of a number and of a name that is taken.
 */
export const createUnderOwnId = async (
  { orgUnitId, name }: CreateUnit,
  calls: { readonly create: (id: string) => Promise<string>; readonly read: ReadUnit },
): Promise<string> => {
  for (const id of numbersOf(orgUnitId))
    try {
      return await calls.create(id);
    } catch (error) {
      const isTaken = isCode(error, 'PLATFORM_ORG_UNIT_NAME_TAKEN');
      if (!isTaken || (await found(calls.read, id)) === null) throw error;
    }
  throw new AppError('PLATFORM_ORG_UNIT_ID_TAKEN', { details: { object: name } });
};

/** The unit that an earlier attempt has made so; `null` = there is none. */
export const madeUnderOwnId = async (
  { orgUnitId }: CreateUnit,
  { parentId, read }: { readonly parentId: string; readonly read: ReadUnit },
): Promise<RemoteOrgUnitValue | null> => {
  for (const id of numbersOf(orgUnitId)) {
    const unit = await found(read, id);
    if (unit === null || unit.parentExternalId === parentId) return unit;
  }
  return null;
};
