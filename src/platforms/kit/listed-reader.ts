import { AppError, type RemoteAccountValue, type RemoteOrgUnitValue } from '../../domain/index.ts';
import type { Appearance, DirectoryReader } from './directory-reader.ts';
import { listedTree } from './listed-tree.ts';
import { runConcurrently } from './run-concurrently.ts';
import { isCode } from './vendor-errors.ts';

/** Calls that show everything that the credentials may see. */
export interface DetailCalls {
  /** All units that are in range, in one call. */
  units(): Promise<readonly RemoteOrgUnitValue[]>;
  unit(id: string): Promise<RemoteOrgUnitValue>;
  /** Direct members with all their places; `seesAll` = everybody in the company is in sight. */
  members(id: string, seesAll: boolean): Promise<readonly RemoteAccountValue[]>;
  memberIds(id: string): Promise<readonly string[]>;
  account(id: string): Promise<RemoteAccountValue | null>;
  /** People who are in range by themselves, where a part of the company is. */
  individuals(): Promise<readonly string[]>;
}

/** Calls that show ids and nothing else, of the whole company. */
export interface IdCalls {
  units(): Promise<readonly RemoteOrgUnitValue[]>;
  /** Units of everybody, by person. */
  places(): Promise<ReadonlyMap<string, readonly string[]>>;
}

export interface ListedPlatform extends Pick<DirectoryReader, 'rootId' | 'meter'> {
  /** Kind of a person's id. */
  readonly idKind: string;
  readonly details: DetailCalls;
  /** Absent where the credentials for it were not given. */
  readonly ids?: IdCalls | undefined;
  /** Details may be withheld (`PLATFORM_DETAILS_WITHHELD`): ids are all there is then. */
  readonly mayWithhold: boolean;
}

/** Somebody of whom the platform tells the id and the units alone: nothing else is known, and nothing is empty. */
const bareAccount = (idKind: string, value: string, unitIds: readonly string[]): RemoteAccountValue => ({
  externalId: value,
  ids: [{ kind: idKind, value }],
  name: undefined,
  mobile: undefined,
  email: undefined,
  jobNumber: undefined,
  title: undefined,
  managerExternalId: undefined,
  active: undefined,
  memberships: unitIds.map((orgUnitExternalId) => ({ orgUnitExternalId })),
  attributes: {},
});

/** Failures by which a list that only vouches for the rest is not to be had: they must not keep the rest from being read. */
const isLasting = (error: unknown): boolean =>
  error instanceof AppError && (error.row.retry.kind === 'never' || error.row.retry.kind === 'after-fix');

/** People who are read one by one at the same time. */
const AT_ONCE = 16;

/** Direct members; of a unit that is too large to be listed with details, those whom the list of ids names, one by one. */
const membersOf = async (
  details: DetailCalls,
  unitId: string,
  seesAll: boolean,
): Promise<readonly RemoteAccountValue[]> => {
  try {
    return await details.members(unitId, seesAll);
  } catch (error) {
    if (!isCode(error, 'PLATFORM_LIST_TOO_LARGE')) throw error;
    const people: RemoteAccountValue[] = [];
    const ids = [...(await details.memberIds(unitId))];
    const { signal } = new AbortController();
    for await (const batch of runConcurrently(ids, details.account, { limit: AT_ONCE, signal }))
      people.push(...batch.filter((one) => one !== null));
    return people;
  }
};

/** The list of everybody. Where there is nothing else to go by (`isAll`), it has to be had. */
const bookOf = ({ places }: IdCalls, isAll: () => boolean) => ({
  headCount: async () => (await places()).size,
  async everybody() {
    try {
      return new Set((await places()).keys());
    } catch (error) {
      if (isAll() || !isLasting(error)) throw error;
      return null;
    }
  },
});

/**
 * Reads a platform that lists all units at once and people by unit. Where it withholds details, units come without names
 * and people as ids with their units: what else is known of them is what Muster has written itself.
 */
export const listedReader = ({ rootId, idKind, meter, details, ids, mayWithhold }: ListedPlatform) => {
  let bare = false;
  let seesAll = false;
  let known: ReturnType<IdCalls['places']> | undefined;

  const either = async <Result>(
    detailed: () => Promise<Result>,
    without: (calls: IdCalls) => Promise<Result>,
  ): Promise<Result> => {
    if (ids !== undefined && bare) return without(ids);
    try {
      return await detailed();
    } catch (error) {
      if (!mayWithhold || ids === undefined || !isCode(error, 'PLATFORM_DETAILS_WITHHELD')) throw error;
      bare = true;
      return without(ids);
    }
  };
  const tree = listedTree(() => either(details.units, (calls) => calls.units()));
  const placesIn = async (calls: IdCalls, id: string) => {
    known ??= calls.places();
    return [...(await known)].filter(([, unitIds]) => unitIds.includes(id));
  };
  const appearances = async (id: string): Promise<readonly Appearance[]> =>
    (await membersOf(details, id, seesAll)).map((account) => ({
      account: {
        ...account,
        memberships: account.memberships.filter((one) => one.orgUnitExternalId === id),
      },
      unitIds: account.memberships.map((one) => one.orgUnitExternalId),
    }));

  return {
    rootId,
    meter,
    async range() {
      const unitIds = await tree.tops();
      seesAll = unitIds.includes(rootId);
      const accountIds = seesAll ? [] : await details.individuals();
      return { wholeCompany: seesAll, unitIds, accountIds };
    },
    unit: (id) =>
      either(
        () => details.unit(id),
        () => tree.listed(id),
      ),
    ancestors: tree.ancestors,
    children: tree.children,
    async members(id) {
      const bareMembers = async (calls: IdCalls) =>
        (await placesIn(calls, id)).map(([person, unitIds]) => ({
          account: bareAccount(idKind, person, [id]),
          unitIds,
        }));
      return { people: await either(() => appearances(id), bareMembers), next: null };
    },
    memberIds: (id) =>
      either(
        () => details.memberIds(id),
        async (calls) => (await placesIn(calls, id)).map(([person]) => person),
      ),
    account: (id) =>
      either(
        () => details.account(id),
        async (calls) => {
          const found = (await calls.places()).get(id);
          return found === undefined ? null : bareAccount(idKind, id, found);
        },
      ),
    ...(ids === undefined ? {} : bookOf(ids, () => bare)),
  } satisfies DirectoryReader;
};
