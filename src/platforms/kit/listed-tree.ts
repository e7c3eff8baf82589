import { AppError, type RemoteOrgUnitValue } from '../../domain/index.ts';
import type { DirectoryReader } from './directory-reader.ts';

/** A tree that a platform lists in one call; asked for once, until somebody asks afresh. */
export interface ListedTree extends Pick<DirectoryReader, 'ancestors' | 'children'> {
  /** Asks again; answers with the units whose parent is not listed: there may be several (row O2-17). */
  tops(): Promise<readonly string[]>;
  /** One unit as the list shows it. Throws `PLATFORM_ORG_UNIT_UNKNOWN`. */
  listed(id: string): Promise<RemoteOrgUnitValue>;
}

export const listedTree = (list: () => Promise<readonly RemoteOrgUnitValue[]>): ListedTree => {
  const read = async () => {
    const units = await list();
    return {
      byId: new Map(units.map((unit) => [unit.externalId, unit])),
      byParent: Map.groupBy(units, (unit) => unit.parentExternalId),
    };
  };
  let known: ReturnType<typeof read> | undefined;
  const tree = (): ReturnType<typeof read> => {
    known ??= read().catch((error: unknown) => {
      known = undefined;
      throw error;
    });
    return known;
  };
  return {
    async tops() {
      known = undefined;
      const { byId } = await tree();
      const isTop = ({ parentExternalId: above, externalId }: RemoteOrgUnitValue) =>
        above === null || above === externalId || !byId.has(above);
      return [...byId.values()].filter(isTop).map((unit) => unit.externalId);
    },
    async listed(id) {
      const unit = (await tree()).byId.get(id);
      if (unit === undefined) throw new AppError('PLATFORM_ORG_UNIT_UNKNOWN', { details: { object: id } });
      return unit;
    },
    async ancestors(id) {
      const { byId } = await tree();
      const chain: string[] = [];
      for (let at = byId.get(id); at !== undefined; at = byId.get(at.parentExternalId ?? '')) {
        if (chain.includes(at.externalId)) break;
        chain.push(at.externalId);
      }
      return chain;
    },
    children: async (id) => (await tree()).byParent.get(id) ?? [],
  };
};
