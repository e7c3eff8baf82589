import { AppError, type OpenConnection } from '../../domain/index.ts';
import type { CallbackAddress, ChangeFeed, FeedApp } from '../../ports/change-feed.ts';
import { isCode, nullWhen } from './vendor-errors.ts';

/** An app as far as calls in its name need it. */
export type CallingApp = Omit<FeedApp, 'token' | 'aesKey'>;

/**
 * The connection with the credentials of that app, where it is not the one whose credentials stand in its settings.
 * `fields`: setting and secret that hold them. Throws `CALLBACK_NOT_CONFIGURED` when the app's secret was not typed in.
 */
export const connectionAs = (
  { connection, app, appKey, appSecret }: CallingApp,
  fields: { readonly id: string; readonly secret: string },
): OpenConnection => {
  if (appKey === null || appKey === connection.settings[fields.id]?.trim()) return connection;
  if (appSecret === undefined || appSecret === null)
    throw new AppError('CALLBACK_NOT_CONFIGURED', { details: { name: app.name, field: 'appSecret' } });
  return {
    ...connection,
    settings: { ...connection.settings, [fields.id]: appKey },
    secrets: { ...connection.secrets, [fields.secret]: appSecret },
  };
};

const NONE = 'PLATFORM_CALLBACK_UNKNOWN';

type Registration = NonNullable<ChangeFeed['registration']>;

/** An address that is registered by calls in the app's name; what the platform has against it is told with it. */
export const registrationBy = <Client>(
  open: (app: CallingApp, signal: AbortSignal) => Client,
  calls: {
    /** Throws `PLATFORM_CALLBACK_UNKNOWN` when there is none. */
    registered(client: Client): Promise<{ readonly url: string }>;
    register(client: Client, verb: 'register' | 'update', address: CallbackAddress): Promise<unknown>;
    /** Throws `PLATFORM_CALLBACK_UNKNOWN` when there is none. */
    remove(client: Client): Promise<unknown>;
  },
): Registration => {
  const registered = (client: Client) => nullWhen(NONE, () => calls.registered(client));
  return {
    registered: (feed, signal) => registered(open(feed, signal)),
    async register(feed, address, signal) {
      const client = open(feed, signal);
      const verb = (await registered(client)) === null ? 'register' : 'update';
      try {
        await calls.register(client, verb, address);
      } catch (error) {
        if (!isCode(error, 'PLATFORM_CALLBACK_REJECTED')) throw error;
        const details = { ...error.details, url: address.url };
        throw new AppError('CALLBACK_REGISTRATION_REFUSED', { details, cause: error });
      }
    },
    async remove(feed, signal) {
      await nullWhen(NONE, () => calls.remove(open(feed, signal)));
    },
  };
};
