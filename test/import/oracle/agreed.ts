import type {
  AttributeDefinition,
  RemoteAccountValue,
  RemoteOrgUnitValue,
} from '../../../src/domain/index.ts';
import type { RemoteCompany } from './remote-company.ts';
import type { RosterFacts, StoredRow } from './roster-facts.ts';

type Json = Readonly<Record<string, unknown>>;

/** What the two sides of each link have agreed on, by platform id; `null` = nothing is known. */
export interface Agreements {
  readonly accounts: ReadonlyMap<string, Json | null>;
  readonly units: ReadonlyMap<string, Json | null>;
}

const MEMBER: Readonly<Record<string, string>> = {
  displayName: 'name',
  managerId: 'managerExternalId',
  primaryOrgUnitId: 'memberships',
  parentId: 'parentExternalId',
};

const NO_FIELDS = new Set(['externalId', 'ids', 'active', 'attributes', 'leaderExternalIds']);

const open = (row: StoredRow): ReadonlySet<string> =>
  new Set(
    row.issues.flatMap(({ code, field }) =>
      field === null || code === 'FIELD_CONFLICT' ? [] : [MEMBER[field] ?? field],
    ),
  );

const shown = (value: object): Json => JSON.parse(JSON.stringify(value)) as Json;

const attributesAfter = (
  remote: Json,
  held: Json,
  of: { readonly old: Json; readonly definitions: readonly AttributeDefinition[] },
): Json => {
  const after: Record<string, unknown> = { ...of.old };
  for (const { name } of of.definitions) {
    const says = remote[name] === '' ? null : (remote[name] ?? null);
    if (says === (held[name] ?? null) && (name in remote || !(name in of.old))) after[name] = says;
  }
  return after;
};

const attributesOf = (agreed: Json | null | undefined): Json => (agreed?.['attributes'] ?? {}) as Json;

const accountAfter = (
  remote: RemoteAccountValue,
  row: StoredRow,
  known: {
    readonly old: Json | null;
    readonly account: RosterFacts['accounts'][number];
    readonly definitions: readonly AttributeDefinition[];
    readonly isKnownUnit: (externalId: string) => boolean;
  },
): Json => {
  const { old, account, definitions } = known;
  const left = open(row);
  const value = shown(remote);
  const agreed: Record<string, unknown> = { ...old };
  for (const [name, says] of Object.entries(value)) {
    if (NO_FIELDS.has(name) || left.has(name)) continue;
    if (name === 'managerExternalId' && account.managerId !== row.after['managerId']) continue;
    agreed[name] = says;
  }
  const isKept = row.issues.some(({ code, field }) => code === 'FIELD_KEPT' && field === 'memberships');
  if (left.has('memberships') && !isKept) {
    agreed['memberships'] = (value['memberships'] as Json[]).filter((seat) =>
      known.isKnownUnit(String(seat['orgUnitExternalId'])),
    );
  }
  const empty = { ...account, managerExternalId: account.managerId } as unknown as Json;
  for (const name of ['email', 'jobNumber', 'managerExternalId', 'mobile', 'title']) {
    const isSaid = name in value && !left.has(name);
    if (empty[name] === null && !isSaid && !(name in (old ?? {}))) agreed[name] = null;
  }
  const attributes = attributesAfter(shown(remote.attributes), account.attributes, {
    old: attributesOf(old),
    definitions,
  });
  return { ...agreed, attributes };
};

const unitAfter = (
  remote: RemoteOrgUnitValue,
  row: StoredRow,
  known: {
    readonly old: Json | null;
    readonly unit: RosterFacts['units'][number];
    readonly definitions: readonly AttributeDefinition[];
  },
): Json => {
  const left = open(row);
  const said = Object.entries(shown(remote)).filter(([name]) => !NO_FIELDS.has(name) && !left.has(name));
  const attributes = attributesAfter(shown(remote.attributes), known.unit.attributes, {
    old: attributesOf(known.old),
    definitions: known.definitions,
  });
  return { ...known.old, ...Object.fromEntries(said), attributes };
};

