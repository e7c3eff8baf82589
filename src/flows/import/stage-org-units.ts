import {
  AppError,
  type Decision,
  newId,
  type OrgUnitId,
  type RemoteOrgUnitId,
  type StagedOrgUnitId,
} from '../../domain/index.ts';
import { agreedOrgUnit, contestedOrgUnit } from '../../planner/agreed.ts';
import { applyChanges } from '../../planner/apply-changes.ts';
import type { PlannedOrgUnit } from '../../planner/facts.ts';
import type { GuardVerdict } from '../../planner/guard.ts';
import { concludeUnitLeavers } from '../../planner/leavers.ts';
import { type OrgUnitPlan, planOrgUnits } from '../../planner/plan-org-units.ts';
import {
  type FetchedUnitRow,
  type PreviousRow,
  type RosterUnitRow,
  readDefinitions,
  readFetchedUnits,
  readGoneUnits,
  readPreviousUnits,
  readRosterUnits,
  readUnitLinks,
  type UnitLinkRow,
} from '../../store/queries/import-facts.ts';
import { readPlacement } from '../../store/queries/import-fetched.ts';
import { readHour } from '../../store/queries/import-hour.ts';
import { insertStagedOrgUnits, type StagedOrgUnitRow } from '../../store/queries/import-staged.ts';
import type { Tx } from '../../store/transaction.ts';
import { decidedFields, mendOrgUnit, sameChanges, sameContest } from './mend.ts';
import { mastersOf, type StagingRun } from './staging-run.ts';

/** The units that accounts of the run may be seated in. */
export interface UnitMap {
  /** Linked units that are not deleted, and units that the run makes, by platform id. */
  readonly byExternalId: ReadonlyMap<string, OrgUnitId>;
  readonly owned: ReadonlySet<OrgUnitId>;
  readonly moves: GuardVerdict;
}

interface UnitFacts {
  readonly fetched: readonly FetchedUnitRow[];
  readonly roster: readonly RosterUnitRow[];
  readonly rosterById: ReadonlyMap<OrgUnitId, RosterUnitRow>;
  readonly links: readonly UnitLinkRow[];
  readonly previous: ReadonlyMap<string, PreviousRow<StagedOrgUnitId>>;
  readonly targetOrgUnitId: OrgUnitId;
  /** The company's own unit, when it is to become the tenant's root. */
  readonly company: { readonly externalId: string; readonly orgUnitId: OrgUnitId } | null;
  /** Of a run of events; absent = absence tells. */
  readonly gone: ReadonlySet<string> | undefined;
}

/**
 * The unit that stands for the whole company, when the tenant's root is still free for it: the only top unit of a
 * fetch of the whole company whose units go below no other unit (row ID-09). Otherwise top units become children
 * of the target, however many there are.
 */
const companyUnit = (
  run: StagingRun,
  fetched: readonly FetchedUnitRow[],
  root: { readonly rootId: OrgUnitId; readonly rootLinked: boolean; readonly links: readonly UnitLinkRow[] },
): UnitFacts['company'] => {
  const { startOrgUnitExternalIds, targetOrgUnitId } = run.connection.pullRules;
  if (targetOrgUnitId !== null || startOrgUnitExternalIds.length > 0 || root.rootLinked) return null;
  if (!run.statement.visibleRange.wholeCompany) return null;
  const tops = fetched.filter(({ remote }) => remote.parentExternalId === null);
  const [top] = tops;
  if (top === undefined || tops.length > 1) return null;
  // A link always wins: the company may have been placed below the root before its whole range was seen.
  if (root.links.some(({ externalId }) => externalId === top.remote.externalId)) return null;
  return { externalId: top.remote.externalId, orgUnitId: root.rootId };
};

/**
 * Where only what events have named was read, all other units stand as they do in the roster: that is the tree that the
 * read ones are planned into. Of these, one that is what both sides agreed on stands as well.
 */
const withoutAgreed = (
  run: StagingRun,
  fetched: readonly FetchedUnitRow[],
  links: readonly UnitLinkRow[],
): readonly FetchedUnitRow[] => {
  if (run.kind === 'WHOLE') return fetched;
  const agreed = new Map(links.map(({ externalId, agreedHash }) => [externalId, agreedHash]));
  return fetched.filter(({ remote, hash }) => agreed.get(remote.externalId) !== hash);
};

