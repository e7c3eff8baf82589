import type {
  AccountId,
  AgreedAccount,
  AgreedOrgUnit,
  ImportScope,
  OrgUnitId,
  PullRules,
} from '../../../src/domain/index.ts';
import type { PlannedAccount, PlannedOrgUnit } from '../../../src/planner/facts.ts';
import type { Guards, GuardVerdict } from '../../../src/planner/guard.ts';
import { pullMasters } from '../../../src/planner/masters.ts';
import { planAccounts } from '../../../src/planner/plan-accounts.ts';
import { planOrgUnits } from '../../../src/planner/plan-org-units.ts';
import type { FetchManner } from './memory-platform.ts';
import type { RemoteCompany } from './remote-company.ts';
import type { RosterFacts, StoredRow } from './roster-facts.ts';

/** A pull as the oracle sees it. */
export interface PullFacts {
  readonly facts: RosterFacts;
  readonly company: RemoteCompany;
  readonly manner: FetchManner;
  readonly scope: ImportScope;
  readonly rules: PullRules;
  /** Started by an event. */
  readonly byEvent: boolean;
  /** Ids that the staging under test has given to what it creates. */
  readonly made: { readonly units: readonly StoredRow[]; readonly accounts: readonly StoredRow[] };
}

export interface ExpectedPlan {
  readonly units: readonly PlannedOrgUnit[];
  readonly accounts: readonly PlannedAccount[];
  readonly unitMoves: GuardVerdict;
  readonly guards: Guards;
  /** Platform ids of units that people can be seated in. */
  readonly seats: ReadonlySet<string>;
}

const known = <Agreed>(agreed: ReadonlyMap<string, object | null>): ReadonlyMap<string, Agreed> =>
  new Map([...agreed].flatMap(([id, value]) => (value === null ? [] : [[id, value as Agreed] as const])));

const createdIds = (rows: readonly StoredRow[]): ReadonlyMap<string, string> =>
  new Map(
    rows.flatMap((row) =>
      row.action === 'CREATE' && row.targetId !== null ? [[row.externalId, row.targetId]] : [],
    ),
  );

/** The only top unit of a whole company becomes the tenant's root, unless it or the root is linked already. */
const companyId = ({ facts, company, manner }: PullFacts): string | null => {
  const tops = [...company.units.values()].filter(({ parentExternalId }) => parentExternalId === null);
  const [top] = tops;
  if (top === undefined || tops.length > 1 || !manner.wholeCompany || facts.rootLinked) return null;
  return facts.unitLinks.has(top.externalId) ? null : top.externalId;
};

const expectUnits = (pull: PullFacts): { rows: readonly PlannedOrgUnit[]; moves: GuardVerdict } => {
  const { facts, company, manner, rules, scope } = pull;
  if (scope === 'ACCOUNTS') return { rows: [], moves: { tripped: false, counted: 0, limit: 0 } };
  const ids = createdIds(pull.made.units);
  const top = companyId(pull);
  const { rows, moves } = planOrgUnits({
    remotes: [...company.units.values()],
    roster: facts.units,
    links: new Map([...facts.unitLinks, ...(top === null ? [] : [[top, facts.rootId] as const])]),
    definitions: facts.definitions.filter(({ target }) => target === 'ORG_UNIT'),
    targetOrgUnitId: facts.rootId,
    byName: false,
    newIdOf: (externalId) => (ids.get(externalId) ?? `not made: ${externalId}`) as OrgUnitId,
    guard: rules.guard,
    conclusive: manner.complete,
    masters: pullMasters(rules.masters, pull.byEvent),
    bases: known<AgreedOrgUnit>(facts.agreed.units),
  });
  const linked = rows.map(
    (row): PlannedOrgUnit =>
      row.externalId === top ? { ...row, situation: 'UNLINKED', action: 'LINK', reason: 'MATCHED' } : row,
  );
  return { rows: linked, moves };
};

/** The plan of a whole pull by the planner's in-memory definition. */
export const expectPlan = (pull: PullFacts): ExpectedPlan => {
  const { facts, company, manner, rules } = pull;
  const { rows: units, moves: unitMoves } = expectUnits(pull);
  const active = new Set(facts.units.filter(({ status }) => status === 'ACTIVE').map(({ id }) => id));
  const seats = new Map([...facts.unitLinks].filter(([, id]) => active.has(id)));
  for (const { externalId, action, orgUnitId } of units) {
    if ((action === 'CREATE' || action === 'LINK') && orgUnitId !== null) seats.set(externalId, orgUnitId);
  }
  const owned = new Set([...facts.unitLinks.values(), ...seats.values()]);
  const ids = createdIds(pull.made.accounts);
  const people = [...company.people.values()];
  const headCount = manner.headCount ?? people.length;
  const used = facts.accounts.filter(({ status }) => status !== 'DELETED').length;
  const { rows: accounts, guards } =
    pull.scope === 'ORG_UNITS'
      ? { rows: [], guards: { disables: NOTHING, moves: NOTHING } }
      : planAccounts({
          context: {
            rules,
            definitions: facts.definitions.filter(({ target }) => target === 'ACCOUNT'),
            orgUnitOf: (externalId) => seats.get(externalId),
            ownsOrgUnit: (id) => owned.has(id),
            masters: pullMasters(rules.masters, pull.byEvent),
          },
          bases: known<AgreedAccount>(facts.agreed.accounts),
          rules,
          remotes: people,
          roster: facts.accounts,
          links: facts.accountLinks,
          newIdOf: (externalId) => (ids.get(externalId) ?? `not made: ${externalId}`) as AccountId,
          conclusive: manner.complete && people.length > 0 && headCount === people.length,
          room: facts.quota === null ? null : Math.max(0, facts.quota - used),
        });
  return { units, accounts, unitMoves, guards, seats: new Set(seats.keys()) };
};

const NOTHING: GuardVerdict = { tripped: false, counted: 0, limit: 0 };
