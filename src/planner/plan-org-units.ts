import type { PullRules } from '../domain/connection.ts';
import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { FieldChange, Issue, StagedAction } from '../domain/staging.ts';
import { attributeIssues } from './attributes.ts';
import { diffOrgUnit } from './diff-org-unit.ts';
import { NO_CHANGES, type PlannedOrgUnit, type RosterOrgUnit } from './facts.ts';
import { compareCodePoints } from './fold.ts';
import { type GuardVerdict, judgeGuards } from './guard.ts';
import { issue } from './issues.ts';
import { matchOrgUnits, type OrgUnitMatch } from './match-org-units.ts';
import { cleanText, fits, NAME_MAX_LENGTH } from './normalise.ts';
import { orderParentsFirst } from './order.ts';
import type { ReasonCode } from './reasons.ts';
import { siblingClashes, treeAfter } from './tree-after.ts';

/** Everything that one pull of units is planned from. */
export interface OrgUnitPlanInput {
  readonly remotes: readonly RemoteOrgUnitValue[];
  /** The whole tree of the tenant. */
  readonly roster: readonly RosterOrgUnit[];
  /** Links of this connection: platform id to unit. */
  readonly links: ReadonlyMap<string, OrgUnitId>;
  /** Enabled definitions of units. */
  readonly definitions: readonly AttributeDefinition[];
  readonly targetOrgUnitId: OrgUnitId;
  readonly byName: boolean;
  readonly newIdOf: (externalId: string) => OrgUnitId;
  readonly guard: PullRules['guard'];
  /** Absence means that the unit is gone: see `concludeUnitLeavers`. */
  readonly conclusive: boolean;
}

export interface OrgUnitPlan {
  /** In the order in which they are to be applied: by the final tree, parents before children. */
  readonly rows: readonly PlannedOrgUnit[];
  readonly moves: GuardVerdict;
}

interface Facts {
  readonly input: OrgUnitPlanInput;
  readonly matches: ReadonlyMap<string, OrgUnitMatch>;
  readonly roster: ReadonlyMap<OrgUnitId, RosterOrgUnit>;
  readonly cyclic: ReadonlySet<string>;
}

/** The parent that the platform asks for; absent when it does not say or nobody knows it. */
const parentAfter = (facts: Facts, remote: RemoteOrgUnitValue, isNew: boolean): OrgUnitId | undefined => {
  const { parentExternalId } = remote;
  // Where a top unit hangs is the administrator's choice: made at creation, kept afterwards.
  if (parentExternalId === null) return isNew ? facts.input.targetOrgUnitId : undefined;
  const parent = facts.matches.get(parentExternalId)?.orgUnitId ?? facts.input.links.get(parentExternalId);
  if (parent === undefined || parent === null) return undefined;
  return facts.roster.get(parent)?.status === 'DELETED' ? undefined : parent;
};

