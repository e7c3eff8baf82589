import type {
  AccountId,
  AgreedAccount,
  AgreedOrgUnit,
  ConnectionId,
  FieldMasters,
  MatchKey,
  OrgUnitId,
  PushRules,
  SyncPlanKind,
  TargetCapabilities,
} from '../../domain/index.ts';
import { mergesAny, pushMasters } from '../../planner/masters.ts';
import type {
  PushAccount,
  PushFields,
  PushInput,
  PushUnit,
  RemoteUnitState,
} from '../../planner/push/facts.ts';
import { remoteMembers } from '../../store/queries/push-context.ts';
import { readPassed } from '../../store/queries/push-guards.ts';
import {
  countLinked,
  type PushAccountRow,
  type PushUnitRow,
  type RemoteUnitRow,
  readInvitations,
  readPushAccounts,
  readPushUnits,
  readQuarantined,
  readRemoteAccountStates,
  readRemoteUnits,
  readRootId,
} from '../../store/queries/push-input.ts';
import type { Tx } from '../../store/transaction.ts';
import { accountsAround, remotesAround, unitsConcerned } from './push-surroundings.ts';

/** What is planned for, and by what. */
export interface PushTask {
  readonly connectionId: ConnectionId;
  readonly rules: PushRules;
  readonly matchKeys: readonly MatchKey[];
  readonly masters: FieldMasters;
  readonly capabilities: TargetCapabilities;
  readonly remoteComplete: boolean;
  readonly previousAccountsInScope: number | null;
  readonly now: Date;
  /** What is planned goes without anybody's word. */
  readonly unattended?: boolean;
}

/** Which objects a plan acts on; absent = all of that type. */
export interface PushScopeSets {
  readonly kind: SyncPlanKind;
  readonly orgUnitIds?: ReadonlySet<OrgUnitId>;
  readonly accountIds?: ReadonlySet<AccountId>;
}

/** From so many named accounts on everything is read: it costs less than to look for what they need. */
const MANY = 10_000;

/** A plan of all people, or of so many that everything is read. */
export const readsAll = ({ kind, accountIds }: PushScopeSets): boolean =>
  kind === 'FULL' || kind === 'ACCOUNTS' || (accountIds !== undefined && accountIds.size > MANY);

const unitOf = (row: PushUnitRow): PushUnit => ({
  id: row.id,
  parentId: row.parentId,
  name: row.name,
  order: row.order,
  deleted: row.deleted,
  version: row.version,
});

const accountOf = (row: PushAccountRow): PushAccount => {
  const { memberships, externalId: _link, agreedVersion: _version, agreedFields: _then, ...rest } = row;
  const { agreedValue: _value, ...account } = rest;
  return {
    ...account,
    memberships: memberships.map(([orgUnitId, leader, order]) => ({ orgUnitId, leader, order })),
  };
};

const remoteUnitOf = (
  row: RemoteUnitRow,
  people: Pick<RemoteUnitState, 'memberExternalIds' | 'leaderExternalIds'>,
): RemoteUnitState => ({
  externalId: row.externalId,
  parentExternalId: row.parentExternalId,
  name: row.name,
  ...(row.order === null ? {} : { order: row.order }),
  hash: row.hash,
  gone: row.gone,
  ...people,
  ...(row.leaderExternalIds === null ? {} : { leaderExternalIds: row.leaderExternalIds }),
});

const NOBODY = { memberExternalIds: [], leaderExternalIds: [] };

/** Units of the platform; where not all people are given, with the people of the units that the plan may act on. */
const readUnitsThere = async (
  tx: Tx,
  task: PushTask,
  what: {
    readonly units: readonly PushUnitRow[];
    /** Units whose people are asked for; `undefined` = of all that are linked. */
    readonly concerned: ReadonlySet<OrgUnitId> | undefined;
    readonly all: boolean;
  },
): Promise<RemoteUnitState[]> => {
  const rows = await readRemoteUnits(tx, task.connectionId);
  if (what.all) return rows.map((row) => remoteUnitOf(row, {}));
  const { concerned } = what;
  const linked = what.units.flatMap(({ id, externalId }) =>
    externalId !== null && (concerned === undefined || concerned.has(id)) ? [externalId] : [],
  );
  const members = linked.length === 0 ? [] : await remoteMembers(tx, task.connectionId, linked);
  const found = new Map(members.map((row) => [row.orgUnitExternalId, row]));
  const asked = new Set(linked);
  return rows.map((row) => {
    if (!asked.has(row.externalId)) return remoteUnitOf(row, {});
    const people = found.get(row.externalId);
    return remoteUnitOf(
      row,
      people === undefined
        ? NOBODY
        : { memberExternalIds: people.members, leaderExternalIds: people.leaders },
    );
  });
};

