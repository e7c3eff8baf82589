import { type Corp, chainOf, type Department } from './corp.ts';
import { fail } from './failures.ts';
import type { Settings } from './settings.ts';
import type { World } from './world.ts';

/** Printed in the documentation with a full-width bar as well. */
const FORBIDDEN_CHARACTERS = /[\\:*?"<>|｜]/;

export function checkDepartmentName({ settings }: { settings: Settings }, name: string): void {
  const { most, unit } = settings.departmentName;
  const length = unit === 'bytes' ? Buffer.byteLength(name) : [...name].length;
  if (length === 0 || length > most) fail(60001);
  if (FORBIDDEN_CHARACTERS.test(name)) fail(settings.departmentCharactersCode);
}

/** Names are unique among siblings. */
export function checkNameFree(
  corp: Corp,
  parent: Department,
  { name, self }: { name: string; self?: number },
): void {
  for (const id of parent.children) {
    if (id !== self && corp.departments.get(id)?.name === name) fail(60008, `department existed: ${id}`);
  }
}

/** The parent to hang something of `levels` levels below, or the failure that forbids it. */
export function needParent({ corp, settings }: World, id: number, levels: number): Department {
  if (id <= 0) fail(60124);
  const parent = corp.departments.get(id);
  if (!parent) fail(60004);
  if (chainOf(corp, id).length + levels > settings.maxLevels) fail(81002);
  checkRoom({ settings }, parent, 1);
  return parent;
}

/** Departments and members directly in one department are limited together. */
export function checkRoom({ settings }: { settings: Settings }, dept: Department, more: number): void {
  if (dept.children.size + dept.members.size + more > settings.maxNodesPerDepartment) fail(81001);
}

/** 1 for a department without any below it. */
export function levelsOf(corp: Corp, dept: Department): number {
  let below = 0;
  for (const id of dept.children) {
    below = Math.max(below, levelsOf(corp, corp.departments.get(id) as Department));
  }
  return below + 1;
}
