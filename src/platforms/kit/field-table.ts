import type { TargetField, TargetValues } from '../../domain/index.ts';

/** A field of people and where it stands in the body of a call: a key, or a list in which several stand by name. */
export type FieldRow = readonly [wire: string, field: TargetField];

/** Values under their keys; one for which `form` answers `undefined` is left out. */
export const valuesUnder = (
  rows: readonly FieldRow[],
  values: TargetValues,
  form: (wire: string, text: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(
    rows
      .filter(([, { name }]) => values[name] !== undefined)
      .map(([wire, { name }]) => [wire, form(wire, values[name] ?? '')])
      .filter(([, value]) => value !== undefined),
  );

/** Values that stand in that list, by the platform's name for them, which is their label. */
export const textsIn = (
  rows: readonly FieldRow[],
  values: TargetValues,
  wire: string,
): ReadonlyMap<string, string> =>
  new Map(
    rows
      .filter(([list, { name }]) => list === wire && values[name] !== undefined)
      .map(([, { label, name }]) => [label.zh, values[name] ?? '']),
  );