const linksOf = (
  units: readonly PushUnitRow[],
  accounts: readonly PushAccountRow[],
): Pick<PushInput, 'links' | 'agreed' | 'agreedFields' | 'agreedUnits' | 'agreedValues'> => {
  const links = { units: new Map<OrgUnitId, string>(), accounts: new Map<AccountId, string>() };
  const agreed = new Map<AccountId | OrgUnitId, number>();
  const then = new Map<AccountId, PushFields>();
  const agreedUnits = new Map<OrgUnitId, AgreedOrgUnit>();
  const agreedValues = new Map<AccountId, AgreedAccount>();
  for (const { id, externalId, agreedVersion, agreedValue } of units) {
    if (externalId !== null) links.units.set(id, externalId);
    if (agreedVersion !== null) agreed.set(id, agreedVersion);
    if (agreedValue !== null) agreedUnits.set(id, agreedValue);
  }
  for (const { id, externalId, agreedVersion, agreedFields, agreedValue } of accounts) {
    if (externalId !== null) links.accounts.set(id, externalId);
    if (agreedVersion !== null) agreed.set(id, agreedVersion);
    if (agreedFields !== null) then.set(id, agreedFields);
    if (agreedValue !== null) agreedValues.set(id, agreedValue);
  }
  return { links, agreed, agreedFields: then, agreedUnits, agreedValues };
};

/** People whom the platform has invited, asked for by name, and roster objects in quarantine. */
const readWaiting = async (
  tx: Tx,
  connectionId: ConnectionId,
): Promise<Pick<PushInput, 'invitations' | 'quarantined'>> => {
  const invitations = await readInvitations(tx, connectionId);
  return {
    invitations: new Map(
      invitations.map(({ accountId, externalId, mobile, email }) => [
        accountId,
        { externalId, mobile, email },
      ]),
    ),
    quarantined: new Set(await readQuarantined(tx, connectionId)),
  };
};

/** Guards take shares of all that is linked. Each linked person has one membership at least: a cautious count. */
const readLinked = async (tx: Tx, connectionId: ConnectionId): Promise<Pick<PushInput, 'linked'>> => {
  const linked = await countLinked(tx, connectionId);
  return { linked: { ...linked, memberships: linked.accounts } };
};

/**
 * Everything that a plan is made of, as it is in this transaction: the roster, the copies (what was seen over what is
 * believed), links, invitations, quarantine. A plan of everything reads everything; another one its own people and
 * those around them. `extra` names further people of the platform to read.
 */
export const loadPushInput = async (
  tx: Tx,
  task: PushTask,
  asked: { readonly scope: PushScopeSets; readonly extra?: readonly string[] },
): Promise<PushInput> => {
  const { connectionId } = task;
  const { scope, extra = [] } = asked;
  const all = readsAll(scope);
  // Read only where both sides may write something: of a whole company it is much.
  const merges = mergesAny(pushMasters(task.masters));
  const units = await readPushUnits(tx, connectionId, merges);
  const waiting = await readWaiting(tx, connectionId);
  const concerned = all ? undefined : await unitsConcerned(tx, scope);
  const ids = all ? null : await accountsAround(tx, task, { scope, extra, concerned });
  const accounts = await readPushAccounts(tx, connectionId, { ids, merges });
  const people = all ? null : await remotesAround(tx, task, { scope, accounts, extra, ...waiting });
  return {
    scope,
    units: units.map(unitOf),
    accounts: accounts.map(accountOf),
    remoteUnits: await readUnitsThere(tx, task, { units, concerned, all }),
    remoteAccounts: await readRemoteAccountStates(tx, connectionId, people),
    remoteComplete: task.remoteComplete,
    ...linksOf(units, accounts),
    ...(all ? {} : await readLinked(tx, connectionId)),
    ...waiting,
    ...(task.unattended === true ? { passed: await readPassed(tx, connectionId) } : {}),
    rules: task.rules,
    matchKeys: task.matchKeys,
    masters: task.masters,
    capabilities: task.capabilities,
    previousAccountsInScope: task.previousAccountsInScope,
    now: task.now,
    tenantRootId: await readRootId(tx),
  };
};
