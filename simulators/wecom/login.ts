import { randomBytes } from 'node:crypto';
import type { App } from './apps.ts';
import { memberOf } from './corp.ts';
import { fail } from './failures.ts';
import { memberBody, memberVisible } from './view.ts';
import { type Handler, type Route, readable, type World } from './world.ts';

const CODE_LIFE_MS = 300_000;
const TICKET_LIFE_MS = 1_800_000;

/** Who stands behind a code: a member, or somebody from outside. */
export interface Visitor {
  readonly userid?: string;
  /** Of somebody who is no member. */
  readonly openid?: string;
  readonly externalUserid?: string;
  /** `snsapi_privateinfo` gives a ticket for the fields that the member agreed to; default `snsapi_base`. */
  readonly scope?: 'snsapi_base' | 'snsapi_privateinfo';
  /** Fields that the member agrees to; default: all that the app asks for. */
  readonly consent?: readonly string[];
}

interface Code {
  readonly clientId: string;
  readonly visitor: Visitor;
  readonly expiresAt: number;
  used: boolean;
}

interface Ticket {
  readonly clientId: string;
  readonly userid: string;
  readonly consent: readonly string[] | undefined;
  readonly expiresAt: number;
}

/** Codes and tickets of logins. */
export interface Logins {
  /** A code as the login page would hand it to the app; good for one use within five minutes. */
  issueCode(clientId: string, visitor: Visitor): string;
  readonly codes: Map<string, Code>;
  readonly tickets: Map<string, Ticket>;
}

export function createLogins(now: () => number): Logins {
  const codes = new Map<string, Code>();
  return {
    codes,
    tickets: new Map(),
    issueCode: (clientId, visitor) => {
      const code = randomBytes(32).toString('base64url');
      codes.set(code, { clientId, visitor, expiresAt: now() + CODE_LIFE_MS, used: false });
      return code;
    },
  };
}

function redeem({ logins, settings }: World, app: App, code: string | undefined, now: number): Visitor {
  const found = code ? logins.codes.get(code) : undefined;
  if (!found) fail(40029);
  if (found.clientId !== app.clientId) fail(settings.foreignCodeCode);
  if (found.used) fail(settings.usedCodeCode);
  if (found.expiresAt <= now) fail(settings.expiredCodeCode);
  found.used = true;
  return found.visitor;
}

/** `undefined` when the visitor is no member. */
function identify(world: World, app: App, visitor: Visitor, now: number): object | undefined {
  const corp = readable(world);
  const member = visitor.userid === undefined ? undefined : memberOf(corp, visitor.userid);
  if (!member || member.left) return undefined;
  const { userid } = member;
  if (visitor.scope !== 'snsapi_privateinfo' || !memberVisible(corp, app, member)) return { userid };
  const ticket = randomBytes(48).toString('base64url');
  const { consent } = visitor;
  world.logins.tickets.set(ticket, {
    clientId: app.clientId,
    userid,
    consent,
    expiresAt: now + TICKET_LIFE_MS,
  });
  return { userid, user_ticket: ticket };
}

const getUserInfo: Handler = (world, { app, params, now }) => {
  const visitor = redeem(world, app, params.text('code'), now);
  const member = identify(world, app, visitor, now);
  if (member) return { ...member };
  const external = visitor.externalUserid ? { external_userid: visitor.externalUserid } : {};
  return { openid: visitor.openid ?? `o${randomBytes(13).toString('hex')}`, ...external };
};

/** The older path writes its names in capitals. */
const legacyGetUserInfo: Handler = (world, call) => {
  const { userid, openid } = getUserInfo(world, call);
  return userid === undefined ? { OpenId: openid, DeviceId: '' } : { UserId: userid, DeviceId: '' };
};

const getUserDetail: Handler = (world, { app, params, now }) => {
  const value = params.text('user_ticket');
  if (!value) fail(84090);
  const ticket = world.logins.tickets.get(value);
  if (!ticket || ticket.clientId !== app.clientId) fail(84015);
  if (ticket.expiresAt <= now) fail(84014);
  const corp = readable(world);
  const member = memberOf(corp, ticket.userid) ?? fail(60111);
  if (!memberVisible(corp, app, member)) fail(world.settings.outOfRangeUserCode);
  const everything = memberBody(corp, member, { app: { ...app, createdAt: 0 }, settings: world.settings });
  const shown = app.privateFields.filter((name) => ticket.consent?.includes(name) ?? true);
  const fields = Object.fromEntries(shown.map((name) => [name, everything[name]]));
  return { userid: member.userid, gender: '0', avatar: DEFAULT_AVATAR, ...fields };
};

const DEFAULT_AVATAR = 'https://wwcdn.weixin.qq.com/node/wework/images/default_avatar.png';

export const LOGIN_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/cgi-bin/auth/getuserinfo',
    access: 'any',
    unlimitedWhenFine: true,
    handle: getUserInfo,
  },
  { method: 'GET', path: '/cgi-bin/user/getuserinfo', access: 'any', handle: legacyGetUserInfo },
  { method: 'POST', path: '/cgi-bin/auth/getuserdetail', access: 'apps', handle: getUserDetail },
];
