import { randomBytes } from 'node:crypto';
import {
  AppError,
  type ConnectionAppId,
  type ConnectionId,
  type EventSource,
  newId,
} from '../../domain/index.ts';
import { cleanText, fits } from '../../planner/normalise.ts';
import { insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  CONNECTION_APP_NAME_KEY,
  type ConnectionAppFields,
  type ConnectionAppRow,
  deleteConnectionAppRow,
  insertConnectionApp,
  lockConnection,
  lockConnectionApp,
  selectConnectionApps,
  updateConnectionAppRow,
} from '../../store/queries/connections.ts';
import type { Tx } from '../../store/transaction.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { type Meaning, naming } from '../roster/violations.ts';
import { type AppSecrets, sealAppSecrets } from './app-secrets.ts';
import { connectionNotFound, requirePlatform } from './open-connection.ts';

/** What can be typed into an app's form (row W-DD-06); what is absent stays. */
export interface ConnectionAppInput extends AppSecrets {
  readonly name?: string;
  readonly agentId?: string | null;
  readonly appKey?: string | null;
  /** Address that the app opens (row W-DD-08). */
  readonly homeAddress?: string | null;
  /** Where word of changes comes from. Default `OFF`. */
  readonly eventSource?: EventSource;
}

const LONGEST = 500;

const invalid = (field: string, reason: string): AppError =>
  new AppError('INPUT_INVALID', { details: { field, reason }, path: ['input', field] });

const readText = (
  field: string,
  typed: string | null | undefined,
  standing: string | null,
): string | null => {
  if (typed === undefined) return standing;
  const text = cleanText(typed ?? '');
  if (!fits(text, LONGEST)) throw invalid(field, `at most ${LONGEST} characters`);
  return text === '' ? null : text;
};

const readAddress = (typed: string | null | undefined, standing: string | null): string | null => {
  const text = readText('homeAddress', typed, standing);
  if (text !== null && !/^https?:\/\/\S+$/.test(text)) {
    throw invalid('homeAddress', 'an address that begins with https:// is needed');
  }
  return text;
};

const readName = (typed: string | undefined, standing: string | null): string => {
  const name = typed === undefined ? (standing ?? '') : cleanText(typed);
  if (name === '' || !fits(name, 100)) throw invalid('name', '1 to 100 characters are needed');
  return name;
};

/** An app whose events are to come in needs a platform that offers that way, and the keys of it. */
const requireSource = (context: FlowContext, platform: string, fields: ConnectionAppFields): void => {
  const { name, eventSource, secrets } = fields;
  if (eventSource === 'OFF') return;
  const feed = requirePlatform(context, platform).changeFeed;
  if (feed === undefined || (eventSource === 'STREAM' && feed.stream === undefined)) {
    throw new AppError('CALLBACK_UNSUPPORTED', {
      details: { platform, what: eventSource },
      path: ['input', 'eventSource'],
    });
  }
  if (eventSource !== 'CALLBACK') return;
  const missing = (['callbackToken', 'callbackAesKey'] as const).find((key) => secrets[key] === undefined);
  if (missing !== undefined) {
    throw new AppError('CALLBACK_NOT_CONFIGURED', {
      details: { name, field: missing },
      path: ['input', missing],
    });
  }
};

const readFields = async (
  context: FlowContext,
  app: { readonly id: ConnectionAppId; readonly standing: ConnectionAppRow | null },
  input: ConnectionAppInput,
): Promise<ConnectionAppFields> => {
  const { standing } = app;
  const appKey = readText('appKey', input.appKey, standing?.settings['appKey'] ?? null);
  return {
    name: readName(input.name, standing?.name ?? null),
    agentId: readText('agentId', input.agentId, standing?.agentId ?? null),
    settings: appKey === null ? {} : { appKey },
    secrets: await sealAppSecrets(context, app, input),
    homeAddress: readAddress(input.homeAddress, standing?.homeAddress ?? null),
    eventSource: input.eventSource ?? standing?.eventSource ?? 'OFF',
  };
};

const audit = (tx: Tx, verb: string, id: ConnectionAppId, input: object): Promise<void> =>
  insertAuditEvent(tx, {
    action: `connectionApp.${verb}`,
    objectType: 'ConnectionApp',
    objectId: id,
    details: { fields: Object.keys(input).sort() },
  });

const nameTaken = (name: string): Meaning => ({
  constraint: CONNECTION_APP_NAME_KEY,
  code: 'CONNECTION_NAME_TAKEN',
  details: { name },
  path: ['input', 'name'],
});

export const appNotFound = (id: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'ConnectionApp', id } });

export const requireAppVersion = (row: ConnectionAppRow, given: number | undefined): void => {
  if (given === undefined || given === row.version) return;
  throw new AppError('VERSION_CONFLICT', {
    details: { type: 'ConnectionApp', id: row.id, current: row.version, given },
  });
};

/** The opaque part of a callback address: 192 random bits, that nobody comes upon by trying. */
const newCallbackKey = (): string => randomBytes(24).toString('base64url');

/** Apps of connections, by name. */
export const findConnectionApps = (
  context: FlowContext,
  input: { readonly connectionIds: readonly ConnectionId[] },
): Promise<ConnectionAppRow[]> =>
  selectConnectionApps(context.db, context.principal.tenantId, input.connectionIds);

/**
 * Adds an app to a connection.
 * @throws AppError NOT_FOUND, CONNECTION_NAME_TAKEN, INPUT_INVALID, CALLBACK_UNSUPPORTED, CALLBACK_NOT_CONFIGURED
 */
export const createConnectionApp = (
  context: FlowContext,
  input: ConnectionAppInput & { readonly connectionId: ConnectionId; readonly name: string },
): Promise<ConnectionAppRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    const id = newId<'ConnectionApp'>();
    const fields = await readFields(context, { id, standing: null }, input);
    requireSource(context, connection.platform, fields);
    const app = { id, connectionId: input.connectionId, callbackKey: newCallbackKey() };
    const made = await naming(insertConnectionApp(tx, app, fields), [nameTaken(fields.name)]);
    await audit(tx, 'create', id, input);
    return made;
  });

/**
 * Changes an app.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT, and those of `createConnectionApp`
 */
export const updateConnectionApp = (
  context: FlowContext,
  input: ConnectionAppInput & { readonly id: ConnectionAppId; readonly version?: number },
): Promise<ConnectionAppRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await lockConnectionApp(tx, input.id);
    if (standing === null) throw appNotFound(input.id);
    requireAppVersion(standing, input.version);
    const fields = await readFields(context, { id: input.id, standing }, input);
    const connection = await lockConnection(tx, standing.connectionId, 'share');
    if (connection === null) throw appNotFound(input.id);
    requireSource(context, connection.platform, fields);
    const changed = await naming(updateConnectionAppRow(tx, input.id, fields), [nameTaken(fields.name)]);
    if (changed === null) throw appNotFound(input.id);
    await audit(tx, 'update', input.id, input);
    return changed;
  });

/** Removes an app. @throws AppError NOT_FOUND, VERSION_CONFLICT */
export const deleteConnectionApp = (
  context: FlowContext,
  input: { readonly id: ConnectionAppId; readonly version?: number },
): Promise<void> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await lockConnectionApp(tx, input.id);
    if (standing === null) throw appNotFound(input.id);
    requireAppVersion(standing, input.version);
    await deleteConnectionAppRow(tx, input.id);
    await audit(tx, 'delete', input.id, {});
  });
