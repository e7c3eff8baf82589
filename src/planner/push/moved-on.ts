import type { UnitRef } from '../../domain/sync.ts';
import type { AppliedOperation, UndoInput } from './invert-plan.ts';

/** What a run left behind, by object and field: of several operations on one object the last one counts. */
const written = (applied: readonly AppliedOperation[]): Map<string, Map<string, unknown>> => {
  const left = new Map<string, Map<string, unknown>>();
  for (const { operation, externalId } of applied.toSorted((a, b) => a.operation.wave - b.operation.wave)) {
    if (externalId === null || operation.kind.includes('LINK')) continue;
    const fields = left.get(externalId) ?? new Map<string, unknown>();
    for (const { field, after } of operation.changes) fields.set(field, after);
    left.set(externalId, fields);
  }
  return left;
};

const parentId = (input: UndoInput, ref: UnitRef | null): string | null | undefined => {
  if (ref === null) return null;
  return 'externalId' in ref ? ref.externalId : input.links.units.get(ref.orgUnitId);
};

const REMOTE_FIELDS = ['name', 'mobile', 'email', 'jobNumber', 'title', 'active'] as const;

const unitMovedOn = (
  input: UndoInput,
  id: string,
  fields: ReadonlyMap<string, unknown>,
): string | undefined => {
  const now = input.remoteUnits.get(id);
  if (now === undefined) return undefined;
  if (fields.has('name') && fields.get('name') !== now.name) return 'name';
  if (!fields.has('parent')) return undefined;
  const wrote = parentId(input, fields.get('parent') as UnitRef | null);
  return wrote !== undefined && wrote !== now.parentExternalId ? 'parent' : undefined;
};

const personMovedOn = (
  input: UndoInput,
  id: string,
  fields: ReadonlyMap<string, unknown>,
): string | undefined => {
  const now = input.remoteAccounts.get(id)?.value;
  if (now === undefined) return undefined;
  return REMOTE_FIELDS.find((field) => {
    const held = now[field];
    return fields.has(field) && held !== undefined && held !== fields.get(field);
  });
};

/** Objects that somebody has changed since a run, and a field by which that shows: they are left to people. */
export const movedOn = (input: UndoInput): ReadonlyMap<string, string> => {
  const changed = new Map<string, string>();
  for (const [id, fields] of written(input.applied)) {
    const field = unitMovedOn(input, id, fields) ?? personMovedOn(input, id, fields);
    if (field !== undefined) changed.set(id, field);
  }
  return changed;
};
