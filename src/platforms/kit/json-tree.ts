/** An object of JSON, with whatever is in it. */
export type Tree = Record<string, unknown>;

export const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value under these keys, from the top down; `undefined` where there is none. */
export const valueAt = (from: unknown, [key, ...rest]: readonly string[]): unknown =>
  key === undefined ? from : valueAt(isTree(from) ? from[key] : undefined, rest);

/** All values under these keys, through the entries of lists on the way. */
export const valuesAt = (from: unknown, keys: readonly string[]): unknown[] => {
  if (Array.isArray(from)) return from.flatMap((one) => valuesAt(one, keys));
  const [key, ...rest] = keys;
  return key === undefined ? [from] : valuesAt(valueAt(from, [key]), rest);
};

/** Puts a value there, making what is missing on the way; `null` takes away what is there. */
export const placeAt = (tree: Tree, [key = '', ...rest]: readonly string[], value: unknown): void => {
  if (rest.length > 0) {
    if (!isTree(tree[key]) && value !== null) tree[key] = {};
    const below = tree[key];
    if (isTree(below)) placeAt(below, rest, value);
  } else if (value === null) delete tree[key];
  else tree[key] = value;
};

/** Whether everything that is wanted is held; what else is held does not matter. */
export const holds = (held: unknown, wanted: unknown): boolean =>
  isTree(wanted) && isTree(held)
    ? Object.entries(wanted).every(([key, value]) => holds(held[key], value))
    : (held ?? null) === wanted;
