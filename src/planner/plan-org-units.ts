import type { AgreedOrgUnit } from '../domain/agreed.ts';
import type { PullRules } from '../domain/connection.ts';
import type { OrgUnitId } from '../domain/ids.ts';
import type { RemoteOrgUnitValue } from '../domain/remote.ts';
import type { AttributeDefinition } from '../domain/roster.ts';
import type { Issue } from '../domain/staging.ts';
import { NO_CHANGES, type PlannedOrgUnit, type RosterOrgUnit } from './facts.ts';
import { compareCodePoints } from './fold.ts';
import { type GuardVerdict, judgeGuards } from './guard.ts';
import { issue } from './issues.ts';
import type { Masters } from './masters.ts';
import { matchOrgUnits } from './match-org-units.ts';
import { orderParentsFirst } from './order.ts';
import { type OrgUnitFacts, planOrgUnit, settleOrgUnit } from './propose-org-unit.ts';
import { findTreeConflicts, treeAfter } from './tree-after.ts';

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
  /** Units of which the platform itself says that they are gone, where absence says nothing of the others. */
  readonly gone?: ReadonlySet<string> | undefined;
  /** Moves that count towards the guard beside those of this plan. */
  readonly movedBefore?: number | undefined;
  /** Whose the fields are; absent = everything is the platform's to say. */
  readonly masters?: Masters | undefined;
  /** What both last agreed on of each linked unit, by platform id. */
  readonly bases?: ReadonlyMap<string, AgreedOrgUnit> | undefined;
  /** Fields in which the reviewer has put another value in place of the platform's, by platform id. */
  readonly decided?: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

export interface OrgUnitPlan {
  /**
   * In the order of the final tree, parents before children. Those that go without some of the others are put in order
   * again, as {@link treeAfter} has them: what stays where it was may turn the order round.
   */
  readonly rows: readonly PlannedOrgUnit[];
  readonly moves: GuardVerdict;
}

/** Units are never removed by an import: that they are gone is told, and people decide. */
const absentRows = (facts: OrgUnitFacts): PlannedOrgUnit[] => {
  return [...facts.input.links].flatMap(([externalId, orgUnitId]) => {
    const current = facts.roster.get(orgUnitId);
    if (current === undefined || current.status === 'DELETED' || facts.matches.has(externalId)) return [];
    if (facts.input.gone?.has(externalId) === false) return [];
    return settleOrgUnit(
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
    : settleOrgUnit({ ...row, issues: [...row.issues, ...issues] }, held || row.decision === 'PENDING');

/** Issues that only the whole tree shows; a cycle among the platform's own units is told already. */
const withTreeConflicts = (rows: readonly PlannedOrgUnit[], roster: readonly RosterOrgUnit[]) => {
  const conflicts = findTreeConflicts(rows, roster);
  return rows.map((row) => {
    const told = new Set(row.issues.map(({ code }) => code));
    return more(
      row,
      (conflicts.get(row.externalId) ?? []).filter(({ code }) => !told.has(code)),
    );
  });
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
  const facts: OrgUnitFacts = { input, matches, roster, cyclic: ordered.cyclic };
  const rows = remotes.flatMap((remote) => {
    const match = matches.get(remote.externalId);
    return match === undefined ? [] : [planOrgUnit(facts, remote, match)];
  });
  if (input.conclusive || input.gone !== undefined) rows.push(...absentRows(facts));
  const judged = withTreeConflicts(rows, input.roster);
  const moving = judged.filter(({ action }) => action === 'MOVE').length + (input.movedBefore ?? 0);
  const { moves } = judgeGuards(input.guard, { linked: input.links.size, disables: 0, moves: moving });
  const held = judged.map((row) =>
    moves.tripped && row.action === 'MOVE'
      ? more(row, [issue('GUARD_TRIPPED', null, null, false)], true)
      : row,
  );
  return { rows: inTreeOrder(held, input.roster), moves };
};
