import type { FieldChange } from '../../domain/staging.ts';
import type {
  AccountRef,
  OperationContent,
  PlannedOperation,
  PushIssue,
  UnitRef,
} from '../../domain/sync.ts';
import { issue } from './draft.ts';
import type { UndoInput } from './invert-plan.ts';

interface Inverted {
  readonly content: OperationContent;
  /** Absent = those of the operation, the other way round. */
  readonly changes?: readonly FieldChange[];
  readonly issues: readonly PushIssue[];
}

const NOTHING: Inverted = { content: {}, issues: [] };

const changeOf = ({ changes }: PlannedOperation, field: string): FieldChange | undefined =>
  changes.find((change) => change.field === field);

/** Before-values are written by the planner: external references, texts, lists of those. */
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const unitContent = (operation: PlannedOperation): Inverted => {
  const name = changeOf(operation, 'name');
  const order = changeOf(operation, 'order');
  const parent = changeOf(operation, 'parent');
  const content: OperationContent = {
    ...(name === undefined ? {} : { name: text(name.before) }),
    ...(order === undefined ? {} : { order: text(order.before) }),
    ...(parent === undefined ? {} : { parent: parent.before as UnitRef | null }),
  };
  return { content, issues: [] };
};

/** Fields that cannot be emptied stay as they are, and the row says so. */
const personContent = (input: UndoInput, operation: PlannedOperation): Inverted => {
  const { content: done } = operation;
  const issues: PushIssue[] = [];
  const values: Record<string, string | null> = {};
  const changes: FieldChange[] = [];
  for (const { field, before, after } of operation.changes) {
    const target = input.capabilities.fields.find(({ name }) => name === field);
    if (before === null && target !== undefined && (target.required || !target.clearable)) {
      issues.push(issue('IRREVERSIBLE', field));
      continue;
    }
    changes.push({ field, before: after, after: before });
    if (target !== undefined) values[field] = before === null ? null : text(before);
  }
  const content: OperationContent = Object.keys(values).length === 0 ? {} : { values };
  if (done.memberships === undefined) return { content, changes, issues };
  const memberships = (done.membershipsBefore ?? []).map(({ orgUnitExternalId, primary, order }) => ({
    orgUnit: { externalId: orgUnitExternalId },
    primary,
    ...(order === undefined ? {} : { order }),
  }));
  const membershipsBefore = done.memberships.flatMap(({ orgUnit, primary }) => {
    const id = 'externalId' in orgUnit ? orgUnit.externalId : input.links.units.get(orgUnit.orgUnitId);
    return id === undefined ? [] : [{ orgUnitExternalId: id, primary }];
  });
  return { content: { ...content, memberships, membershipsBefore }, changes, issues };
};

const referenceContent = (operation: PlannedOperation, gone: ReadonlySet<string>): Inverted => {
  const isThere = (ref: AccountRef): boolean => !('externalId' in ref) || !gone.has(ref.externalId);
  if (operation.kind === 'SET_MANAGER') {
    const manager = (changeOf(operation, 'manager')?.before ?? null) as AccountRef | null;
    if (manager === null || isThere(manager)) return { content: { manager }, issues: [] };
    return { content: {}, changes: [], issues: [issue('IRREVERSIBLE', 'manager')] };
  }
  const before = (changeOf(operation, 'leaders')?.before ?? []) as readonly AccountRef[];
  const leaders = before.filter(isThere);
  const issues = leaders.length === before.length ? [] : [issue('IRREVERSIBLE', 'leaders')];
  return { content: { leaders }, issues };
};

/** What the inverse of an operation writes. */
export const invertedContent = (
  input: UndoInput,
  operation: PlannedOperation,
  gone: ReadonlySet<string>,
): Inverted => {
  switch (operation.kind) {
    case 'UPDATE_ORG_UNIT':
    case 'MOVE_ORG_UNIT':
      return unitContent(operation);
    case 'UPDATE_ACCOUNT':
    case 'MOVE_ACCOUNT':
      return personContent(input, operation);
    case 'SET_LEADERS':
    case 'SET_MANAGER':
      return referenceContent(operation, gone);
    default:
      return NOTHING;
  }
};
