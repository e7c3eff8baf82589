import { randomBytes, randomInt } from 'node:crypto';
import { AppError, type ConnectionAppId } from '../../domain/index.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import { type AuditEntry, insertAuditEvent } from '../../store/queries/audit-write.ts';
import {
  type ConnectionAppRow,
  lockConnection,
  lockConnectionApp,
  updateConnectionAppRow,
} from '../../store/queries/connections.ts';
import { selectFeed } from '../../store/queries/event-feeds.ts';
import type { Tx } from '../../store/transaction.ts';
import { sealAppSecrets } from '../connection/app-secrets.ts';
import { appNotFound, requireAppVersion } from '../connection/connection-app.ts';
import { connectionNotFound, requirePlatform } from '../connection/open-connection.ts';
import { actorOf, type FlowContext } from '../context.ts';
import { openFeed } from './open-feed.ts';

/** Longest call to a platform that registers an address, milliseconds: it calls us back meanwhile. */
const TIME_LIMIT = 30_000;
/** What all platforms take. */
const TOKEN_LENGTH = 32;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export interface CallbackKeys {
  readonly token: string;
  /** 43 letters and digits. */
  readonly aesKey: string;
}

const makeToken = (): string =>
  Array.from({ length: TOKEN_LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');

/** 32 random bytes in Base64 without its last character; consoles take letters and digits only. */
const makeAesKey = (): string => {
  for (;;) {
    const text = randomBytes(32).toString('base64').slice(0, 43);
    if (/^[0-9A-Za-z]{43}$/.test(text)) return text;
  }
};

const makeKeys = (): CallbackKeys => ({ token: makeToken(), aesKey: makeAesKey() });

const audit = (
  tx: Tx,
  id: ConnectionAppId,
  entry: Omit<AuditEntry, 'objectId' | 'objectType'>,
): Promise<void> => insertAuditEvent(tx, { objectType: 'ConnectionApp', objectId: id, ...entry });

const requireApp = async (tx: Tx, id: ConnectionAppId): Promise<ConnectionAppRow> => {
  const app = await lockConnectionApp(tx, id);
  if (app === null) throw appNotFound(id);
  return app;
};

const change = async (
  tx: Tx,
  app: ConnectionAppRow,
  fields: Partial<Pick<ConnectionAppRow, 'eventSource' | 'secrets'>>,
): Promise<ConnectionAppRow> => {
  const { name, agentId, settings, secrets, homeAddress, eventSource } = { ...app, ...fields };
  const row = { name, agentId, settings, secrets, homeAddress, eventSource };
  const changed = await updateConnectionAppRow(tx, app.id, row);
  if (changed === null) throw appNotFound(app.id);
  return changed;
};

const sealKeys = (context: FlowContext, app: ConnectionAppRow, keys: CallbackKeys) =>
  sealAppSecrets(
    context,
    { id: app.id, standing: app },
    {
      callbackToken: keys.token,
      callbackAesKey: keys.aesKey,
    },
  );

/**
 * Makes new keys for an app's callback address, in place of those that it has. They are told here and never again; until
 * the platform has them, what it sends is refused.
 * @throws AppError NOT_FOUND, VERSION_CONFLICT
 */
export const generateCallbackKeys = (
  context: FlowContext,
  input: { readonly id: ConnectionAppId; readonly version?: number },
): Promise<CallbackKeys & { readonly app: ConnectionAppRow }> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const app = await requireApp(tx, input.id);
    requireAppVersion(app, input.version);
    const keys = makeKeys();
    const changed = await change(tx, app, { secrets: await sealKeys(context, app, keys) });
    await audit(tx, app.id, { action: 'connectionApp.generateKeys' });
    return { ...keys, app: changed };
  });

type Registration = NonNullable<ChangeFeed['registration']>;

interface Ready {
  readonly app: ConnectionAppRow;
  readonly registration: Registration;
}

