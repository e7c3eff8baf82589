import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { Situation } from '../domain/staging.ts';
import type { RosterOrgUnit } from './facts.ts';
import { fold } from './fold.ts';
import { cleanText } from './normalise.ts';

export interface OrgUnitMatch {
  readonly situation: Extract<Situation, 'LINKED' | 'UNLINKED' | 'UNMATCHED' | 'DISPUTED'>;
  /** The linked or matched unit, or the id that a new one gets; `null` when disputed. */
  readonly orgUnitId: OrgUnitId | null;
  readonly candidates: readonly OrgUnitId[];
}

export interface OrgUnitMatchInput {
  /** Parents before children, as `orderParentsFirst` gives them. */
  readonly remotes: readonly RemoteOrgUnitValue[];
  readonly roster: readonly RosterOrgUnit[];
  readonly links: ReadonlyMap<string, OrgUnitId>;
  /** Unit below which top units are placed. */
  readonly targetOrgUnitId: OrgUnitId;
  /** Match by level and name from the top down (row W-DD-47). Off: only links count, all others are new. */
  readonly byName: boolean;
  /** Id that a new unit gets; the same for the same platform id. */
  readonly newIdOf: (externalId: string) => OrgUnitId;
}

const nameKey = (parent: OrgUnitId | null, name: string): string =>
  `${parent ?? ''}\n${fold(cleanText(name))}`;

interface Namesakes {
  readonly free: ReadonlyMap<string, OrgUnitId>;
  readonly target: RosterOrgUnit | undefined;
}

/** Active units without link to this connection, by parent and folded name: unique among siblings. */
const namesakesOf = (input: OrgUnitMatchInput): Namesakes => {
  const linked = new Set(input.links.values());
  const free = new Map<string, OrgUnitId>();
  let target: RosterOrgUnit | undefined;
  for (const unit of input.roster) {
    if (unit.status !== 'ACTIVE' || linked.has(unit.id)) continue;
    if (unit.id === input.targetOrgUnitId) target = unit;
    free.set(nameKey(unit.parentId, unit.name), unit.id);
  }
  return { free, target };
};

const candidateOf = (
  input: OrgUnitMatchInput,
  remote: RemoteOrgUnitValue,
  found: { readonly namesakes: Namesakes; readonly parent: OrgUnitId | null; readonly onlyTop: boolean },
): OrgUnitId | undefined => {
  if (!input.byName) return undefined;
  const { namesakes, parent, onlyTop } = found;
  const sameName = namesakes.target && fold(namesakes.target.name) === fold(cleanText(remote.name ?? ''));
  // The company itself: one top unit of the target's own name is the target, not a child of it.
  if (onlyTop && sameName && namesakes.target) return namesakes.target.id;
  return parent === null ? undefined : namesakes.free.get(nameKey(parent, remote.name ?? ''));
};

/** Brothers of one name would claim one unit: known before anything is matched, whatever their order. */
const namesPerParent = (remotes: readonly RemoteOrgUnitValue[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const { parentExternalId, name = '' } of remotes) {
    const key = `${parentExternalId ?? ''}\n${fold(cleanText(name))}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
};

/**
 * Matches of all units of a run, by platform id. A link always wins. By name, when switched on: same parent and
 * same folded name, from the top down; brothers that share a name are disputed, none of them is guessed.
 */
export const matchOrgUnits = (input: OrgUnitMatchInput): ReadonlyMap<string, OrgUnitMatch> => {
  const namesakes = namesakesOf(input);
  const unlinked = input.remotes.filter(({ externalId }) => !input.links.has(externalId));
  const counts = namesPerParent(unlinked);
  const onlyTop = input.remotes.filter(({ parentExternalId }) => parentExternalId === null).length === 1;
  const matches = new Map<string, OrgUnitMatch>();
  for (const remote of input.remotes) {
    const { externalId, parentExternalId, name = '' } = remote;
    const link = input.links.get(externalId);
    if (link !== undefined) {
      matches.set(externalId, { situation: 'LINKED', orgUnitId: link, candidates: [] });
      continue;
    }
    const top = parentExternalId === null;
    const parent = top
      ? input.targetOrgUnitId
      : (matches.get(parentExternalId)?.orgUnitId ?? input.links.get(parentExternalId) ?? null);
    const found = candidateOf(input, remote, { namesakes, parent, onlyTop: top && onlyTop });
    if (found === undefined) {
      matches.set(externalId, {
        situation: 'UNMATCHED',
        orgUnitId: input.newIdOf(externalId),
        candidates: [],
      });
      continue;
    }
    const alone = counts.get(`${parentExternalId ?? ''}\n${fold(cleanText(name))}`) === 1;
    matches.set(
      externalId,
      alone
        ? { situation: 'UNLINKED', orgUnitId: found, candidates: [] }
        : { situation: 'DISPUTED', orgUnitId: null, candidates: [found] },
    );
  }
  return matches;
};
