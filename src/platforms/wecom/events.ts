import type { CallbackReception, CallbackRequest, ChangeFeed, FeedApp } from '../../ports/change-feed.ts';
import { openRequest, Refusal, receiving, textAnswer } from '../kit/callback.ts';
import { changeEvent, hintRules, hintsBy } from '../kit/change-event.ts';
import type { Tree } from '../kit/json-tree.ts';
import { parseStrictXml } from '../kit/strict-xml.ts';
import { wecomSettings } from './config.ts';

/**
 * What of our copies an event concerns. Tags are none of them, but may stand in a visible range. Vendor pages 90967,
 * 90970…90972.
 */
const RULES = hintRules({
  'create_user delete_user': { ACCOUNT: ['UserID'] },
  update_user: { ACCOUNT: ['UserID', 'NewUserID'] },
  'create_party update_party delete_party': { ORG_UNIT: ['Id'] },
  update_tag: {
    ACCOUNT: ['AddUserItems', 'DelUserItems'],
    ORG_UNIT: ['AddPartyItems', 'DelPartyItems'],
  },
  // Of a job with many people or departments, which tells none of them. Vendor page 90973.
  batch_job_result: {},
});

const text = (tree: Tree, name: string): string => {
  const value = tree[name];
  return typeof value === 'string' ? value : '';
};

/** Lists of ids come as one text. */
const split = (tree: Tree): Tree =>
  Object.fromEntries(
    Object.entries(tree).map(([name, value]) => [name, typeof value === 'string' ? value.split(',') : value]),
  );

interface How {
  readonly owners: readonly string[];
  readonly now: Date;
}

/** An address is verified by a number that is sent back. What else is sealed is not read out to anybody. Page 90930. */
const verify = (feed: FeedApp, request: CallbackRequest, how: How): CallbackReception => {
  const { message } = openRequest(feed, request, { ...how, encrypted: request.query['echostr'] ?? '' });
  if (!/^\w{1,64}$/.test(message)) throw new Refusal('nothing to be sent back');
  return { events: [], answer: textAnswer(message) };
};

/** Pages 90930, 90240. */
const read = (feed: FeedApp, request: CallbackRequest, how: How): CallbackReception => {
  const encrypted = text(parseStrictXml(request.body, 'xml'), 'Encrypt');
  const { message, owner } = openRequest(feed, request, { ...how, encrypted });
  const told = parseStrictXml(message, 'xml');
  const [event, kind] = [text(told, 'Event'), text(told, 'MsgType')];
  if (text(told, 'ToUserName') !== owner || kind === '') throw new Refusal('no message to this company');
  const type = event === 'change_contact' ? text(told, 'ChangeType') : event === '' ? kind : event;
  const time = text(told, 'CreateTime');
  const id = text(told, 'MsgId');
  // Two events of one second differ in nothing but what they say. Page 90930.
  const key = id === '' ? [text(told, 'FromUserName'), time, message] : [id];
  const hints = hintsBy(kind === 'event' ? RULES.get(type) : undefined, split(told));
  return { events: [changeEvent({ type, time, key, hints })], answer: textAnswer('success') };
};

/** Word of changes from WeCom (rows ID-16, W-WX-39): contacts sync and own apps alike seal it for the company. */
export const wecomFeed = (): ChangeFeed => ({
  receive: (feed, request, now) =>
    receiving(request, () => {
      const how = { owners: [wecomSettings(feed.connection).corpId], now };
      return request.method === 'GET' ? verify(feed, request, how) : read(feed, request, how);
    }),
});
