import type {
  AccountRef,
  OperationContent,
  PlannedMembership,
  TargetMembership,
  TargetOperation,
  UnitRef,
} from '../../domain/index.ts';
import type { ClaimedRow } from '../../store/queries/operation-claims.ts';

/** Platform ids by ids of the roster. */
export type LinkedIds = ReadonlyMap<string, string>;

const unitRefs = ({ parent, memberships }: OperationContent): readonly UnitRef[] => [
  ...(parent === undefined || parent === null ? [] : [parent]),
  ...(memberships ?? []).map(({ orgUnit }) => orgUnit),
];

const accountRefs = ({ leaders, manager }: OperationContent): readonly AccountRef[] => [
  ...(leaders ?? []),
  ...(manager === undefined || manager === null ? [] : [manager]),
];

/** Places of people by platform id, as the copies have them. */
export type KnownSeats = ReadonlyMap<string, readonly TargetMembership[]>;

/** People who may have led the unit of a `SET_LEADERS` before, by platform id, as its plan names them. */
export const formerLeaders = ({ kind, changes }: Pick<ClaimedRow, 'kind' | 'changes'>): readonly string[] => {
  if (kind !== 'SET_LEADERS') return [];
  const before: unknown[] = changes.flatMap((change) => (Array.isArray(change.before) ? change.before : []));
  return before.flatMap((one) =>
    typeof one === 'object' && one !== null && 'externalId' in one && typeof one.externalId === 'string'
      ? [one.externalId]
      : [],
  );
};

/** People whose places an operation has to be told. */
export const seatedIn = (rows: readonly ClaimedRow[], linked: LinkedIds): readonly string[] => [
  ...new Set(
    rows.flatMap((row) => {
      if (row.content.memberships !== undefined && row.externalId !== null) return [row.externalId];
      const leaders = (row.content.leaders ?? []).flatMap((ref) =>
        'externalId' in ref ? [ref.externalId] : (linked.get(ref.accountId) ?? []),
      );
      return [...leaders, ...formerLeaders(row)];
    }),
  ),
];

/** The roster's units and people that a batch of operations names. */
export const namedIn = (
  rows: readonly Pick<ClaimedRow, 'content'>[],
): { readonly orgUnitIds: readonly string[]; readonly accountIds: readonly string[] } => ({
  orgUnitIds: [
    ...new Set(
      rows.flatMap(({ content }) =>
        unitRefs(content).flatMap((ref) => ('orgUnitId' in ref ? [ref.orgUnitId] : [])),
      ),
    ),
  ],
  accountIds: [
    ...new Set(
      rows.flatMap(({ content }) =>
        accountRefs(content).flatMap((ref) => ('accountId' in ref ? [ref.accountId] : [])),
      ),
    ),
  ],
});

/** A reference to something that the platform does not have. */
class Unresolved extends Error {}

const platformId = (ref: UnitRef | AccountRef, linked: LinkedIds): string => {
  if ('externalId' in ref) return ref.externalId;
  const id = linked.get('orgUnitId' in ref ? ref.orgUnitId : ref.accountId);
  if (id === undefined) throw new Unresolved();
  return id;
};

const parentOf = ({ parent }: OperationContent, linked: LinkedIds): string | null =>
  parent === undefined || parent === null ? null : platformId(parent, linked);

const membershipOf = (
  { orgUnit, primary, order }: PlannedMembership,
  linked: LinkedIds,
): TargetMembership => ({
  orgUnitExternalId: platformId(orgUnit, linked),
  primary,
  ...(order === undefined ? {} : { order }),
});

const ownId = ({ externalId }: ClaimedRow): string => {
  if (externalId === null) throw new Unresolved();
  return externalId;
};

const rosterId = ({ objectId }: ClaimedRow): string => {
  if (objectId === null) throw new TypeError('what is created stands in the roster');
  return objectId;
};

const setLeaders = (row: ClaimedRow, linked: LinkedIds, seats: KnownSeats | undefined): TargetOperation => {
  const leaderExternalIds = (row.content.leaders ?? []).map((ref) => platformId(ref, linked)).sort();
  const operation = { kind: 'SET_LEADERS', externalId: ownId(row), leaderExternalIds } as const;
  if (seats === undefined) return operation;
  const people = [...new Set([...leaderExternalIds, ...formerLeaders(row)])].flatMap((externalId) => {
    const memberships = seats.get(externalId);
    return memberships === undefined ? [] : [{ externalId, memberships }];
  });
  return { ...operation, people };
};

const ofUnit = (row: ClaimedRow, linked: LinkedIds): TargetOperation | null => {
  const { content } = row;
  const order = content.order === undefined ? {} : { order: content.order };
  const name = content.name === undefined ? {} : { name: content.name };
  switch (row.kind) {
    case 'CREATE_ORG_UNIT':
      return {
        kind: row.kind,
        orgUnitId: rosterId(row),
        parentExternalId: parentOf(content, linked),
        name: content.name ?? row.name,
        ...order,
      };
    case 'UPDATE_ORG_UNIT':
      return { kind: row.kind, externalId: ownId(row), ...name, ...order };
    case 'MOVE_ORG_UNIT':
      return {
        kind: row.kind,
        externalId: ownId(row),
        parentExternalId: parentOf(content, linked),
        ...name,
      };
    case 'DELETE_ORG_UNIT':
      return { kind: row.kind, externalId: ownId(row) };
    default:
      return null;
  }
};

const ofAccount = (
  row: ClaimedRow,
  linked: LinkedIds,
  seats: KnownSeats | undefined,
): TargetOperation | null => {
  const { content } = row;
  const values = content.values ?? {};
  const before = seats?.get(row.externalId ?? '') ?? content.membershipsBefore;
  const memberships = content.memberships?.map((one) => membershipOf(one, linked));
  switch (row.kind) {
    case 'CREATE_ACCOUNT':
      return {
        kind: row.kind,
        accountId: rosterId(row),
        externalId: content.wantedExternalId ?? null,
        values,
        memberships: memberships ?? [],
      };
    case 'UPDATE_ACCOUNT':
    case 'MOVE_ACCOUNT':
      return {
        kind: row.kind,
        externalId: ownId(row),
        values,
        ...(memberships === undefined ? {} : { memberships }),
        ...(memberships === undefined || before === undefined ? {} : { membershipsBefore: before }),
      };
    case 'SET_MANAGER':
      return {
        kind: row.kind,
        externalId: ownId(row),
        managerExternalId: content.manager ? platformId(content.manager, linked) : null,
      };
    case 'ENABLE_ACCOUNT':
    case 'DISABLE_ACCOUNT':
    case 'DELETE_ACCOUNT':
      return { kind: row.kind, externalId: ownId(row) };
    default:
      return null;
  }
};

/**
 * The operation with every reference as the platform's own id. `UNRESOLVED` = it names something that has none. `seats`
 * are told to platforms that keep leads with places.
 * @throws TypeError for what writes nothing there
 */
export const resolveOperation = (
  row: ClaimedRow,
  linked: LinkedIds,
  seats?: KnownSeats,
): TargetOperation | 'UNRESOLVED' => {
  try {
    const operation =
      row.kind === 'SET_LEADERS'
        ? setLeaders(row, linked, seats)
        : (ofUnit(row, linked) ?? ofAccount(row, linked, seats));
    if (operation === null) throw new TypeError(`${row.kind} calls nobody`);
    return operation;
  } catch (error) {
    if (error instanceof Unresolved) return 'UNRESOLVED';
    throw error;
  }
};