const readFacts = async (tx: Tx, run: StagingRun): Promise<UnitFacts> => {
  const roster = await readRosterUnits(tx);
  const placement = await readPlacement(tx);
  if (placement === null) throw new AppError('NOT_FOUND', { details: { type: 'OrgUnit', id: 'root' } });
  const targetOrgUnitId = run.connection.pullRules.targetOrgUnitId ?? placement.rootId;
  if (!roster.some(({ id, status }) => id === targetOrgUnitId && status === 'ACTIVE')) {
    throw new AppError('NOT_FOUND', { details: { type: 'OrgUnit', id: targetOrgUnitId } });
  }
  const links = await readUnitLinks(tx, run.connectionId);
  const fetched = withoutAgreed(run, await readFetchedUnits(tx, run), links);
  return {
    fetched,
    roster,
    rosterById: new Map(roster.map((unit) => [unit.id, unit])),
    links,
    previous: await readPreviousUnits(tx, run.id),
    targetOrgUnitId,
    company: companyUnit(run, fetched, { ...placement, links }),
    gone: run.kind === 'WHOLE' ? undefined : await readGoneUnits(tx, run.id),
  };
};

const plan = async (tx: Tx, run: StagingRun, facts: UnitFacts): Promise<OrgUnitPlan> => {
  const made = new Map<string, OrgUnitId>();
  const newIdOf = (externalId: string): OrgUnitId => {
    const id = made.get(externalId) ?? facts.previous.get(externalId)?.createdId ?? newId<'OrgUnit'>();
    made.set(externalId, id as OrgUnitId);
    return id as OrgUnitId;
  };
  const links = new Map(facts.links.map(({ externalId, orgUnitId }) => [externalId, orgUnitId]));
  if (facts.company !== null) links.set(facts.company.externalId, facts.company.orgUnitId);
  const leavers = concludeUnitLeavers(run.statement, {
    asked: run.scope !== 'ACCOUNTS',
    stored: facts.fetched.length,
  });
  const { rows, moves } = planOrgUnits({
    remotes: facts.fetched.map(({ remote }) =>
      mendOrgUnit(remote, facts.previous.get(remote.externalId)?.mended),
    ),
    roster: facts.roster,
    links,
    definitions: await readDefinitions(tx, 'ORG_UNIT'),
    targetOrgUnitId: facts.targetOrgUnitId,
    byName: false,
    newIdOf,
    guard: run.connection.pullRules.guard,
    conclusive: leavers.conclusive,
    gone: facts.gone,
    movedBefore: run.kind === 'WHOLE' ? 0 : (await readHour(tx, run.connectionId)).unitMoves,
    masters: mastersOf(run),
    bases: new Map(
      facts.links.flatMap((link) => (link.agreedValue === null ? [] : [[link.externalId, link.agreedValue]])),
    ),
    decided: new Map([...facts.previous].map(([id, { mended }]) => [id, decidedFields(mended)])),
  });
  return { rows: rows.map((row) => asLink(row, facts)), moves };
};

/** The planner was told that the company's unit is linked; what it then changes comes with the new link. */
const asLink = (row: PlannedOrgUnit, facts: UnitFacts): PlannedOrgUnit =>
  row.externalId === facts.company?.externalId
    ? { ...row, situation: 'UNLINKED', action: 'LINK', reason: 'MATCHED' }
    : row;

/** The decision that stood before, as long as the row says what it said then. */
export const decisionAfter = (
  row: {
    readonly action: string;
    readonly changes: PlannedOrgUnit['changes'];
    readonly blocking: boolean;
    readonly contested: object | null;
  },
  proposed: Decision,
  previous: PreviousRow<string> | null | undefined,
): Decision => {
  if (previous === null || previous === undefined) return proposed;
  if (previous.decision === 'SKIPPED') return 'SKIPPED';
  // What an issue held back is proposed afresh; whether it is still held is found out afterwards.
  if (previous.blocking) return proposed;
  // What somebody decided before is no word about a conflict that has come since.
  if (row.contested !== null && !sameContest(row, previous)) return proposed;
  const same = previous.action === row.action && sameChanges(row.changes, previous.changes);
  return same && !row.blocking ? previous.decision : proposed;
};

