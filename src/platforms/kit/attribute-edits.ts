import { holds, isTree, placeAt, type Tree, valueAt } from './json-tree.ts';
import { seenText } from './text.ts';

/** Where a value stands in a resource: the keys from the top, and its path as PATCH names it. RFC 7644 §3.10 */
export interface AttributePath {
  readonly keys: readonly string[];
  readonly path: string;
}

/** Reads a path such as `name.formatted` or `urn:…:User:manager.value`. */
export const attributePath = (path: string): AttributePath => {
  const [, urn, rest = path] = /^(urn:.*):([^:]*)$/.exec(path) ?? [];
  const keys = rest.split('.');
  return { keys: urn === undefined ? keys : [urn, ...keys], path };
};

/** One thing that is to be so; `null` = without a value. */
export type Edit =
  | { readonly kind: 'value'; readonly at: AttributePath; readonly value: unknown }
  /** The entry of a list that has this type. */
  | { readonly kind: 'entry'; readonly list: string; readonly type: string; readonly value: string | null }
  /** Somebody in the list `members`, or nobody of that id. */
  | { readonly kind: 'member'; readonly id: string; readonly present: boolean };

export interface PatchOperation {
  readonly op: 'add' | 'replace' | 'remove';
  readonly path: string;
  readonly value?: unknown;
}

/** A trimmed text; without a value, `null` and absent are one and the same. RFC 7643 §2.5 */
export const textAt = (from: unknown, keys: readonly string[]): string | null => {
  const value = valueAt(from, keys);
  return typeof value === 'string' || typeof value === 'number' ? (seenText(String(value)) ?? null) : null;
};

export const entriesAt = (from: unknown, key: string): readonly Tree[] => {
  const list = valueAt(from, [key]);
  return Array.isArray(list) ? list.filter(isTree) : [];
};

/** The entry of that type, else one without any type; those of other types are not ours. */
export const entryOf = (from: unknown, list: string, type: string): Tree | undefined => {
  const entries = entriesAt(from, list);
  return (
    entries.find((entry) => String(entry['type']).toLowerCase() === type) ??
    entries.find((entry) => entry['type'] === undefined)
  );
};

const valueOperations = (edit: Edit & { kind: 'value' }, known: Tree | undefined): PatchOperation[] => {
  const { keys, path } = edit.at;
  if (known !== undefined && holds(valueAt(known, keys), edit.value)) return [];
  return [edit.value === null ? { op: 'remove', path } : { op: 'replace', path, value: edit.value }];
};

const entryOperations = (edit: Edit & { kind: 'entry' }, known: Tree | undefined): PatchOperation[] => {
  const { list, type, value } = edit;
  const held = entryOf(known, list, type);
  if (known !== undefined && (held?.['value'] ?? null) === value) return [];
  const isTyped = known === undefined || held?.['type'] !== undefined;
  const selected = `${list}[${isTyped ? `type eq "${type}"` : `value eq ${JSON.stringify(held?.['value'])}`}]`;
  if (value === null) return [{ op: 'remove', path: selected }];
  if (known !== undefined && held === undefined) return [{ op: 'add', path: list, value: [{ type, value }] }];
  return [{ op: 'replace', path: `${selected}.value`, value }];
};

const memberOperations = (
  { id, present }: Edit & { kind: 'member' },
  known: Tree | undefined,
): PatchOperation[] => {
  const isThere = entriesAt(known, 'members').some((member) => member['value'] === id);
  if (known !== undefined && isThere === present) return [];
  if (present) return [{ op: 'add', path: 'members', value: [{ value: id }] }];
  return [{ op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` }];
};

/**
 * PATCH operations that make it so; of a known resource only those that are still needed, otherwise as if every entry
 * of a list were there. Texts are quoted as JSON is. Source: RFC 7644 §3.5.2.
 */
export const operationsOf = (edits: readonly Edit[], known?: Tree): PatchOperation[] =>
  edits.flatMap((edit) => {
    if (edit.kind === 'value') return valueOperations(edit, known);
    return edit.kind === 'entry' ? entryOperations(edit, known) : memberOperations(edit, known);
  });

const placeEntry = (tree: Tree, { list, type, value }: Edit & { kind: 'entry' }): void => {
  const held = entryOf(tree, list, type);
  const others = entriesAt(tree, list).filter((one) => one !== held);
  tree[list] = value === null ? others : [...others, { type, ...held, value }];
};

const placeMember = (tree: Tree, { id, present }: Edit & { kind: 'member' }): void => {
  const others = entriesAt(tree, 'members').filter((member) => member['value'] !== id);
  tree['members'] = present ? [...others, { value: id }] : others;
};

/** The resource as the edits want it, with everything else as it was: what PUT and POST send. */
export const edited = (resource: Tree, edits: readonly Edit[]): Tree => {
  const { meta: _, ...tree } = structuredClone(resource);
  for (const edit of edits)
    if (edit.kind === 'value') placeAt(tree, edit.at.keys, edit.value);
    else if (edit.kind === 'entry') placeEntry(tree, edit);
    else placeMember(tree, edit);
  const schemas = Array.isArray(tree['schemas']) ? (tree['schemas'] as unknown[]) : [];
  const used = Object.keys(tree).filter((key) => key.startsWith('urn:'));
  return { ...tree, schemas: [...new Set([...schemas, ...used])] };
};
