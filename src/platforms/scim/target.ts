import {
  AppError,
  type ErrorCode,
  OPERATION_KINDS,
  type TargetCapabilities,
  type TargetMembership,
  type TargetOperation,
  type TargetOperationKind,
} from '../../domain/index.ts';
import type { DirectoryTarget } from '../../ports/directory-target.ts';
import { type Edit, edited, operationsOf, textAt } from '../kit/attribute-edits.ts';
import { inTurn } from '../kit/in-turn.ts';
import { findInList } from '../kit/listing.ts';
import { already, done, ResourceWriter, type Written } from '../kit/resource-writer.ts';
import { NO_LIMITS, nameWithout } from '../kit/target-limits.ts';
import { callAnew, type PathTree, pathBelow } from '../kit/units-by-path.ts';
import { isCode, retold } from '../kit/vendor-errors.ts';
import { ScimClient, type ScimServices } from './client.ts';
import { scimSettings, treeSettings } from './config.ts';
import { findByText, type Wanted } from './find.ts';
import type { Resource } from './types.ts';
import { ACTIVE, DISPLAY_NAME, directGroupIds, editsOf, fields, MANAGER, newUser } from './values.ts';

type Of<Kind extends TargetOperationKind> = Extract<TargetOperation, { readonly kind: Kind }>;
type Sent = { readonly named: Wanted; readonly edits: readonly Edit[] };
type Place = Pick<TargetMembership, 'orgUnitExternalId'>;

/** What is told of a value, about whom it stands for. */
const about = (error: unknown, code: ErrorCode, object: string): unknown =>
  isCode(error, 'PLATFORM_FIELD_INVALID') ? retold(error, code, object) : error;
const nameOf = (group: Resource): string => textAt(group, DISPLAY_NAME.keys) ?? '';

/**
 * Operations of one connection; each means the same however often it is applied. One call each, and one for every unit
 * that a person enters or leaves. Bulk requests (RFC 7644 §3.7) would save little and cost certainty: operations are
 * recorded one by one, and an answer that is lost would leave all of them unknown.
 */
class ScimWriter {
  readonly #client: ScimClient;
  readonly #writer: ResourceWriter<Resource>;
  readonly #users: string;
  readonly #groups: string;
  /** The operation may have been applied before: what is there is looked at first. */
  readonly #looks: boolean;

  constructor(client: ScimClient, looks: boolean) {
    this.#client = client;
    this.#writer = new ResourceWriter(client);
    this.#users = client.settings.userEndpoint;
    this.#groups = client.settings.groupEndpoint;
    this.#looks = looks;
  }

