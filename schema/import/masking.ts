type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON state without the custom attributes that the reader may not see. */
const withoutHidden = (state: Json, hidden: ReadonlySet<string>): Json => {
  const { attributes } = state;
  if (hidden.size === 0 || !isRecord(attributes)) return state;
  const shown = Object.entries(attributes).filter(([name]) => !hidden.has(name));
  return { ...state, attributes: Object.fromEntries(shown) };
};

interface Staged {
  readonly after: Json;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[];
  readonly issues: readonly { readonly field: string | null; readonly value: string | null }[];
}

/** A staged row as the reader may see it. */
export const maskStaged = <Row extends Staged>(row: Row, hidden: ReadonlySet<string>) => {
  if (hidden.size === 0) return row;
  const isHidden = (field: string | null): boolean =>
    field?.startsWith('attributes.') === true && hidden.has(field.slice('attributes.'.length));
  return {
    ...row,
    after: withoutHidden(row.after, hidden),
    changes: row.changes.filter(({ field }) => !isHidden(field)),
    issues: row.issues.map((issue) => (isHidden(issue.field) ? { ...issue, value: null } : issue)),
  };
};

/** A copy as the reader may see it: what would fill a hidden attribute is hidden. */
export const maskRemote = <Row extends { readonly value: Json; readonly believed: readonly string[] }>(
  row: Row,
  hidden: ReadonlySet<string>,
) => ({
  ...row,
  value: withoutHidden(row.value, hidden),
  believed: row.believed.filter((name) => !hidden.has(name.replace(/^attributes\./, ''))),
});
