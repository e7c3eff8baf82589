import SCIMMY from 'scimmy';
import { ENTERPRISE, type Resource as Kept, UNIT, type World } from './world.ts';

/** What a request carries besides its resource. */
export interface Context {
  readonly world: World;
  readonly ifMatch: string | undefined;
  /** An `attribute eq "text"` filter: the library does not know the escapes of JSON texts. */
  readonly lookup: { readonly attribute: string; readonly value: string } | undefined;
  readonly startIndex: number;
  readonly count: number | undefined;
}

type Kind = 'User' | 'Group';
interface Asked {
  readonly id?: string;
  readonly filter?: { match(values: unknown[]): unknown[] };
  constraints?: unknown;
}
type Body = Record<string, unknown>;

const refuse = (status: number, scimType: string | null, detail: string): Error =>
  // The library's types want a text where its code wants nothing for a status without `scimType`.
  new SCIMMY.Types.Error(status, scimType as string, detail);

const shown = (world: World, kind: Kind, kept: Kept): Body => {
  const body = structuredClone(kept) as Body;
  if (!world.settings.etag) (body['meta'] as Body)['version'] = undefined;
  if (kind === 'User' && world.settings.userGroups) {
    const groups = world.groupsOf(kept.id);
    if (groups.length > 0)
      body['groups'] = groups.map(({ id, displayName }) => ({
        value: id,
        display: displayName,
        type: 'direct',
      }));
  }
  return body;
};

/** Values at a dotted path, through lists. */
const valuesAt = (from: unknown, path: readonly string[]): unknown[] => {
  if (Array.isArray(from)) return from.flatMap((one) => valuesAt(one, path));
  const [key, ...rest] = path;
  if (key === undefined) return [from];
  return typeof from === 'object' && from !== null ? valuesAt((from as Body)[key], rest) : [];
};

const looksUp = (row: Kept, { attribute, value }: { attribute: string; value: string }): boolean =>
  valuesAt(row, attribute.split('.')).some((held) =>
    // RFC 7643 §4.1.1: userName is compared without regard to case.
    attribute === 'userName' ? String(held).toLowerCase() === value.toLowerCase() : held === value,
  );

const list = (asked: Asked, kind: Kind, context: Context): Body[] => {
  const { world, startIndex, count = 20, lookup } = context;
  const { paging, maxPage, filter } = world.settings;
  let rows = [...(kind === 'User' ? world.users : world.groups).values()];
  if (filter === 'on' && lookup !== undefined) rows = rows.filter((row) => looksUp(row, lookup));
  else if (filter === 'on' && asked.filter !== undefined) rows = asked.filter.match(rows) as Kept[];
  const from = paging === 'ignoresStart' ? 0 : startIndex - 1;
  const size = paging === 'ignoresCount' ? rows.length : Math.min(count, maxPage);
  const page = rows.slice(from, from + size);
  // The library would cut the page once more.
  asked.constraints = { startIndex: 1, count: page.length, totalResults: rows.length };
  return page.map((row) => shown(world, kind, row));
};

const allOf = (world: World, kind: Kind): Map<string, Kept> => (kind === 'User' ? world.users : world.groups);

const existing = ({ world, ifMatch }: Context, kind: Kind, id: string): Kept => {
  const kept = allOf(world, kind).get(id);
  if (kept === undefined) throw refuse(404, null, `Resource ${id} not found`);
  if (world.settings.etag && ifMatch !== undefined && ifMatch !== '*' && ifMatch !== kept.meta.version)
    throw refuse(412, null, `${id} has changed on the server`);
  return kept;
};

const requireUnique = (world: World, kind: Kind, body: Body, id: string | undefined): void => {
  const attribute = kind === 'User' ? 'userName' : 'displayName';
  if (kind === 'Group' && !world.settings.uniqueGroupNames) return;
  const wanted = String(body[attribute]).toLowerCase();
  for (const other of allOf(world, kind).values())
    if (other.id !== id && String(other[attribute]).toLowerCase() === wanted)
      throw refuse(409, 'uniqueness', `${attribute} is taken`);
};

