import type { ListedUnit } from './listed-snapshot.ts';
import { already, type Written } from './resource-writer.ts';
import { cleanText } from './text.ts';

/** Path of the unit above and name of the unit itself, of one that is called by its path; `undefined` at the top. */
export const splitPath = (path: string, separator: string): readonly [string, string] | undefined => {
  const end = path.lastIndexOf(separator);
  return end <= 0
    ? undefined
    : [cleanText(path.slice(0, end)), cleanText(path.slice(end + separator.length))];
};

/** Units that are called by their paths find their parents by them; one whose parent is not there keeps its path. */
export const arrangedByPath = (units: readonly ListedUnit[], separator: string): readonly ListedUnit[] => {
  const byPath = new Map(units.map((one) => [one.unit.name, one.id]));
  return units.map((one) => {
    const [above = '', name = ''] = splitPath(one.unit.name ?? '', separator) ?? [];
    const parentExternalId = byPath.get(above);
    if (parentExternalId === undefined || name === '') return one;
    return { ...one, unit: { ...one.unit, parentExternalId, name } };
  });
};

/** What is needed to call units by new paths. */
export interface PathTree {
  readonly separator: string;
  /** Path of that unit. Throws when there is none. */
  path(id: string): Promise<string>;
  /** All units whose path begins so. */
  below(beginning: string): Promise<readonly { readonly id: string; readonly path: string }[]>;
  call(id: string, path: string): Promise<Written>;
}

export const pathBelow = async (tree: PathTree, parentId: string | null, name: string): Promise<string> =>
  parentId === null ? name : `${await tree.path(parentId)}${tree.separator}${name}`;

/**
 * Gives a unit another name or place (`undefined` = the one it has). The unit itself comes last, after all below it:
 * whoever was interrupted finds the rest once more.
 */
export const callAnew = async (
  tree: PathTree,
  id: string,
  to: { readonly name: string | undefined; readonly parentId: string | null | undefined },
): Promise<Written> => {
  const before = await tree.path(id);
  const end = before.lastIndexOf(tree.separator);
  const start = end < 0 ? 0 : end + tree.separator.length;
  const leaf = to.name ?? before.slice(start);
  const after =
    to.parentId === undefined ? before.slice(0, start) + leaf : await pathBelow(tree, to.parentId, leaf);
  if (after === before) return already(id);
  for (const unit of await tree.below(before + tree.separator))
    await tree.call(unit.id, after + unit.path.slice(before.length));
  return tree.call(id, after);
};
