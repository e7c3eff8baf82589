import type { AgreedOrgUnit } from '../domain/agreed.ts';
import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange, Issue, StagedAction } from '../domain/staging.ts';
import { attributeIssues } from './attributes.ts';
import { diffOrgUnit } from './diff-org-unit.ts';
import { NO_CHANGES, type PlannedOrgUnit, type RosterOrgUnit } from './facts.ts';
import { issue } from './issues.ts';
import { type Masters, masterOf } from './masters.ts';
import type { OrgUnitMatch } from './match-org-units.ts';
import { type Merged, mergeIssues, UNMERGED } from './merge.ts';
import { mergeOrgUnit, orgUnitFieldOf } from './merge-org-unit.ts';
import { cleanText, fits, NAME_MAX_LENGTH } from './normalise.ts';
import type { ReasonCode } from './reasons.ts';

/** What the rows of one pull of units have in common. */
export interface OrgUnitFacts {
  readonly input: {
    readonly definitions: readonly AttributeDefinition[];
    readonly links: ReadonlyMap<string, OrgUnitId>;
    readonly targetOrgUnitId: OrgUnitId;
    readonly gone?: ReadonlySet<string> | undefined;
    readonly masters?: Masters | undefined;
    readonly bases?: ReadonlyMap<string, AgreedOrgUnit> | undefined;
    readonly decided?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  };
  readonly matches: ReadonlyMap<string, OrgUnitMatch>;
  readonly roster: ReadonlyMap<OrgUnitId, RosterOrgUnit>;
  readonly cyclic: ReadonlySet<string>;
}

/** The unit of the roster that a platform's parent is; absent when nobody knows it. */
const parentOf = (facts: OrgUnitFacts, parentExternalId: string): OrgUnitId | undefined => {
  const parent = facts.matches.get(parentExternalId)?.orgUnitId ?? facts.input.links.get(parentExternalId);
  if (parent === undefined || parent === null) return undefined;
  return facts.roster.get(parent)?.status === 'DELETED' ? undefined : parent;
};

/** The parent that the platform asks for; absent when it does not say or nobody knows it. */
const parentAfter = (
  facts: OrgUnitFacts,
  remote: RemoteOrgUnitValue,
  isNew: boolean,
): OrgUnitId | undefined => {
  const { parentExternalId } = remote;
  // Where a top unit hangs is the administrator's choice: made at creation, kept afterwards.
  if (parentExternalId === null) return isNew ? facts.input.targetOrgUnitId : undefined;
  return parentOf(facts, parentExternalId);
};

const unitIssues = (
  facts: OrgUnitFacts,
  remote: RemoteOrgUnitValue,
  known: { readonly isNew: boolean; readonly parent: OrgUnitId | undefined },
): Issue[] => {
  const issues: Issue[] = [];
  const name = cleanText(remote.name ?? '');
  // A name that is not shown is missed only where there is none yet.
  const isUnshown = remote.name === undefined && !known.isNew;
  if (name === '' && !isUnshown) issues.push(issue('NAME_MISSING', 'name', null));
  else if (!fits(name, NAME_MAX_LENGTH)) issues.push(issue('NAME_TOO_LONG', 'name', name));
  if (facts.cyclic.has(remote.externalId)) {
    issues.push(issue('PARENT_CYCLE', 'parentId', remote.parentExternalId));
  } else if (remote.parentExternalId !== null && known.parent === undefined) {
    issues.push(issue('PARENT_UNKNOWN', 'parentId', remote.parentExternalId, known.isNew));
  }
  return issues;
};

const actionOf = (match: OrgUnitMatch, { changes, kept }: Merged): [StagedAction, ReasonCode] => {
  if (match.situation === 'UNMATCHED') return ['CREATE', 'NEW_ON_PLATFORM'];
  if (match.situation === 'UNLINKED') return ['LINK', 'MATCHED'];
  if (changes.length === 0) return ['NONE', kept.length === 0 ? 'UNCHANGED' : 'ROSTER_STANDS'];
  return changes.some(({ field }) => field === 'parentId')
    ? ['MOVE', 'PARENT_CHANGED']
    : ['UPDATE', 'FIELDS_CHANGED'];
};