const EMPTY = { name: '', order: '0', parentId: null, attributes: {} };

const stagedRow = (
  facts: UnitFacts,
  row: PlannedOrgUnit,
  known: {
    readonly ordinal: number;
    readonly fetched: FetchedUnitRow | undefined;
    readonly link: UnitLinkRow | undefined;
  },
): StagedOrgUnitRow => {
  const current = row.orgUnitId === null ? undefined : facts.rosterById.get(row.orgUnitId);
  const previous = facts.previous.get(row.externalId);
  const after = applyChanges(
    current === undefined
      ? { ...EMPTY }
      : {
          name: current.name,
          order: current.order,
          parentId: current.parentId,
          attributes: current.attributes,
        },
    row.changes,
  );
  const { fetched, link, ordinal } = known;
  const agreement = {
    agreed: fetched === undefined ? null : agreedOrgUnit(fetched.remote, row.issues),
    contested: fetched === undefined ? null : contestedOrgUnit(fetched.remote, row.issues),
  };
  return {
    id: previous?.id ?? newId<'StagedOrgUnit'>(),
    ordinal,
    externalId: row.externalId,
    parentExternalId: fetched?.remote.parentExternalId ?? null,
    remoteOrgUnitId: fetched?.remoteOrgUnitId ?? link?.remoteOrgUnitId ?? ('' as RemoteOrgUnitId),
    name: after.name === '' ? (fetched?.remote.name ?? '') : after.name,
    situation: row.situation,
    action: row.action,
    orgUnitId: row.orgUnitId,
    targetParentId: after.parentId,
    baseVersion: row.baseVersion,
    candidates: row.candidates,
    hash: fetched?.hash ?? null,
    changes: row.changes,
    issues: row.issues,
    blocking: row.blocking,
    decision: decisionAfter({ ...row, ...agreement }, row.decision, previous),
    reason: row.reason,
    ...agreement,
    after,
    mended: previous?.mended ?? {},
  };
};

/** Nothing has changed since both sides last agreed: counted, but no row. */
const isUnchanged = (row: PlannedOrgUnit, hash: string | undefined, link: UnitLinkRow | undefined): boolean =>
  row.situation === 'LINKED' &&
  row.action === 'NONE' &&
  row.issues.length === 0 &&
  hash !== undefined &&
  link?.agreedHash === hash &&
  link.agreedVersion === row.baseVersion;

const mapOf = (facts: UnitFacts, rows: readonly PlannedOrgUnit[], moves: GuardVerdict): UnitMap => {
  const active = new Set(facts.roster.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
  const byExternalId = new Map<string, OrgUnitId>();
  const owned = new Set<OrgUnitId>();
  for (const { externalId, orgUnitId } of facts.links) {
    owned.add(orgUnitId);
    if (active.has(orgUnitId)) byExternalId.set(externalId, orgUnitId);
  }
  for (const { externalId, orgUnitId, action } of rows) {
    if (orgUnitId === null || (action !== 'CREATE' && action !== 'LINK')) continue;
    byExternalId.set(externalId, orgUnitId);
    owned.add(orgUnitId);
  }
  return { byExternalId, owned, moves };
};

const NO_MOVES: GuardVerdict = { tripped: false, counted: 0, limit: 0 };

/** Stages the units of a run; the tree is planned as a whole. Units that did not change get no row. */
export const stageOrgUnits = async (tx: Tx, run: StagingRun): Promise<UnitMap> => {
  const facts = await readFacts(tx, run);
  await tx.query('delete from muster.staged_org_unit where run_id = $1', [run.id]);
  if (run.scope === 'ACCOUNTS') return mapOf(facts, [], NO_MOVES);
  const { rows, moves } = await plan(tx, run, facts);
  const fetched = new Map(facts.fetched.map((row) => [row.remote.externalId, row]));
  const links = new Map(facts.links.map((link) => [link.externalId, link]));
  const staged = rows.flatMap((row, ordinal) => {
    const link = links.get(row.externalId);
    const known = { ordinal, fetched: fetched.get(row.externalId), link };
    return isUnchanged(row, known.fetched?.hash, link) ? [] : [stagedRow(facts, row, known)];
  });
  await insertStagedOrgUnits(tx, run.id, staged);
  return mapOf(facts, rows, moves);
};
