import type { Company } from '../company/index.ts';
import { Faults } from './faults.ts';
import { DEFAULT_SETTINGS, type ScimSettings } from './settings.ts';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** Extension of groups that keeps a unit's parent, as many a product has one. */
export const UNIT = 'urn:ietf:params:scim:schemas:extension:unit:2.0:Group';

/** A resource as it is kept: what clients wrote, with `id` and `meta` of the server. */
export interface Resource {
  id: string;
  meta: { resourceType: string; created: string; lastModified: string; version: string };
  [attribute: string]: unknown;
}

export interface Member {
  readonly value: string;
  readonly display?: string;
}

export interface LedgerEntry {
  readonly method: string;
  /** Below the base; `/token` for the token endpoint. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly ifMatch: string | undefined;
  readonly authorization: string | undefined;
  readonly body: unknown;
  status: number;
}

/** One tenant of the server: its resources, settings and what was asked of it. */
export class World {
  readonly settings: ScimSettings;
  readonly users = new Map<string, Resource>();
  readonly groups = new Map<string, Resource>();
  readonly faults = new Faults();
  readonly ledger: LedgerEntry[] = [];
  /** Tokens that were handed out, with the instant of their end (epoch milliseconds). */
  readonly tokens = new Map<string, number>();
  #revision = 0;
  #made = 0;

  constructor(settings: Partial<ScimSettings>) {
    this.settings = { ...DEFAULT_SETTINGS, ...settings };
  }

  nextId(): string {
    this.#made += 1;
    return `made-${String(this.#made).padStart(6, '0')}`;
  }

  /** Keeps a resource with new meta data. */
  keep(kind: 'User' | 'Group', resource: Record<string, unknown> & { id: string }): Resource {
    const all = kind === 'User' ? this.users : this.groups;
    this.#revision += 1;
    const now = new Date().toISOString();
    const { meta: _, ...rest } = resource;
    const kept: Resource = {
      ...rest,
      id: resource.id,
      meta: {
        resourceType: kind,
        created: all.get(resource.id)?.meta.created ?? now,
        lastModified: now,
        version: `W/"${this.#revision}"`,
      },
    };
    all.set(kept.id, kept);
    return kept;
  }

  membersOf(group: Resource): readonly Member[] {
    return (group['members'] as Member[] | undefined) ?? [];
  }

  groupsOf(userId: string): Resource[] {
    return [...this.groups.values()].filter((group) =>
      this.membersOf(group).some(({ value }) => value === userId),
    );
  }

  parentOf(group: Resource): string | null {
    return (group[UNIT] as { parent?: string } | undefined)?.parent ?? null;
  }

  removeUser(id: string): boolean {
    for (const group of this.groupsOf(id)) {
      const members = this.membersOf(group).filter(({ value }) => value !== id);
      this.keep('Group', { ...group, members });
    }
    return this.users.delete(id);
  }

  removeGroup(id: string): boolean {
    for (const child of this.groups.values())
      if (this.parentOf(child) === id) this.keep('Group', { ...child, [UNIT]: undefined });
    return this.groups.delete(id);
  }

  join(groupId: string, userId: string): void {
    const group = this.groups.get(groupId);
    if (group === undefined) throw new TypeError(`no group ${groupId}`);
    this.keep('Group', { ...group, members: [...this.membersOf(group), { value: userId }] });
  }
}

/** Only what is there: an attribute without a value is absent in SCIM. */
const present = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(attributes).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  );

/** Fills a world with a generated company: units become groups, ids stay. */
export const seed = (world: World, company: Company): void => {
  for (const unit of company.units)
    world.keep('Group', {
      id: `unit-${unit.id}`,
      displayName: unit.name,
      ...(unit.parentId === null ? {} : { [UNIT]: { parent: `unit-${unit.parentId}` } }),
    });
  const members = new Map<string, Member[]>();
  for (const person of company.people) {
    world.keep('User', {
      id: person.id,
      ...present({
        userName: person.id,
        displayName: person.name,
        title: person.title,
        active: person.active,
        emails: present({ value: person.email })['value'] && [
          { value: person.email, type: 'work', primary: true },
        ],
        phoneNumbers: present({ value: person.mobile })['value'] && [
          { value: person.mobile, type: 'mobile' },
        ],
      }),
      [ENTERPRISE]: present({
        employeeNumber: person.jobNumber,
        manager: present({ value: person.managerId })['value'] && { value: person.managerId },
      }),
    });
    for (const { unitId } of person.memberships) {
      const list = members.get(`unit-${unitId}`) ?? [];
      list.push({ value: person.id });
      members.set(`unit-${unitId}`, list);
    }
  }
  for (const [id, list] of members) {
    const group = world.groups.get(id);
    if (group !== undefined) world.keep('Group', { ...group, members: list });
  }
};