/** What a unit takes over of the platform's values. */
const takenOver = (
  facts: OrgUnitFacts,
  externalId: string,
  of: { readonly current: RosterOrgUnit | null; readonly changes: readonly FieldChange[] },
): Merged => {
  const { bases, decided, definitions, masters } = facts.input;
  if (of.current === null) return UNMERGED(of.changes);
  const sides = {
    definitions,
    current: of.current,
    base: bases?.get(externalId),
    parentOf: (parent: string) => parentOf(facts, parent),
    decided: decided?.get(externalId),
  };
  return mergeOrgUnit(masters, sides, of.changes);
};

/** What is wrong with a value that the roster keeps out anyway holds nobody up. */
const isKeptOut = ({ input }: OrgUnitFacts, { kept }: Merged, field: string | null): boolean => {
  const mastered = field === null ? null : orgUnitFieldOf(field);
  if (mastered === null || input.masters === undefined) return false;
  return masterOf(input.masters, mastered) === 'ROSTER' || kept.some((change) => change.field === field);
};

/** A row with its decision: blocked or held rows wait; a row that writes nothing blocks nothing. */
export const settleOrgUnit = (
  row: Omit<PlannedOrgUnit, 'blocking' | 'decision' | 'settled'>,
  held = false,
): PlannedOrgUnit => {
  const inert = row.action === 'NONE' && row.situation !== 'DISPUTED';
  const issues = inert ? row.issues.map((each) => ({ ...each, blocking: false })) : row.issues;
  const blocking = issues.some((each) => each.blocking);
  const decision = blocking || held ? 'PENDING' : 'ACCEPTED';
  return { ...row, issues, blocking, decision, settled: issues.length === 0 };
};

/** Match and difference of one unit that the platform has → proposed action, changes, issues, decision. */
export const planOrgUnit = (
  facts: OrgUnitFacts,
  remote: RemoteOrgUnitValue,
  match: OrgUnitMatch,
): PlannedOrgUnit => {
  const { externalId } = remote;
  const { situation, orgUnitId, candidates } = match;
  const current = orgUnitId === null ? null : (facts.roster.get(orgUnitId) ?? null);
  const base = {
    externalId,
    situation,
    orgUnitId,
    baseVersion: current?.version ?? null,
    candidates,
    issues: [],
  };
  if (situation === 'DISPUTED') {
    const issues = [issue('MATCH_DISPUTED', 'name', remote.name ?? null)];
    return settleOrgUnit({ ...base, action: 'NONE', reason: 'SEVERAL_MATCHES', changes: NO_CHANGES, issues });
  }
  if (current?.status === 'DELETED') {
    return settleOrgUnit({ ...base, action: 'NONE', reason: 'DELETED_IN_ROSTER', changes: NO_CHANGES });
  }
  const isNew = situation === 'UNMATCHED';
  const parent = parentAfter(facts, remote, isNew);
  const differing = diffOrgUnit(facts.input.definitions, remote, { current, parentAfter: parent });
  const merged = takenOver(facts, externalId, { current, changes: differing });
  const [action, reason] = actionOf(match, merged);
  const own = [
    ...unitIssues(facts, remote, { isNew, parent }),
    ...attributeIssues(facts.input.definitions, remote.attributes, {
      current: current?.attributes ?? {},
      all: situation !== 'LINKED',
    }),
  ];
  const issues = [
    ...mergeIssues(merged),
    ...own.filter(({ field }) => isNew || !isKeptOut(facts, merged, field)),
  ];
  const { changes, contested } = merged;
  return settleOrgUnit({ ...base, action, reason, changes, issues }, contested.length > 0);
};