  #change(endpoint: string, id: string, edits: readonly Edit[]) {
    return this.#writer.change([endpoint, id], edits, { looks: this.#looks });
  }

  /**
   * What bears our own id. After an unknown outcome also what bears that name, is in all as it was sent, and has
   * nobody's id: not every service keeps ours. Several would be somebody's mistake, and no one of them is taken.
   */
  async #made(endpoint: string, ourId: string, sent: Sent): Promise<Resource | undefined> {
    const found = await findByText(this.#client, endpoint, { attribute: 'externalId', text: ourId });
    const disputed = { field: 'externalId', object: ourId };
    if (found.length > 1) throw new AppError('PLATFORM_VALUE_TAKEN', { details: disputed });
    if (found[0] !== undefined || !this.#looks) return found[0];
    const named = await findByText(this.#client, endpoint, sent.named);
    return named.find(
      (one) => textAt(one, ['externalId']) === null && operationsOf(sent.edits, one).length === 0,
    );
  }

  /** Groups may bear the same name twice, so that nothing but a look keeps a second one from being made. */
  async #createUnit({ orgUnitId, parentExternalId, name }: Of<'CREATE_ORG_UNIT'>): Promise<Written> {
    const { parent, groupSchema } = this.#client.settings;
    const text = parent === null ? await pathBelow(this.#tree, parentExternalId, name) : name;
    const edits = this.#unitEdits(text, parentExternalId);
    const sent = { named: { attribute: 'displayName', text }, edits };
    const made = await this.#made(this.#groups, orgUnitId, sent);
    if (made !== undefined) return already(made.id);
    const json = edited({ schemas: [groupSchema], externalId: orgUnitId }, edits);
    return this.#writer.create(this.#groups, json, orgUnitId);
  }

  #unitEdits(displayName: string | undefined, parentId: string | null | undefined): Edit[] {
    const { parent } = this.#client.settings;
    const edits: Edit[] = [];
    if (displayName !== undefined) edits.push({ kind: 'value', at: DISPLAY_NAME, value: displayName });
    if (parent !== null && parentId !== undefined) edits.push({ kind: 'value', at: parent, value: parentId });
    return edits;
  }

  get #tree(): PathTree {
    const { settings } = this.#client;
    const find = (beginning: string) =>
      findInList(this.#client.pages(this.#groups), (group) => nameOf(group).startsWith(beginning), settings);
    return {
      separator: settings.pathSeparator,
      path: async (id) => nameOf(await this.#writer.read([this.#groups, id])),
      below: async (beginning) => (await find(beginning)).map((one) => ({ id: one.id, path: nameOf(one) })),
      call: (id, path) => this.#change(this.#groups, id, this.#unitEdits(path, undefined)),
    };
  }

  async #changeUnit(operation: Of<'UPDATE_ORG_UNIT' | 'MOVE_ORG_UNIT'>): Promise<Written> {
    const { externalId, name } = operation;
    const parentId = 'parentExternalId' in operation ? operation.parentExternalId : undefined;
    if (this.#client.settings.parent === null)
      return inTurn(this.#client.name, () => callAnew(this.#tree, externalId, { name, parentId }));
    const edits = this.#unitEdits(name, parentId);
    return edits.length === 0 ? already(externalId) : this.#change(this.#groups, externalId, edits);
  }

  async #createAccount({ accountId, values, memberships }: Of<'CREATE_ACCOUNT'>): Promise<Written> {
    const named = { attribute: 'userName', text: values['userName'] ?? '' };
    const look = () => this.#made(this.#users, accountId, { named, edits: editsOf(values) });
    let made = this.#looks ? await look() : undefined;
    let person = made && already(made.id);
    try {
      person ??= await this.#writer.create(this.#users, newUser(accountId, values), accountId);
    } catch (error) {
      // Taken, perhaps by an earlier attempt that nobody told us of.
      if (!this.#looks && isCode(error, 'PLATFORM_VALUE_TAKEN')) made = await look();
      if (made === undefined) throw error;
      person = already(made.id);
    }
    await this.#join(person.externalId, memberships, []);
    return person;
  }

  async #changeAccount(operation: Of<'UPDATE_ACCOUNT' | 'MOVE_ACCOUNT'>): Promise<Written> {
    const { externalId: id, memberships, membershipsBefore } = operation;
    const edits = editsOf(operation.values);
    const changed = edits.length === 0 ? already(id) : await this.#change(this.#users, id, edits);
    if (memberships === undefined) return changed;
    const shown = async () => directGroupIds(await this.#writer.read([this.#users, id]));
    const before = membershipsBefore ?? (await shown()).map((orgUnitExternalId) => ({ orgUnitExternalId }));
    return (await this.#join(id, memberships, before)) ? done(id) : changed;
  }

  /**
   * Adds and removes one by one: a list of members is never written as a whole where PATCH is announced. Adding who
   * is there and removing who is not change nothing (RFC 7644 §3.5.2), so that neither is looked up first.
   */
  async #join(userId: string, wanted: readonly Place[], before: readonly Place[]): Promise<boolean> {
    const [after, standing] = [wanted, before].map(
      (list) => new Set(list.map((one) => one.orgUnitExternalId)),
    );
    const ids = new Set([...(after ?? []), ...(standing ?? [])]);
    const changed = [...ids].filter((id) => after?.has(id) !== standing?.has(id));
    for (const id of changed) {
      const present = after?.has(id) === true;
      try {
        await this.#writer.change([this.#groups, id], [{ kind: 'member', id: userId, present }], {
          looks: false,
        });
      } catch (error) {
        if (present || !isCode(error, 'PLATFORM_ORG_UNIT_UNKNOWN'))
          throw about(error, 'PLATFORM_ACCOUNT_UNKNOWN', userId);
      }
    }
    return changed.length > 0;
  }

  async #setManager({ externalId, managerExternalId }: Of<'SET_MANAGER'>): Promise<Written> {
    const value = managerExternalId === null ? null : { value: managerExternalId };
    try {
      return await this.#change(this.#users, externalId, [{ kind: 'value', at: MANAGER, value }]);
    } catch (error) {
      throw about(error, 'PLATFORM_MANAGER_UNKNOWN', managerExternalId ?? externalId);
    }
  }

  /** A service that takes the change and does not make it would leave a leaver with a way in: one that is silent is read. */
  async #setActive(externalId: string, value: boolean): Promise<Written> {
    const edits: readonly Edit[] = [{ kind: 'value', at: ACTIVE, value }];
    const written = await this.#change(this.#users, externalId, edits);
    const held = written.held ?? (value ? undefined : await this.#writer.read([this.#users, externalId]));
    if (held === undefined || operationsOf(edits, held).length === 0) return written;
    const details = { field: 'active', object: externalId, vendorMessage: 'the service did not keep it' };
    throw new AppError('PLATFORM_FIELD_INVALID', { details });
  }

  apply(operation: TargetOperation): Promise<Written> {
    switch (operation.kind) {
      case 'CREATE_ORG_UNIT':
        return this.#createUnit(operation);
      case 'UPDATE_ORG_UNIT':
      case 'MOVE_ORG_UNIT':
        return this.#changeUnit(operation);
      case 'CREATE_ACCOUNT':
        return this.#createAccount(operation);
      case 'UPDATE_ACCOUNT':
      case 'MOVE_ACCOUNT':
        return this.#changeAccount(operation);
      case 'SET_MANAGER':
        return this.#setManager(operation);
      case 'ENABLE_ACCOUNT':
      case 'DISABLE_ACCOUNT':
        return this.#setActive(operation.externalId, operation.kind === 'ENABLE_ACCOUNT');
      case 'DELETE_ORG_UNIT':
        return this.#writer.delete([this.#groups, operation.externalId]);
      case 'DELETE_ACCOUNT':
        return this.#writer.delete([this.#users, operation.externalId]);
      case 'SET_LEADERS':
        throw new TypeError('groups have no leaders');
    }
  }
}

