import type { RowData } from '../../store/queries/history.ts';

/** Columns of an account that are fields to people, by the name that the API gives them. */
export const ACCOUNT_FIELDS = {
  user_name: 'userName',
  display_name: 'displayName',
  status: 'status',
  status_reason: 'statusReason',
  email: 'email',
  mobile: 'mobile',
  job_number: 'jobNumber',
  title: 'title',
  manager_id: 'managerId',
  primary_org_unit_id: 'orgUnitId',
} as const;

/** Names of attributes that the reader may not see. */
export type Hidden = ReadonlySet<string>;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Custom attributes of a row without those that are hidden. */
export const attributesOf = (data: RowData, hidden: Hidden): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(isRecord(data['attributes']) ? data['attributes'] : {}).filter(
      ([name]) => !hidden.has(name),
    ),
  );

/** Fields of an account's row, custom attributes as `attributes.<name>`. */
export const accountFieldsOf = (data: RowData, hidden: Hidden): Map<string, unknown> => {
  const fields = new Map<string, unknown>();
  for (const [column, field] of Object.entries(ACCOUNT_FIELDS)) fields.set(field, data[column] ?? null);
  for (const [name, value] of Object.entries(attributesOf(data, hidden))) {
    fields.set(`attributes.${name}`, value);
  }
  return fields;
};

export interface Change {
  readonly field: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Fields that differ between two states, by name; an absent side is empty. */
export const changesBetween = (
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
): Change[] => {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((field) => {
    const change = { field, before: before.get(field) ?? null, after: after.get(field) ?? null };
    return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change];
  });
};

/** Who made a version, and through what. */
export interface Origin {
  readonly actorKind: string | null;
  readonly actorId: string | null;
  readonly actorName: string | null;
  readonly source: string;
  readonly runId: string | null;
  readonly at: string;
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Who made the version that a row is. */
export const originOf = (data: RowData): Origin => ({
  actorKind: text(data['changed_by_kind']),
  actorId: text(data['changed_by_id']),
  actorName: text(data['changed_by_name']),
  source: text(data['changed_source']) ?? 'SYSTEM',
  runId: text(data['changed_run_id']),
  at: text(data['changed_at']) ?? '',
});

/** Who ended a version. */
export const endOf = (endedBy: RowData | null, at: string | null): Origin => ({
  actorKind: text(endedBy?.['kind']),
  actorId: text(endedBy?.['id']),
  actorName: text(endedBy?.['name']),
  source: text(endedBy?.['source']) ?? 'SYSTEM',
  runId: text(endedBy?.['runId']),
  at: at ?? '',
});
