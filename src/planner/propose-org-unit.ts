import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange, Issue, StagedAction } from '../domain/staging.ts';
import { attributeIssues } from './attributes.ts';
import { diffOrgUnit } from './diff-org-unit.ts';
import { NO_CHANGES, type PlannedOrgUnit, type RosterOrgUnit } from './facts.ts';
import { issue } from './issues.ts';
import type { OrgUnitMatch } from './match-org-units.ts';
import { cleanText, fits, NAME_MAX_LENGTH } from './normalise.ts';
import type { ReasonCode } from './reasons.ts';

/** What the rows of one pull of units have in common. */
export interface OrgUnitFacts {
  readonly input: {
    readonly definitions: readonly AttributeDefinition[];
    readonly links: ReadonlyMap<string, OrgUnitId>;
    readonly targetOrgUnitId: OrgUnitId;
  };
  readonly matches: ReadonlyMap<string, OrgUnitMatch>;
  readonly roster: ReadonlyMap<OrgUnitId, RosterOrgUnit>;
  readonly cyclic: ReadonlySet<string>;
}

/** The parent that the platform asks for; absent when it does not say or nobody knows it. */
const parentAfter = (
  facts: OrgUnitFacts,
  remote: RemoteOrgUnitValue,
  isNew: boolean,
): OrgUnitId | undefined => {
  const { parentExternalId } = remote;
  // Where a top unit hangs is the administrator's choice: made at creation, kept afterwards.
  if (parentExternalId === null) return isNew ? facts.input.targetOrgUnitId : undefined;
  const parent = facts.matches.get(parentExternalId)?.orgUnitId ?? facts.input.links.get(parentExternalId);
  if (parent === undefined || parent === null) return undefined;
  return facts.roster.get(parent)?.status === 'DELETED' ? undefined : parent;
};

const unitIssues = (
  facts: OrgUnitFacts,
  remote: RemoteOrgUnitValue,
  known: { readonly isNew: boolean; readonly parent: OrgUnitId | undefined },
): Issue[] => {
  const issues: Issue[] = [];
  const name = cleanText(remote.name);
  if (name === '') issues.push(issue('NAME_MISSING', 'name', null));
  else if (!fits(name, NAME_MAX_LENGTH)) issues.push(issue('NAME_TOO_LONG', 'name', name));
  if (facts.cyclic.has(remote.externalId)) {
    issues.push(issue('PARENT_CYCLE', 'parentId', remote.parentExternalId));
  } else if (remote.parentExternalId !== null && known.parent === undefined) {
    issues.push(issue('PARENT_UNKNOWN', 'parentId', remote.parentExternalId, known.isNew));
  }
  return issues;
};

const actionOf = (match: OrgUnitMatch, changes: readonly FieldChange[]): [StagedAction, ReasonCode] => {
  if (match.situation === 'UNMATCHED') return ['CREATE', 'NEW_ON_PLATFORM'];
  if (match.situation === 'UNLINKED') return ['LINK', 'MATCHED'];
  if (changes.length === 0) return ['NONE', 'UNCHANGED'];
  return changes.some(({ field }) => field === 'parentId')
    ? ['MOVE', 'PARENT_CHANGED']
    : ['UPDATE', 'FIELDS_CHANGED'];
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
    const issues = [issue('MATCH_DISPUTED', 'name', remote.name)];
    return settleOrgUnit({ ...base, action: 'NONE', reason: 'SEVERAL_MATCHES', changes: NO_CHANGES, issues });
  }
  if (current?.status === 'DELETED') {
    return settleOrgUnit({ ...base, action: 'NONE', reason: 'DELETED_IN_ROSTER', changes: NO_CHANGES });
  }
  const isNew = situation === 'UNMATCHED';
  const parent = parentAfter(facts, remote, isNew);
  const changes = diffOrgUnit(facts.input.definitions, remote, { current, parentAfter: parent });
  const [action, reason] = actionOf(match, changes);
  const issues = [
    ...unitIssues(facts, remote, { isNew, parent }),
    ...attributeIssues(facts.input.definitions, remote.attributes, {
      current: current?.attributes ?? {},
      all: situation !== 'LINKED',
    }),
  ];
  return settleOrgUnit({ ...base, action, reason, changes, issues });
};
