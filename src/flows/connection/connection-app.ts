import { AppError, type ConnectionAppId, type ConnectionId, newId } from '../../domain/index.ts';
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
import { connectionNotFound, secretPlace } from './open-connection.ts';

/** What can be typed into an app's form (row W-DD-06); what is absent stays. */
export interface ConnectionAppInput {
  readonly name?: string;
  readonly agentId?: string | null;
  readonly appKey?: string | null;
  /** Write-only; `null` removes it. */
  readonly appSecret?: string | null;
  /** Address that the app opens (row W-DD-08). */
  readonly homeAddress?: string | null;
}

const SECRET = 'appSecret';
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

const readSecrets = async (
  context: FlowContext,
  app: { readonly id: ConnectionAppId; readonly standing: ConnectionAppRow | null },
  typed: string | null | undefined,
): Promise<Record<string, string>> => {
  const secrets = { ...app.standing?.secrets };
  if (typed === undefined) return secrets;
  // Copied over a line break a secret carries blanks within it (row ID-37).
  const text = cleanText(typed ?? '').replaceAll(' ', '');
  delete secrets[SECRET];
  if (text === '') return secrets;
  const place = secretPlace(context.principal.tenantId, { table: 'connection_app', id: app.id }, SECRET);
  return { ...secrets, [SECRET]: await context.secrets.seal(text, place) };
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
    secrets: await readSecrets(context, app, input.appSecret),
    homeAddress: readAddress(input.homeAddress, standing?.homeAddress ?? null),
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

const appNotFound = (id: string): AppError =>
  new AppError('NOT_FOUND', { details: { type: 'ConnectionApp', id } });

const requireVersion = (row: ConnectionAppRow, given: number | undefined): void => {
  if (given === undefined || given === row.version) return;
  throw new AppError('VERSION_CONFLICT', {
    details: { type: 'ConnectionApp', id: row.id, current: row.version, given },
  });
};

/** Apps of connections, by name. */
export const findConnectionApps = (
  context: FlowContext,
  input: { readonly connectionIds: readonly ConnectionId[] },
): Promise<ConnectionAppRow[]> =>
  selectConnectionApps(context.db, context.principal.tenantId, input.connectionIds);

/** Adds an app to a connection. @throws AppError NOT_FOUND, CONNECTION_NAME_TAKEN, INPUT_INVALID */
export const createConnectionApp = (
  context: FlowContext,
  input: ConnectionAppInput & { readonly connectionId: ConnectionId; readonly name: string },
): Promise<ConnectionAppRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const connection = await lockConnection(tx, input.connectionId, 'share');
    if (connection === null) throw connectionNotFound(input.connectionId);
    const id = newId<'ConnectionApp'>();
    const fields = await readFields(context, { id, standing: null }, input);
    const app = { id, connectionId: input.connectionId };
    const made = await naming(insertConnectionApp(tx, app, fields), [nameTaken(fields.name)]);
    await audit(tx, 'create', id, input);
    return made;
  });

/** Changes an app. @throws AppError NOT_FOUND, VERSION_CONFLICT, CONNECTION_NAME_TAKEN, INPUT_INVALID */
export const updateConnectionApp = (
  context: FlowContext,
  input: ConnectionAppInput & { readonly id: ConnectionAppId; readonly version?: number },
): Promise<ConnectionAppRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await lockConnectionApp(tx, input.id);
    if (standing === null) throw appNotFound(input.id);
    requireVersion(standing, input.version);
    const fields = await readFields(context, { id: input.id, standing }, input);
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
    requireVersion(standing, input.version);
    await deleteConnectionAppRow(tx, input.id);
    await audit(tx, 'delete', input.id, {});
  });
