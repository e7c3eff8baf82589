import type { ChangeEvent } from '../../domain/index.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import type { PlatformNetwork } from '../../ports/platform-network.ts';
import { receiving } from '../kit/callback.ts';
import { changeEvent, hintRules, hintsBy, withSmallNames } from '../kit/change-event.ts';
import { type CallingApp, connectionAs, registrationBy } from '../kit/feed-app.ts';
import { framedStream } from '../kit/frames.ts';
import { readJsonCallback } from '../kit/json-callback.ts';
import { isTree, type Tree } from '../kit/json-tree.ts';
import type { PlatformServices } from '../kit/services.ts';
import { holdStream } from '../kit/stream.ts';
import { addressInRefusal } from '../kit/told-address.ts';
import { DingtalkClient } from './client.ts';
import { CALLBACK_NETWORKS, dingtalkSettings, STREAM_HOSTS } from './config.ts';
import * as types from './types.ts';

/** What of our copies an event concerns (roles are none of them), by names in small letters. */
const RULES = hintRules({
  'user_add_org user_modify_org user_leave_org user_active_org': { ACCOUNT: ['userid'] },
  'org_admin_add org_admin_remove': { ACCOUNT: ['userid'] },
  'org_dept_create org_dept_modify org_dept_remove': { ORG_UNIT: ['deptid'] },
  // A pull of a company that is no more takes nobody away: it fails, and says so to people.
  'org_change org_remove': {},
});

/** Reads what was told of an event, whose names differ by its age; `raw` = all of it. `null` = not of this company. */
const reading =
  (corpId: string) =>
  (told: Tree, raw: string): ChangeEvent | null => {
    const payload = withSmallNames(told);
    const { eventtype: type, eventid, eventcorpid, corpid = eventcorpid ?? corpId } = payload;
    const { eventborntime, timestamp, eventtime: time = eventborntime ?? timestamp } = payload;
    if (corpid !== corpId) return null;
    // Over a quota events come without contents, and then anything may have changed.
    const hints = hintsBy(type === undefined ? {} : RULES.get(String(type)), payload);
    const key = typeof eventid === 'string' ? [eventid] : [String(type), raw];
    // Negative numbers are departments of home-school contacts, which are not read.
    const read = hints.filter(({ kind, externalId }) => kind !== 'ORG_UNIT' || !externalId.startsWith('-'));
    return changeEvent({ type, time, key, hints: read });
  };

const OPEN = '/v1.0/gateway/connections/open';
const FAILED = '/call_back/get_call_back_failed_result';

/**
 * Word of changes from DingTalk (rows ID-16, O2-28, 29). The vendor's own client for Stream does not do: its addresses are
 * fixed, it acknowledges an event before the listener has stored it, prints to the console, repeats refused
 * credentials every second for ever, goes on over a connection that was called off, and knows none of our guards.
 */
export const dingtalkFeed = (services: PlatformServices): ChangeFeed => {
  const as = (app: CallingApp) => connectionAs(app, { id: 'clientId', secret: 'clientSecret' });
  return {
    receive: (feed, request, now) =>
      receiving(request, () => {
        const { corpId, clientId } = dingtalkSettings(feed.connection);
        // Events that the console subscribes are sealed for the app, those of the call to register for the company.
        const owners = [feed.appKey ?? clientId, corpId];
        return readJsonCallback(feed, request, { owners, now, event: reading(corpId), check: 'check_url' });
      }),
    // https://open.dingtalk.com/document/development/register-event-callback-interface
    registration: registrationBy((app, signal) => new DingtalkClient(services, as(app), { signal }), {
      registered: (client) => client.get('/call_back/get_call_back', types.registeredAnswer),
      register: (client, verb, { url, token, aesKey: aes_key }) => {
        const body = { call_back_tag: [...RULES.keys()], token, aes_key, url };
        const how = { schema: types.done, object: url, writes: true };
        return client.post(`/call_back/${verb}_call_back`, body, how);
      },
      remove: (client) => client.get('/call_back/delete_call_back', types.done),
    }),
    async failedEvents(connection, signal) {
      const client = new DingtalkClient(services, connection, { signal });
      const { failed_list: list, has_more: more = false } = await client.get(FAILED, types.failedAnswer);
      const read = reading(client.settings.corpId);
      const events = list.flatMap((entry) => {
        const { call_back_tag: eventtype, event_time: eventtime } = entry;
        const told = { ...Object.values(entry).find(isTree), eventtype, eventtime };
        return read(told, JSON.stringify(entry)) ?? [];
      });
      return { events, more };
    },
    async stream(app, listener, signal) {
      const connection = as(app);
      const { corpId, clientId, clientSecret, newApiBase: base } = dingtalkSettings(connection);
      const { allowPrivateNetwork } = connection;
      const json = { clientId, clientSecret, subscriptions: [{ type: 'EVENT', topic: '*' }] };
      const call = { base, method: 'POST', path: OPEN, json, schema: types.ticket, anonymous: true } as const;
      const open = (signal: AbortSignal) => new DingtalkClient(services, connection, { signal }).call(call);
      const dialect = framedStream({ open, allowPrivateNetwork, event: reading(corpId) });
      await holdStream(services, dialect, listener, signal);
    },
  };
};

/** Rows W-DD-02, 11. */
export const dingtalkNetwork = (services: PlatformServices): PlatformNetwork => ({
  hosts(connection) {
    const { apiBase, newApiBase } = dingtalkSettings(connection);
    const hosts = [...new Set([apiBase, newApiBase].map((base) => new URL(base).hostname))];
    return hosts.includes('api.dingtalk.com') ? [...hosts, ...STREAM_HOSTS] : hosts;
  },
  egressAddress: (connection, signal) =>
    addressInRefusal(() =>
      new DingtalkClient(services, connection, { signal }).get('/auth/scopes', types.scopesAnswer),
    ),
  callbackAddresses: async () => CALLBACK_NETWORKS,
});
