import { createRandom, type Random } from './random.ts';
import type { CompanyUnit } from './types.ts';
import { CHINESE_DIGITS, UNIT_WORDS } from './words.ts';

/** A unit while the company is being built. */
export interface UnitDraft {
  id: number;
  parentId: number | null;
  name: string;
  order: number;
  depth: number;
  childCount: number;
  leaderIds: string[];
}

export interface UnitPlan {
  readonly seed: number;
  readonly companyName: string;
  readonly count: number;
  readonly maxDepth: number;
}

/** Children that one unit gets at most; platforms refuse more than 1,000. */
const ROOT_CHILDREN = 40;
const UNIT_CHILDREN = 14;

/** The tree of `count` units below the root: mostly broad, with one chain that reaches `maxDepth`. */
export function draftUnits(plan: UnitPlan): UnitDraft[] {
  const random = createRandom(plan.seed ^ 0x51ed27);
  const root: UnitDraft = {
    id: 1,
    parentId: null,
    name: plan.companyName,
    order: 0,
    depth: 0,
    childCount: 0,
    leaderIds: [],
  };
  const units = [root];
  const names = new Map<number, Set<string>>();
  let id = 900_100_000;
  for (let i = 0; i < plan.count; i++) {
    const parent = i < plan.maxDepth ? (units[i] as UnitDraft) : chooseParent(random, units, plan.maxDepth);
    id += 1 + random.int(97);
    const taken = names.get(parent.id) ?? new Set<string>();
    names.set(parent.id, taken);
    units.push({
      id,
      parentId: parent.id,
      name: chooseName(random, parent.depth, taken),
      order: parent.childCount++,
      depth: parent.depth + 1,
      childCount: 0,
      leaderIds: [],
    });
  }
  return units;
}

function chooseParent(random: Random, units: readonly UnitDraft[], maxDepth: number): UnitDraft {
  for (let attempt = 0; attempt < 40; attempt++) {
    // Leaning to early units keeps the tree broad; the square root of a uniform number would make it deep.
    const unit = units[Math.floor(units.length * random.next() ** 1.6)] as UnitDraft;
    const room = unit.depth === 0 ? ROOT_CHILDREN : UNIT_CHILDREN;
    if (unit.depth < maxDepth && unit.childCount < room) return unit;
  }
  const free = units.findLast((unit) => unit.depth < maxDepth && unit.childCount < 900);
  return free ?? (units[0] as UnitDraft);
}

function chooseName(random: Random, parentDepth: number, taken: Set<string>): string {
  const words = UNIT_WORDS[Math.min(parentDepth, UNIT_WORDS.length - 1)] as (typeof UNIT_WORDS)[number];
  const stem = random.pick(words.stems);
  const ending = random.pick(words.endings);
  let name = stem + ending;
  for (let n = 1; taken.has(name); n++) {
    const digit = CHINESE_DIGITS[n] ?? String(n + 1);
    name = `${stem}${digit}${ending}`;
  }
  taken.add(name);
  return name;
}

export function finishUnit(draft: UnitDraft): CompanyUnit {
  const { id, parentId, name, order, leaderIds } = draft;
  return { id, parentId, name, order, leaderIds };
}
