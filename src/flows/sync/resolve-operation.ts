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
    case 'SET_LEADERS':
      return {
        kind: row.kind,
        externalId: ownId(row),
        leaderExternalIds: (content.leaders ?? []).map((ref) => platformId(ref, linked)).sort(),
      };
    case 'DELETE_ORG_UNIT':
      return { kind: row.kind, externalId: ownId(row) };
    default:
      return null;
  }
};

const ofAccount = (row: ClaimedRow, linked: LinkedIds): TargetOperation | null => {
  const { content } = row;
  const values = content.values ?? {};
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
        ...(content.membershipsBefore === undefined ? {} : { membershipsBefore: content.membershipsBefore }),
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
 * The operation with every reference as the platform's own id. `UNRESOLVED` = it names something that has none.
 * @throws TypeError for what writes nothing there
 */
export const resolveOperation = (row: ClaimedRow, linked: LinkedIds): TargetOperation | 'UNRESOLVED' => {
  try {
    const operation = ofUnit(row, linked) ?? ofAccount(row, linked);
    if (operation === null) throw new TypeError(`${row.kind} calls nobody`);
    return operation;
  } catch (error) {
    if (error instanceof Unresolved) return 'UNRESOLVED';
    throw error;
  }
};