const requireRegistration = async (
  context: FlowContext,
  tx: Tx,
  app: ConnectionAppRow,
): Promise<Registration> => {
  const connection = await lockConnection(tx, app.connectionId, 'share');
  if (connection === null) throw connectionNotFound(app.connectionId);
  if (!connection.enabled) throw new AppError('CONNECTION_DISABLED', { details: { name: connection.name } });
  const registration = requirePlatform(context, connection.platform).changeFeed?.registration;
  if (registration !== undefined) return registration;
  throw new AppError('CALLBACK_UNSUPPORTED', {
    details: { platform: connection.platform, what: 'registration' },
  });
};

/** The app as the platform will meet it: it calls the address while it is being registered. */
const makeReady = (context: FlowContext, id: ConnectionAppId): Promise<Ready> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const app = await requireApp(tx, id);
    const registration = await requireRegistration(context, tx, app);
    const [token, aesKey] = [app.secrets['callbackToken'], app.secrets['callbackAesKey']];
    const keyless = token === undefined || aesKey === undefined;
    const secrets = keyless ? await sealKeys(context, app, makeKeys()) : app.secrets;
    return { app: await change(tx, app, { secrets, eventSource: 'CALLBACK' }), registration };
  });

const open = async (context: FlowContext, app: ConnectionAppRow) => {
  const row = await selectFeed(context.db, context.principal.tenantId, app.callbackKey);
  const feed = row === null ? null : await openFeed(context, row);
  if (feed === null) throw appNotFound(app.id);
  return feed;
};

/** Notes how a call to the platform ended, and sets where the app's events come from then. */
const conclude = (
  context: FlowContext,
  app: ConnectionAppRow,
  end: {
    readonly action: string;
    readonly source: ConnectionAppRow['eventSource'];
    readonly error?: unknown;
  },
): Promise<ConnectionAppRow> =>
  context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await requireApp(tx, app.id);
    const { error } = end;
    const failure =
      error === undefined
        ? {}
        : ({ result: 'FAILED', reasonCode: error instanceof AppError ? error.code : 'INTERNAL' } as const);
    await audit(tx, app.id, { action: end.action, ...failure });
    return standing.eventSource === end.source ? standing : change(tx, standing, { eventSource: end.source });
  });

/**
 * Registers an app's callback address with its platform, with the app's keys; where it has none they are made. The
 * platform calls the address while this waits.
 * @throws AppError NOT_FOUND, CONNECTION_DISABLED, CALLBACK_UNSUPPORTED, CALLBACK_REGISTRATION_REFUSED, and whatever the
 *   platform answers
 */
export const registerCallback = async (
  context: FlowContext,
  input: { readonly id: ConnectionAppId; readonly url: (callbackKey: string) => string },
): Promise<ConnectionAppRow> => {
  const before = await context.db.transaction(actorOf(context.principal), (tx) => requireApp(tx, input.id));
  const { app, registration } = await makeReady(context, input.id);
  const action = 'connectionApp.registerCallback';
  try {
    const feed = await open(context, app);
    const { token, aesKey } = feed;
    const address = { url: input.url(app.callbackKey), token, aesKey };
    await registration.register(feed, address, AbortSignal.timeout(TIME_LIMIT));
  } catch (error) {
    await conclude(context, app, { action, source: before.eventSource, error });
    throw error;
  }
  return conclude(context, app, { action, source: 'CALLBACK' });
};

/**
 * Takes an app's callback address back from its platform; the app then receives nothing.
 * @throws AppError NOT_FOUND, CONNECTION_DISABLED, CALLBACK_UNSUPPORTED, and whatever the platform answers
 */
export const unregisterCallback = async (
  context: FlowContext,
  input: { readonly id: ConnectionAppId },
): Promise<ConnectionAppRow> => {
  const { app, registration } = await context.db.transaction(actorOf(context.principal), async (tx) => {
    const standing = await requireApp(tx, input.id);
    return { app: standing, registration: await requireRegistration(context, tx, standing) };
  });
  const action = 'connectionApp.unregisterCallback';
  try {
    await registration.remove(await open(context, app), AbortSignal.timeout(TIME_LIMIT));
  } catch (error) {
    await conclude(context, app, { action, source: app.eventSource, error });
    throw error;
  }
  return conclude(context, app, { action, source: 'OFF' });
};