const unitIssues = (
  facts: Facts,
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

const settle = (
  row: Omit<PlannedOrgUnit, 'blocking' | 'decision' | 'settled'>,
  held = false,
): PlannedOrgUnit => {
  const inert = row.action === 'NONE' && row.situation !== 'DISPUTED';
  const issues = inert ? row.issues.map((each) => ({ ...each, blocking: false })) : row.issues;
  const blocking = issues.some((each) => each.blocking);
  const decision = blocking || held ? 'PENDING' : 'ACCEPTED';
  return { ...row, issues, blocking, decision, settled: issues.length === 0 };
};

const presentRow = (facts: Facts, remote: RemoteOrgUnitValue, match: OrgUnitMatch): PlannedOrgUnit => {
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
    return settle({ ...base, action: 'NONE', reason: 'SEVERAL_MATCHES', changes: NO_CHANGES, issues });
  }
  if (current?.status === 'DELETED') {
    return settle({ ...base, action: 'NONE', reason: 'DELETED_IN_ROSTER', changes: NO_CHANGES });
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
  return settle({ ...base, action, reason, changes, issues });
};

/** Units are never removed by an import: that they are gone is told, and people decide. */
const absentRows = (facts: Facts): PlannedOrgUnit[] => {
  if (!facts.input.conclusive) return [];
  return [...facts.input.links].flatMap(([externalId, orgUnitId]) => {
    const current = facts.roster.get(orgUnitId);
    if (current === undefined || current.status === 'DELETED' || facts.matches.has(externalId)) return [];
    return settle(
      {
        externalId,
        situation: 'DELETED',
        action: 'NONE',
        reason: 'UNIT_LEFT_PLATFORM',
        changes: NO_CHANGES,
        issues: [issue('LEAVER', null, null, false)],
        orgUnitId,
        baseVersion: current.version,
        candidates: [],
      },
      true,
    );
  });
};

const more = (row: PlannedOrgUnit, issues: readonly Issue[], held = false): PlannedOrgUnit =>
  issues.length === 0
    ? row
    : settle({ ...row, issues: [...row.issues, ...issues] }, held || row.decision === 'PENDING');

/** Issues that only the whole tree shows: a cycle through units that the platform does not know, and names. */
const treeIssues = (rows: readonly PlannedOrgUnit[], roster: readonly RosterOrgUnit[]) => {
  const tree = treeAfter(rows, roster);
  const clashing = siblingClashes(tree, rows);
  return (row: PlannedOrgUnit): Issue[] => {
    const id = row.orgUnitId;
    if (id === null || row.changes.length === 0) return [];
    const issues: Issue[] = [];
    const parent = row.changes.find(({ field }) => field === 'parentId')?.after;
    const told = row.issues.some(({ code }) => code === 'PARENT_CYCLE');
    if (parent !== undefined && tree.cyclic.has(id) && !told) {
      issues.push(issue('PARENT_CYCLE', 'parentId', String(parent)));
    }
    if (clashing.has(id)) issues.push(issue('SIBLING_NAME_DUPLICATE', 'name', tree.names.get(id) ?? null));
    return issues;
  };
};

const inTreeOrder = (rows: readonly PlannedOrgUnit[], roster: readonly RosterOrgUnit[]): PlannedOrgUnit[] => {
  const place = new Map(treeAfter(rows, roster).order.map((id, i) => [id, i]));
  const placeOf = ({ orgUnitId }: PlannedOrgUnit): number =>
    (orgUnitId === null ? undefined : place.get(orgUnitId)) ?? Number.MAX_SAFE_INTEGER;
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b) || compareCodePoints(a.externalId, b.externalId));
};

/**
 * Plan of a whole pull of units: match, difference, order, issues, guard over moves. Independent of the order
 * of its input. A row whose parent row is not applied cannot be applied either: the commit holds it.
 */
export const planOrgUnits = (input: OrgUnitPlanInput): OrgUnitPlan => {
  const nodes = input.remotes.map((remote) => ({
    id: remote.externalId,
    parentId: remote.parentExternalId,
    remote,
  }));
  const ordered = orderParentsFirst(nodes);
  const remotes = ordered.nodes.map(({ remote }) => remote);
  const matches = matchOrgUnits({ ...input, remotes });
  const roster = new Map(input.roster.map((unit) => [unit.id, unit]));
  const facts: Facts = { input, matches, roster, cyclic: ordered.cyclic };
  const rows = remotes.flatMap((remote) => {
    const match = matches.get(remote.externalId);
    return match === undefined ? [] : [presentRow(facts, remote, match)];
  });
  rows.push(...absentRows(facts));
  const issuesOf = treeIssues(rows, input.roster);
  const judged = rows.map((row) => more(row, issuesOf(row)));
  const moving = judged.filter(({ action }) => action === 'MOVE').length;
  const { moves } = judgeGuards(input.guard, { linked: input.links.size, disables: 0, moves: moving });
  const held = judged.map((row) =>
    moves.tripped && row.action === 'MOVE'
      ? more(row, [issue('GUARD_TRIPPED', null, null, false)], true)
      : row,
  );
  return { rows: inTreeOrder(held, input.roster), moves };
};