const OPERATIONS = new Set(
  OPERATION_KINDS.filter((kind): kind is TargetOperationKind => !/LINK_|^SET_LEADERS$/.test(kind)),
);

const capabilities: DirectoryTarget['capabilities'] = (connection): TargetCapabilities => {
  const { parent, pathSeparator } = treeSettings(connection);
  return {
    ...NO_LIMITS,
    operations: OPERATIONS,
    orgUnitName: { maxLength: 256, ...(parent === null ? { pattern: nameWithout(pathSeparator) } : {}) },
    accountIds: { mode: 'ASSIGNED', rule: { maxLength: 256 }, foldCase: false },
    fields,
  };
};

/** Writing side (RFC 7644 §3.3 to §3.6; rows ID-25, ID-26). */
export const scimTarget = (services: ScimServices): DirectoryTarget => ({
  capabilities,
  async apply(connection, operation, { signal, afterUnknownOutcome, urgent }) {
    signal.throwIfAborted();
    const client = new ScimClient(services, connection, { signal, urgent });
    const { outcome, externalId } = await new ScimWriter(client, afterUnknownOutcome).apply(operation);
    return { outcome, externalId, calls: client.calls };
  },
  async probe(connection, signal) {
    const client = new ScimClient(services, connection, { signal });
    await client.announced();
    await client.pages(client.settings.userEndpoint)(1, 1);
  },
  callsPerSecond: (connection) => scimSettings(connection).callsPerSecond,
});