/** A conflict that was skipped is settled for the roster, unless something else blocked the row. */
const skipped = (remote: object, row: StoredRow, old: Json | null): Json | null => {
  const conflicts = row.issues.flatMap(({ code, field }) =>
    code === 'FIELD_CONFLICT' && field !== null ? [field] : [],
  );
  if (row.blocking || conflicts.length === 0) return old;
  const value = shown(remote);
  const after: Record<string, unknown> = { ...old };
  const attributes: Record<string, unknown> = { ...attributesOf(old) };
  for (const field of conflicts) {
    if (field.startsWith('attributes.')) {
      const name = field.slice('attributes.'.length);
      attributes[name] = attributesOf(value)[name];
    } else after[MEMBER[field] ?? field] = value[MEMBER[field] ?? field];
  }
  return { ...after, attributes };
};

/** What is remembered as agreed on after a commit, told without a line of the gateway's own. */
export const predictAgreements = (
  before: RosterFacts & { readonly agreed: Agreements },
  after: RosterFacts,
  committed: {
    readonly company: RemoteCompany;
    readonly rows: { readonly units: readonly StoredRow[]; readonly accounts: readonly StoredRow[] };
    readonly seats: ReadonlySet<string>;
  },
): Agreements => {
  const { company, rows, seats } = committed;
  const definitions = (target: 'ACCOUNT' | 'ORG_UNIT') =>
    after.definitions.filter((definition) => definition.target === target);
  const units = new Map<string, Json | null>();
  for (const [externalId, id] of after.unitLinks) {
    const old = before.agreed.units.get(externalId) ?? null;
    const row = rows.units.find((one) => one.externalId === externalId);
    const remote = company.units.get(externalId);
    const unit = after.units.find((one) => one.id === id);
    if (row === undefined || remote === undefined || unit === undefined) units.set(externalId, old);
    else if (row.decision === 'SKIPPED') units.set(externalId, skipped(remote, row, old));
    else if (row.decision !== 'ACCEPTED' || unit.status !== 'ACTIVE') units.set(externalId, old);
    else units.set(externalId, unitAfter(remote, row, { old, unit, definitions: definitions('ORG_UNIT') }));
  }
  const accounts = new Map<string, Json | null>();
  for (const [externalId, id] of after.accountLinks) {
    const old = before.agreed.accounts.get(externalId) ?? null;
    const row = rows.accounts.find((one) => one.externalId === externalId);
    const remote = company.people.get(externalId);
    const account = after.accounts.find((one) => one.id === id);
    if (row === undefined || remote === undefined || account === undefined) accounts.set(externalId, old);
    else if (row.decision === 'SKIPPED') accounts.set(externalId, skipped(remote, row, old));
    else if (row.decision !== 'ACCEPTED' || account.status === 'DELETED') accounts.set(externalId, old);
    else {
      const known = { old, account, definitions: definitions('ACCOUNT') };
      const isKnownUnit = (unit: string): boolean => seats.has(unit);
      accounts.set(externalId, accountAfter(remote, row, { ...known, isKnownUnit }));
    }
  }
  return { accounts, units };
};

const inOrder = (agreed: Json | null): Json | null => {
  const seats = agreed?.['memberships'];
  if (!Array.isArray(seats)) return agreed;
  const unitOf = (seat: Json): string => String(seat['orgUnitExternalId']);
  return { ...agreed, memberships: seats.toSorted((a: Json, b: Json) => (unitOf(a) < unitOf(b) ? -1 : 1)) };
};

/** Agreements without the order of what has none. */
export const unordered = ({ accounts, units }: Agreements): Agreements => ({
  accounts: new Map([...accounts].map(([id, agreed]) => [id, inOrder(agreed)])),
  units,
});
