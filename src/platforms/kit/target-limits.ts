import type { TextRule } from '../../domain/index.ts';

/** Of a platform that has no root of its own, keeps no positions and sets no limits to the tree. */
export const NO_LIMITS = {
  rootExternalId: null,
  foldOrgUnitNames: false,
  maxDepth: null,
  maxChildren: null,
  maxMemberships: null,
  membershipRequired: false,
  deleteOnlyEmpty: false,
  orders: false,
} as const;

/** Of a platform with a tree in which everybody has a place, and from which units go only when they are empty. */
export const TREE_LIMITS = {
  foldOrgUnitNames: false,
  maxChildren: null,
  membershipRequired: true,
  deleteOnlyEmpty: true,
  orders: true,
} as const;

/** Names that must not have that text in them, because it divides the names of a path. */
export const nameWithout = (mark: string): NonNullable<TextRule['pattern']> => ({
  source: `(?:(?!${mark.replace(/[$()*+./?[\\\]^{|}]/g, '\\$&')}).)+`,
  message: { zh: `名称不能含“${mark}”`, en: `the name must not have "${mark}" in it` },
});