/** Members once each, all of them there. */
const settle = (world: World, body: Body): void => {
  const members = (body['members'] as { value: string }[] | undefined) ?? [];
  for (const { value } of members)
    if (!world.users.has(value) && !world.groups.has(value))
      throw refuse(400, 'invalidValue', `there is no ${value}`);
  if (members.length > 0) body['members'] = [...new Map(members.map((one) => [one.value, one])).values()];
  const parent = (body[UNIT] as { parent?: string } | undefined)?.parent;
  if (parent !== undefined && !world.groups.has(parent))
    throw refuse(400, 'invalidValue', `there is no ${parent}`);
};

const requireShort = (value: unknown, longest: number): void => {
  if (typeof value === 'string' && [...value].length > longest)
    throw refuse(400, 'invalidValue', `longer than ${longest} characters`);
  if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) requireShort(inner, longest);
};

const managerOf = (body: Body | undefined): string | undefined =>
  (body?.[ENTERPRISE] as { manager?: { value?: string } } | undefined)?.manager?.value;

const requireManager = (world: World, body: Body, before: Kept | undefined): void => {
  const manager = managerOf(body);
  if (manager !== undefined && manager !== managerOf(before) && !world.users.has(manager))
    throw refuse(400, 'invalidValue', `there is no manager ${manager}`);
};

const write = (asked: Asked, instance: unknown, kind: Kind, context: Context): Body => {
  const { world } = context;
  const body = JSON.parse(JSON.stringify(instance)) as Body;
  const before = asked.id === undefined ? undefined : existing(context, kind, asked.id);
  requireShort({ ...body, members: undefined }, world.settings.maxText);
  requireUnique(world, kind, body, asked.id);
  requireManager(world, body, before);
  if (kind === 'Group') settle(world, body);
  if (world.settings.ignoresActive && kind === 'User') body['active'] = before?.['active'] ?? true;
  if (world.settings.ignoresExternalId) delete body['externalId'];
  return shown(world, kind, world.keep(kind, { ...body, id: asked.id ?? world.nextId() }));
};

const handlersOf = (kind: Kind) => ({
  ingress: (asked: unknown, instance: unknown, context: unknown) =>
    write(asked as Asked, instance, kind, context as Context),
  egress: (asked: unknown, context: unknown) => {
    const { id } = asked as Asked;
    if (id === undefined) return list(asked as Asked, kind, context as Context);
    const { world } = context as Context;
    const kept = allOf(world, kind).get(id);
    if (kept === undefined) throw refuse(404, null, `Resource ${id} not found`);
    return shown(world, kind, kept);
  },
  degress: (asked: unknown, context: unknown) => {
    const { id = '' } = asked as Asked;
    const { world } = context as Context;
    existing(context as Context, kind, id);
    if (kind === 'User') world.removeUser(id);
    else world.removeGroup(id);
  },
});

const { Attribute, Schema, SchemaDefinition } = SCIMMY.Types;

class UnitExtension extends Schema {
  static readonly #definition = new SchemaDefinition('Unit', UNIT, 'Unit', [
    new Attribute('string', 'parent', { description: 'id of the group above' }),
  ]);
  static override get id(): string {
    return UnitExtension.#definition.id;
  }
  static override get definition() {
    return UnitExtension.#definition;
  }
}

let declared = false;

/** Declares users and groups; once per process, because the library keeps them in one place for all servers. */
export const declareResources = (): void => {
  if (declared) return;
  declared = true;
  const { User, Group } = SCIMMY.Resources;
  User.extend(SCIMMY.Schemas.EnterpriseUser, false);
  Group.extend(UnitExtension, false);
  for (const [resource, kind] of [
    [User, 'User'],
    [Group, 'Group'],
  ] as const) {
    const { ingress, egress, degress } = handlersOf(kind);
    SCIMMY.Resources.declare(resource as typeof User, { ingress, egress, degress });
  }
};
